/** Whether a page may connect: no policy, no page (RFC 6455 §10.1), or an origin on the list. `null` never is. */
export function isOriginAllowed (origin: string | undefined, origins: ReadonlySet<string> | null): boolean {
  return origins === null || origin === undefined || origins.has(origin)
}
