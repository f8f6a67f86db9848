/**
 * The schemas of the versions of a definition. The text is kept; what is parsed from it is kept while there is room.
 */
import { OBJECT_META } from '../schema/embedded.ts'
import type { Schema, TypeSchema } from '../schema/schema.ts'
import { schemaOf } from '../tables/schemas.ts'
import type { CustomResourceDefinitionVersion } from '../types/apiextensions-v1.ts'
import { asSchema } from './edge.ts'
import { createShelf, shelfKey } from './shelf.ts'

/**
 * The characters of schemas that are kept parsed. Parsed and compiled, a schema takes some ten times its text: 40 MB,
 * room for a hundred busy kinds of the usual 40 KB.
 */
const SCHEMA_TEXT_MAX = 4 * 2 ** 20

const shelf = createShelf(SCHEMA_TEXT_MAX)

/** A schema as its definition gave it, and with what every object has besides. */
export interface Schemas {
  /** By this one objects are validated: it may restrict metadata.name. */
  readonly own: TypeSchema
  readonly whole: TypeSchema
}

/** Answers the schemas of one version, the same ones as long as they are kept. */
export type SchemaLoader = () => Schemas

const NO_SCHEMA: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
/** Of a version that is not there: anything goes. */
export const NO_SCHEMAS: Schemas = {
  own: { root: NO_SCHEMA, source: schemaOf },
  whole: { root: NO_SCHEMA, source: schemaOf },
}

/** The schemas of a version of the kind, which are parsed when they are asked for. */
export function schemaLoader(
  group: string,
  kind: string,
  { name, schema }: CustomResourceDefinitionVersion,
): SchemaLoader {
  const text = JSON.stringify(schema?.openAPIV3Schema ?? NO_SCHEMA)
  const key = shelfKey<Schemas>()
  return () => shelf.take(key, text.length, () => loadSchema(asSchema(JSON.parse(text)), group, kind, name))
}

function loadSchema(root: Schema, group: string, kind: string, version: string): Schemas {
  const whole: Schema = {
    ...root,
    properties: { apiVersion: TEXT, kind: TEXT, ...root.properties, metadata: { $ref: OBJECT_META } },
    'x-kubernetes-group-version-kind': [{ group, version, kind }],
  }
  return { own: { root, source: schemaOf }, whole: { root: whole, source: schemaOf } }
}

const TEXT: Schema = { type: 'string' }
