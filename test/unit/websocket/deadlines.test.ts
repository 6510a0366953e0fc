import t from 'tap'
import { Deadlines, type Deadline } from '../../../lib/websocket/deadlines.ts'
import { fakeTime, type Time } from './stage.ts'

/** Milliseconds by which one may be late. */
const PRECISION = 110
const DAY = 86_400_000

function stage (t: { teardown (callback: () => void): void }, start?: number) {
  const time = fakeTime(t, start)
  const deadlines = new Deadlines(time.clock)
  const due: [name: string, at: number][] = []
  const plan = (name: string, after: number, then?: () => void): Deadline => {
    const deadline = { at: time.now + after, due () { due.push([name, time.now]); then?.() } }
    deadlines.add(deadline)
    return deadline
  }
  return { time, deadlines, due, plan }
}

/** Goes on until something is due; answers after how many milliseconds. */
function waited (time: Time, due: readonly unknown[], atMost: number): number {
  const from = time.now
  while (due.length === 0 && time.now - from < atMost) time.advance(10)
  return time.now - from
}

t.test('a deadline is never early, and late by no more than a tenth of a second', async (t) => {
  for (const start of [0, 1, 999, 1000, 1500.5, 123_456_789.25]) {
    for (const after of [0, 1, 99, 500, 999, 1000, 1001, 2500, 60_000, 3_600_000.5]) {
      await t.test(`${after} ms from ${start}`, async (t) => {
        const { time, due, plan, deadlines } = stage(t, start)
        plan('one', after)
        const late = waited(time, due, after + 5000) - after
        t.ok(late >= 0 && late <= PRECISION, `late by ${late} ms`)
        t.equal(deadlines.size, 0)
      })
    }
  }
})

t.test('each at its time, whatever the order they were added in', async (t) => {
  const { time, due, plan, deadlines } = stage(t)
  for (const after of [3000, 100, 1700, 1701, 90_000, 0, 1699]) plan(String(after), after)
  t.equal(deadlines.size, 7)
  time.advance(91_000)
  t.strictSame(due.map(([name]) => name).sort(), ['0', '100', '1699', '1700', '1701', '3000', '90000'])
  for (const [name, at] of due) t.ok(at - 1000 >= Number(name) && at - 1000 <= Number(name) + PRECISION, `${name} at ${at - 1000}`)
})

t.test('one that is due adds the next, whichever second that is in', async (t) => {
  for (let start = 1000; start < 3000; start += 50) {
    for (const next of [0, 10, 250, 500, 1000, 1300]) {
      await t.test(`${next} ms after ${start}`, async (t) => {
        const { time, due, plan, deadlines } = stage(t, start)
        plan('first', 250, () => { plan('second', next) })
        time.advance(250 + next + 4 * PRECISION)
        t.strictSame(due.map(([name]) => name), ['first', 'second'])
        t.equal(deadlines.size, 0)
      })
    }
  }
})

t.test('one that is added later and due earlier', async (t) => {
  const { time, due, plan } = stage(t)
  plan('late', 20_000)
  time.advance(5500)
  plan('early', 10)
  plan('past', -4000)
  time.advance(200)
  t.strictSame(due.map(([name]) => name).sort(), ['early', 'past'])
})

t.test('what is taken off is not due', async (t) => {
  const { time, due, plan, deadlines } = stage(t)
  const first = plan('first', 500)
  const second = plan('second', 500)
  deadlines.delete(first)
  deadlines.delete(first)
  deadlines.delete({ at: 77, due () {} })
  t.equal(deadlines.size, 1, 'once, and only what is on the list')
  time.advance(1000)
  t.strictSame(due.map(([name]) => name), ['second'])
  deadlines.delete(second)
  t.equal(deadlines.size, 0)
})

t.test('one that is due may add others and take others off', async (t) => {
  const { time, due, plan, deadlines } = stage(t)
  const victim = plan('victim', 530)
  plan('one', 500, () => {
    deadlines.delete(victim)
    plan('at once', 0)
    plan('later', 2000)
  })
  time.advance(3000)
  t.strictSame(due.map(([name]) => name), ['one', 'at once', 'later'])
  t.equal(deadlines.size, 0)
})

t.test('thirty days, and a machine that slept for them', async (t) => {
  const { time, due, plan } = stage(t)
  plan('month', 30 * DAY)
  time.advance(10_000)
  t.strictSame(due, [], 'a timer that overflows would fire at once')
  time.jump(30 * DAY - 12_000)
  time.advance(1500)
  t.strictSame(due, [])
  time.advance(3000)
  t.equal(due.length, 1)
})

t.test('a clock that goes back', async (t) => {
  const { time, due, plan } = stage(t, 100_000)
  plan('one', 1000)
  time.jump(-5000)
  plan('two', 1000)
  time.advance(1500)
  t.strictSame(due.map(([name]) => name), ['two'])
  time.advance(5000)
  t.strictSame(due.map(([name]) => name), ['two', 'one'])
})

t.test('the time of day changes nothing, and an empty list has no timer', async (t) => {
  const resting = process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length
  const deadlines = new Deadlines()
  const seen: string[] = []
  const deadline: Deadline = { at: deadlines.clock() + 60_000, due () { seen.push('due') } }
  deadlines.add(deadline)
  const { now } = Date
  Date.now = () => now() + 365 * DAY
  t.teardown(() => { Date.now = now })
  const soon: Deadline = { at: deadlines.clock() + 1, due () { seen.push('soon') } }
  deadlines.add(soon)
  for (let i = 0; i < 100 && seen.length === 0; i++) await new Promise((resolve) => { setTimeout(resolve, 20) })
  t.strictSame(seen, ['soon'])
  deadlines.delete(deadline)
  t.equal(process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length, resting)
})
