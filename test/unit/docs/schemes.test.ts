import t from 'tap'
import type { Json, Version } from '../../../lib/docs/openapi.ts'
import { writeScheme, writeSchemes } from '../../../lib/docs/schemes.ts'
import type { SchemeDefinition } from '../../../lib/scheme.ts'
import { schemes } from './protections.ts'

const device = { deviceAuthorizationUrl: 'https://id.example/device', tokenUrl: 'https://id.example/token', scopes: {} }
const oauth: SchemeDefinition = { type: 'oauth2', flows: { deviceAuthorization: device }, oauth2MetadataUrl: 'https://id.example/metadata' }

t.test('schemes are written as each version knows them', async (t) => {
  const { deviceAuthorizationUrl, ...rest } = device
  const older: Json = {
    type: 'oauth2',
    flows: { 'x-oai-deviceAuthorization': { 'x-oai-deviceAuthorizationUrl': deviceAuthorizationUrl, ...rest } },
    'x-oauth2MetadataUrl': 'https://id.example/metadata'
  }
  const bearer: SchemeDefinition = { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'A token.' }
  const table: [definition: SchemeDefinition, ...written: [version: Version, written: Json][]][] = [
    [bearer, [0, bearer], [1, bearer], [2, bearer]],
    [oauth, [0, older], [1, older], [2, oauth]],
    [{ type: 'apiKey', in: 'header', name: 'X', deprecated: true },
      [0, { type: 'apiKey', in: 'header', name: 'X', 'x-oai-deprecated': true }],
      [1, { type: 'apiKey', in: 'header', name: 'X', 'x-oai-deprecated': true }],
      [2, { type: 'apiKey', in: 'header', name: 'X', deprecated: true }]],
    [{ type: 'mutualTLS' }, [1, { type: 'mutualTLS' }], [2, { type: 'mutualTLS' }]]
  ]
  for (const [definition, ...versions] of table) {
    for (const [version, written] of versions) t.strictSame(writeScheme(definition, version), written, `${definition.type} in 3.${version}`)
  }
})

t.test('OpenAPI 3.0 gets a stand-in for client certificates that says so', async (t) => {
  const plain = writeScheme({ type: 'mutualTLS' }, 0)
  t.match(plain, { type: 'http', scheme: 'mutualTLS', 'x-type': 'mutualTLS', description: /client certificate/ })
  const described = writeScheme({ type: 'mutualTLS', description: 'Ours.', deprecated: true }, 0)
  t.match(described, { description: /^Ours\.\n\nA TLS client certificate/, 'x-oai-deprecated': true })
  t.notOk('deprecated' in described)
})

t.test('what an application wrote explains, and what is enforced is ours', async (t) => {
  const declared = Object.freeze({
    theirs: { type: 'http', scheme: 'digest' },
    staff: { type: 'apiKey', in: 'header', name: 'X', description: 'Staff only.', 'x-internal': true },
    service: { type: 'http', scheme: 'basic', bearerFormat: 'opaque' },
    partner: { $ref: '#/components/securitySchemes/theirs' },
    session: 'nonsense',
    oauth: { type: 'oauth2', flows: { implicit: {} }, deprecated: true }
  })
  const written = writeSchemes(schemes, declared, 1)
  t.strictSame(Object.keys(written), ['theirs', 'staff', 'service', 'partner', 'session', 'oauth', 'param', 'tls', 'proof', 'fixed'])
  t.match(written, {
    theirs: { type: 'http', scheme: 'digest' },
    staff: { type: 'http', scheme: 'basic', description: 'Staff only.', 'x-internal': true },
    service: { type: 'http', scheme: 'bearer', bearerFormat: 'opaque' },
    partner: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
    session: { type: 'apiKey', in: 'cookie', name: 'sid' },
    oauth: { 'x-oai-deprecated': true, flows: { clientCredentials: { tokenUrl: 'https://id.example/token' } } }
  })
  t.strictSame(Object.keys(written['staff'] ?? {}), ['type', 'scheme', 'description', 'x-internal'], 'without the place that nobody reads')
  t.notMatch(written['partner'], { $ref: String })
  t.match(writeSchemes(schemes, declared, 2), { oauth: { deprecated: true } })
})

t.test('who changes a document does not change the schemes', async (t) => {
  const written = writeSchemes(schemes, undefined, 2) as { oauth: { flows: { clientCredentials: { scopes: Record<string, string> } } } }
  written.oauth.flows.clientCredentials.scopes['admin'] = 'Everything'
  t.notMatch(schemes.oauth.definition, { flows: { clientCredentials: { scopes: { admin: String } } } })
})
