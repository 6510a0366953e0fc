import { connect, type Socket } from 'node:net'

/** Numbers from 0 up to 1, the same for the same seed (xorshift32). */
export function randomFrom (seed: number): () => number {
  let state = seed | 0
  return () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return (state >>> 0) / 2 ** 32
  }
}

/** Opens connections one after the other in several lanes, and lets each do its part. */
export async function storm (
  port: number, count: number, lanes: number, part: (socket: Socket, number: number) => Promise<unknown>
): Promise<void> {
  let started = 0
  const lane = async (): Promise<void> => {
    while (started < count) {
      const socket = connect({ port, host: '127.0.0.1' })
      socket.on('error', () => {})
      await part(socket, started++)
    }
  }
  await Promise.all(Array.from({ length: lanes }, lane))
}

/** Resolves when a connection is gone. */
export async function gone (socket: Socket): Promise<void> {
  if (!socket.closed) await new Promise<void>((resolve) => { socket.once('close', () => { resolve() }) })
}
