import t from 'tap'
import { isOriginAllowed } from '../../../lib/websocket/origin.ts'

t.test('which pages may connect', async (t) => {
  const listed = new Set(['https://app.example', 'http://localhost:8080'])
  const table: [origin: string | undefined, origins: ReadonlySet<string> | null, allowed: boolean][] = [
    [undefined, null, true], ['https://evil.example', null, true], [undefined, listed, true], ['https://app.example', listed, true],
    ['http://localhost:8080', listed, true], ['https://app.example:443', listed, false], ['https://APP.example', listed, false],
    ['http://app.example', listed, false], ['https://app.example.evil.example', listed, false], ['null', listed, false], ['', listed, false],
    ['https://app.example', new Set(), false], [undefined, new Set(), true]
  ]
  for (const [origin, origins, allowed] of table) {
    t.equal(isOriginAllowed(origin, origins), allowed, `${String(origin)} of ${origins === null ? 'any' : [...origins].join(', ')}`)
  }
})
