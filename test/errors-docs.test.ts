import t from 'tap'
import { readdirSync, readFileSync } from 'node:fs'
import Fastify, { type FastifyError } from 'fastify'
import fastifySecurity, { bearer, type RefusalError } from 'fastify-openapi-security'
import { BOOT_ERRORS, REASONS, refusalErrorCode, type BootErrorCode, type Reason } from '../lib/errors.ts'
import { ProblemSchema } from '../schemas/problem.ts'

const PAGE = readFileSync(new URL('../docs/errors.md', import.meta.url), 'utf8')
const SOURCE = readFileSync(new URL('../lib/errors.ts', import.meta.url), 'utf8')

interface Row { readonly code: string, readonly cells: readonly string[], readonly heading: string }

/** Rows of the tables whose first column is a code. */
function rowsOf (page: string): Row[] {
  let heading = ''
  return page.split('\n').flatMap((line) => {
    if (line.startsWith('## ')) heading = line.slice(3)
    const cells = line.split('|').slice(1, -1).map((cell) => cell.trim())
    const code = /^`([A-Z][A-Z_]+|[a-z]+_[a-z_]+)`(?: †)?$/.exec(cells[0] ?? '')?.[1]
    return code === undefined ? [] : [{ code, cells, heading }]
  })
}

const rows = rowsOf(PAGE)
const refusals = rows.filter(({ code }) => !code.startsWith('FST_'))
const boot = rows.filter(({ code }) => code.startsWith('FST_'))

/** The members of the type, which the compiler forgets. */
const TYPE = /export type Reason =\n((?: {2}\| .*\n)+)/.exec(SOURCE)?.[1]?.match(/(?<=')[a-z_]+(?=')/g) ?? []

/** As the compiler sees it: leaves no reason out and adds none. */
const LISTED: Readonly<Record<Reason, true>> = {
  credentials_missing: true,
  credentials_malformed: true,
  credentials_invalid: true,
  token_expired: true,
  token_not_yet_valid: true,
  token_revoked: true,
  session_expired: true,
  account_disabled: true,
  proof_invalid: true,
  nonce_required: true,
  authentication_too_weak: true,
  credentials_ambiguous: true,
  subprotocol_missing: true,
  scope_insufficient: true,
  access_denied: true,
  certificate_missing: true,
  origin_not_allowed: true,
  address_not_allowed: true,
  transport_insecure: true,
  too_many_attempts: true,
  verifier_unavailable: true
}

t.test('table, type, schema and page name the same reasons', async (t) => {
  const table = Object.keys(REASONS)
  t.strictSame([...TYPE].sort(), [...table].sort(), 'the type')
  t.strictSame(Object.keys(LISTED).sort(), [...table].sort(), 'the type, as compiled')
  t.strictSame([...(ProblemSchema.properties.code as { enum?: string[] }).enum ?? []].sort(), [...table].sort(), 'the schema of the body')
  t.strictSame(refusals.map(({ code }) => code).sort(), [...table].sort(), 'the page')
})

t.test('the page says of each reason its status, and something for either side', async (t) => {
  for (const { code, cells, heading } of refusals) {
    const [, status, ...texts] = cells
    const reason = REASONS[code as Reason] // the page's; compared above
    t.equal(Number(status), reason?.status, code)
    t.match(heading, String(reason?.status), `${code}: below its heading`)
    t.equal(texts.length, 3, `${code}: what happened, client, server owner`)
    t.ok(texts.every((text) => text.length >= 8 && /[.?]$/.test(text)), `${code}: sentences`)
  }
})

t.test('the page marks what only verifiers say', async (t) => {
  const files = readdirSync(new URL('../lib', import.meta.url), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))
  const code = files.map((name) => readFileSync(new URL(`../lib/${name}`, import.meta.url), 'utf8').replace(/^\s*\*.*$/gm, '')).join('\n')
  const refused = [...code.matchAll(/(?:refuse|refused|plainDenial)\('([a-z_]+)'\)/g)].map(([, reason]) => reason ?? '')
  const own = new Set([...refused, 'credentials_missing', 'scope_insufficient', 'access_denied', 'certificate_missing'])
  const marked = PAGE.split('\n').flatMap((line) => /^\| `([a-z_]+)` † \|/.exec(line)?.[1] ?? [])
  t.strictSame(marked.sort(), Object.keys(REASONS).filter((reason) => !own.has(reason)).sort())
})

t.test('table and page name the same boot errors', async (t) => {
  t.strictSame(boot.map(({ code }) => code).sort(), Object.keys(BOOT_ERRORS).sort())
  for (const { code, cells } of boot) {
    t.equal(cells.length, 3, `${code}: cause and mend`)
    t.ok(cells.slice(1).every((text) => text.length > 15 && /[.:`]$/.test(text)), `${code}: sentences`)
    t.ok(code in BOOT_ERRORS, code satisfies string as BootErrorCode)
  }
})

t.test('the page names no code that does not exist', async (t) => {
  const known = new Set([...Object.keys(BOOT_ERRORS), ...(Object.keys(REASONS) as Reason[]).map(refusalErrorCode)])
  t.strictSame((PAGE.match(/FST_SECURITY_[A-Z_]*[A-Z]/g) ?? []).filter((code) => !known.has(code)), [])
  const fixed = new Set((Object.keys(REASONS) as Reason[]).map((reason) => REASONS[reason].detail))
  t.strictSame([...PAGE.matchAll(/"detail":"([^"]*)"|error_description="([^"]*)"/g)].map(([, a, b]) => a ?? b ?? '').filter((text) => !fixed.has(text)), [], 'nor a text')
})

t.test('an error handler sees what the page says', async (t) => {
  const app = Fastify()
  app.setErrorHandler((error: FastifyError, _request, reply) => {
    const { code, statusCode, message, reason, requiredScopes } = error as RefusalError
    return reply.send({ code, statusCode, message, reason, requiredScopes, stack: /\n\s+at /.test(error.stack ?? '') })
  })
  await app.register(fastifySecurity, {
    schemes: { token: bearer({ roles: ['read', 'write'], verify: (token) => token === 'short' ? { scopes: ['read'] } : null }) }, security: [{ token: ['read', 'write'] }]
  })
  app.get('/', async () => 'in')
  const response = await app.inject({ url: '/', headers: { authorization: 'Bearer short' } })
  t.equal(response.statusCode, 403)
  t.strictSame(response.json(), {
    code: 'FST_SECURITY_SCOPE_INSUFFICIENT',
    statusCode: 403,
    message: REASONS.scope_insufficient.detail,
    reason: 'scope_insufficient',
    requiredScopes: ['read', 'write'],
    stack: false
  })
  t.equal(response.headers['cache-control'], 'no-store')
  t.match(response.headers['www-authenticate'], /^Bearer realm="api", error="insufficient_scope", scope="read write"/)
  await app.close()
})
