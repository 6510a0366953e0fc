import { UPGRADE } from '../../../support/wire.ts'

type Random = () => number

/** What must never come back. */
export const CANARY = 'canary-token'
const CARRIED = `base64url.bearer.authorization.k8s.io.${Buffer.from(CANARY).toString('base64url')}`
const GOOD = `Authorization: Bearer ${CANARY}`

function pick<Item> (random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item // never empty
}

function bytes (random: Random, most: number): string {
  return Array.from({ length: 1 + Math.floor(random() * most) }, () => String.fromCharCode(Math.floor(random() * 256))).join('')
}

/** What a WebSocket client sends, with one field replaced by others or none. */
function replacing (name: string, ...lines: string[]): string[] {
  return [...UPGRADE.filter((line) => !line.startsWith(name)), ...lines]
}

function head (line: string, fields: readonly string[], host: readonly string[] = ['Host: api.example']): string {
  return [line, ...host, ...fields, '', ''].join('\r\n')
}

const get = (fields: readonly string[], target = '/live'): string => head(`GET ${target} HTTP/1.1`, fields)

const frames = (random: Random): string => pick(random, [
  '\x81\x03abc', '\xc1\x81\0\0\0\0a', '\x83\x80\0\0\0\0', '\x81\xff\xff\xff\xff\xff\xff\xff\xff\xff', '\x09\x80\0\0\0\0', '\x88\x81\0\0\0\0\x03', bytes(random, 80)
])

/** Whether the credentials that come along are good: the fault is elsewhere then, and must be enough. */
const perhapsGood = (random: Random): string[] => random() < 0.5 ? [GOOD] : []

const KEYS = ['', 'AAAA', 'x'.repeat(24), 'dGhlIHNhbXBsZSBub25jZQ', 'dGhlIHNhbXBsZSBub25jZQ==,dGhlIHNhbXBsZSBub25jZQ==', '!'.repeat(24), 'A'.repeat(5000)]
const VERSIONS = ['', '0', '7', '12', '99', '-13', '13, 8', '13.5', 'thirteen', '9'.repeat(400)]
const PROTOCOLS = [
  ',', ', ,', 'a,a', 'a b', '"a"', 'a,', 'a;b', `${CARRIED}`, `${CARRIED}, ${CARRIED}`, `app.v1, ${CARRIED}, ${CARRIED}`,
  'base64url.bearer.authorization.k8s.io.', 'base64url.bearer.authorization.k8s.io.=, app.v1', 'app.v1,'.repeat(400)
]
const UPGRADES = ['h2c', 'websocket2', 'web socket', 'TLS/1.0', 'h2c, TLS/1.0']
const METHODS = ['POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'FOO', 'get', 'G', '']
const LINES = [
  'GET', 'GET /live', 'GET /live HTTP/9.9', 'GET /live HTTP/1.1 HTTP/1.1', 'GET \0 HTTP/1.1', 'GET  /live HTTP/1.1', ' GET /live HTTP/1.1', 'GET /live HTTQ/1.1',
  'GET live HTTP/1.1', 'GET * HTTP/1.1', `GET /${'a'.repeat(20_000)} HTTP/1.1`, 'HTTP/1.1 101 Switching Protocols'
]
const TARGETS = [
  '/live%', '/live%zz', '/%c3%28', '/%00', '//live', '/live/', '/live/../live', '/live?access_token=a&access_token=b', '/live?ticket=', `/live?ticket=${CANARY}`,
  `/live?${'a=b&'.repeat(2000)}`, `/pets/${'a'.repeat(500)}`, '/pets/%f0%9f', '/nothing', 'http://other.example/live', '/live#x'
]
const CREDENTIALS = [
  'Authorization:', 'Authorization: Bearer', 'Authorization: Bearer a,b', `Authorization: Bearer ${CANARY} x`, `Authorization: bearer${CANARY}`,
  `Authorization: ${' '.repeat(7000)}x`, 'Authorization: Bearer \xff\xfe', `Authorization: Bearer ${'a'.repeat(7000)}`, 'Authorization: Basic ====',
  `${GOOD}\r\n${GOOD}`, 'Authorization : Bearer x', `Authorization:\r\n Bearer ${CANARY}`
]

const MANY_FIELDS = get([...UPGRADE, GOOD, ...Array.from({ length: 4000 }, (_, i) => `X-${i}:`)])

/** Each makes an upgrade request that is wrong in its own way. */
const FAULTS: readonly ((random: Random) => string)[] = [
  (random) => get([...replacing('Sec-WebSocket-Key', ...pick(random, [[], [`Sec-WebSocket-Key: ${pick(random, KEYS)}`]])), ...perhapsGood(random)]),
  (random) => get([...replacing('Sec-WebSocket-Version', ...pick(random, [[], [`Sec-WebSocket-Version: ${pick(random, VERSIONS)}`]])), ...perhapsGood(random)]),
  (random) => get([...UPGRADE, `Sec-WebSocket-Protocol: ${pick(random, PROTOCOLS)}`]),
  (random) => get([...replacing('Upgrade', ...pick(random, [[], [`Upgrade: ${pick(random, UPGRADES)}`]])), ...perhapsGood(random)]),
  (random) => get([...replacing('Connection', ...pick(random, [[], ['Connection: keep-alive'], ['Connection: close'], ['Connection:']])), ...perhapsGood(random)]),
  // Node.js is lenient about these two: with good credentials some of them are handshakes.
  (random) => head('GET /live HTTP/1.1', UPGRADE, pick(random, [[], ['Host: a', 'Host: b']])),
  (random) => head(pick(random, LINES), UPGRADE),
  (random) => head(`${pick(random, METHODS)} /live HTTP/1.1`, [...UPGRADE, ...perhapsGood(random)]),
  (random) => get(UPGRADE, pick(random, TARGETS)),
  (random) => get([...UPGRADE, pick(random, CREDENTIALS)]),
  (random) => bytes(random, 500),
  (random) => `\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03${bytes(random, 500)}`,
  () => MANY_FIELDS,
  () => get([...UPGRADE, GOOD, `X-Long: ${'a'.repeat(17_000)}`]),
  (random) => get([...UPGRADE, `X\0${bytes(random, 20)}: y`]),
  (random) => get([...UPGRADE, 'Content-Length: 5']) + pick(random, ['', 'abc', 'abcde', 'abcdefgh']),
  (random) => get([...UPGRADE, 'Transfer-Encoding: chunked']) + pick(random, ['', '0\r\n\r\n', '5\r\nabc', 'zz\r\n', bytes(random, 40)]),
  () => get([...UPGRADE, GOOD, 'Content-Length: 5', 'Transfer-Encoding: chunked']) + '0\r\n\r\n',
  (random) => get(UPGRADE) + frames(random),
  (random) => get(['Connection: keep-alive'], '/plain') + get(UPGRADE) + pick(random, [get(UPGRADE), bytes(random, 100)]),
  (random) => get(UPGRADE) + get([...UPGRADE, GOOD]) + frames(random),
  (random) => get([...UPGRADE, GOOD]).slice(0, Math.floor(20 + random() * 100)),
  (random) => get([...UPGRADE, `Origin: ${pick(random, ['null', 'https://evil.example', '', 'x'.repeat(4000), '\xff'])}`, GOOD]),
  (random) => get([...UPGRADE, `Cookie: ${pick(random, ['sid', 'sid=a; sid=b', ';'.repeat(3000), '=', 'sid="'])}`]),
  (random) => get([...UPGRADE, `Sec-WebSocket-Extensions: ${pick(random, ['permessage-deflate;'.repeat(200), ';', 'x; y=z', 'permessage-deflate; client_max_window_bits=99'])}`])
]

/** Makes one malformed upgrade, as octets written as characters. */
export function malformedUpgrade (random: Random): string {
  return pick(random, FAULTS)(random)
}
