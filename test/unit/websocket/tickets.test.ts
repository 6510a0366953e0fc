import t from 'tap'
import { tickets, type Grant } from '../../../lib/websocket/tickets.ts'

const grantOf = (subject: string, url = '/live'): Grant => ({ url, credentials: new Map([['oauth', { subject }]]) })

t.test('a ticket is spent once, at its route, in its time', async (t) => {
  let now = 5000
  const store = tickets(() => now)
  const table: [name: string, use: (ticket: string, grant: Grant) => (Grant | null)[], expected: (grant: Grant) => (Grant | null)[]][] = [
    ['once', (ticket) => [store.spend(ticket, '/live'), store.spend(ticket, '/live')], (grant) => [grant, null]],
    ['at another route it is spent too', (ticket) => [store.spend(ticket, '/other'), store.spend(ticket, '/live')], () => [null, null]],
    ['at the last moment', (ticket) => { now += 999; return [store.spend(ticket, '/live')] }, (grant) => [grant]],
    ['at its end', (ticket) => { now += 1000; return [store.spend(ticket, '/live')] }, () => [null]],
    ['almost the same', (ticket) => [store.spend(`${ticket}A`, '/live'), store.spend(ticket.toLowerCase(), '/live'), store.spend('', '/live')],
      () => [null, null, null]]
  ]
  for (const [name, use, expected] of table) {
    const grant = grantOf('ada')
    const ticket = store.mint(grant, 1000)
    t.match(ticket, /^[\w-]{43}$/, 'as a query parameter takes it')
    t.strictSame(use(ticket, grant), expected(grant), name)
  }
})

t.test('no two are the same', async (t) => {
  const store = tickets(() => 0)
  const minted = new Set(Array.from({ length: 1000 }, () => store.mint(grantOf('ada'), 1000)))
  t.equal(minted.size, 1000)
})

t.test('beyond ten thousand the oldest is dropped', async (t) => {
  const store = tickets(() => 0)
  const minted = Array.from({ length: 10_001 }, (_, i) => store.mint(grantOf(String(i)), 1000))
  t.equal(store.spend(minted[0] ?? '', '/live'), null)
  t.strictSame(store.spend(minted[1] ?? '', '/live')?.credentials.get('oauth'), { subject: '1' })
  t.strictSame(store.spend(minted.at(-1) ?? '', '/live')?.credentials.get('oauth'), { subject: '10000' })
})

t.test('those that match a revocation are dropped', async (t) => {
  const store = tickets(() => 0)
  const [ada, bob] = ['ada', 'bob'].map((subject) => store.mint(grantOf(subject), 1000))
  store.revoke(({ credentials }) => Reflect.get(credentials.get('oauth') ?? {}, 'subject') === 'ada')
  t.equal(store.spend(ada ?? '', '/live'), null)
  t.not(store.spend(bob ?? '', '/live'), null)
})
