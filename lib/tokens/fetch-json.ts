/** Key sets and metadata documents are a few kilobytes; this many bytes, unpacked, is the most that is read. */
const MAX_BYTES = 256 * 1024

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Fetches a JSON document from a configured address. A redirect is an answer like any other that is not 200: keys come from where
 * the options say.
 *
 * @param signal bounds the whole exchange, not only its first byte
 * @throws Error whatever is wrong: no answer, not 200, too long, not JSON
 */
export async function fetchJson (url: string | URL, signal: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal, redirect: 'manual', headers: { accept: 'application/json, application/jwk-set+json' } })
  if (response.status !== 200) {
    await response.body?.cancel()
    throw new Error(`answered ${response.status}`)
  }
  const bytes = await readCapped(response)
  try {
    return JSON.parse(UTF8.decode(bytes))
  } catch {
    throw new Error('answered with something that is not JSON')
  }
}

async function readCapped (response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > MAX_BYTES) throw new Error(`answered with more than ${MAX_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
