/**
 * `npm run check:documents`: writes the document of every example in every version of OpenAPI, and asks the official JSON Schemas,
 * Redocly, and Spectral with OWASP's rules about them. Any finding fails; what they are not asked stands with its reason in redocly.yaml
 * and .spectral.yaml.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Validator } from '@seriousme/openapi-schema-validator'
import { documentOf, examples, VERSIONS } from './example-documents.ts'
import { execute, scriptOf } from './execute.ts'
import { tally } from './tally.ts'

const FOLDER = 'node_modules/.cache/documents'
const files: string[] = []

async function write (): Promise<string> {
  const faults: string[] = []
  mkdirSync(FOLDER, { recursive: true })
  for (const [name, build] of await examples()) {
    for (const version of VERSIONS) {
      const document = await documentOf(build, version) as { openapi?: unknown } // checked below
      if (document.openapi !== version) faults.push(`${name} is of version ${String(document.openapi)} instead of ${version}`)
      const file = path.join(FOLDER, `${name}-${version}.json`)
      writeFileSync(file, JSON.stringify(document, null, 2))
      files.push(file)
    }
  }
  return faults.join('\n')
}

async function validate (): Promise<string> {
  const faults = files.length === 0 ? ['there are no documents'] : []
  for (const file of files) {
    const validator = new Validator()
    const { valid, errors } = await validator.validate(file)
    if (!valid) faults.push(`${file}: ${JSON.stringify(errors, null, 2)}`)
    if (!file.includes(`-${validator.version}.`)) faults.push(`${file} was looked at as ${validator.version}`)
  }
  return faults.join('\n')
}

/** Runs a linter over all documents; it is to say how many it has read. */
async function lint (packageName: string, command: string, args: readonly string[], read: (output: string) => number): Promise<string> {
  if (files.length === 0) return 'there are no documents'
  const { code, stdout, stderr } = await execute(process.execPath, [scriptOf(packageName, command), 'lint', ...args, ...files],
    { env: { ...process.env, NO_COLOR: '1', REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' } })
  const output = `${stdout}${stderr}`
  if (code !== 0) return output
  return read(output) === files.length ? '' : `read ${read(output)} of ${files.length} documents:\n${output}`
}

await tally([
  { name: 'documents of all examples in all versions', run: write },
  { name: 'JSON Schemas of OpenAPI', run: validate },
  {
    name: 'Redocly',
    run: () => lint('@redocly/cli', 'redocly', ['--max-problems', '1000'], (output) => output.match(/: validated in /g)?.length ?? 0)
  },
  {
    name: 'Spectral',
    run: () => lint('@stoplight/spectral-cli', 'spectral', ['--fail-severity', 'hint', '--verbose'], (output) => output.match(/^Linting /gm)?.length ?? 0)
  }
], 1)
