import t from 'tap'
import { decide } from '../../lib/decision/decide.ts'
import {
  ABSENT, ELSEWHERE, REFUSED, TRAITS,
  accepted, agree, declare, everyAlternative, modelSchemes, product, schemeOf, seeded, subsets, toVerdict,
  type Traits, type Twin
} from './cases.ts'
import { MUTANTS, type Wrong } from './mutants.ts'
import { model, type ModelAlternative, type ModelVerdict } from './reference.ts'

// Under the plain runner the limit would be 30 seconds.
t.setTimeout(180_000)

/** Raise it for a long run. */
const RANDOM_RUNS = Number(process.env['MODEL_RUNS'] ?? 30_000)
const SEED = Number(process.env['MODEL_SEED'] ?? Date.now() % 2 ** 32)

const [EXPLICIT, COOKIE, CERTIFICATE] = TRAITS as [Traits, Traits, Traits, Traits]
const NAMES = ['a', 'b', 'c']

interface Space {
  readonly name: string
  readonly names: readonly string[]
  readonly scopes: readonly string[]
  readonly most: 1 | 2 | 3
  readonly traits: Iterable<readonly Traits[]>
  /** Outcomes besides the usual ones. */
  readonly more?: readonly Twin[]
  /** Leaves one of two lists of alternatives that differ in the names of the schemes only. */
  readonly halved?: boolean
}

interface Case {
  readonly alternatives: readonly ModelAlternative[]
  readonly traits: readonly Traits[]
  readonly outcomes: readonly Twin[]
}

const SMALL: readonly Space[] = [
  { name: '2 schemes, 2 scopes, up to 3 alternatives', names: ['a', 'b'], scopes: ['x', 'y'], most: 3, traits: [[EXPLICIT, EXPLICIT]], halved: true },
  { name: '2 schemes of every kind, 1 scope, up to 2 alternatives', names: ['a', 'b'], scopes: ['x'], most: 2, traits: product(TRAITS, TRAITS), more: [ELSEWHERE] },
  { name: '3 schemes, 1 scope, up to 2 alternatives', names: NAMES, scopes: ['x'], most: 2, traits: [[EXPLICIT, COOKIE, CERTIFICATE]] }
]

/** Tells what differs, or nothing. */
function compare ({ alternatives, traits, outcomes }: Case, expected: ModelVerdict, found: ModelVerdict): string | null {
  if (agree(expected, found)) return null
  return JSON.stringify({
    security: alternatives.map((alternative) => Object.fromEntries(alternative)),
    outcomes: outcomes.map(({ name }) => name),
    traits,
    expected,
    found
  })
}

/** Goes through a whole space, until the function says stop. */
function walk (
  { names, scopes, most, traits, halved = false, more = [] }: Space, decision: Wrong, visit: (difference: string | null) => boolean
): void {
  const outcomes = [...product(...names.map(() => [ABSENT, ...REFUSED, ...more, ...subsets(scopes).map(accepted)]))]
  const lists = everyList(names, scopes, most, halved)
  for (const kinds of traits) {
    const schemes = Object.fromEntries(names.map((name, i) => [name, schemeOf(kinds[i]!, name)]))
    const twins = outcomes.map((twin) => ({ twin, schemes: modelSchemes(names, kinds, twin) }))
    for (const alternatives of lists) {
      const { policy, origin } = declare(alternatives, schemes)
      const positions = policy === 'public' ? [] : policy.slots.map(({ name }) => names.indexOf(name))
      for (const { twin, schemes } of twins) {
        const found = policy === 'public' ? { allow: 'anonymous' } as const : toVerdict(policy, origin, decision(policy, positions.map((i) => twin[i]!.real)))
        if (visit(compare({ alternatives, traits: kinds, outcomes: twin }, model(alternatives, schemes), found))) return
      }
    }
  }
}

function everyList (names: readonly string[], scopes: readonly string[], most: number, halved: boolean): ModelAlternative[][] {
  const alternatives = everyAlternative(names, scopes)
  const lists = Array.from({ length: most + 1 }, (_, length) => [...product(...Array.from({ length }, () => alternatives))]).flat()
  if (!halved) return lists
  const [a = '', b = ''] = names
  const write = (list: ModelAlternative[], first: string, second: string): string =>
    JSON.stringify(list.map((alternative) => [alternative.get(first) ?? null, alternative.get(second) ?? null]))
  return lists.filter((list) => write(list, a, b) <= write(list, b, a))
}

t.test('over everything small, the decision is the model\'s', async (t) => {
  for (const space of SMALL) {
    let cases = 0
    const differences: string[] = []
    walk(space, decide, (difference) => {
      cases++
      if (difference !== null) differences.push(difference)
      return differences.length >= 10
    })
    t.strictSame(differences, [], space.name)
    t.comment(`${space.name}: ${cases} cases`)
    t.ok(cases > 50_000, 'the space is not empty')
  }
})

// No names made of digits: JavaScript does not keep their place in an object.
const STRANGE: readonly string[] = ['oauth', 'constructor', '__proto__', 'toString', 'ключ', 'k'.repeat(1024), '%41', '']
const SCOPES: readonly string[] = ['read', 'readwrite', 'write', 'hasOwnProperty', '__proto__']
const OUTCOMES: readonly Twin[] = [ABSENT, ABSENT, ELSEWHERE, ...REFUSED]

/** A requirement, and outcomes of which half are one step from satisfying one of its alternatives. */
function randomCase (pick: (below: number) => number): Case & { names: readonly string[] } {
  const names = STRANGE.filter(() => pick(2) === 0).concat('last')
  const some = (): string[] => SCOPES.filter(() => pick(4) === 0)
  const alternatives: ModelAlternative[] = Array.from({ length: 1 + pick(6) }, () =>
    new Map(names.filter(() => pick(names.length) < 2).map((name) => [name, some()])))
  const traits = names.map(() => TRAITS[pick(TRAITS.length)]!)
  const outcomes = names.map(() => pick(3) === 0 ? accepted(some()) : OUTCOMES[pick(OUTCOMES.length)]!)
  const chosen = alternatives[pick(alternatives.length)]!
  if (chosen.size > 0 && pick(4) < 3) {
    for (const [name, required] of chosen) outcomes[names.indexOf(name)] = accepted(required)
    names.forEach((name, i) => { if (!chosen.has(name) && [REFUSED[0], ELSEWHERE].includes(outcomes[i])) outcomes[i] = ABSENT })
    const spoiled = names.indexOf([...chosen.keys()][pick(chosen.size)]!)
    const required = chosen.get(names[spoiled]!) ?? []
    const short = required.length > 0 && pick(2) === 0
    if (pick(2) === 0) outcomes[spoiled] = short ? accepted(required.slice(1)) : OUTCOMES[pick(OUTCOMES.length)]!
  }
  return { names, alternatives, traits, outcomes }
}

function verdictOf ({ names, alternatives, traits, outcomes }: Case & { names: readonly string[] }): ModelVerdict {
  const { policy, origin } = declare(alternatives, Object.fromEntries(names.map((name, i) => [name, schemeOf(traits[i]!, name)])))
  if (policy === 'public') return { allow: 'anonymous' }
  return toVerdict(policy, origin, decide(policy, policy.slots.map(({ name }) => outcomes[names.indexOf(name)]!.real)))
}

t.test('over random large requirements, the decision is the model\'s', async (t) => {
  t.comment(`MODEL_SEED=${SEED} MODEL_RUNS=${RANDOM_RUNS}`)
  const pick = seeded(SEED)
  const differences: string[] = []
  let allowed = 0
  for (let run = 0; run < RANDOM_RUNS && differences.length < 10; run++) {
    const one = randomCase(pick)
    const expected = model(one.alternatives, modelSchemes(one.names, one.traits, one.outcomes))
    const difference = compare(one, expected, verdictOf(one))
    if (difference !== null) differences.push(difference)
    if ('allow' in expected) allowed++
  }
  t.strictSame(differences, [])
  const share = allowed / RANDOM_RUNS
  t.comment(`${(100 * share).toFixed(1)} % allowed`)
  t.ok(share > 0.2 && share < 0.8, 'neither answer is rare')
})

const allows = (verdict: ModelVerdict): boolean => 'allow' in verdict
const statusOf = (verdict: ModelVerdict): number => 'allow' in verdict ? 200 : verdict.status
const shuffled = <T>(items: readonly T[], pick: (below: number) => number): T[] =>
  items.map((item) => ({ item, at: pick(1 << 30) })).sort((a, b) => a.at - b.at).map(({ item }) => item)

/** A change of a case, and what it must not do to the answer. */
interface Law {
  readonly name: string
  readonly change: (one: ReturnType<typeof randomCase>, pick: (below: number) => number) => Case
  readonly holds: (before: ModelVerdict, after: ModelVerdict, one: Case, changed: Case) => boolean
}

const ANY_ALTERNATIVE = (names: readonly string[], pick: (below: number) => number): ModelAlternative =>
  new Map(names.filter(() => pick(2) === 0).map((name) => [name, SCOPES.filter(() => pick(3) === 0)]))
const namesIn = (alternatives: readonly ModelAlternative[]): Set<string> =>
  new Set(alternatives.flatMap((alternative) => [...alternative.keys()]))
const isOptional = (alternatives: readonly ModelAlternative[]): boolean => alternatives.some((alternative) => alternative.size === 0)

const LAWS: readonly Law[] = [
  {
    name: 'the order of the schemes of an alternative decides nothing',
    change: (one, pick) => ({ ...one, alternatives: one.alternatives.map((alternative) => new Map(shuffled([...alternative], pick))) }),
    holds: (before, after) => 'allow' in before ? 'allow' in after && before.allow === after.allow : statusOf(before) === statusOf(after)
  },
  {
    name: 'the order of scopes decides nothing',
    change: (one, pick) => ({
      ...one,
      alternatives: one.alternatives.map((alternative) => new Map([...alternative].map(([name, scopes]) => [name, shuffled(scopes, pick)])))
    }),
    holds: (before, after) => 'allow' in before ? 'allow' in after && before.allow === after.allow : statusOf(before) === statusOf(after)
  },
  {
    name: 'the order of alternatives does not decide who is let in',
    change: (one, pick) => ({ ...one, alternatives: shuffled(one.alternatives, pick) }),
    holds: (before, after) => allows(before) === allows(after)
  },
  {
    name: 'the place of {} decides nothing',
    change: (one, pick) => {
      const rest = one.alternatives.filter(({ size }) => size > 0)
      return { ...one, alternatives: isOptional(one.alternatives) ? rest.toSpliced(pick(rest.length + 1), 0, new Map()) : rest }
    },
    holds: (before, after, one, changed) => 'allow' in before && before.allow !== 'anonymous'
      ? 'allow' in after && after.allow !== 'anonymous' && changed.alternatives[after.allow] === one.alternatives[before.allow]
      : agree(before, after)
  },
  {
    name: 'saying an alternative twice changes nothing',
    change: (one, pick) => ({ ...one, alternatives: [...one.alternatives, one.alternatives[pick(one.alternatives.length)]!] }),
    holds: (before, after) => agree(before, after)
  },
  {
    name: 'one more alternative turns nobody away who was let in with credentials, unless what it names is ambiguous',
    change: (one, pick) => ({ ...one, alternatives: [...one.alternatives, ANY_ALTERNATIVE(one.names, pick)] }),
    holds: (before, after) => !('allow' in before) || before.allow === 'anonymous' || agree(before, after) || statusOf(after) === 400
  },
  {
    name: 'one more alternative that names nothing new turns nobody away at all',
    change: (one, pick) => ({ ...one, alternatives: [...one.alternatives, ANY_ALTERNATIVE([...namesIn(one.alternatives)], pick)] }),
    holds: (before, after) => !allows(before) || allows(after)
  },
  {
    name: 'one more scope lets nobody in',
    change: (one, pick) => {
      const at = pick(one.alternatives.length)
      const add = (scopes: readonly string[]): string[] => [...new Set([...scopes, SCOPES[pick(SCOPES.length)]!])]
      const more = [...one.alternatives[at]!].map(([name, scopes]) => [name, add(scopes)] as const)
      return { ...one, alternatives: one.alternatives.with(at, new Map(more)) }
    },
    holds: (before, after) => allows(before) || !allows(after)
  },
  {
    name: 'one more scheme in an alternative lets nobody in as that alternative',
    change: (one, pick) => {
      const at = pick(one.alternatives.length)
      const alternative = one.alternatives[at]!
      const name = one.names[pick(one.names.length)]!
      if (alternative.size === 0 || alternative.has(name)) return one
      return { ...one, alternatives: one.alternatives.with(at, new Map([...alternative, [name, []]])) }
    },
    holds: (before, after) => allows(before) || !allows(after) || ('allow' in after && after.allow === 'anonymous')
  },
  {
    name: 'holding more scopes turns nobody away',
    change: (one) => ({ ...one, outcomes: one.outcomes.map((outcome) => outcome.model.kind === 'accepted' ? accepted(SCOPES) : outcome) }),
    holds: (before, after) => !allows(before) || allows(after)
  },
  {
    name: 'what is sent without being asked turns nobody away whom the same, sent on purpose, does not',
    change: (one) => ({ ...one, traits: one.traits.map(({ challengeable }) => ({ challengeable, ambient: true })) }),
    holds: (before, after) => !allows(before) || agree(before, after)
  },
  {
    name: 'without {} it does not matter who sends a credential unasked',
    change: (one) => isOptional(one.alternatives)
      ? one
      : { ...one, traits: one.traits.map(({ challengeable, ambient }) => ({ challengeable, ambient: !ambient })) },
    holds: (before, after) => agree(before, after)
  },
  {
    name: 'one more credential turns nobody away who was let in with others, unless it is ambiguous',
    change: (one, pick) => {
      const absent = one.outcomes.findIndex((outcome) => outcome === ABSENT)
      const more = [...REFUSED, accepted(SCOPES)][pick(REFUSED.length + 1)]!
      return absent === -1 ? one : { ...one, outcomes: one.outcomes.with(absent, more) }
    },
    holds: (before, after) => !('allow' in before) || before.allow === 'anonymous' || allows(after) || statusOf(after) === 400
  },
  {
    name: 'a scheme that is not named changes nothing',
    change: (one) => {
      const named = namesIn(one.alternatives)
      return { ...one, outcomes: one.outcomes.map((outcome, i) => named.has(one.names[i]!) ? outcome : REFUSED[0]!) }
    },
    holds: (before, after) => agree(before, after)
  }
]

t.test('laws hold for random requirements', async (t) => {
  t.comment(`MODEL_SEED=${SEED}`)
  for (const { name, change, holds } of LAWS) {
    const pick = seeded(SEED)
    let broken: string | null = null
    let letIn = 0
    for (let run = 0; run < RANDOM_RUNS / 10 && broken === null; run++) {
      const one = randomCase(pick)
      const changed = { names: one.names, ...change(one, pick) }
      const [before, after] = [verdictOf(one), verdictOf(changed)]
      if (allows(before)) letIn++
      if (!holds(before, after, one, changed)) broken = `${compare(one, after, before)} became ${JSON.stringify(changed.alternatives.map((alternative) => [...alternative]))}`
    }
    t.equal(broken, null, name)
    t.ok(letIn > 0, `${name}: some are let in`)
  }
})

t.test('planted mistakes are found', async (t) => {
  t.ok(Object.keys(MUTANTS).length >= 50, `${Object.keys(MUTANTS).length} mistakes`)
  const spaces: readonly Space[] = [
    { name: 'kinds', names: ['a', 'b'], scopes: ['x'], most: 2, traits: [[EXPLICIT, COOKIE], [CERTIFICATE, EXPLICIT], [EXPLICIT, EXPLICIT]] },
    { name: 'scopes', names: ['a', 'b'], scopes: ['x', 'y'], most: 2, traits: [[EXPLICIT, EXPLICIT]] }
  ]
  for (const [name, wrong] of Object.entries(MUTANTS)) {
    const found = spaces.some((space) => {
      let differs = false
      walk(space, wrong, (difference) => {
        differs = difference !== null
        return differs
      })
      return differs
    })
    t.ok(found, name)
  }
})
