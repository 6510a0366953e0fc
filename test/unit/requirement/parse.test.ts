import t from 'tap'
import { parseSecurity, type Security } from '../../../lib/requirement/parse.ts'

const PLACE = 'Route GET /pets'

t.test('what may be declared is read', async (t) => {
  const table: [name: string, declared: unknown, read: unknown][] = [
    ['public', [], []],
    ['anonymous', [{}], [{}]],
    ['one scheme', [{ a: [] }], [{ a: [] }]],
    ['alternatives keep their order', [{ b: [] }, {}, { a: [] }], [{ b: [] }, {}, { a: [] }]],
    ['scopes keep their order', [{ a: ['z', 'a', 'm'] }], [{ a: ['z', 'a', 'm'] }]],
    ['a scope said twice counts once', [{ a: ['x', 'y', 'x'] }], [{ a: ['x', 'y'] }]],
    ['every scope character', [{ a: ['!#[]~', ':/.-_'] }], [{ a: ['!#[]~', ':/.-_'] }]],
    ['an object without a prototype', [Object.assign(Object.create(null), { a: ['x'] })], [{ a: ['x'] }]]
  ]
  for (const [name, declared, read] of table) t.strictSame(parseSecurity(declared, PLACE), read, name)
})

t.test('what may not be declared stops the application and names the place', async (t) => {
  const table: [name: string, declared: unknown, problem: RegExp][] = [
    ['undefined', undefined, /it is missing/],
    ['null', null, /it is null/],
    ['false', false, /it is the boolean false/],
    ['0', 0, /it is the number 0/],
    ['a text', '', /it is the string/],
    ['a requirement alone', { a: [] }, /it is not a plain object|it is an object/],
    ['an empty object', {}, /it is not a plain object|it is an object/],
    ['a function', () => [], /it is the function/],
    ['a Set', new Set([{ a: [] }]), /it is not a plain object/],
    ['a list of null', [null], /alternative 1 is null/],
    ['a list of undefined', [{ a: [] }, undefined], /alternative 2 is missing/],
    ['a list with a hole', [{ a: [] }, , { a: [] }], /alternative 2 is missing/], // eslint-disable-line no-sparse-arrays -- that is what is tested
    ['scopes with a hole', [{ a: ['x', , 'y'] }], /the scopes of "a"/], // eslint-disable-line no-sparse-arrays -- that is what is tested
    ['a list of names', ['a'], /alternative 1 is the string a/],
    ['a list of lists', [['a']], /alternative 1 is an array/],
    ['scopes that are a text', [{ a: 'x' }], /the scopes of "a"/],
    ['scopes that are null', [{ a: null }], /the scopes of "a"/],
    ['scopes that are undefined', [{ a: undefined }], /the scopes of "a"/],
    ['scopes that are true', [{ a: true }], /the scopes of "a"/],
    ['scopes that are an object', [{ a: {} }], /the scopes of "a"/],
    ['scopes that are a Set', [{ a: new Set(['x']) }], /the scopes of "a"/],
    ['an empty scope', [{ a: [''] }], /the scopes of "a"/],
    ['a scope with a space', [{ a: ['x y'] }], /the scopes of "a"/],
    ['a scope with a quote', [{ a: ['x"y'] }], /the scopes of "a"/],
    ['a scope with a backslash', [{ a: ['x\\y'] }], /the scopes of "a"/],
    ['a scope with a line end', [{ a: ['x\r\nSet-Cookie: a=b'] }], /the scopes of "a"/],
    ['a scope beyond ASCII', [{ a: ['é'] }], /the scopes of "a"/],
    ['a scope that is a number', [{ a: [1] }], /the scopes of "a"/],
    ['a scope that is a list', [{ a: [['x']] }], /the scopes of "a"/],
    ['the second scheme is wrong', [{ a: [], b: 1 }], /the scopes of "b"/]
  ]
  for (const [name, declared, problem] of table) {
    t.throws(() => parseSecurity(declared, PLACE), { code: 'FST_SECURITY_REQUIREMENT_INVALID', message: problem }, name)
    t.throws(() => parseSecurity(declared, PLACE), { message: /^Route GET \/pets: / }, `${name}: place`)
  }
})

t.test('what only looks empty does not let anonymous callers in', async (t) => {
  const table: [name: string, requirement: unknown][] = [
    ['a Map', new Map([['a', []]])],
    ['a Set', new Set(['a'])],
    ['a Date', new Date()],
    ['an object of a class', new (class Requirement { a = [] })()],
    ['inherited members', Object.create({ a: [] })]
  ]
  for (const [name, requirement] of table) t.throws(() => parseSecurity([requirement], PLACE), { code: 'FST_SECURITY_REQUIREMENT_INVALID' }, name)
})

t.test('names that objects have are names like any other', async (t) => {
  for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
    const declared = [JSON.parse(`{"${name}":["x"]}`) as object]
    const [requirement] = parseSecurity(declared, PLACE)
    t.strictSame(Object.entries(requirement ?? {}), [[name, ['x']]], name)
    t.equal(Object.getPrototypeOf(requirement), Object.prototype, `${name}: prototype`)
  }
  t.equal(Reflect.get({}, 'x'), undefined)
})

t.test('later changes of what was declared have no effect, and nothing can change what was read', async (t) => {
  const declared: Record<string, string[]>[] = [{ a: ['x'] }, { b: [] }]
  const read = parseSecurity(declared, PLACE)
  const before = JSON.stringify(read)
  declared[0]!['a']!.push('y')
  declared[0]!['c'] = []
  delete declared[1]!['b']
  declared.pop()
  t.equal(JSON.stringify(read), before)
  const deep = (value: unknown): unknown[] => typeof value === 'object' && value !== null ? [value, ...Object.values(value).flatMap(deep)] : []
  t.ok(deep(read).every(Object.isFrozen), 'frozen')
})

t.test('frozen declarations are read', async (t) => {
  const declared: Security = Object.freeze([Object.freeze({ a: Object.freeze(['x']) })])
  t.strictSame(parseSecurity(declared, PLACE), declared)
})
