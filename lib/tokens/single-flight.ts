/** The end of a token is its signature and as good as random, and costs less to look up than all of it. */
const TAIL = 32

interface Flight<T> {
  readonly token: string
  readonly outcome: Promise<T>
}

/**
 * Lets calls with one token that come while its work is under way wait for the same outcome. What is known at once is not waited for.
 *
 * @param max number of tokens that may be waited for; work beyond it is not shared, so that memory stays bounded
 */
export function singleFlight<T> (max: number): (token: string, work: () => T | Promise<T>) => T | Promise<T> {
  const underWay = new Map<string, Flight<T>>()
  return (token, work) => {
    const tail = token.slice(-TAIL)
    const flight = underWay.get(tail)
    if (flight?.token === token) return flight.outcome
    const outcome = work()
    if (!(outcome instanceof Promise) || flight !== undefined || underWay.size >= max) return outcome
    underWay.set(tail, { token, outcome })
    const end = (): void => { underWay.delete(tail) }
    outcome.then(end, end)
    return outcome
  }
}
