import type { CredentialSource } from '../scheme.ts'

/**
 * Whether a field stands on more than one line. Node keeps the first `Authorization` line and comma-joins other fields,
 * so repetition shows only in the raw lines. Simulated upgrade requests have none.
 */
export function isRepeated (source: CredentialSource, name: string): boolean {
  const lines = source.raw.rawHeaders
  if (lines === undefined) return false
  let count = 0
  for (let i = 0; i < lines.length; i += 2) if (lines[i]?.length === name.length) count++
  return count > 1 && isTwice(lines, name)
}

function isTwice (lines: readonly string[], name: string): boolean {
  return lines.filter((line, i) => i % 2 === 0 && line.toLowerCase() === name).length > 1
}
