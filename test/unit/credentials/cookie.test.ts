import t from 'tap'
import cookie from '@fastify/cookie'
import Fastify from 'fastify'
import { readCookie } from '../../../lib/credentials/cookie.ts'
import { AMBIGUOUS, sourceOf, told, withoutLines } from './source.ts'

const read = (field: string, name = 'sid'): unknown => told(readCookie(sourceOf([['Cookie', field]]), name))

t.test('one cookie is read', async (t) => {
  const table: [name: string, field: string, found: unknown][] = [
    ['alone', 'sid=abc', 'abc'],
    ['first', 'sid=abc; other=x', 'abc'],
    ['last', 'other=x; sid=abc', 'abc'],
    ['without a space', 'other=x;sid=abc', 'abc'],
    ['with many', 'other=x;  \t sid=abc  ; more=y', 'abc'],
    ['spaces around the equals sign', 'sid = abc', 'abc'],
    ['an equals sign in the value', 'sid=a=b==', 'a=b=='],
    ['quotes are part of the value (RFC 6265 §5.2)', 'sid="abc"', '"abc"'],
    ['one quote only', 'sid="', '"'],
    ['a quote at one end', 'sid="abc', '"abc'],
    ['percent-encoded', 'sid=a%20b%3Bc', 'a b;c'],
    ['badly percent-encoded', 'sid=a%zz', 'a%zz'],
    ['not UTF-8', 'sid=%ff', '%ff'],
    ['a plus stays', 'sid=a+b', 'a+b'],
    ['no value', 'sid=', undefined],
    ['spaces for a value', 'sid=   ', undefined],
    ['no equals sign', 'sid', undefined],
    ['another letter case', 'SID=abc', undefined],
    ['a longer name', 'xsid=abc; sid2=abc', undefined],
    ['the name in a value', 'other=sid=abc', undefined],
    ['none', '', undefined],
    ['only separators', ';;; ;', undefined],
    ['no name', '=abc', undefined]
  ]
  for (const [name, field, found] of table) t.strictSame(read(field), found, name)
})

t.test('two of one name are ambiguous in either order', async (t) => {
  const table: [name: string, field: string][] = [
    ['good, then evil', 'sid=good; sid=evil'],
    ['apart', 'sid=good; other=x; sid=evil'],
    ['equal', 'sid=good; sid=good'],
    ['the second empty', 'sid=good; sid='],
    ['the first empty', 'sid=; sid=evil'],
    ['other spaces', 'sid=good;   sid =evil']
  ]
  for (const [name, field] of table) t.strictSame(read(field), AMBIGUOUS, name)
  t.strictSame(told(readCookie(sourceOf([['Cookie', 'sid=good'], ['Cookie', 'sid=evil']]), 'sid')), AMBIGUOUS, 'on two lines')
  t.equal(read('sid=good; SID=evil'), 'good', 'another letter case is another cookie')
})

t.test('several Cookie lines are one (RFC 9113 §8.2.3)', async (t) => {
  t.equal(readCookie(sourceOf([['Cookie', 'a=1'], ['Cookie', 'sid=abc'], ['cookie', 'b=2']]), 'sid'), 'abc')
})

// Browsers let any page of a sister domain set a cookie whose name begins with other characters than a space or a tab.
t.test('only spaces and tabs around a name are none of it', async (t) => {
  for (const blank of ['\u00A0', '\u000B', '\u000C', '\u0085', '\uFEFF', '\u2003']) {
    const code = `U+${blank.charCodeAt(0).toString(16)}`
    t.equal(read(`${blank}__Host-sid=evil`, '__Host-sid'), undefined, `${code} before`)
    t.equal(read(`__Host-sid${blank}=evil`, '__Host-sid'), undefined, `${code} behind`)
    t.equal(read(`__Host-sid=good; ${blank}__Host-sid=evil`, '__Host-sid'), 'good', `${code} beside the real one`)
  }
})

t.test('names that objects have are names like any other', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString']) {
    t.equal(read('other=x', name), undefined, name)
    t.equal(read(`${name}=abc`, name), 'abc', `${name}, sent`)
  }
})

t.test('no Cookie field is no cookie', async (t) => {
  t.equal(readCookie(sourceOf([]), 'sid'), undefined)
  t.equal(readCookie(withoutLines({}), 'sid'), undefined)
  t.equal(readCookie(withoutLines({ cookie: undefined }), 'sid'), undefined)
  t.equal(readCookie(withoutLines({ cookie: 'sid=abc' }), 'sid'), 'abc', 'without raw lines')
  t.equal(readCookie(withoutLines({ cookie: ['sid=abc'] }), 'sid'), undefined, 'an array')
})

t.test('in a handshake without an origin a cookie does not count (RFC 6455 §10.2)', async (t) => {
  const source = sourceOf([['Cookie', 'sid=abc']])
  t.strictSame(told(readCookie(source, 'sid', { subprotocol: undefined, cookies: false })), { reason: 'origin_not_allowed' })
  t.equal(readCookie(source, 'sid', { subprotocol: undefined, cookies: true }), 'abc')
  t.equal(readCookie(source, 'other', { subprotocol: undefined, cookies: false }), undefined, 'an absent one is absent')
  t.strictSame(told(readCookie(sourceOf([['Cookie', 'sid=a; sid=b']]), 'sid', { subprotocol: undefined, cookies: false })), AMBIGUOUS, 'two are ambiguous')
})

t.test('the value is the one that @fastify/cookie gives', async (t) => {
  const app = Fastify()
  await app.register(cookie)
  app.get('/', async (request) => ({ theirs: request.cookies['sid'] ?? null, ours: readCookie(request, 'sid') ?? null }))
  for (const value of ['abc', '"abc"', 'a%20b', '%E2%82%AC', 'a=b', 'a%zz', '%ff', '"a%20b"', 'a+b', '"', '""x', '\'a\'']) {
    const { theirs, ours } = (await app.inject({ url: '/', headers: { cookie: `other=1; sid=${value}` } })).json<{ theirs: string, ours: string }>()
    t.equal(ours, theirs, value)
  }
  await app.close()
})
