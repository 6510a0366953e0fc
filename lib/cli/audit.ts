import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { writeAccessMap } from './access-map/page.ts'
import { obtainApplication } from './application.ts'
import type { AuditArguments, Format } from './arguments.ts'
import { check } from './check.ts'
import { drift } from './drift.ts'
import { Failure } from './failure.ts'
import { writeJson } from './json.ts'
import { load, type Loaded } from './load.ts'
import { writeMarkdown } from './markdown.ts'
import { printable } from './printable.ts'
import { comparePlaces, inspect, report, type Audited, type Finding, type Report } from './report.ts'
import { writeTable, type Terminal } from './table.ts'

/** What an audit comes to. */
export interface Audit {
  /** For the standard output. */
  readonly output: string
  /** For the standard error. */
  readonly remarks: string
  readonly found: boolean
}

/** That a loader for TypeScript is wanting, for which the process has to be started anew. */
export type Unloaded = Extract<Loaded, { readonly needs: string }>

/** In milliseconds. */
const CLOSE_TIMEOUT = 5000

const WRITERS: Readonly<Record<Format, (report: Report, terminal: Terminal) => string>> = {
  table: writeTable, json: writeJson, markdown: writeMarkdown, html: writeAccessMap
}

/**
 * Audits the application of a file. It is started as far as `ready()`, and closed.
 *
 * @throws Failure, and what the application throws
 */
export async function audit (given: AuditArguments, terminal: Terminal): Promise<Audit | Unloaded> {
  const { file, format, check: checking, output, exported } = given
  const location = path.resolve(file)
  const loaded = await load(location)
  if ('needs' in loaded) return loaded
  const { app } = await obtainApplication(loaded.exports, exported, location)
  const made = await examine(app, checking).finally(() => close(app))
  const text = WRITERS[format](made, output === null ? terminal : { width: null, colors: false })
  if (output !== null) await write(output, text)
  const { findings } = made
  return {
    output: output === null ? text : '',
    remarks: findings === null || (format === 'json' && output === null) ? '' : listFindings(findings),
    found: findings !== null && findings.length > 0
  }
}

async function examine (app: FastifyInstance, checking: boolean): Promise<Report> {
  await app.ready()
  // The requests that drift is looked for with are none that anyone wants to read of.
  Reflect.set(app.log, 'level', 'silent') // a logger of the application's may have no level to set
  const audited = inspect(app)
  const findings = checking ? await look(audited) : null
  return report(audited, findings)
}

async function look (audited: Audited): Promise<Finding[]> {
  const found = check(audited)
  return [...found, ...await drift(audited, found)].sort(comparePlaces)
}

/** Connections that nobody ends, and faults of closing, are not what is audited. */
async function close (app: FastifyInstance): Promise<void> {
  await Promise.race([app.close().then(() => {}, () => {}), delay(CLOSE_TIMEOUT)])
}

async function write (output: string, text: string): Promise<void> {
  try {
    await writeFile(output, text)
  } catch (cause) {
    throw new Failure(`the report cannot be written to ${output}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** A line for each, in the way compilers tell of faults. */
export function listFindings (findings: readonly Finding[]): string {
  const lines = findings.map(({ rule, method, url, message }) => `${[rule, method ?? [], url ?? []].flat().join(' ')}: ${message}`)
  return [...lines.map(printable), `${findings.length === 0 ? 'no' : findings.length} finding${findings.length === 1 ? '' : 's'}`, ''].join('\n')
}
