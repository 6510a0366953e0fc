import t from 'tap'
import { defineSchemes } from '../../lib/define.ts'
import { REASONS, type Reason } from '../../lib/errors.ts'
import { Refusal, refuse } from '../../lib/scheme.ts'
import { basic } from '../../lib/schemes/basic.ts'

const CODES = Object.keys(REASONS) as Reason[]

t.test('a verifier can refuse for every reason on the list, and for no other', async (t) => {
  for (const reason of CODES) {
    const refusal = refuse(reason)
    t.ok(refusal instanceof Refusal && Object.isFrozen(refusal), reason)
    t.match(refusal, { reason, status: REASONS[reason].status })
    t.equal(refuse(reason), refusal, `${reason}: one value`)
  }
  for (const wrong of ['', 'other', 'CREDENTIALS_INVALID', '__proto__', 'constructor', 'toString', undefined, null, 401]) {
    t.throws(() => refuse(wrong as never), TypeError, String(wrong))
  }
})

t.test('a refusal cannot be changed into another', async (t) => {
  const refusal = refuse('credentials_invalid')
  t.throws(() => { Object.assign(refusal, { status: 200 }) }, TypeError)
  t.strictSame({ ...refusal }, { reason: 'credentials_invalid', status: 401 })
})

t.test('schemes are what they were', async (t) => {
  const schemes = { staff: basic({ verify: () => null }) }
  t.equal(defineSchemes(schemes), schemes)
})
