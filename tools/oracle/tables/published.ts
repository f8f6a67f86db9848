/** Reads Kubernetes' published OpenAPI v3 documents, and brings their types into the form that Muster keeps. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { GoStructs } from './go-source.ts'
import { documentName, PACKAGES, packageOf, shortName } from './packages.ts'

/** What JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [field: string]: Json
}

/** The published document of one group and version. */
export interface PublishedDocument {
  readonly group: string
  readonly version: string
  readonly schemas: Readonly<Record<string, JsonObject>>
  readonly paths: Readonly<Record<string, JsonObject>>
}

/** What a type is for people: about itself, and about each of its fields. */
export type Description = readonly [own: string, fields: Readonly<Record<string, string>>]

/** Types without their descriptions, and these apart. */
export interface PublishedTypes {
  readonly schemas: Readonly<Record<string, JsonObject>>
  readonly descriptions: Readonly<Record<string, Description>>
}

/** Documents that belong to no group and version, and hold types of discovery. */
const DISCOVERY_DOCUMENTS = ['api', 'apis', 'apis__apps', 'version'] as const

/** Reads the documents of every package that serves a group, and the types of discovery's own. */
export function readPublishedDocuments(kubernetes: string): readonly PublishedDocument[] {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(kubernetes, 'api/openapi-spec/v3', `${name}_openapi.json`), 'utf8'))
  const served = PACKAGES.flatMap(({ serves }) => {
    if (!serves) return []
    const { components, paths } = read(documentName(serves))
    return [{ ...serves, schemas: components.schemas, paths }]
  })
  const discovery = DISCOVERY_DOCUMENTS.map((name) => read(name).components.schemas)
  return [...served, { group: '', version: '', schemas: Object.assign({}, ...discovery), paths: {} }]
}

/** The types of all documents: references and real defaults only, no descriptions. In byte order of their names. */
export function readPublishedTypes(
  documents: readonly PublishedDocument[],
  structs: (package_: string) => GoStructs,
): PublishedTypes {
  const found = new Map(documents.flatMap(({ schemas }) => Object.entries(schemas)))
  const schemas: Record<string, JsonObject> = {}
  const descriptions: Record<string, Description> = {}
  for (const name of [...found.keys()].sort()) {
    const package_ = packageOf(name)
    if (!package_) throw new TypeError(`${name} is in no package of tools/oracle/tables/packages.ts`)
    const published = found.get(name) ?? {}
    const meant = new Set(fieldsWithDefaults(structs(package_.name), shortName(name)))
    const { description, properties, ...rest } = published
    const fields = Object.entries((properties ?? {}) as Readonly<Record<string, JsonObject>>)
    schemas[name] = {
      ...bring(rest),
      ...SPECIAL[name],
      ...(fields.length > 0 && {
        properties: Object.fromEntries(fields.map(([field, schema]) => [field, bring(schema, meant.has(field))])),
      }),
    }
    const texts = fields.flatMap(([field, schema]) => (schema.description ? [[field, schema.description]] : []))
    descriptions[name] = [typeof description === 'string' ? description : '', Object.fromEntries(texts)]
  }
  return { schemas, descriptions }
}

/** Also those of structs whose fields stand among its own. */
const fieldsWithDefaults = (structs: GoStructs, name: string): readonly string[] =>
  (structs.get(name) ?? []).flatMap(({ json, type, hasDefault }) =>
    json === '' ? fieldsWithDefaults(structs, type) : hasDefault ? [json] : [],
  )

const PRESERVED = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } as const

/** Types whose JSON is not what their schema says to one who prunes: they hold whatever they are given. */
const SPECIAL: Readonly<Record<string, JsonObject>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': PRESERVED,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': PRESERVED,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': { 'x-kubernetes-int-or-string': true },
  ...Object.fromEntries(
    ['JSON', 'JSONSchemaPropsOrArray', 'JSONSchemaPropsOrBool', 'JSONSchemaPropsOrStringArray'].map((name) => [
      `io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.${name}`,
      { 'x-kubernetes-preserve-unknown-fields': true },
    ]),
  ),
}

/**
 * One node in Muster's form: no description, a reference by the type's full name instead of `allOf` around it, and no
 * `default` that is only the zero value of the Go type. Kinds that share a type do not name all groups that do.
 */
function bring(node: JsonObject, isDefaultMeant = false): JsonObject {
  const brought: Record<string, Json> = {}
  for (const [key, value] of Object.entries(node)) {
    if (key === 'description') continue
    if (key === 'default' && !isDefaultMeant && isZero(value)) continue
    if (key === 'x-kubernetes-group-version-kind' && (value as readonly Json[]).length > 1) continue
    if (key === '$ref') brought.$ref = String(value).replace('#/components/schemas/', '')
    else if (key === 'allOf') Object.assign(brought, bring((value as readonly JsonObject[])[0] ?? {}))
    else if (key === 'items' || key === 'additionalProperties') brought[key] = bring(value as JsonObject)
    else brought[key] = value
  }
  return brought
}

const isZero = (value: Json | undefined): boolean =>
  value === '' || value === 0 || value === false || JSON.stringify(value) === '{}'
