/**
 * `npm run check:apis`: descriptions of real APIs, enforced as they are. Every operation is asked with nothing, with exactly what each
 * alternative wants, and with one scope fewer; then what starting the application costs is measured, with the plugin and without.
 */
import swagger from '@fastify/swagger'
import { byGlue, byHand, guarded, unguarded, type AddRoutes } from './apis/applications.ts'
import { askEverything, judgeDocument } from './apis/ask.ts'
import { operationsOf, unroutable, without, type Description, type Operation } from './apis/description.ts'
import { fetchDescriptions, readDescription } from './apis/fetch.ts'
import { measureInTurn } from './apis/measure.ts'
import { tally } from './tally.ts'

interface Api {
  readonly file: string
  /** What makes it worth asking. */
  readonly because: string
  readonly add: AddRoutes
}

const MEASUREMENTS = 5
const MAX_FAULTS = 10

const APIS: readonly Api[] = [
  { file: 'kubernetes.io.json', because: 'many operations, a key as the whole Authorization field', add: byHand },
  { file: 'visma.com.json', because: 'a key and a scope, both needed', add: byHand },
  { file: 'atlassian.com/jira.json', because: 'anonymous callers are let in, too', add: byHand },
  { file: 'linode.com.json', because: 'two schemes for bearer tokens', add: byHand },
  { file: 'bitbucket.org.json', because: 'key, password and token, all in the Authorization field', add: byHand },
  { file: 'twitter.com/current.json', because: 'a scheme word that only its author can read', add: byHand },
  { file: 'squareup.com.json', because: 'through fastify-openapi-glue', add: byGlue }
]

async function check ({ file, because, add }: Api): Promise<string> {
  const whole = readDescription(file) as Description // the checks would fail on anything else
  const refused = unroutable(operationsOf(whole))
  const description = without(whole, refused.keys())
  const operations = operationsOf(description)
  const untouched = JSON.stringify(description)

  const app = await guarded(description, operations, add, (app) => app.register(swagger, { mode: 'static', specification: { document: description as never } })) // its types ask for more than is read here
  const { requests, statuses, faults } = await askEverything(app, description, operations)
  const completed = [app.security.openapi(description), app.swagger() as object as Description]
  const silent = completed.flatMap((document) => judgeDocument(document, description, operations))
  const changed = JSON.stringify(description) === untouched ? [] : ['the description was changed']
  await app.close()

  console.log(`${file}: ${because}`)
  console.log(`  ${operations.length} operations, ${Object.keys(description.components?.securitySchemes ?? {}).length} schemes, ${distinct(operations)} distinct requirements`)
  for (const [{ name }, why] of refused) console.log(`  left out: ${name} (${why})`)
  console.log(`  ${requests} requests: ${[...statuses].sort().map(([status, count]) => `${count} × ${status}`).join(', ')}`)
  await compareCosts(description, operations, add)
  const all = [...faults, ...silent, ...changed]
  return [...all.slice(0, MAX_FAULTS), ...(all.length > MAX_FAULTS ? [`and ${all.length - MAX_FAULTS} more`] : [])].join('\n')
}

function distinct (operations: readonly Operation[]): number {
  return new Set(operations.map(({ security }) => JSON.stringify(security))).size
}

async function compareCosts (description: Description, operations: readonly Operation[], add: AddRoutes): Promise<void> {
  const [plain, ours] = await measureInTurn([
    () => unguarded(description, operations, add), () => guarded(description, operations, add)
  ], MEASUREMENTS)
  if (plain === undefined || ours === undefined) return
  const { milliseconds, megabytes } = ours
  console.log(`  start, in processor time: ${milliseconds.toFixed(0)} ms, without the plugin ${plain.milliseconds.toFixed(0)} (× ${(milliseconds / plain.milliseconds).toFixed(2)})`)
  console.log(`  heap: ${megabytes.toFixed(1)} MB, without the plugin ${plain.megabytes.toFixed(1)} (× ${(megabytes / plain.megabytes).toFixed(2)})`)
}

const hindrance = await fetchDescriptions(APIS.map(({ file }) => file))
if (hindrance === '') await tally(APIS.map((api) => ({ name: api.file, run: () => check(api) })), 1)
else console.log(`skipped: the descriptions are not at hand: ${hindrance}`)
