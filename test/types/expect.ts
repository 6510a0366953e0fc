/** Whether two types are the same, `any`, `readonly` and optional members included. */
export type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false
type IfEqual<A, B> = Equal<A, B> extends true ? [] : [never]

/** `expectType<Expected>()(value)` compiles only if the type of the value is exactly that. */
export declare function expectType<Expected> (): <Actual>(value: Actual, ...equal: IfEqual<Expected, Actual>) => void

/** `expectSame<A, B>()` compiles only if the types are the same. */
export declare function expectSame<A, B> (...equal: IfEqual<A, B>): void

/** Reads a value. */
export declare function use (...values: unknown[]): void
