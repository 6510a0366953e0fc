import { STATUS_CODES } from 'node:http'
import { Type } from '@sinclair/typebox'
import { REASONS, type Reason } from '../lib/errors.ts'

const rows = Object.values(REASONS)
const titles = [...new Set(rows.map(({ status }) => STATUS_CODES[status]))]
const longest = Math.max(...rows.map(({ detail }) => detail.length))
/** Scopes stand in a challenge too, and Node.js takes no more bytes of header fields. */
const FIELDS = 16384

/** The body of every refusal (RFC 9457 §3), as it stands in the document. */
export const ProblemSchema = Type.Object({
  type: Type.Literal('about:blank'),
  title: Type.Unsafe<string>({ type: 'string', enum: titles, description: 'The status phrase.' }),
  status: Type.Integer({ format: 'int32', minimum: 400, maximum: 599 }),
  detail: Type.String({ maxLength: longest, pattern: '^[ -~]+$', description: 'What is wrong, for developers. The text is fixed per code.' }),
  code: Type.Unsafe<Reason>({ type: 'string', enum: Object.keys(REASONS), description: 'Why the request was refused.' }),
  required_scopes: Type.Optional(Type.Array(Type.String({ maxLength: FIELDS, pattern: '^[!#-\\[\\]-~]+$' }), {
    maxItems: FIELDS, description: 'All scopes that would have sufficed.'
  }))
}, { description: 'Why a request was refused (RFC 9457).' })
