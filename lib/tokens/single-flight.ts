/**
 * Lets calls with one key that come while its work is under way wait for the same outcome.
 *
 * @param max number of keys that may be waited for; work beyond it is not shared, so that memory stays bounded
 */
export function singleFlight<T> (max: number): (key: string, work: () => Promise<T>) => Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (key, work) => {
    const joinable = underWay.get(key)
    if (joinable !== undefined) return joinable
    if (underWay.size >= max) return work()
    const started = work().finally(() => underWay.delete(key))
    underWay.set(key, started)
    return started
  }
}
