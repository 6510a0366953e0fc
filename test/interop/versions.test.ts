import { readFileSync } from 'node:fs'
import t from 'tap'

const PAGE = 'docs/interop.md'
const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

t.test('the versions that docs/interop.md names are those that were tested', async (t) => {
  const page = read(PAGE)
  const named = [...page.matchAll(/^\| `([^`]+)` \| (\d[\w.-]*) \|/gm)]
  t.ok(named.length >= 10, 'there is a table of them')
  for (const [, name = '', version] of named) {
    const { version: installed } = JSON.parse(read(`node_modules/${name}/package.json`)) as { version: string } // every package has one
    t.equal(version, installed, name)
  }
  const bundled = /PACKAGE_VERSION:"([\d.]+)"/.exec(read('node_modules/@fastify/swagger-ui/static/swagger-ui-bundle.js'))?.[1]
  t.equal(/Swagger UI ([\d.]+\d)/.exec(page)?.[1], bundled, 'Swagger UI within @fastify/swagger-ui')
})
