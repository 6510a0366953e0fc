import t from 'tap'
import { keyOf, names, pointerStep } from '../../../../lib/docs/asyncapi/names.ts'

t.test('a key that is taken gets a number', async (t) => {
  const { take } = names()
  t.strictSame(['live', 'live', 'live-2', 'live', 'constructor'].map(take), ['live', 'live-2', 'live-2-2', 'live-3', 'constructor'])
})

t.test('keys have the letters that AsyncAPI takes', async (t) => {
  const table: [text: string, key: string][] = [
    ['pet.update', 'pet.update'], ['pets:read', 'pets-read'], ['a/b c~d', 'a-b-c-d'], ['Größe', 'Gr--e'], ['__proto__', 'proto'], ['', '']
  ]
  for (const [text, key] of table) t.equal(keyOf(text), key, text)
})

t.test('steps of pointers are escaped twice: for the pointer and for the URI', async (t) => {
  t.equal(pointerStep('/live/{room}~'), '~1live~1%7Broom%7D~0')
})
