import t from 'tap'
import { matchOperations, pathTable } from '../../../lib/docs/matching.ts'

function route (method: string, url: string) {
  return { methods: [method], url, name: `${method} ${url}` }
}

t.test('routes are found below the servers that hold for an operation', async (t) => {
  const match = matchOperations([
    route('GET', '/pets'), route('GET', '/v1/pets'), route('GET', '/v2/pets'), route('POST', '/v2/pets'), route('GET', '/toys/:id'), route('GET', '/v1')
  ], [{ url: 'https://api.example/v1' }])
  const second = [{ url: 'https://api.example/v2/' }]
  const table: [method: string, path: string, servers: unknown, found: string | undefined][] = [
    ['get', '/pets', undefined, 'GET /v1/pets'],
    ['get', '/pets', second, 'GET /v2/pets'],
    ['get', '/pets', [{ url: 'https://api.example' }], 'GET /pets'],
    ['get', '/pets', [], 'GET /pets'],
    ['post', '/pets', second, 'POST /v2/pets'],
    ['post', '/pets', undefined, undefined],
    ['get', '/toys/{toy}', undefined, 'GET /toys/:id'],
    ['get', '/toys/{toy}', second, 'GET /toys/:id'],
    ['get', '/v2/pets', undefined, 'GET /v2/pets'],
    ['get', '', undefined, 'GET /v1']
  ]
  for (const [method, path, servers, found] of table) {
    t.equal(match(method, path, servers)?.name, found, `${method} ${path} ${JSON.stringify(servers)}`)
  }
})

t.test('parameters may be called otherwise where that leaves one route', async (t) => {
  const table = pathTable<number>()
  table.set('GET', '/a/{id}', 1)
  table.set('GET', '/b/{id}', 2)
  table.set('GET', '/b/{name}', 3)
  t.equal(table.find('GET', '/a/{other}'), 1)
  t.equal(table.find('GET', '/b/{name}'), 3)
  t.equal(table.find('GET', '/b/{other}'), undefined)
  t.equal(table.find('PUT', '/a/{id}'), undefined)
})
