import t from 'tap'
import { Slices } from '../../../lib/websocket/slices.ts'
import { immediates } from './stage.ts'

t.test('everything is done in order, and the end is told once', async (t) => {
  const done: (number | string)[] = []
  const slices = new Slices<number>((item) => { done.push(item) }, () => { done.push('end') })
  for (let i = 0; i < 100; i++) slices.push(i)
  t.equal(slices.size, 100)
  t.strictSame(done, [], 'not at once')
  await immediates()
  t.strictSame(done, [...Array.from({ length: 100 }, (_, i) => i), 'end'])
  t.equal(slices.size, 0)
})

t.test('what is added meanwhile is done too, and after the end it begins anew', async (t) => {
  const done: (number | string)[] = []
  const slices = new Slices<number>((item) => {
    done.push(item)
    if (item === 1) slices.push(2)
  }, () => { done.push('end') })
  slices.push(1)
  await immediates()
  slices.push(3)
  await immediates()
  t.strictSame(done, [1, 2, 'end', 3, 'end'])
})

t.test('other events have their turn in between', async (t) => {
  const done: number[] = []
  const slices = new Slices<number>((item) => {
    const until = performance.now() + 2
    while (performance.now() < until);
    done.push(item)
  }, () => {})
  for (let i = 0; i < 64; i++) slices.push(i)
  const seen = new Set<number>()
  while (done.length < 64) {
    await new Promise((resolve) => { setImmediate(resolve) })
    seen.add(done.length)
  }
  t.ok(seen.size >= 3, `${seen.size} looks at ${[...seen].join(', ')}`)
})
