import t from 'tap'
import { checkOptions, writeInfo } from '../../../../lib/docs/asyncapi/info.ts'
import type { AsyncApiOptions } from '../../../../lib/index.ts'
import type { Json } from '../../../../lib/docs/openapi.ts'

t.test('what is said of the API is as told, as in the OpenAPI document, or a default', async (t) => {
  const openapi = { info: { title: 'Pets', version: '2.0.0', description: 'HTTP' } }
  const table: [options: AsyncApiOptions, openapi: Json | null, info: object][] = [
    [{ title: 'Live', version: '1.1.0', description: 'Ours' }, openapi, { title: 'Live', version: '1.1.0', description: 'Ours' }],
    [{ title: 'Live' }, openapi, { title: 'Live', version: '2.0.0' }],
    [{}, openapi, { title: 'Pets', version: '2.0.0' }],
    [{}, { info: { title: '', version: 2 } }, { title: 'WebSocket API', version: '0.0.0' }],
    [{}, null, { title: 'WebSocket API', version: '0.0.0' }]
  ]
  for (const [options, document, info] of table) t.strictSame(writeInfo(options, document), info)
})

t.test('options that cannot be are refused', async (t) => {
  const table: [options: object, problem: RegExp][] = [
    [{ title: 7 }, /`title`/], [{ version: null }, /`version`/], [{ description: [] }, /`description`/], [{ openapi: {} }, /`openapi` is not a text/],
    [{ openapi: '/openapi.json' }, /with its host/], [{ servers: 'wss://api.example' }, /array of URLs/], [{ servers: [new URL('wss://a.example')] }, /array of URLs/]
  ]
  for (const [options, message] of table) t.throws(() => { checkOptions(options as AsyncApiOptions) }, { code: 'FST_SECURITY_ASYNCAPI_INVALID', message })
  t.doesNotThrow(() => { checkOptions({ title: 'a', openapi: 'https://api.example/openapi.json', servers: [] }) })
})
