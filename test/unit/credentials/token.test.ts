import t from 'tap'
import { readToken } from '../../../lib/credentials/token.ts'
import { refuse, type Carrier, type Handshake } from '../../../lib/scheme.ts'
import { AMBIGUOUS, MALFORMED, sourceOf, told } from './source.ts'

interface Row { field?: string, handshake?: Handshake['subprotocol'], query?: unknown, opted?: boolean }

const ON = new Set<Carrier>(['header', 'subprotocol'])

const HEADER_ONLY = { query: null, websocket: undefined }

function read ({ field, handshake, query, opted = false }: Row): unknown {
  const source = sourceOf(field === undefined ? [] : [['Authorization', field]], { query: { access_token: query } })
  const brought = handshake === undefined ? undefined : { carriers: ON, subprotocol: handshake, cookies: true }
  return told(readToken(source, brought, { query: opted ? 'access_token' : null, websocket: undefined }))
}

t.test('a token is found in one place', async (t) => {
  const table: [name: string, row: Row, found: unknown][] = [
    ['nowhere', {}, undefined],
    ['in the field', { field: 'Bearer abc' }, 'abc'],
    ['in the handshake', { handshake: 'abc' }, 'abc'],
    ['in the query, opted in', { query: 'abc', opted: true }, 'abc'],
    ['in the query, not opted in', { query: 'abc' }, undefined],
    ['in the field, and in the query that is ignored', { field: 'Bearer abc', query: 'def' }, 'abc'],
    ['in the field, and a repeated query that is ignored', { field: 'Bearer abc', query: ['d', 'e'] }, 'abc'],
    ['another scheme in the field', { field: 'Basic abc' }, undefined],
    ['another scheme in the field, a token in the handshake', { field: 'Basic abc', handshake: 'def' }, 'def'],
    ['another scheme in the field, a token in the query', { field: 'Basic abc', query: 'def', opted: true }, 'def']
  ]
  for (const [name, row, found] of table) t.strictSame(read(row), found, name)
})

t.test('more than one is ambiguous, even if they are equal', async (t) => {
  const table: [name: string, row: Row][] = [
    ['field and handshake', { field: 'Bearer abc', handshake: 'def' }],
    ['field and handshake, equal', { field: 'Bearer abc', handshake: 'abc' }],
    ['field and query', { field: 'Bearer abc', query: 'def', opted: true }],
    ['field and query, equal', { field: 'Bearer abc', query: 'abc', opted: true }],
    ['handshake and query', { handshake: 'abc', query: 'def', opted: true }],
    ['all three', { field: 'Bearer abc', handshake: 'abc', query: 'abc', opted: true }],
    ['a repeated query', { query: ['a', 'b'], opted: true }],
    ['an empty field and a query', { field: 'Bearer', query: 'abc', opted: true }],
    ['a field and an empty query', { field: 'Bearer abc', query: '', opted: true }],
    ['a malformed field and a handshake', { field: 'Bearer a b', handshake: 'abc' }],
    ['a field and a malformed handshake', { field: 'Bearer abc', handshake: refuse('credentials_malformed') }],
    ['an ambiguous handshake', { handshake: refuse('credentials_ambiguous') }]
  ]
  for (const [name, row] of table) t.strictSame(read(row), AMBIGUOUS, name)
})

t.test('what is no token68 is malformed, wherever it lies', async (t) => {
  for (const text of ['a b', '"x"', 'a,b', 'ä', 'a"', 'a=b', '=', 'a;', 'a{', '\u0000', 'a\n', '']) {
    const name = JSON.stringify(text)
    t.strictSame(read({ field: `Bearer ${text}` }), MALFORMED, `${name} in the field`)
    t.strictSame(read({ query: text, opted: true }), MALFORMED, `${name} in the query`)
    t.strictSame(read({ handshake: text }), MALFORMED, `${name} in the handshake`)
  }
  for (const text of ['abc', 'a-b_c.d~e+f/g', 'abc==', '0']) {
    t.equal(read({ field: `Bearer ${text}` }), text, text)
    t.equal(read({ query: text, opted: true }), text, `${text} in the query`)
  }
  t.strictSame(read({ field: 'Bearer abc ' }), MALFORMED, 'a space behind it')
  t.strictSame(read({ field: 'Bearer' }), MALFORMED, 'the scheme alone')
  t.strictSame(read({ query: 1, opted: true }), MALFORMED, 'a number')
})

t.test('what the handshake refuses stays refused', async (t) => {
  t.strictSame(read({ handshake: refuse('subprotocol_missing') }), { reason: 'subprotocol_missing' })
  t.strictSame(read({ handshake: refuse('credentials_malformed') }), MALFORMED)
  t.equal(told(readToken(sourceOf([]), { carriers: ON }, HEADER_ONLY)), undefined, 'a handshake without a token')
})

t.test('two Authorization lines are ambiguous', async (t) => {
  t.strictSame(told(readToken(sourceOf([['Authorization', 'Bearer a'], ['Authorization', 'Bearer b']]), undefined, HEADER_ONLY)), AMBIGUOUS)
})

t.test('a WebSocket handshake brings a token where the options say, or the scheme says', async (t) => {
  const everywhere = { carriers: ON, subprotocol: 'sub', message: 'msg' }
  const inAll = sourceOf([['Authorization', 'Bearer field']], { query: { access_token: 'query' } })
  const table: [name: string, plugin: Carrier[], scheme: Carrier[] | undefined, found: unknown][] = [
    ['the header', ['header'], undefined, 'field'],
    ['a subprotocol', ['subprotocol'], undefined, 'sub'],
    ['a message', ['message'], undefined, 'msg'],
    ['the query', ['query'], undefined, 'query'],
    ['a ticket, which is no token', ['ticket'], undefined, undefined],
    ['nothing', [], undefined, undefined],
    ['what the scheme says, not the options', ['header', 'subprotocol', 'message', 'query'], ['message'], 'msg'],
    ['what the scheme says, though it is off', [], ['query'], 'query'],
    ['two of them', ['header', 'message'], undefined, { reason: 'credentials_ambiguous' }]
  ]
  for (const [name, plugin, scheme, found] of table) {
    const handshake = { ...everywhere, carriers: new Set(plugin) }
    t.strictSame(told(readToken(inAll, handshake, { query: null, websocket: scheme && new Set(scheme) })), found, name)
  }
})

t.test('a token that is known is not read again; all others are', async (t) => {
  const asked: string[] = []
  const isKnown = (token: string): boolean => { asked.push(token); return token === 'known "' }
  const readKnowing = (lines: [string, string][]): unknown => told(readToken(sourceOf(lines), undefined, { ...HEADER_ONLY, isKnown }))
  t.equal(readKnowing([['Authorization', 'Bearer known "']]), 'known "')
  t.strictSame(readKnowing([['Authorization', 'Bearer unknown "']]), MALFORMED)
  t.equal(readKnowing([['Authorization', 'Bearer unknown']]), 'unknown')
  t.strictSame(readKnowing([['Authorization', 'Bearer a'], ['Authorization', 'Bearer a']]), AMBIGUOUS)
  t.equal(readKnowing([]), undefined)
  t.strictSame(asked, ['known "', 'unknown "', 'unknown'])
})
