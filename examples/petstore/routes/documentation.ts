import swaggerUi from '@fastify/swagger-ui'
import type { FastifyPluginAsync } from 'fastify'

interface Options {
  /** The public client for the Authorize button. */
  readonly clientId: string
  /** The authorization server, from which the page fetches tokens. */
  readonly issuer: string
}

/** Swagger UI at /documentation; its pages are public, in a scope of their own. */
export const documentation: FastifyPluginAsync<Options> = async (app, { clientId, issuer }) => {
  app.security.default([])
  await app.register(swaggerUi, {
    routePrefix: '/documentation',
    initOAuth: {
      clientId,
      usePkceWithAuthorizationCodeGrant: true,
      // So that one can be Ada first and Grace next.
      additionalQueryStringParams: { prompt: 'login' }
    },
    uiConfig: { tryItOutEnabled: true },
    staticCSP: {
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self' 'unsafe-inline'",
      'img-src': "'self' data:",
      'connect-src': `'self' ${issuer}`,
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'"
    }
  })
}
