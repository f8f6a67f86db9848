/**
 * The schemas of Kubernetes' own types, as tools/oracle/tables derived them from the pinned version.
 *
 * A `default` is there only where Kubernetes means it; what its defaulting functions fill in is said by each kind.
 * `required` is what its OpenAPI publishes: the server of Kubernetes does not check it, its validation does.
 */
import { isObject } from '../schema/json.ts'
import type { Schema, SchemaSource, TypeSchema } from '../schema/schema.ts'
import table from './schemas.json' with { type: 'json' }

/** The type of a kind, with everything that it refers to. The same answer each time. Throws when there is none. */
export function typeSchemaOf(group: string, version: string, kind: string): TypeSchema {
  const name = typeNameOf(group, version, kind)
  if (!name) throw new TypeError(`broken promise: there is no table of ${group}/${version} ${kind}`)
  let found = typeSchemas.get(name)
  if (!found) {
    found = { root: schemaOf(name), source: schemaOf }
    typeSchemas.set(name, found)
  }
  return found
}

/** The schema of a type by its full name: `io.k8s.api.core.v1.PodSpec`. Throws when there is none. */
export const schemaOf: SchemaSource = (name) => {
  const schema = SCHEMAS[name]
  if (!schema) throw new TypeError(`broken promise: there is no table of the type '${name}'`)
  return schema
}

/** The full name of the type of a kind; undefined for a kind that is not Kubernetes' own. */
export function typeNameOf(group: string, version: string, kind: string): string | undefined {
  typeNames ??= new Map(Object.entries(SCHEMAS).flatMap(([name, schema]) => kindsOf(schema).map((key) => [key, name])))
  return typeNames.get(`${group}/${version}/${kind}`)
}

/** True when there is a table of the type with that full name. */
export const hasSchema = (name: string): boolean => Object.hasOwn(SCHEMAS, name)

/** The full names of all types that there are schemas of, in byte order. */
export const typeNamesOfTables = (): readonly string[] => Object.keys(SCHEMAS)

// The edge of the schema: what the generator wrote is what this says.
const SCHEMAS = table as unknown as Readonly<Record<string, Schema>>

const typeSchemas = new Map<string, TypeSchema>()
let typeNames: ReadonlyMap<string, string> | undefined

const kindsOf = (schema: Schema): readonly string[] =>
  (schema['x-kubernetes-group-version-kind'] ?? []).flatMap((entry) =>
    isObject(entry) ? [`${entry.group}/${entry.version}/${entry.kind}`] : [],
  )
