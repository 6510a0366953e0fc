import t from 'tap'
import { takeSubprotocol, type UpgradeRequest } from '../../../lib/credentials/subprotocol.ts'
import { AMBIGUOUS, MALFORMED, told } from './source.ts'

const PREFIX = 'base64url.bearer.authorization.k8s.io.'
const TOKEN = 'token.of-a_user~1'
const encode = (text: string): string => Buffer.from(text).toString('base64url')
const OFFER = PREFIX + encode(TOKEN)
const MISSING = { reason: 'subprotocol_missing' }

function upgrade (...lines: string[]): UpgradeRequest & { rawHeaders: string[] } {
  return {
    headers: { host: 'x', 'sec-websocket-protocol': lines.join(', ') },
    rawHeaders: ['Host', 'x', ...lines.flatMap((line) => ['Sec-WebSocket-Protocol', line]), 'Upgrade', 'websocket']
  }
}

t.test('the token is taken from the offered subprotocols', async (t) => {
  const table: [name: string, offered: string, taken: unknown, left: string | undefined][] = [
    ['first', `${OFFER}, chat`, TOKEN, 'chat'],
    ['last', `chat, ${OFFER}`, TOKEN, 'chat'],
    ['in the middle', `chat, ${OFFER}, superchat`, TOKEN, 'chat, superchat'],
    ['without spaces', `chat,${OFFER},superchat`, TOKEN, 'chat, superchat'],
    ['alone', OFFER, MISSING, undefined],
    ['twice', `${OFFER}, chat, ${OFFER}`, AMBIGUOUS, 'chat'],
    ['twice and alone', `${OFFER}, ${OFFER}`, AMBIGUOUS, undefined],
    ['two different', `${OFFER}, ${PREFIX}${encode('other')}, chat`, AMBIGUOUS, 'chat'],
    ['empty', `${PREFIX}, chat`, MALFORMED, 'chat'],
    ['no base64', `${PREFIX}!!!, chat`, MALFORMED, 'chat'],
    ['padded', `${PREFIX}${Buffer.from('a').toString('base64')}, chat`, MALFORMED, 'chat'],
    ['an impossible length', `${PREFIX}abcde, chat`, MALFORMED, 'chat'],
    ['not canonical', `${PREFIX}YR, chat`, MALFORMED, 'chat'],
    ['a token with a space', `${PREFIX}${encode('a b')}, chat`, MALFORMED, 'chat'],
    ['a token with a line end', `${PREFIX}${encode('a\r\nb')}, chat`, MALFORMED, 'chat'],
    ['a token beyond ASCII', `${PREFIX}${encode('é')}, chat`, MALFORMED, 'chat'],
    ['base64 with the other alphabet', `${PREFIX}${Buffer.from('~~~~~~?>').toString('base64').replaceAll('=', '')}, chat`, '~~~~~~?>', 'chat'],
    ['none', 'chat, superchat', undefined, 'chat, superchat'],
    ['the prefix in the middle of another', `x${OFFER}, chat`, undefined, `x${OFFER}, chat`],
    ['the prefix in another letter case', `${OFFER.replace('bearer', 'Bearer')}, chat`, undefined, `${OFFER.replace('bearer', 'Bearer')}, chat`],
    ['an empty subprotocol beside it', `${OFFER}, `, MALFORMED, undefined],
    ['one of two beside it is no token', `chat, ${OFFER}, a b`, MALFORMED, 'chat, a b'],
    ['no token beside it', `${OFFER}, a b`, MALFORMED, 'a b']
  ]
  for (const [name, offered, taken, left] of table) {
    const request = upgrade(offered)
    t.strictSame(told(takeSubprotocol(request, PREFIX)), taken, name)
    t.equal(request.headers['sec-websocket-protocol'], left, `${name}: what is left`)
    const lines = request.rawHeaders.flatMap((text, i) => i % 2 === 0 && text.toLowerCase() === 'sec-websocket-protocol' ? [request.rawHeaders[i + 1]] : [])
    t.strictSame(lines, left === undefined ? [] : [left], `${name}: what is left of the lines`)
    t.ok(request.rawHeaders.length % 2 === 0 && request.rawHeaders.includes('Upgrade') && request.rawHeaders.includes('Host'), `${name}: the other lines`)
  }
})

t.test('nothing of the token stays in the request', async (t) => {
  for (const offered of [`${OFFER}, chat`, OFFER, `${OFFER}, chat, ${OFFER}`, `${OFFER}, a b`]) {
    const request = upgrade(offered)
    takeSubprotocol(request, PREFIX)
    t.notMatch(JSON.stringify(request), encode(TOKEN), offered.slice(0, 60))
  }
})

t.test('several lines count as one', async (t) => {
  const request = upgrade('chat', OFFER, 'superchat')
  t.equal(takeSubprotocol(request, PREFIX), TOKEN)
  t.equal(request.headers['sec-websocket-protocol'], 'chat, superchat')
  t.strictSame(request.rawHeaders, ['Host', 'x', 'Upgrade', 'websocket', 'Sec-WebSocket-Protocol', 'chat, superchat'])
})

t.test('requests without raw lines, and without the field', async (t) => {
  const request: UpgradeRequest = { headers: { 'sec-websocket-protocol': `${OFFER}, chat` } }
  t.equal(takeSubprotocol(request, PREFIX), TOKEN)
  t.strictSame(request, { headers: { 'sec-websocket-protocol': 'chat' } })
  t.equal(takeSubprotocol({ headers: {} }, PREFIX), undefined)
  t.equal(takeSubprotocol({ headers: { 'sec-websocket-protocol': undefined } }, PREFIX), undefined)
})

t.test('what is not asked for is not touched', async (t) => {
  const request = upgrade('chat')
  const before = structuredClone(request)
  takeSubprotocol(request, PREFIX)
  t.strictSame(request, before)
})

t.test('another prefix', async (t) => {
  const request = upgrade(`bearer.${encode('a.b.c')}, chat, ${OFFER}`)
  t.equal(takeSubprotocol(request, 'bearer.'), 'a.b.c')
  t.equal(request.headers['sec-websocket-protocol'], `chat, ${OFFER}`)
})

t.test('100,000 offered subprotocols are read to the end', async (t) => {
  const request = upgrade(`${'chat, '.repeat(100_000)}${OFFER}`)
  t.equal(takeSubprotocol(request, PREFIX), TOKEN)
})
