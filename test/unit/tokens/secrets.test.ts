import { createHash } from 'node:crypto'
import t from 'tap'
import { secrets, type SecretEntry } from '../../../lib/tokens/secrets.ts'

const digest = (value: string) => createHash('sha256').update(value).digest('hex')
const fedex = { name: 'fedex' }
const ups = { name: 'ups' }

t.test('a secret finds its credentials, whichever way it was given', async (t) => {
  const verify = secrets([
    { value: 'first-secret', credentials: fedex },
    { sha256: digest('second-secret'), credentials: ups },
    { sha256: digest('third-secret').toUpperCase(), credentials: ups },
    { value: 'clé €', credentials: ups }
  ])
  const rows: [string, object | null][] = [
    ['first-secret', fedex], ['second-secret', ups], ['third-secret', ups], ['clé €', ups],
    ['', null], [' ', null], ['first-secre', null], ['first-secret ', null], ['First-Secret', null], ['first-secrets', null],
    [digest('second-secret'), null], [digest('first-secret'), null], ['\0'.repeat(32), null], ['__proto__', null],
    ['x'.repeat(100000), null]
  ]
  for (const [presented, expected] of rows) t.equal(verify(presented), expected, presented.slice(0, 70))
})

t.test('what cannot be a secret stops the application and is not repeated', async (t) => {
  const canary = 'canary-7f3a'
  const rows: [string, unknown, RegExp][] = [
    ['no list', undefined, /at least one/],
    ['an object', {}, /at least one/],
    ['an empty list', [], /at least one/],
    ['no entry', [undefined], /entry 0 needs `credentials`/],
    ['null entry', [null], /entry 0/],
    ['only credentials', [{ credentials: fedex }], /entry 0 needs `value` or `sha256`/],
    ['undefined value', [{ value: undefined, credentials: fedex }], /entry 0 needs `value` or `sha256`/],
    ['both', [{ value: canary, sha256: digest(canary), credentials: fedex }], /only one/],
    ['empty value', [{ value: '', credentials: fedex }], /not empty/],
    ['white space', [{ value: ' \t', credentials: fedex }], /white space/],
    ['trailing newline', [{ value: `${canary}\n`, credentials: fedex }], /white space/],
    ['null value', [{ value: null, credentials: fedex }], /must be a string/],
    ['number', [{ value: 1, credentials: fedex }], /must be a string/],
    ['short digest', [{ sha256: digest('x').slice(1), credentials: fedex }], /64 hexadecimal/],
    ['long digest', [{ sha256: `${digest('x')}0`, credentials: fedex }], /64 hexadecimal/],
    ['digest and newline', [{ sha256: `${digest('x')}\n`, credentials: fedex }], /64 hexadecimal/],
    ['no digest', [{ sha256: `${canary}`.padEnd(64, 'z'), credentials: fedex }], /64 hexadecimal/],
    ['base64 digest', [{ sha256: createHash('sha256').update('x').digest('base64'), credentials: fedex }], /64 hexadecimal/],
    ['digest of nothing', [{ sha256: digest(''), credentials: fedex }], /digest of nothing/],
    ['digest as bytes', [{ sha256: Buffer.alloc(32), credentials: fedex }], /64 hexadecimal/],
    ['no credentials', [{ value: canary }], /credentials/],
    ['null credentials', [{ value: canary, credentials: null }], /credentials/],
    ['credentials true', [{ value: canary, credentials: true }], /credentials/],
    ['twice', [{ value: canary, credentials: fedex }, { value: canary, credentials: ups }], /entry 1 has the same/],
    ['twice, once as digest', [{ value: canary, credentials: fedex }, { sha256: digest(canary), credentials: ups }], /entry 1 has the same/]
  ]
  for (const [name, entries, message] of rows) {
    try {
      secrets(entries as SecretEntry<object>[])
      t.fail(`${name}: accepted`)
    } catch (error) {
      t.match(error, { code: 'FST_SECURITY_VERIFIER_INVALID', message }, name)
      t.notOk(String(error).includes(canary), `${name}: repeats the secret`)
    }
  }
})

t.test('what is passed in is neither changed nor kept', async (t) => {
  const entries = [Object.freeze({ value: 'secret', credentials: Object.freeze({ name: 'x' }) })]
  const verify = secrets(Object.freeze(entries) as typeof entries)
  t.same(verify('secret'), { name: 'x' })
  const open = [{ value: 'one', credentials: fedex }]
  const verifyOpen = secrets(open)
  open[0] = { value: 'two', credentials: ups }
  t.equal(verifyOpen('one'), fedex)
  t.equal(verifyOpen('two'), null)
})
