import { refuse, type Reason } from 'fastify-openapi-security'

/** What the fixtures' verifiers hand to handlers; it must not hold the credential. */
export interface Who {
  /** The scheme that accepted. */
  readonly by: string
  readonly scopes?: unknown
  readonly expiresAt?: unknown
  /** Of a Basic credential, whose password is no canary. */
  readonly user?: string
  readonly pass?: string
}

/**
 * What a verifier does with a credential is written in the credential: `canary-ok~read~write` is accepted and holds two scopes,
 * `canary-only-service` is accepted by that scheme alone, `canary-token_expired` is refused for that reason.
 * Anything else is unknown, which is `null`.
 */
export function verdict (scheme: string, credential: string): unknown {
  const [, word = '', held = ''] = /^canary-([\w-]+)((?:~[\w.,]+)*)$/.exec(credential) ?? []
  const scopes = held.split('~').slice(1)
  const accepted: Who = scopes.length === 0 ? { by: scheme } : { by: scheme, scopes }
  if (word === 'ok' || word === `only-${scheme}`) return accepted
  if (word.startsWith('later-')) return later(() => verdict(scheme, `canary-${word.slice('later-'.length)}${held}`))
  const act = ACTS[word]
  return act === undefined ? refusal(word) : act(accepted, scopes)
}

function refusal (word: string): unknown {
  try {
    return refuse(word as Reason) // it checks
  } catch {
    return null
  }
}

function later (answer: () => unknown): Promise<unknown> {
  return new Promise((resolve) => { setImmediate(resolve) }).then(answer)
}

const ACTS: Readonly<Record<string, (accepted: Who, scopes: string[]) => unknown>> = {
  undefined: () => undefined,
  false: () => false,
  true: () => true,
  string: () => 'yes',
  number: () => 1,
  array: () => [],
  'array-of-credentials': (accepted) => [accepted],
  error: () => new Error('no such user'),
  function: () => () => true,
  symbol: () => Symbol('yes'),
  throw: () => { throw new Error('the database is down') },
  'throw-undefined': () => { throw undefined }, // eslint-disable-line no-throw-literal -- what is tested
  'throw-nothing': () => { throw Object.create(null) }, // it cannot be made a string
  reject: async () => { throw new Error('the database is down') },
  hang: () => new Promise(() => {}),
  thenable: (accepted) => ({ then: (settle: (verdict: unknown) => void) => { settle(accepted) } }),
  'scopes-text': (accepted, scopes) => ({ ...accepted, scopes: scopes.join(' ') }),
  'scopes-doubled-spaces': (accepted, scopes) => ({ ...accepted, scopes: ` ${scopes.join('  ')}` }),
  'scopes-tab': (accepted, scopes) => ({ ...accepted, scopes: scopes.join('\t') }),
  'scopes-comma': (accepted, scopes) => ({ ...accepted, scopes: scopes.join(',') }),
  'scopes-set': (accepted, scopes) => ({ ...accepted, scopes: new Set(scopes) }),
  'scopes-once': (accepted, scopes) => ({ ...accepted, scopes: scopes.values() }),
  'scopes-number': (accepted) => ({ ...accepted, scopes: 7 }),
  'scopes-object': (accepted, scopes) => ({ ...accepted, scopes: Object.fromEntries(scopes.map((scope) => [scope, true])) }),
  'scopes-null': (accepted) => ({ ...accepted, scopes: null }),
  'ended-date': (accepted) => ({ ...accepted, expiresAt: new Date(1000) }),
  'ended-seconds': (accepted) => ({ ...accepted, expiresAt: 1 }),
  'ends-date': (accepted) => ({ ...accepted, expiresAt: new Date(4102444800000) }),
  'ends-seconds': (accepted) => ({ ...accepted, expiresAt: 4102444800 }),
  'ends-text': (accepted) => ({ ...accepted, expiresAt: '4102444800' }),
  'ends-nan': (accepted) => ({ ...accepted, expiresAt: NaN }),
  'ends-never': (accepted) => ({ ...accepted, expiresAt: new Date(NaN) })
}
