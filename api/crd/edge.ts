/** Where the types of a definition meet those of the schemas that are walked: decoded objects are JSON, whatever they are typed as. */
import type { JsonObject, KubeObject } from '../object.ts'
import type { Schema } from '../schema/schema.ts'
import type { CustomResourceDefinition, JSONSchemaProps } from '../types/apiextensions-v1.ts'

/** A decoded object as plain JSON. */
export const asJson = (value: object): JsonObject => value as JsonObject

/** A schema that has been found to be structural, as the walks take it. */
export const asSchema = (schema: JSONSchemaProps): Schema => schema as Schema

/** An object of the kind CustomResourceDefinition, which whoever has it knows it to be. */
export const asDefinition = (object: KubeObject): CustomResourceDefinition => object as CustomResourceDefinition
