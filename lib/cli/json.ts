import type { Report } from './report.ts'

/** Writes a report for programs; without `findings` if they were not looked for. */
export function writeJson ({ findings, ...report }: Report): string {
  return `${JSON.stringify(findings === null ? report : { ...report, findings }, null, 2)}\n`
}
