import t from 'tap'
import type { Version } from '../../../lib/docs/openapi.ts'
import { writeSecurity, type SecurityFields } from '../../../lib/docs/requirements.ts'
import type { Security } from '../../../lib/requirement/parse.ts'
import { schemes } from './protections.ts'

t.test('requirements are written as declared, and roles where the version has a place for them', async (t) => {
  const mixed: Security = [{ oauth: ['pets:read'], partner: ['admin'] }, {}, { staff: [] }]
  const table: [version: Version, security: Security, written: SecurityFields][] = [
    [0, [], { security: [] }],
    [0, [{}], { security: [{}] }],
    [0, [{ staff: [] }, {}], { security: [{ staff: [] }, {}] }],
    [0, [{ oauth: ['pets:read', 'pets:write'] }], { security: [{ oauth: ['pets:read', 'pets:write'] }] }],
    [0, mixed, {
      security: [{ oauth: ['pets:read'], partner: [] }, {}, { staff: [] }],
      'x-required-roles': [{ partner: ['admin'] }, {}, {}]
    }],
    [1, mixed, { security: [{ oauth: ['pets:read'], partner: ['admin'] }, {}, { staff: [] }] }],
    [2, mixed, { security: [{ oauth: ['pets:read'], partner: ['admin'] }, {}, { staff: [] }] }]
  ]
  for (const [version, security, written] of table) t.strictSame(writeSecurity(security, schemes, version), written, `3.${version} ${JSON.stringify(security)}`)
})

t.test('who changes a document does not change what is enforced', async (t) => {
  const security: Security = Object.freeze([Object.freeze({ oauth: Object.freeze(['pets:read']) })])
  const written = writeSecurity(security, schemes, 1)
  written.security[0]?.['oauth']?.push('pets:write')
  t.strictSame(security, [{ oauth: ['pets:read'] }])
})
