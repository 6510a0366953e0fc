/** A listener that throws does not keep the connection from going on; the error is reported as any uncaught one. */
export function call<Value, Answer> (listener: ((value: Value) => Answer) | undefined, value: Value): Answer | undefined {
  try {
    return listener?.(value)
  } catch (error) {
    queueMicrotask(() => { throw error })
    return undefined
  }
}
