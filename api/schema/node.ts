/**
 * A schema made ready for walking: references are followed and patterns compiled, each when a value first needs it.
 *
 * What was made is kept with the schema, so the second object of a kind costs a look-up. Types that contain themselves
 * are no trouble, since a child is made only when somebody steps into it.
 */
import type { Json } from '../object.ts'
import { ownValue } from './json.ts'
import { compilePattern, type Pattern } from './pattern.ts'
import type { Schema, SchemaSource, TypeSchema } from './schema.ts'
import { formatOf, type JsonType, typesOf } from './value-type.ts'

/** One node of a schema. What it says of the field (default, nullable) stands before what its type says. */
export interface SchemaNode {
  /** The node itself, or the type that its `$ref` leads to. */
  readonly schema: Schema
  /** The full name of that type: `io.k8s.api.core.v1.PodSpec`. Absent without a `$ref`. */
  readonly typeName: string | undefined
  /** The types that it allows; none when it does not say. */
  readonly types: readonly JsonType[]
  /** The format that is checked; empty where none is. */
  readonly format: string
  /** True for a schema that joins others: allOf, anyOf, oneOf, not. */
  readonly joins: boolean
  readonly nullable: boolean
  readonly default: Json | undefined
  readonly source: SchemaSource
  /** What has been stepped into so far. */
  readonly made: {
    readonly properties: Map<string, SchemaNode>
    item?: SchemaNode
    entry?: SchemaNode
    /** {@link default} without what the schema does not know. */
    default?: Json
    /** The names of the properties that have a default. */
    defaulted?: readonly string[]
    /** What is to be found here or below. */
    readonly below: Map<Trait, boolean>
    pattern?: Pattern
  }
}

/** Something that some schemas have and most have not; a walk that looks for it leaves all others aside. */
export type Trait = 'x-kubernetes-embedded-resource' | 'x-kubernetes-list-type' | 'x-kubernetes-validations'

/** The root of a type. The same answer for the same schema. */
export const nodeOf = ({ root, source }: TypeSchema): SchemaNode => nodeFrom(root, source)

/** The node of a named field; undefined when the schema does not name it. */
export function propertyOf(node: SchemaNode, name: string): SchemaNode | undefined {
  const made = node.made.properties.get(name)
  if (made) return made
  const schema = ownValue(node.schema.properties, name)
  if (!schema) return undefined
  const child = nodeFrom(schema, node.source)
  node.made.properties.set(name, child)
  return child
}

/** The node of a map's values; undefined when it is not told what they are, or told by a mere true or false. */
export function entryOf(node: SchemaNode): SchemaNode | undefined {
  const { additionalProperties } = node.schema
  if (typeof additionalProperties !== 'object') return undefined
  node.made.entry ??= nodeFrom(additionalProperties, node.source)
  return node.made.entry
}

/** The node of a list's items; undefined when it is not told what they are. */
export function itemOf(node: SchemaNode): SchemaNode | undefined {
  if (!node.schema.items) return undefined
  node.made.item ??= nodeFrom(node.schema.items, node.source)
  return node.made.item
}

/** The node of one alternative below allOf, anyOf, oneOf or not. */
export const alternativeOf = (node: SchemaNode, alternative: Schema): SchemaNode => nodeFrom(alternative, node.source)

/** The compiled pattern of a node; undefined when it has none. */
export function patternOf(node: SchemaNode): Pattern | undefined {
  if (!node.schema.pattern) return undefined
  node.made.pattern ??= compilePattern(node.schema.pattern)
  return node.made.pattern
}

/** True if the node or one below it has the trait. Types that are referred to are not looked into. */
export function hasBelow(node: SchemaNode, trait: Trait): boolean {
  const known = node.made.below.get(trait)
  if (known !== undefined) return known
  const has = node.typeName === undefined && hasTrait(node, trait)
  node.made.below.set(trait, has)
  return has
}

function hasTrait(node: SchemaNode, trait: Trait): boolean {
  if (node.schema[trait]) return true
  if ((node.schema.allOf ?? []).some((part) => hasBelow(alternativeOf(node, part), trait))) return true
  const [item, entry] = [itemOf(node), entryOf(node)]
  if ((item && hasBelow(item, trait)) || (entry && hasBelow(entry, trait))) return true
  return Object.keys(node.schema.properties ?? {}).some((name) => {
    const child = propertyOf(node, name)
    return child !== undefined && hasBelow(child, trait)
  })
}

const nodes = new WeakMap<SchemaSource, WeakMap<Schema, SchemaNode>>()

function nodeFrom(own: Schema, source: SchemaSource): SchemaNode {
  const known = nodes.get(source) ?? new WeakMap<Schema, SchemaNode>()
  nodes.set(source, known)
  const found = known.get(own)
  if (found) return found
  let schema = own
  let typeName: string | undefined
  while (schema.$ref !== undefined) {
    typeName = schema.$ref
    schema = source(typeName)
  }
  const node: SchemaNode = {
    schema,
    typeName,
    types: typesOf(schema),
    format: formatOf(schema),
    joins: [schema.allOf, schema.anyOf, schema.oneOf, schema.not].some((joined) => joined !== undefined),
    nullable: own.nullable ?? schema.nullable ?? false,
    default: own.default ?? schema.default,
    source,
    made: { properties: new Map(), below: new Map() },
  }
  known.set(own, node)
  return node
}
