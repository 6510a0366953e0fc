import t from 'tap'
import { tokenCache } from '../../../lib/tokens/cache.ts'

const TAIL = 'x'.repeat(32)

function cacheAt (start: number, size = 10) {
  const clock = { ms: start }
  return { clock, cache: tokenCache<{ name: string, expiresAt: number }>(size, () => clock.ms) }
}

t.test('the whole token is compared, not only its end', async (t) => {
  const { cache } = cacheAt(0)
  const credentials = { name: 'ada', expiresAt: 10 }
  cache.set(`a.${TAIL}`, credentials)
  t.equal(cache.get(`a.${TAIL}`), credentials)
  for (const other of [`b.${TAIL}`, TAIL, `aa.${TAIL}`, `a.${TAIL}x`, '', `.${TAIL}`]) t.equal(cache.get(other), undefined, other)
  t.equal(cache.get(`a.${TAIL}`), credentials, 'a stranger drops nothing')
})

t.test('of two tokens with one end the later is kept, and never taken for the other', async (t) => {
  const { cache } = cacheAt(0)
  cache.set(`a.${TAIL}`, { name: 'ada', expiresAt: 10 })
  cache.set(`b.${TAIL}`, { name: 'eve', expiresAt: 10 })
  t.equal(cache.get(`a.${TAIL}`), undefined)
  t.equal(cache.get(`b.${TAIL}`)?.name, 'eve')
})

t.test('nothing outlives its expiry or five minutes', async (t) => {
  const rows: [string, number, number, boolean][] = [
    ['before exp', 10, 9_999, true],
    ['at exp', 10, 10_000, false],
    ['before a fraction', 10.5, 10_499, true],
    ['at a fraction', 10.5, 10_500, false],
    ['before five minutes', 86_400, 299_999, true],
    ['at five minutes', 86_400, 300_000, false],
    ['already expired', 0, 0, false]
  ]
  for (const [name, expiresAt, ms, hit] of rows) {
    const { cache, clock } = cacheAt(0)
    cache.set('token', { name, expiresAt })
    clock.ms = ms
    t.equal(cache.get('token') !== undefined, hit, name)
    clock.ms = 0
    t.equal(cache.get('token') !== undefined, hit, `${name}: what was dropped stays away`)
  }
})

t.test('the size is a bound and what is used stays', async (t) => {
  const { cache } = cacheAt(0, 3)
  const credentials = { name: 'x', expiresAt: 10 }
  for (const token of ['a', 'b', 'c']) cache.set(token, credentials)
  cache.get('a')
  for (let index = 0; index < 2; index++) cache.set(`new ${index}`, credentials)
  t.ok(cache.get('a'))
  t.equal(cache.get('b'), undefined)
  for (let index = 0; index < 1000; index++) cache.set(`flood ${index}`, credentials)
  t.equal(cache.forget(() => true), 3)
})

t.test('forget drops what matches and counts it', async (t) => {
  const { cache } = cacheAt(0)
  for (const name of ['ada', 'eve', 'eva']) cache.set(name, { name, expiresAt: 10 })
  t.equal(cache.forget(({ name }) => name.startsWith('ev')), 2)
  t.equal(cache.get('eve'), undefined)
  t.ok(cache.get('ada'))
  t.equal(cache.forget(() => true), 1)
})

t.test('what was asked for last is forgotten, replaced and pushed out like everything else', async (t) => {
  const { cache, clock } = cacheAt(0, 2)
  const [ada, eve] = [{ name: 'ada', expiresAt: 10 }, { name: 'eve', expiresAt: 10 }]
  cache.set('token', ada)
  t.ok(cache.has('token'))
  t.notOk(cache.has('other'), 'another')
  t.equal(cache.get('token'), ada)
  cache.set('token', eve)
  t.equal(cache.get('token'), eve, 'replaced')
  cache.forget(({ name }) => name === 'eve')
  t.notOk(cache.has('token'), 'forgotten')
  t.equal(cache.get('token'), undefined, 'forgotten')
  cache.set('token', ada)
  t.ok(cache.has('token'))
  for (const token of ['one', 'two']) cache.set(token, eve)
  t.equal(cache.get('token'), undefined, 'pushed out')
  t.ok(cache.has('two'))
  clock.ms = 10_000
  t.equal(cache.get('two'), undefined, 'ended')
  t.notOk(cache.has('two'), 'and dropped')
})
