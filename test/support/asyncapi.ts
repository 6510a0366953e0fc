import specs from '@asyncapi/specs'
import { Ajv, type AnySchema, type ErrorObject } from 'ajv'
import type { AsyncApiDocument, AsyncApiOperation, AsyncApiSecurityScheme } from 'fastify-openapi-security'

const ajv = new Ajv({
  strict: false,
  allErrors: true,
  formats: {
    uri: (text: string) => /^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text),
    'uri-reference': true,
    'uri-template': true, // of bindings that are none of ours
    email: /@/,
    regex: (text: string) => RegExp(text) !== null
  }
})
const official = ajv.compile(specs.schemasWithoutId['3.0.0'] as AnySchema)
const next = ajv.compile(specs.schemasWithoutId['3.1.0'] as AnySchema)

/** What the official JSON Schemas of AsyncAPI 3.0.0 and 3.1.0 find wrong, and references that lead nowhere. */
export function problemsOf (document: AsyncApiDocument): string[] {
  const errors: ErrorObject[] = [
    ...(official(document) ? [] : official.errors ?? []), ...(next({ ...document, asyncapi: '3.1.0' }) ? [] : next.errors ?? [])
  ]
  return [...errors.map(({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`), ...dangling(document, document)]
}

function dangling (value: unknown, document: AsyncApiDocument): string[] {
  if (typeof value !== 'object' || value === null) return []
  const { $ref } = value as { $ref?: unknown }
  const own = typeof $ref === 'string' && $ref.startsWith('#/') && at(document, $ref) === undefined ? [`${$ref} leads nowhere`] : []
  return [...own, ...Object.values(value).flatMap((one) => dangling(one, document))]
}

/** What a JSON Pointer in a fragment leads to. */
export function at (document: object, reference: string): unknown {
  const steps = reference.slice(reference.indexOf('#') + 2).split('/').map((step) => decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~'))
  return steps.reduce<unknown>((found, step) => typeof found === 'object' && found !== null && Object.hasOwn(found, step) ? (found as Record<string, unknown>)[step] : undefined, document)
}

/** What is wrong with a message according to the document; `null` if nothing. */
export function checkMessage (document: AsyncApiDocument, name: string, message: unknown): string | null {
  const validate = ajv.compile(document.components.messages[name]?.payload ?? false)
  return validate(message) ? null : ajv.errorsText(validate.errors)
}

/** The requirement of an operation, read as a reader of the document does. */
export function readBack ({ security, 'x-security': exact }: AsyncApiOperation, { components }: AsyncApiDocument, schemes: readonly string[]): Record<string, string[]>[] {
  if (exact !== undefined) return exact
  return (security ?? []).map(({ $ref }) => {
    const key = $ref.replace('#/components/securitySchemes/', '')
    const [name = ''] = schemes.filter((one) => key === one || key.startsWith(`${one}.`)).sort((a, b) => b.length - a.length)
    return { [name]: neededOf(components.securitySchemes[key]) }
  })
}

function neededOf (scheme: AsyncApiSecurityScheme | undefined): string[] {
  return [scheme?.['scopes'] ?? scheme?.['x-required-roles'] ?? []].flat() as string[] // lists of names
}
