import { LRUCache } from 'lru-cache'

/** What the authorization server keeps of sessions, grants, codes and tokens. */
interface Entry {
  readonly uid?: string
  readonly userCode?: string
  readonly grantId?: string
  consumed?: number
}

const MOST_ENTRIES = 1000
/** What comes of a grant and ends with it. */
const GRANTED: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken'])

/** A store for one process: everything is gone when it ends. */
export function memoryStore () {
  const entries = new LRUCache<string, Entry>({ max: MOST_ENTRIES })
  const where = (model: string, matches: (entry: Entry) => boolean) =>
    [...entries.keys()].filter((key) => key.startsWith(`${model}:`)).map((key) => entries.get(key)).find((entry) => entry !== undefined && matches(entry))

  return (model: string) => ({
    async upsert (id: string, entry: Entry, seconds?: number) {
      entries.set(`${model}:${id}`, entry, seconds === undefined ? {} : { ttl: seconds * 1000 })
    },
    async find (id: string) { return entries.get(`${model}:${id}`) },
    async findByUid (uid: string) { return where(model, (entry) => entry.uid === uid) },
    async findByUserCode (userCode: string) { return where(model, (entry) => entry.userCode === userCode) },
    async consume (id: string) {
      const entry = entries.get(`${model}:${id}`)
      if (entry !== undefined) entry.consumed = Math.floor(Date.now() / 1000)
    },
    async destroy (id: string) { entries.delete(`${model}:${id}`) },
    async revokeByGrantId (grantId: string) {
      for (const [key, entry] of entries.entries()) {
        if (entry.grantId === grantId && GRANTED.has(key.slice(0, key.indexOf(':')))) entries.delete(key)
      }
    }
  })
}
