/** Makes keys that occur once. */
export interface Names {
  /** A key of letters that AsyncAPI takes; one that is taken gets a number. */
  take (wanted: string): string
}

export function names (): Names {
  const taken = new Set<string>()
  return {
    take (wanted) {
      let name = wanted
      for (let i = 2; taken.has(name); i++) name = `${wanted}-${i}`
      taken.add(name)
      return name
    }
  }
}

/** A text as part of a key (AsyncAPI 3.0.0, Components Object). One name of objects cannot be a key in all programs. */
export function keyOf (text: string): string {
  return text === '__proto__' ? 'proto' : text.replace(/[^A-Za-z0-9._-]/g, '-')
}

/** One step of a JSON Pointer in a URI fragment (RFC 6901 §3, §6). */
export function pointerStep (text: string): string {
  return encodeURIComponent(text.replaceAll('~', '~0').replaceAll('/', '~1'))
}
