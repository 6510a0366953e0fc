import { getRequestListener } from '@hono/node-server'
import express from 'express'
import * as validator from 'express-openapi-validator'
import { Hono } from 'hono'
import { bearerAuth } from 'hono/bearer-auth'
import { jwt } from 'hono/jwt'
import { AUDIENCE, ISSUER, type Signed } from '../fixtures.ts'
import { BODY, nodeSide, PATH, type Fields, type Side } from '../side.ts'
import { documentOf } from './plugins.ts'

const STATUS = 200

export function expressBare (fields: Fields): Side {
  const app = express()
  app.get(PATH, (_request, response) => { response.send(BODY) })
  return nodeSide(app, fields, STATUS)
}

export function expressValidator (secret: string, fields: Fields): Side {
  const app = express()
  app.use(validator.middleware({
    apiSpec: documentOf('3.0.3') as never, // a document
    validateResponses: false,
    validateSecurity: { handlers: { service: (request) => request.headers.authorization?.slice('Bearer '.length) === secret } }
  }))
  app.get(PATH, (_request, response) => { response.send(BODY) })
  return nodeSide(app, fields, STATUS)
}

export function honoBare (fields: Fields): Side {
  const app = new Hono()
  app.get(PATH, (context) => context.body(BODY))
  return nodeSide(getRequestListener(app.fetch), fields, STATUS)
}

export function honoBearer (secret: string, fields: Fields): Side {
  const app = new Hono()
  app.use(PATH, bearerAuth({ token: secret }))
  app.get(PATH, (context) => context.body(BODY))
  return nodeSide(getRequestListener(app.fetch), fields, STATUS)
}

export function honoJwt ({ pem }: Signed, fields: Fields): Side {
  const app = new Hono()
  app.use(PATH, jwt({ secret: pem, alg: 'RS256', verification: { iss: ISSUER, aud: AUDIENCE } }))
  app.get(PATH, (context) => context.body(BODY))
  return nodeSide(getRequestListener(app.fetch), fields, STATUS)
}
