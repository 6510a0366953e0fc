import { Type } from '@sinclair/typebox'

/** A scheme or component name that every OpenAPI version accepts. */
export const SCHEME_NAME = '^[a-zA-Z0-9._-]+$'

/** OpenAPI Security Requirement Object. */
export const RequirementSchema = Type.Record(Type.String(), Type.Array(Type.String()))

/** A whole `security` array. */
export const SecuritySchema = Type.Array(RequirementSchema)
