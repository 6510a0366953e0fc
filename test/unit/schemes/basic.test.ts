import t from 'tap'
import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { basic, parseBasic, type BasicCredential } from '../../../lib/schemes/basic.ts'
import { sourceOf, told, MALFORMED } from '../credentials/source.ts'

interface Vector { name: string, source: string, text: string, credential: BasicCredential | null }

// JSON.parse is untyped; the shape is that of the file beside it.
const VECTORS = JSON.parse(readFileSync(new URL('../../vectors/basic.json', import.meta.url), 'utf8')) as Vector[]

const encode = (pair: string): string => Buffer.from(pair).toString('base64')

t.test('user-ids and passwords are read as the vectors say', async (t) => {
  for (const { name, source, text, credential } of VECTORS) t.strictSame(parseBasic(text), credential, `${source}: ${name}`)
  t.ok(VECTORS.filter(({ credential }) => credential === null).length > 20, 'vectors that must not be read')
})

/** RFC 4648 §4 and RFC 7617 §2 once more, by hand. */
function isReadable (text: string): boolean {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false
  const bytes = Buffer.from(text, 'base64')
  const last = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'.indexOf(text.replaceAll('=', '').at(-1) ?? '')
  if ((text.endsWith('==') && last % 16 !== 0) || (text.endsWith('=') && last % 4 !== 0)) return false
  const pair = bytes.toString('utf8')
  return Buffer.from(pair).equals(bytes) && pair.includes(':') && [...bytes].every((byte) => byte > 0x1F && byte !== 0x7F)
}

t.test('whatever is changed in one place is read or refused, and never throws', async (t) => {
  const wrong: string[] = []
  let refused = 0
  for (const { text } of VECTORS) {
    for (let at = 0; at <= text.length; at++) {
      for (let code = 0; code <= 0xFF; code++) {
        const upToIt = text.slice(0, at) + String.fromCharCode(code)
        for (const changed of [upToIt + text.slice(at + 1), upToIt + text.slice(at)]) {
          const credential = parseBasic(changed)
          if (credential === null) refused++
          if ((credential !== null) !== isReadable(changed)) wrong.push(changed)
        }
      }
      const without = text.slice(0, at) + text.slice(at + 1)
      if ((parseBasic(without) !== null) !== isReadable(without)) wrong.push(without)
    }
  }
  t.strictSame(wrong.slice(0, 10), [])
  t.ok(refused > 100_000, `${refused} refused`)
})

t.test('every byte in every place of a pair is read or refused', async (t) => {
  const wrong: string[] = []
  const pair = Buffer.from('user:pässword')
  for (let at = 0; at < pair.length; at++) {
    for (let byte = 0; byte <= 0xFF; byte++) {
      const text = Buffer.from(pair.map((old, i) => i === at ? byte : old)).toString('base64')
      if ((parseBasic(text) !== null) !== isReadable(text)) wrong.push(text)
    }
  }
  t.strictSame(wrong, [])
})

t.test('what is written is read', async (t) => {
  const printable = fc.string({ unit: 'binary' }).map((text) => text.replace(/[\p{Cc}]/gu, ''))
  fc.assert(fc.property(printable, printable, (user, password) => {
    const username = user.replaceAll(':', '')
    const read = parseBasic(encode(`${username}:${password}`))
    return read !== null && read.username === username && read.password === password
  }))
  t.pass('a thousand pairs')
})

t.test('a definition for the document, and a challenge with the charset', async (t) => {
  const scheme = basic({ verify: () => null, roles: ['admin'], description: 'Staff', realm: 'staff' })
  t.match(scheme, {
    definition: { type: 'http', scheme: 'basic', description: 'Staff' },
    scopes: ['admin'],
    location: { in: 'authorization', scheme: 'basic' },
    ambient: false,
    challenge: { scheme: 'Basic', params: { charset: 'UTF-8' }, oauth: false, registered: true },
    realm: 'staff'
  })
  t.strictSame(basic({ verify: () => null }).definition, { type: 'http', scheme: 'basic' }, 'nothing said, nothing written')
  t.strictSame(basic({ verify: () => null }).scopes, [])
  t.strictSame(Object.keys(scheme.challenge?.params ?? {}), ['charset'], 'no further parameters (RFC 7617 §2)')
})

t.test('the field is read', async (t) => {
  const scheme = basic({ verify: () => null })
  const read = (field: string): unknown => told(scheme.read(sourceOf([['Authorization', field]])))
  t.strictSame(read(`Basic ${encode('u:p')}`), { username: 'u', password: 'p' })
  t.strictSame(read(`BASIC   ${encode('u:p')}`), { username: 'u', password: 'p' })
  t.strictSame(read('Basic'), MALFORMED)
  t.strictSame(read('Basic !'), MALFORMED)
  t.strictSame(read(`Basic ${encode('u:p')} `), MALFORMED, 'a space behind it')
  t.equal(read(`Bearer ${encode('u:p')}`), undefined)
  t.equal(scheme.read(sourceOf([])), undefined)
})

t.test('what is no verifier stops the application', async (t) => {
  for (const verify of [undefined, null, {}, 'x']) {
    t.throws(() => basic({ verify } as never), { code: 'FST_SECURITY_SCHEME_INVALID', message: /^Security scheme Basic: `verify` is not a function/ }, String(verify))
  }
})
