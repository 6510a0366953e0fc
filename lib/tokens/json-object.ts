import { hasDuplicateMember } from './duplicate-members.ts'

export type JsonObject = Readonly<Record<string, unknown>>

/** `ignoreBOM` keeps the mark in the text, where JSON.parse refuses it: one token is one string. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Reads bytes as one JSON object in UTF-8 whose members are unique; `null` for anything else. */
export function parseJsonObject (bytes: Uint8Array): JsonObject | null {
  try {
    const text = UTF8.decode(bytes)
    const value: unknown = JSON.parse(text)
    if (!isJsonObject(value) || hasDuplicateMember(text)) return null
    return value
  } catch {
    return null
  }
}

export function isJsonObject (value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A member of the object itself, so that what someone put on `Object.prototype` never counts as said by the token. */
export function member (object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/**
 * Freezes a parsed value through and through, since a cache hands it to many requests, and removes members named `__proto__`, which
 * would change the prototype of whatever they are assigned to.
 */
export function freezeJson<T> (value: T): T {
  const open: unknown[] = [value]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (typeof node !== 'object' || node === null) continue
    if (Object.hasOwn(node, '__proto__')) Reflect.deleteProperty(node, '__proto__')
    Object.freeze(node)
    for (const child of Object.values(node)) open.push(child)
  }
  return value
}
