import t from 'tap'
import { combine, isSatisfiable, writeRequirements, writeSecurity } from '../../../../lib/docs/asyncapi/requirements.ts'
import type { Requirement, Security } from '../../../../lib/requirement/parse.ts'

const write = (name: string, alternative: Requirement) => ({ $ref: `${name}:${Object.keys(alternative).join('+')}:${alternative[name]?.join() ?? ''}` })
const refs = (...written: string[]) => written.map(($ref) => ({ $ref }))

t.test('alternatives are a list, and what a list cannot say is an extension', async (t) => {
  const table: [what: string, security: Security, fields: object][] = [
    ['public', [], {}],
    ['one', [{ a: ['x'] }], { security: refs('a:a:x') }],
    ['or', [{ a: [] }, { b: ['y'] }], { security: refs('a:a:', 'b:b:y') }],
    ['the same twice', [{ a: [] }, { a: [] }], { security: refs('a:a:') }],
    ['optional', [{}, { a: [] }], {
      description: 'Credentials are optional, anonymous clients are let in. Those that count: `a`.', 'x-security': [{}, { a: [] }]
    }],
    ['only anonymous', [{}], { description: 'No credentials are asked for.', 'x-security': [{}] }],
    ['and', [{ a: ['x'], b: [] }, { c: [] }], {
      security: refs('a:a+b:x', 'b:a+b:', 'c:c:'),
      description: 'Credentials that are asked for: `a` (`x`) and `b`, or `c`.',
      'x-security': [{ a: ['x'], b: [] }, { c: [] }]
    }]
  ]
  for (const [what, security, fields] of table) t.strictSame(writeSecurity(security, write), fields, what)
})

t.test('what is written is a copy', async (t) => {
  const security = Object.freeze([Object.freeze({ a: Object.freeze(['x']) })])
  const written = writeRequirements(security)
  written[0]?.['a']?.push('y')
  t.strictSame(security, [{ a: ['x'] }])
})

t.test('what a message asks comes on top of what lets connections in', async (t) => {
  const table: [what: string, route: Security, message: Security, both: Security, satisfiable: boolean][] = [
    ['nothing further', [{ a: ['r'] }], [], [{ a: ['r'] }], true],
    ['further scopes', [{ a: ['r'] }], [{ a: ['w'] }], [{ a: ['r', 'w'] }], true],
    ['only some connections have the scheme', [{ a: ['r'] }, { b: [] }], [{ a: ['w'] }], [{ a: ['r', 'w'] }], true],
    ['alternatives', [{ a: [] }], [{ a: ['x'] }, { a: ['y'] }], [{ a: ['x'] }, { a: ['y'] }], true],
    ['one that asks nothing', [{ a: ['r'] }], [{}, { b: [] }], [{ a: ['r'] }], true],
    ['the same from two sides', [{ a: ['r'] }], [{ a: [] }, { a: ['r'] }], [{ a: ['r'] }], true],
    ['together', [{ a: ['r'], b: [] }], [{ a: ['w'], b: ['z'] }], [{ a: ['r', 'w'], b: ['z'] }], true],
    ['anonymous connections', [{}, { a: [] }], [{ a: ['w'] }], [{ a: ['w'] }], true],
    ['what no connection has', [{ a: ['r'] }], [{ b: [] }], [{ a: ['r'], b: [] }], false]
  ]
  for (const [what, route, message, both, satisfiable] of table) {
    t.strictSame(combine(route, message), both, what)
    t.equal(isSatisfiable(route, message), satisfiable, what)
  }
})
