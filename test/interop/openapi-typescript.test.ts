import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import openapiTS, { astToString } from 'openapi-typescript'
import t from 'tap'
import { execute } from '../../.ci/execute.ts'
import { inVersion } from '../../.ci/example-documents.ts'
import { clientCredentials, discover } from '../examples/browserless.ts'
import { startPetstore } from '../examples/petstore.ts'
import { HEADER_KEY, startApplication, TOKEN } from './application.ts'

const VERSIONS = ['3.0.4', '3.1.1', '3.2.0']
const folder = t.testdir({ 'package.json': '{ "type": "module" }' })
const ROOT = fileURLToPath(new URL('../..', import.meta.url))

/** Writes types for a document and, beside them, the client that is to use them. */
async function generate (name: string, version: string, document: object): Promise<string> {
  // Not .d.ts, which is not checked everywhere.
  const schema = `${name}-${version}.ts`
  writeFileSync(path.join(folder, schema), astToString(await openapiTS(JSON.stringify(document))))
  const client = path.join(folder, `${name}-${version}-client.ts`)
  const text = readFileSync(new URL(`clients/${name}.txt`, import.meta.url), 'utf8')
  writeFileSync(client, text.replace('./SCHEMA', `./${schema}`))
  return client
}

type Run = (origin: string, credentials: Record<string, string>) => Promise<unknown[]>

async function load (client: string): Promise<Run> {
  const { run } = await import(pathToFileURL(client).href) as { run: Run } // as written in clients/
  return run
}

t.test('generated types compile, and a client that uses them runs against the application they describe', async (t) => {
  const clients: string[] = []
  for (const version of VERSIONS) {
    const application = await startApplication(version)
    t.teardown(() => application.close())
    const client = await generate('fixture', version, application.app.swagger())
    clients.push(client)
    const oauth = application.authorizationServer.issue('client', 'read')
    const results = await (await load(client))(application.origin, { token: TOKEN, key: HEADER_KEY, oauth })
    t.strictSame(results, [
      { by: 'bearer' }, 'credentials_missing', { by: 'bearer and header' }, ['write'], { by: '' }, { by: '' }, 'certificate_missing'
    ], `fixture, ${version}`)
  }
  for (const version of VERSIONS) {
    const petstore = await inVersion(version, startPetstore)
    t.teardown(() => petstore.close())
    const { origin, authorizationServer: { issuer, clients: { reader } }, secrets: { partnerKey } } = petstore
    const document = await (await fetch(`${origin}/documentation/json`)).json() as { openapi: string } // OpenAPI's fixed field
    t.equal(document.openapi, version)
    const client = await generate('petstore', version, document)
    clients.push(client)
    const { access_token: reading } = await clientCredentials(await discover(issuer), reader, 'pets:read')
    const results = await (await load(client))(origin, { reading, partnerKey })
    t.strictSame(results.slice(0, -1), [
      ['dog', 'cat'], 'sign in', 'ask for pets:write', 400, 'Paws & Co', 'credentials_missing'
    ], `petstore, ${version}`)
    t.match(results.at(-1), /^Bearer realm="petstore", scope="pets:read"/, 'the challenge is readable')
  }
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify({
    extends: path.join(ROOT, 'tsconfig.json'),
    compilerOptions: { rootDir: ROOT, paths: {}, lib: ['es2023', 'dom'], types: [] },
    include: [],
    files: clients
  }))
  const { code, stdout } = await execute(process.execPath, [path.join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', folder])
  t.equal(stdout, '')
  t.equal(code, 0)
})
