/**
 * Lets calls with one key that come while its work is under way wait for the same outcome. What is known at once is not waited for.
 *
 * @param max number of keys that may be waited for; work beyond it is not shared, so that memory stays bounded
 */
export function singleFlight<T> (max: number): (key: string, work: () => T | Promise<T>) => T | Promise<T> {
  const underWay = new Map<string, Promise<T>>()
  return (key, work) => {
    // A long key costs more to look up than to compare, so an empty table is not asked.
    const joinable = underWay.size === 0 ? undefined : underWay.get(key)
    if (joinable !== undefined) return joinable
    const started = work()
    if (!(started instanceof Promise) || underWay.size >= max) return started
    underWay.set(key, started)
    const end = (): void => { underWay.delete(key) }
    started.then(end, end)
    return started
  }
}
