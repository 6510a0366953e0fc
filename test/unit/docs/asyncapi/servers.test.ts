import t from 'tap'
import { baseOf, findServers, readServers } from '../../../../lib/docs/asyncapi/servers.ts'

const plain = (servers: ReadonlyMap<string, object>) => Object.fromEntries(servers)

t.test('URLs become Server Objects', async (t) => {
  const table: [url: string, key: string, server: object][] = [
    ['wss://api.example/v1', 'api.example-v1', { host: 'api.example', protocol: 'wss', pathname: '/v1' }],
    ['wss://api.example/v1/', 'api.example-v1', { host: 'api.example', protocol: 'wss', pathname: '/v1' }],
    ['ws://localhost:3000', 'localhost-3000', { host: 'localhost:3000', protocol: 'ws' }],
    ['HTTPS://api.example/', 'api.example', { host: 'api.example', protocol: 'wss' }],
    ['http://[::1]:80', '---1--80', { host: '[::1]:80', protocol: 'ws' }],
    ['wss://{region}.example', 'region.example', { host: '{region}.example', protocol: 'wss' }]
  ]
  for (const [url, key, server] of table) t.strictSame(plain(readServers([url])), { [key]: server }, url)
  t.strictSame(Object.keys(plain(readServers(['wss://a.example', 'ws://a.example']))), ['a.example', 'a.example-2'])
})

t.test('what is no address of a server is refused', async (t) => {
  for (const url of ['', '/v1', 'api.example', 'ftp://api.example', 'wss://me:pw@api.example', 'wss://api.example?x', 'wss://api.example/#x', 'wss://']) {
    t.throws(() => readServers([url]), { code: 'FST_SECURITY_ASYNCAPI_INVALID', message: /`servers`/ }, url)
  }
})

t.test('servers are found in the OpenAPI document, or else the hosts of the resources', async (t) => {
  const variables = { region: { default: 'eu', enum: ['eu', 'us'], description: 'Where', other: 1 }, unused: { default: '' } }
  const table: [what: string, declared: unknown, servers: object][] = [
    ['absolute', [{ url: 'https://{region}.example/v1', description: 'Live', variables }], {
      'region.example-v1': {
        host: '{region}.example',
        protocol: 'wss',
        pathname: '/v1',
        description: 'Live',
        variables: { region: { default: 'eu', enum: ['eu', 'us'], description: 'Where' } }
      }
    }],
    ['relative', [{ url: '/v1' }, { url: 7 }, null], { 'pets.example': { host: 'pets.example', protocol: 'wss' } }],
    ['none', undefined, { 'pets.example': { host: 'pets.example', protocol: 'wss' } }]
  ]
  for (const [what, declared, servers] of table) {
    t.strictSame(plain(findServers(declared, ['https://pets.example/v1', 'https://pets.example/v2'])), servers, what)
  }
  t.strictSame(plain(findServers(undefined, [])), {})
})

t.test('a base for relative URLs is a server that is known for certain', async (t) => {
  const table: [servers: Parameters<typeof baseOf>[0], base: string | null][] = [
    [readServers(['wss://api.example/v1', 'ws://b.example']), 'https://api.example/'],
    [readServers(['ws://127.0.0.1:3000']), 'http://127.0.0.1:3000/'],
    [findServers([{ url: 'https://{x}.example', variables: { x: { default: 'a' } } }], []), null],
    [new Map(), null]
  ]
  for (const [servers, base] of table) t.equal(baseOf(servers), base)
})
