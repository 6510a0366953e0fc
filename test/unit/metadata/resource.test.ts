import t from 'tap'
import { readResources, resourceOf } from '../../../lib/metadata/resource.ts'

const CODE = 'FST_SECURITY_OPTIONS_INVALID'

t.test('the metadata stands between host and path', async (t) => {
  const table: [identifier: string, url: string][] = [
    ['https://api.example', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/', 'https://api.example/.well-known/oauth-protected-resource'],
    ['https://api.example/v1', 'https://api.example/.well-known/oauth-protected-resource/v1'],
    ['https://api.example/v1?tenant=a', 'https://api.example/.well-known/oauth-protected-resource/v1?tenant=a'],
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000/.well-known/oauth-protected-resource'],
    ['http://localhost:3000/pets', 'http://localhost:3000/.well-known/oauth-protected-resource/pets']
  ]
  for (const [identifier, metadataUrl] of table) t.match(readResources([identifier]), [{ identifier, metadataUrl }], identifier)
})

t.test('what is no identifier of a resource', async (t) => {
  for (const identifier of ['', 'api', 'http://api.example', 'https://api.example#a', 'https://ada@api.example', 'https://ada:x@api.example', 'ftp://api.example']) {
    t.throws(() => readResources([identifier]), { code: CODE, message: /RFC 9728/ }, identifier)
  }
})

t.test('two of one path', async (t) => {
  for (const both of [['https://a.example', 'https://b.example'], ['https://a.example/v1', 'https://b.example/v1'], ['https://a.example', 'https://a.example']]) {
    t.throws(() => readResources(both), { code: CODE, message: /have one path/ }, both.join(' '))
  }
  t.equal(readResources(['https://a.example', 'https://a.example/v1', 'https://b.example/v2']).length, 3)
})

t.test('a route belongs to the resource with the longest path above it', async (t) => {
  const resources = readResources(['https://api.example/v1', 'https://api.example', 'https://api.example/v1/pets'])
  const table: [url: string, identifier: string][] = [
    ['/', 'https://api.example'], ['/v1', 'https://api.example/v1'], ['/v1/toys', 'https://api.example/v1'], ['/v10', 'https://api.example'],
    ['/v1/pets', 'https://api.example/v1/pets'], ['/v1/pets/:id', 'https://api.example/v1/pets'], ['/v1/petshop', 'https://api.example/v1']
  ]
  for (const [url, identifier] of table) t.equal(resourceOf(url, resources)?.identifier, identifier, url)
  t.equal(resourceOf('/v2', readResources(['https://api.example/v1'])), null)
})
