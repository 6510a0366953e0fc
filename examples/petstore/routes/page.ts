import { readFile } from 'node:fs/promises'
import type { FastifyPluginAsync } from 'fastify'

const FILES = [
  { url: '/', file: 'index.html', type: 'text/html; charset=utf-8' },
  { url: '/page/style.css', file: '../../support/style.css', type: 'text/css; charset=utf-8' },
  { url: '/page/page.js', file: 'page.js', type: 'text/javascript; charset=utf-8' },
  { url: '/page/sign-in.js', file: 'sign-in.js', type: 'text/javascript; charset=utf-8' },
  { url: '/page/live.js', file: 'live.js', type: 'text/javascript; charset=utf-8' }
]

/** The page that opens the WebSocket, without a build; public, in a scope of its own. */
export const page: FastifyPluginAsync<{ issuer: string, origins: readonly string[] }> = async (app, { issuer, origins }) => {
  app.security.default([])
  const sockets = origins.map((origin) => origin.replace(/^http/, 'ws')).join(' ')
  const headers = {
    'cache-control': 'no-cache',
    'content-security-policy':
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self' ${issuer} ${sockets}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff'
  }
  for (const { url, file, type } of FILES) {
    const content = await readFile(new URL(`../page/${file}`, import.meta.url))
    app.get(url, { schema: { hide: true } }, (_request, reply) => reply.headers(headers).type(type).send(content))
  }
}
