import t from 'tap'
import swagger from '@fastify/swagger'
import { basePaths, pathTemplate, templateOf } from '../../../lib/docs/paths.ts'

t.test('URLs are read as @fastify/swagger reads them', async (t) => {
  const urls = [
    '/', '/pets', '/pets/:id', '/pets/:id/toys/:toy_2', '/:a-:b', '/:a.:b', '/files/*', '*', '/at/:hour(^\\d+)h', '/at/:h((a|b)c)/x', '/x(\\d)/y',
    '/verb/::undelete', '/pets/:id::purge', '/optional/:id?', '/:', '/:/x', '/open(', '/a/:b(c', '/%7Bx%7D', '/:a*', '/:a/*', '/::', '/:a(b)*', '/(a)(b)', '/a:'
  ]
  for (const url of urls) t.equal(templateOf(url), pathTemplate(swagger.formatParamUrl(url)), url)
})

t.test('parameters lose their names only', async (t) => {
  const table: [path: string, template: string][] = [['/a', '/a'], ['/a/{id}', '/a/{}'], ['/{a}-{b}/{*}', '/{}-{}/{}'], ['/{', '/{'], ['/{}', '/{}']]
  for (const [path, template] of table) t.equal(pathTemplate(path), template)
})

t.test('the paths of servers are those @fastify/swagger takes off', async (t) => {
  const servers = [{ url: 'https://api.example/v1' }, { url: '/v2' }, { url: 'https://api.example' }, { url: 'http://[' }, { url: 1 }, null, {}]
  t.strictSame(basePaths(servers), ['/v1', '/v2'])
  t.strictSame(basePaths([{ url: 'https://api.example/v1/' }, { url: '/v1' }]), ['/v1/', '/v1'])
  t.strictSame(basePaths([{ url: 'https://{host}.example/{base}/{none}', variables: { host: { default: 'api' }, base: { default: 'v1' } } }]), ['/v1/%7Bnone%7D'])
  t.strictSame(basePaths(undefined), [])
})
