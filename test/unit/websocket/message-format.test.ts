import t from 'tap'
import { FIRST_MESSAGE, parseObject, readAuthenticate } from '../../../lib/websocket/message-format.ts'

t.test('what is a message that authenticates', async (t) => {
  const table: [message: string, expected: string | null | undefined][] = [
    ['{"type":"authenticate","token":"abc"}', 'abc'], [' { "token": "a b", "type": "authenticate", "more": 1 } ', 'a b'],
    ['{"type":"authenticate"}', null], ['{"type":"authenticate","token":""}', null], ['{"type":"authenticate","token":1}', null],
    ['{"type":"authenticate","token":["abc"]}', null], ['{"type":"authenticated","token":"abc"}', undefined], ['{"type":"other","token":"abc"}', undefined],
    ['{"text":"authenticate"}', undefined], ['["authenticate"]', undefined], ['"authenticate"', undefined], ['authenticate', undefined],
    ['{"type":"authenticate","token":"abc"', undefined], ['', undefined], ['null', undefined], ['{"type":["authenticate"],"token":"abc"}', undefined],
    ['{"__proto__":{"type":"authenticate","token":"abc"}}', undefined]
  ]
  for (const [message, expected] of table) t.equal(readAuthenticate(message), expected, message)
})

t.test('what is an object', async (t) => {
  for (const text of ['', 'null', '[]', '"x"', '1', 'true', '{', '{"a":1}x']) t.equal(parseObject(text), null, text)
  t.strictSame(parseObject('{"a":1}'), { a: 1 })
})

t.test('what is said of one that was accepted', async (t) => {
  t.equal(FIRST_MESSAGE.accepted?.(undefined), '{"type":"authenticated"}')
  t.equal(FIRST_MESSAGE.accepted?.(1700000000), '{"type":"authenticated","expires_at":1700000000}')
})
