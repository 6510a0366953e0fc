export interface Check {
  readonly name: string
  /** Resolves to what went wrong; to nothing at all when it passed. */
  readonly run: () => Promise<string>
}

/** Runs checks, so many at a time, prints a line for each and a closing count, and sets the exit code. */
export async function tally (checks: readonly Check[], jobs: number): Promise<void> {
  const queue = [...checks]
  let failed = checks.length === 0 ? 1 : 0
  await Promise.all(Array.from({ length: jobs }, async () => {
    for (let check = queue.shift(); check !== undefined; check = queue.shift()) {
      const started = performance.now()
      const fault = await check.run().catch((error: unknown) => error instanceof Error ? `${error.stack}` : String(error))
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      console.log(`${fault === '' ? 'pass' : 'FAIL'}  ${check.name} (${seconds} s)`)
      if (fault === '') continue
      failed += 1
      console.log(fault.trimEnd().replace(/^/gm, '      '))
    }
  }))
  console.log(`${checks.length === 0 ? 0 : checks.length - failed} passed, ${failed} failed`)
  if (failed > 0) process.exitCode = 1
}
