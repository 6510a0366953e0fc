import t from 'tap'
import { addressAt, addressOf, templateOf } from '../../../../lib/docs/asyncapi/address.ts'
import { readServers } from '../../../../lib/docs/asyncapi/servers.ts'

t.test('URLs of routes become addresses', async (t) => {
  const table: [url: string, address: string][] = [
    ['/', '/'], ['/live', '/live'], ['/live/:room', '/live/{room}'], ['/live/:room(^\\d+$)/x', '/live/{room}/x'], ['/live/:room?', '/live/{room}'],
    ['/feed/*', '/feed/{wildcard}'], ['/a::b', '/a:b'], ['/at/:hour(^\\d{2})h:minute(^\\d{2})m', '/at/{hour}h{minute}m']
  ]
  for (const [url, address] of table) t.equal(templateOf(url), address, url)
})

t.test('the path of a server is taken off on a boundary', async (t) => {
  const server = { host: 'api.example', protocol: 'wss', pathname: '/v1' }
  const table: [path: string, address: string][] = [['/v1/live', '/live'], ['/v10/live', '/v10/live'], ['/live', '/live'], ['/v1', '/']]
  for (const [path, address] of table) t.equal(addressAt(path, server), address, path)
})

t.test('a channel has one address, at the servers where it is that', async (t) => {
  const servers = readServers(['wss://a.example/v1', 'wss://b.example', 'wss://c.example/v1'])
  t.strictSame(addressOf('/v1/live', servers), { address: '/live', servers: [{ $ref: '#/servers/a.example-v1' }, { $ref: '#/servers/c.example-v1' }] })
  t.strictSame(addressOf('/live', servers), { address: '/live' }, 'a proxy takes the path off')
  t.strictSame(addressOf('/live', new Map()), { address: '/live' })
})
