/** Control characters, which terminals obey, and those that change the order in which text is shown. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Writes text of an application's so that it cannot steer a terminal, nor break a line. */
export function printable (text: string): string {
  return text.replace(UNPRINTABLE, (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`)
}
