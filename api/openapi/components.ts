/** The types that a document describes: from the form that Muster keeps to the one that Kubernetes publishes. */

import type { Kind, KindVersion } from '../kind.ts'
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import type { Schema, SchemaSource } from '../schema/schema.ts'
import type { TypeDescription } from '../tables/descriptions.ts'
import { hasSchema, schemaOf, typeNameOf } from '../tables/schemas.ts'
import { componentName } from './component-name.ts'
import { COMPONENT, type GroupVersionKind, refTo } from './document.ts'

/** What types and their fields are for, by the full names of the types. */
export type Descriptions = Readonly<Record<string, TypeDescription>>

/**
 * The components of a document: the kinds, their lists, whatever else `named` refers to, and what all these refer to
 * in turn; in byte order of their names.
 */
export function componentsOf(
  kinds: readonly { readonly kind: Kind; readonly version: KindVersion }[],
  named: Iterable<string>,
  descriptions: Descriptions,
  shared: readonly GroupVersionKind[],
): Readonly<Record<string, JsonObject>> {
  const components = new Map<string, JsonObject>()
  for (const { kind, version } of kinds) addKind(components, kind, version, descriptions)
  for (const name of named) addType(components, name, schemaOf, descriptions, shared)
  return Object.fromEntries([...components].sort(([one], [other]) => (one < other ? -1 : 1)))
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** Kinds of Kubernetes' own are found by their names, as whatever else is referred to. Others bring their schema. */
function addKind(
  components: Map<string, JsonObject>,
  { group, kind, listKind, plural }: Kind,
  { name: version, schema }: KindVersion,
  descriptions: Descriptions,
): void {
  const { root, source } = schema()
  const ownName = typeNameOf(group, version, kind)
  if (ownName !== undefined && root === schemaOf(ownName)) return
  const self = componentName({ group, version }, kind)
  const list = componentName({ group, version }, listKind)
  if (components.has(self)) return
  const typeMeta = typeMetaOf(descriptions)
  const published = publish(root)
  components.set(self, {
    ...published,
    properties: {
      ...(isObject(published.properties) ? published.properties : {}),
      ...typeMeta,
      metadata: { allOf: [refTo(`${META}.ObjectMeta`)], description: metadataOf(descriptions) },
    },
    'x-kubernetes-group-version-kind': [{ group, kind, version }],
  })
  components.set(list, {
    type: 'object',
    description: `${listKind} is a list of ${kind}`,
    required: ['items'],
    properties: {
      ...typeMeta,
      items: { type: 'array', description: `List of ${plural}.`, items: refTo(self) },
      metadata: { allOf: [refTo(`${META}.ListMeta`)], description: METADATA },
    },
    'x-kubernetes-group-version-kind': [{ group, kind: listKind, version }],
  })
  // Its own types may have a source of their own; those of Kubernetes have ours.
  const either: SchemaSource = (name) => (hasSchema(name) ? schemaOf(name) : source(name))
  for (const name of referencesOf([components.get(self), components.get(list)])) {
    addType(components, name, either, descriptions, [])
  }
}

function addType(
  components: Map<string, JsonObject>,
  name: string,
  source: SchemaSource,
  descriptions: Descriptions,
  shared: readonly GroupVersionKind[],
): void {
  if (components.has(name)) return
  const component = describe(publish(source(name)), descriptions[name])
  // How to prune it is nothing that Kubernetes publishes of its own types.
  delete component['x-kubernetes-preserve-unknown-fields']
  delete component['x-kubernetes-int-or-string']
  const here = shared.filter(({ kind }) => `${META}.${kind}` === name)
  if (here.length > 0) component['x-kubernetes-group-version-kind'] = here.map((gvk) => ({ ...gvk }))
  components.set(name, component)
  for (const other of referencesOf(component)) addType(components, other, source, descriptions, shared)
}

/** One node as it is published: a reference that has siblings is wrapped, since `$ref` hides what stands beside it. */
export function publish(schema: Schema): JsonObject {
  const { $ref, ...rest } = schema
  const node: JsonObject = {}
  for (const [key, value] of Object.entries(rest)) node[key] = publishPart(key, value)
  if (schema['x-kubernetes-embedded-resource']) embed(node)
  if ($ref === undefined) return node
  return Object.keys(node).length === 0 ? refTo($ref) : { allOf: [refTo($ref)], ...node }
}

function publishPart(key: string, value: unknown): Json {
  switch (key) {
    case 'properties':
      return Object.fromEntries(
        Object.entries(value as Record<string, Schema>).map(([name, one]) => [name, publish(one)]),
      )
    case 'items':
    case 'not':
      return publish(value as Schema)
    case 'additionalProperties':
      return typeof value === 'boolean' ? value : publish(value as Schema)
    case 'allOf':
    case 'anyOf':
    case 'oneOf':
      return (value as readonly Schema[]).map(publish)
    default:
      return value as Json
  }
}

/** An object in an object says that it is one. Source: apiextensions builder.go, addEmbeddedProperties. */
function embed(node: JsonObject): void {
  node.properties = {
    ...(isObject(node.properties) ? node.properties : {}),
    apiVersion: { type: 'string', description: 'The version of the schema of this object.' },
    kind: { type: 'string', description: 'The type of this object, in CamelCase.' },
    metadata: { allOf: [refTo(`${META}.ObjectMeta`)], description: METADATA },
  }
  const required = Array.isArray(node.required) ? node.required : []
  node.required = [...new Set([...required, 'kind', 'apiVersion'])]
}

const METADATA = 'Metadata that every object, or every list, has.'

function describe(component: JsonObject, description: TypeDescription | undefined): JsonObject {
  const [own = '', fields = {}] = description ?? []
  const properties = isObject(component.properties) ? component.properties : {}
  const described = Object.entries(properties).map(([name, property]) => {
    const text = fields[name]
    if (text === undefined || !isObject(property)) return [name, property]
    const { $ref, ...rest } = property
    return [name, $ref === undefined ? { ...rest, description: text } : { allOf: [{ $ref }], description: text }]
  })
  return {
    ...component,
    ...(own !== '' && { description: own }),
    ...(described.length > 0 && { properties: Object.fromEntries(described) }),
  }
}

/** The fields of every kind are described as those of one that has no others. */
function typeMetaOf(descriptions: Descriptions): JsonObject {
  const fields = descriptions['io.k8s.api.core.v1.Pod']?.[1] ?? {}
  return Object.fromEntries(
    (['apiVersion', 'kind'] as const).map((name) => [
      name,
      { type: 'string', ...(fields[name] !== undefined && { description: fields[name] }) },
    ]),
  )
}

/** What the metadata of every kind of Kubernetes' own is said to be for. */
const metadataOf = (descriptions: Descriptions): string =>
  descriptions['io.k8s.api.core.v1.Pod']?.[1].metadata ?? METADATA

/** The names of all components that a part of a document refers to. */
export function referencesOf(part: unknown): readonly string[] {
  if (Array.isArray(part)) return part.flatMap(referencesOf)
  if (typeof part !== 'object' || part === null) return []
  return Object.entries(part).flatMap(([key, value]) =>
    key === '$ref' && typeof value === 'string' && value.startsWith(COMPONENT)
      ? [value.slice(COMPONENT.length)]
      : referencesOf(value),
  )
}
