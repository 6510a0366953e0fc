import { Type } from '@sinclair/typebox'
import { REASONS, type Reason } from '../lib/errors.ts'

/** The body of every refusal (RFC 9457 §3), as it stands in the document. */
export const ProblemSchema = Type.Object({
  type: Type.Literal('about:blank'),
  title: Type.String({ description: 'The status phrase.' }),
  status: Type.Integer({ minimum: 400, maximum: 599 }),
  detail: Type.String({ description: 'What is wrong, for developers. The text is fixed per code.' }),
  code: Type.Unsafe<Reason>({ type: 'string', enum: Object.keys(REASONS), description: 'Why the request was refused.' }),
  required_scopes: Type.Optional(Type.Array(Type.String(), { description: 'All scopes that would have sufficed.' }))
}, { description: 'Why a request was refused (RFC 9457).' })
