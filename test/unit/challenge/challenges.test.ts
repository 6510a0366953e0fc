import t from 'tap'
import { challengesOf, type Wording } from '../../../lib/challenge/challenges.ts'
import { REASONS } from '../../../lib/errors.ts'
import { parseChallenges, writeChallenge } from '../../../lib/syntax.ts'
import { WORDING, denialOf, outcomesOf, policyOf, type Became } from './stage.ts'

type Security = Parameters<typeof policyOf>[0]

function lines (security: Security, became: Became = {}, wording: Wording = WORDING): string[] {
  const policy = policyOf(security)
  const outcomes = outcomesOf(policy, became)
  return challengesOf(policy, denialOf(policy, outcomes), outcomes, wording).map(({ scheme, params }) => writeChallenge(scheme, params))
}

const bearer = (rest = ''): string => `Bearer realm="api"${rest}`
const error = (reason: keyof typeof REASONS, scope = ''): string =>
  `, error="${REASONS[reason].error}"${scope === '' ? '' : `, scope="${scope}"`}, error_description="${REASONS[reason].detail}"`
const BASIC = 'Basic realm="api", charset="UTF-8"'
const KEY = 'ApiKey realm="api", in="header", name="X-API-Key"'
const OTHER = 'ApiKey realm="api", in="header", name="X-Other-Key"'
const SESSION = 'ApiKey realm="api", in="cookie", name="sid"'

t.test('nothing presented: everything that would help, without an error', async (t) => {
  const table: [name: string, security: Security, challenges: string[]][] = [
    ['bearer', [{ token: [] }], [bearer()]],
    ['with scopes', [{ oauth: ['read', 'write'] }], [bearer(', scope="read write"')]],
    ['without scopes no empty scope', [{ oauth: [] }], [bearer()]],
    ['basic', [{ staff: [] }], [BASIC]],
    ['roles are not exchanged in challenges of other schemes', [{ staff: ['boss'] }], [BASIC]],
    ['a realm of its own, with quotes', [{ guard: [] }], ['Basic realm="gate \\"7\\"", charset="UTF-8"']],
    ['a key in a header', [{ key: [] }], [KEY]],
    ['a key in a query', [{ query: [] }], ['ApiKey realm="api", in="query", name="key"']],
    ['a key in a cookie', [{ session: [] }], [SESSION]],
    ['another scheme word', [{ named: [] }], ['Key realm="api", in="header", name="X-Named"']],
    ['parameters of its own', [{ device: [] }], ['Device realm="api", nonce="a"']],
    ['both of an AND', [{ oauth: ['read'], key: [] }], [bearer(', scope="read"'), KEY]],
    ['all of an OR', [{ staff: [] }, { key: [] }], [BASIC, KEY]],
    ['a certificate has none', [{ machine: [] }], []],
    ['beside a certificate', [{ machine: [] }, { key: [] }], [KEY]],
    ['with a certificate', [{ machine: [], key: [] }], [KEY]]
  ]
  for (const [name, security, challenges] of table) t.strictSame(lines(security), challenges, name)
})

t.test('Bearer comes first, then what the registry knows, then what it does not, keys last, else as declared', async (t) => {
  const table: [name: string, security: Security, schemes: string[]][] = [
    ['declared backwards', [{ key: [] }, { device: [] }, { staff: [] }, { hawk: [] }, { token: [] }], ['Bearer', 'Basic', 'Hawk', 'Device', 'ApiKey']],
    ['declared otherwise', [{ hawk: [] }, { staff: [] }, { device: [] }, { key: [] }], ['Hawk', 'Basic', 'Device', 'ApiKey']],
    ['in one AND', [{ key: [], session: [], oauth: [] }], ['Bearer', 'ApiKey', 'ApiKey']]
  ]
  for (const [name, security, schemes] of table) t.strictSame(lines(security).map((line) => line.split(' ')[0]), schemes, name)
})

t.test('challenges are merged only if scheme, realm and place are equal', async (t) => {
  const table: [name: string, security: Security, challenges: string[]][] = [
    ['two OAuth alternatives: the first gives the scope', [{ oauth: ['read'] }, { oauth: ['write'] }], [bearer(', scope="read"')]],
    ['the other way round', [{ oauth: ['write'] }, { oauth: ['read'] }], [bearer(', scope="write"')]],
    ['the first asks no scope', [{ oauth: [] }, { oauth: ['read'] }], [bearer()]],
    ['two schemes with a bearer token', [{ token: ['batch'] }, { oauth: ['read'] }], [bearer(', scope="batch"')]],
    ['three of them', [{ login: ['email'] }, { token: [] }, { oauth: ['read'] }], [bearer(', scope="email"')]],
    ['two realms', [{ token: [] }, { inner: [] }], [bearer(), 'Bearer realm="inner"']],
    ['two realms that are not the plugin\'s', [{ outer: [] }, { inner: [] }], ['Bearer realm="outer"', 'Bearer realm="inner"']],
    ['the plugin\'s realm, said and unsaid', [{ same: [] }, { token: [] }], [bearer()]],
    ['scheme words that differ in letter case', [{ hawk: [] }, { shouting: [] }], ['Hawk realm="api"']],
    ['two realms of Basic', [{ staff: [] }, { guard: [] }], [BASIC, 'Basic realm="gate \\"7\\"", charset="UTF-8"']],
    ['two headers', [{ key: [] }, { other: [] }], [KEY, OTHER]],
    ['one scheme in two alternatives', [{ key: [], staff: [] }, { key: [] }], [BASIC, KEY]]
  ]
  for (const [name, security, challenges] of table) t.strictSame(lines(security), challenges, name)
})

t.test('an error stands only on what was presented and failed', async (t) => {
  const table: [name: string, security: Security, became: Became, challenges: string[]][] = [
    ['an invalid token', [{ oauth: ['read'] }], { oauth: 'credentials_invalid' }, [bearer(error('credentials_invalid', 'read'))]],
    ['an expired token', [{ oauth: [] }], { oauth: 'token_expired' }, [bearer(error('token_expired'))]],
    ['a malformed token', [{ oauth: [] }], { oauth: 'credentials_malformed' }, [bearer(error('credentials_malformed'))]],
    ['a weak one', [{ oauth: [] }], { oauth: 'authentication_too_weak' }, [bearer(error('authentication_too_weak'))]],
    ['a disabled account is not told', [{ oauth: [] }], { oauth: 'account_disabled' }, [bearer(error('credentials_invalid'))]],
    ['an invalid password: Basic has no errors', [{ staff: [] }], { staff: 'credentials_invalid' }, [BASIC]],
    ['an invalid key: nor has ApiKey', [{ key: [] }], { key: 'credentials_invalid' }, [KEY]],
    ['an invalid key, no token', [{ oauth: ['read'] }, { key: [] }], { key: 'credentials_invalid' }, [bearer(', scope="read"'), KEY]],
    ['an invalid token, no key', [{ oauth: ['read'] }, { key: [] }], { oauth: 'credentials_invalid' }, [bearer(error('credentials_invalid', 'read')), KEY]],
    ['a merged challenge says what was found', [{ token: [] }, { oauth: ['read'] }], { oauth: 'credentials_invalid' }, [bearer(error('credentials_invalid'))]],
    ['and the more telling of two', [{ token: [] }, { oauth: [] }], { token: 'credentials_invalid', oauth: 'token_expired' }, [bearer(error('token_expired'))]],
    ['whichever comes first', [{ token: [] }, { oauth: [] }], { token: 'token_expired', oauth: 'credentials_invalid' }, [bearer(error('token_expired'))]],
    ['what is kept from callers says no more than "not valid"', [{ token: [] }, { oauth: [] }], { token: 'account_disabled', oauth: 'token_expired' }, [bearer(error('token_expired'))]],
    ['nor if it comes second', [{ token: [] }, { oauth: [] }], { token: 'credentials_invalid', oauth: 'account_disabled' }, [bearer(error('credentials_invalid'))]],
    ['the first of two telling ones', [{ token: [] }, { oauth: [] }], { token: 'token_revoked', oauth: 'token_expired' }, [bearer(error('token_revoked'))]],
    ['two realms, one presented', [{ token: [] }, { inner: [] }], { inner: 'credentials_invalid' }, [bearer(), `Bearer realm="inner"${error('credentials_invalid')}`]]
  ]
  for (const [name, security, became, challenges] of table) t.strictSame(lines(security, became), challenges, name)
})

t.test('of an AND only what is missing or failed is challenged', async (t) => {
  const table: [name: string, became: Became, challenges: string[]][] = [
    ['a good token, no key', { oauth: ['read'] }, [KEY]],
    ['a token without the scope, no key: the scope stays unsaid', { oauth: [] }, [KEY]],
    ['a bad token, no key', { oauth: 'credentials_invalid' }, [bearer(error('credentials_invalid', 'read')), KEY]],
    ['a bad token, a good key', { oauth: 'credentials_invalid', key: [] }, [bearer(error('credentials_invalid', 'read'))]],
    ['no token, a good key', { key: [] }, [bearer(', scope="read"')]],
    ['a good token, a bad key', { oauth: ['read'], key: 'credentials_invalid' }, [KEY]],
    ['a token that nobody could judge, no key', { oauth: 'verifier_unavailable' }, [KEY]],
    ['a token of someone who may not, no key', { oauth: 'access_denied' }, [KEY]]
  ]
  for (const [name, became, challenges] of table) t.strictSame(lines([{ oauth: ['read'], key: [] }], became), challenges, name)
})

t.test('403 is challenged by the scheme whose scopes fell short, if it has a word for that', async (t) => {
  const short = (scope: string): string => bearer(error('scope_insufficient', scope))
  const table: [name: string, security: Security, became: Became, challenges: string[]][] = [
    ['a scope', [{ oauth: ['read'] }], { oauth: [] }, [short('read')]],
    ['all scopes, not only those that lack', [{ oauth: ['read', 'write'] }], { oauth: ['read'] }, [short('read write')]],
    ['of the first that fell short', [{ oauth: ['read'] }, { oauth: ['write'] }], { oauth: [] }, [short('read')]],
    ['of the one that fell short, not the first', [{ oauth: ['read'], key: [] }, { oauth: ['write'] }], { oauth: ['read'] }, [short('write')]],
    ['no other challenge beside it', [{ key: [] }, { oauth: ['write'] }], { oauth: [] }, [short('write')]],
    ['roles are not exchanged in band', [{ key: ['admin'] }], { key: [] }, []],
    ['nor of Basic', [{ staff: ['boss'] }], { staff: [] }, []],
    ['roles of a bearer token are', [{ token: ['batch'] }], { token: [] }, [short('batch')]],
    ['an AND that fell short in the key', [{ oauth: ['read'], key: ['admin'] }], { oauth: ['read'], key: [] }, []],
    ['an AND that fell short in the token', [{ oauth: ['read'], key: ['admin'] }], { oauth: [], key: ['admin'] }, [short('read')]],
    ['an AND that fell short in both', [{ oauth: ['read'], key: ['admin'] }], { oauth: [], key: [] }, [short('read')]],
    ['someone who may not: another token might do', [{ oauth: ['read'] }], { oauth: 'access_denied' }, [bearer()]],
    ['someone who may not, with a key', [{ key: [] }], { key: 'access_denied' }, []]
  ]
  for (const [name, security, became, challenges] of table) t.strictSame(lines(security, became), challenges, name)
})

t.test('400 is challenged by bearer tokens only', async (t) => {
  const table: [name: string, security: Security, became: Became, challenges: string[]][] = [
    ['two tokens', [{ oauth: ['read'] }], { oauth: 'credentials_ambiguous' }, [bearer(error('credentials_ambiguous'))]],
    ['a token without a subprotocol', [{ oauth: ['read'] }], { oauth: 'subprotocol_missing' }, [bearer(error('subprotocol_missing'))]],
    ['two keys', [{ key: [] }], { key: 'credentials_ambiguous' }, []],
    ['two keys, no token', [{ oauth: [] }, { key: [] }], { key: 'credentials_ambiguous' }, []],
    ['two tokens, a key', [{ oauth: [] }, { key: [] }], { oauth: 'credentials_ambiguous', key: [] }, [bearer(error('credentials_ambiguous'))]]
  ]
  for (const [name, security, became, challenges] of table) t.strictSame(lines(security, became), challenges, name)
})

t.test('429 and 503 carry no challenge', async (t) => {
  const table: [name: string, security: Security, became: Became][] = [
    ['throttled', [{ oauth: [] }], { oauth: 'too_many_attempts' }],
    ['throttled where anonymous callers are let in', [{ oauth: [] }, {}], { oauth: 'too_many_attempts' }],
    ['undecided', [{ oauth: [] }], { oauth: 'verifier_unavailable' }],
    ['undecided where anonymous callers are let in', [{ oauth: [] }, {}], { oauth: 'verifier_unavailable' }],
    ['undecided beside an invalid key', [{ oauth: [] }, { key: [] }], { oauth: 'verifier_unavailable', key: 'credentials_invalid' }]
  ]
  for (const [name, security, became] of table) t.strictSame(lines(security, became), [], name)
})

t.test('where anonymous callers are let in, an invalid credential is told', async (t) => {
  t.strictSame(lines([{}, { oauth: ['read'] }, { key: [] }], { oauth: 'credentials_invalid' }), [bearer(error('credentials_invalid', 'read')), KEY])
  t.strictSame(lines([{ session: [] }, { oauth: [] }, {}], { session: 'credentials_invalid', oauth: 'credentials_malformed' }), [bearer(error('credentials_malformed')), SESSION])
})

t.test('parameters stand in a fixed order, the metadata last', async (t) => {
  const metadataUrl = 'https://api.example/.well-known/oauth-protected-resource'
  const wording: Wording = { ...WORDING, realm: 'pets', metadataUrl }
  const names = (security: Security, became: Became): (readonly string[])[] => {
    const policy = policyOf(security)
    const outcomes = outcomesOf(policy, became)
    return challengesOf(policy, denialOf(policy, outcomes), outcomes, wording).map(({ params }) => params.map(([name]) => name))
  }
  t.strictSame(names([{ oauth: ['read'] }], { oauth: [] }), [['realm', 'error', 'scope', 'error_description', 'resource_metadata']])
  t.strictSame(names([{ oauth: ['read'] }], {}), [['realm', 'scope', 'resource_metadata']])
  t.strictSame(names([{ staff: [] }, { key: [] }], {}), [['realm', 'charset'], ['realm', 'in', 'name']], 'OAuth schemes only')
  t.strictSame(lines([{ oauth: [] }], {}, wording), [`Bearer realm="pets", resource_metadata="${metadataUrl}"`])
})

t.test('disclosure is a matter of wording', async (t) => {
  t.strictSame(lines([{ oauth: [] }], { oauth: 'account_disabled' }, { ...WORDING, shown: (reason) => reason }), [bearer(error('account_disabled'))])
})

t.test('a field of fifty alternatives stays below 4 KB and parses', async (t) => {
  const field = lines(Array.from({ length: 50 }, (_, i) => ({ oauth: i % 2 === 0 ? ['read'] : ['write'], key: [], session: [] })))
  t.equal(field.length, 3)
  t.ok(field.join(', ').length < 4096)
  t.equal(parseChallenges(field)?.length, 3)
})
