/**
 * Rewrites a JSON schema, as TypeBox builds it, into a structural one, as Kubernetes wants it: every field has one type,
 * told once.
 *
 *     const, union of literals          enum beside its type
 *     union with null                   nullable
 *     union of string and integer       x-kubernetes-int-or-string
 *     union of objects                  one object with the fields of all; anyOf says which belong together
 *     intersection of objects           one object
 *     record of strings                 additionalProperties
 *     anything                          x-kubernetes-preserve-unknown-fields
 *     exclusiveMinimum: 3               minimum: 3, exclusiveMinimum: true
 *     uniqueItems                       a list of type set
 *
 * What cannot be rewritten is refused, naming the field and what to write instead.
 * Source: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions
 */
import type { Json, JsonObject } from '../object.ts'
import { equalJson, isObject } from '../schema/json.ts'
import type { Schema } from '../schema/schema.ts'

/** The structural form of a schema. `place` names it in errors: `DevSpace.spec`. Throws a TypeError. */
export const toStructural = (schema: object, place: string): Schema =>
  rewrite(JSON.parse(JSON.stringify(schema)), place)

const SCALARS: readonly string[] = ['string', 'integer', 'number', 'boolean']

/** Taken over as they are. */
const KEPT: readonly string[] = [
  ...['title', 'description', 'default', 'format', 'pattern', 'nullable', 'example', 'externalDocs'],
  ...['minLength', 'maxLength', 'minimum', 'maximum', 'multipleOf', 'minItems', 'maxItems'],
  ...['minProperties', 'maxProperties', 'required', 'enum'],
]

/** Rewritten by name below. */
const REWRITTEN: readonly string[] = [
  ...['type', 'const', 'anyOf', 'allOf', 'properties', 'patternProperties', 'additionalProperties', 'items'],
  ...['exclusiveMinimum', 'exclusiveMaximum', 'uniqueItems'],
]

function rewrite(schema: JsonObject, place: string): Schema {
  for (const keyword of Object.keys(schema)) {
    if (KEPT.includes(keyword) || REWRITTEN.includes(keyword) || keyword.startsWith('x-kubernetes-')) continue
    throw refuse(place, `'${keyword}' has no place in a structural schema${INSTEAD[keyword] ?? ''}`)
  }
  if (Array.isArray(schema.anyOf)) return rewriteUnion(schema, schema.anyOf.filter(isObject), place)
  if (Array.isArray(schema.allOf)) return rewriteIntersection(schema, schema.allOf.filter(isObject), place)
  if (schema['x-kubernetes-int-or-string']) return kept(schema)
  const type = typeOf(schema, place)
  switch (type) {
    case undefined:
      return { ...kept(schema), 'x-kubernetes-preserve-unknown-fields': true }
    case 'object':
      return rewriteObject(schema, place)
    case 'array':
      return rewriteArray(schema, place)
    case 'string':
    case 'integer':
    case 'number':
    case 'boolean':
      return { type, ...kept(schema), ...rewriteConst(schema), ...rewriteBounds(schema) }
    default:
      throw refuse(place, `no field can have the type '${type}'${INSTEAD[type] ?? ''}`)
  }
}

const INSTEAD: Readonly<Record<string, string>> = {
  $defs: ': a type cannot hold itself. Write the levels out, or take Type.Unknown() for the inner ones',
  $ref: ': a type cannot hold itself. Write the levels out, or take Type.Unknown() for the inner ones',
  additionalItems: ': lists have items of one type. Take Type.Object with a field for each',
  bigint: ': take Type.Integer, or Type.String for what is larger',
  not: ': nothing can be a value here',
  null: ' alone: take Type.Union([…, Type.Null()])',
}

/** The type that a schema tells, or that all of its values have. Undefined for a schema that allows anything. */
function typeOf({ type, enum: values, const: value }: JsonObject, place: string): string | undefined {
  if (typeof type === 'string') return type
  if (type !== undefined) throw refuse(place, 'a field has one type')
  const given = Array.isArray(values) ? values : value === undefined ? [] : [value]
  const types = [...new Set(given.map(scalarOf))]
  if (types.length > 1) throw refuse(place, `its values have several types: ${types.join(', ')}`)
  return types[0]
}

const scalarOf = (value: Json): string => (Number.isInteger(value) ? 'integer' : typeof value)

const kept = (schema: JsonObject): Schema =>
  Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => KEPT.includes(keyword) || keyword.startsWith('x-kubernetes-')),
  )

const rewriteConst = ({ const: value }: JsonObject): Schema => (value === undefined ? {} : { enum: [value] })

function rewriteBounds({ exclusiveMinimum, exclusiveMaximum }: JsonObject): Schema {
  return {
    ...(typeof exclusiveMinimum === 'number' ? { minimum: exclusiveMinimum, exclusiveMinimum: true } : {}),
    ...(typeof exclusiveMaximum === 'number' ? { maximum: exclusiveMaximum, exclusiveMaximum: true } : {}),
  }
}

function rewriteArray(schema: JsonObject, place: string): Schema {
  const { items, uniqueItems } = schema
  if (!isObject(items)) throw refuse(place, `its items need one type${INSTEAD.additionalItems}`)
  const item = rewrite(items, `${place}[]`)
  if (uniqueItems && !SCALARS.includes(item.type ?? '')) {
    throw refuse(
      place,
      "only texts, numbers and booleans can be unique. Take 'x-kubernetes-list-type': 'map' with keys",
    )
  }
  return { type: 'array', ...kept(schema), ...(uniqueItems ? { 'x-kubernetes-list-type': 'set' } : {}), items: item }
}

function rewriteObject(schema: JsonObject, place: string): Schema {
  const { properties, additionalProperties, patternProperties } = schema
  const fields = isObject(properties) ? Object.entries(properties) : []
  const entry = entryOf(additionalProperties, patternProperties, place)
  if (entry !== undefined && fields.length > 0) {
    throw refuse(place, 'it has named fields and others. Put the others into a field of their own, as Type.Record')
  }
  const rewritten = fields.map(([name, field]) => {
    if (!isObject(field)) throw refuse(`${place}.${name}`, 'it has no schema')
    return [name, rewrite(field, `${place}.${name}`)] as const
  })
  return {
    type: 'object',
    ...kept(schema),
    ...(rewritten.length > 0 ? { properties: Object.fromEntries(rewritten) } : {}),
    ...(entry === undefined ? {} : { additionalProperties: entry }),
  }
}

/** What the values of a map are. That other fields are not allowed need not be said: they are pruned. */
function entryOf(additional: Json | undefined, patterns: Json | undefined, place: string): Schema | true | undefined {
  if (isObject(additional)) return rewrite(additional, `${place}[*]`)
  const [pattern, ...more] = isObject(patterns) ? Object.entries(patterns) : []
  if (!pattern) return additional === true ? true : undefined
  const [keys, value] = pattern
  if (more.length > 0 || keys !== '^.*$' || !isObject(value)) {
    throw refuse(place, 'keys cannot be told apart by patterns. Take Type.Record(Type.String(), …)')
  }
  return rewrite(value, `${place}[*]`)
}

function rewriteIntersection(schema: JsonObject, parts: readonly JsonObject[], place: string): Schema {
  const objects = parts.map((part) => rewrite(part, place))
  if (objects.some(({ type }) => type !== 'object')) throw refuse(place, 'only objects can be joined')
  const required = [...new Set(objects.flatMap((one) => one.required ?? []))]
  return {
    type: 'object',
    ...kept(schema),
    ...(required.length > 0 ? { required } : {}),
    properties: mergeProperties(objects, place),
  }
}

function rewriteUnion(schema: JsonObject, alternatives: readonly JsonObject[], place: string): Schema {
  const others = alternatives.filter(({ type }) => type !== 'null')
  const nullable = others.length < alternatives.length ? { nullable: true } : {}
  const own = { ...kept(schema), ...nullable }
  const [only] = others
  if (others.length === 1 && only) return { ...rewrite(only, place), ...own }
  const rewritten = others.map((one) => rewrite(one, place))
  const types = [...new Set(rewritten.map(({ type }) => type))]
  const [type] = types
  if (rewritten.every((one) => one.enum && SCALARS.includes(one.type ?? '')) && types.length === 1 && type) {
    return { type, ...own, enum: rewritten.flatMap((one) => one.enum ?? []) }
  }
  if (types.length === 2 && types.includes('string') && types.includes('integer') && rewritten.every(isPlain)) {
    return { ...own, 'x-kubernetes-int-or-string': true }
  }
  if (types.length === 1 && type === 'object') return { ...rewriteObjects(rewritten, place), ...own }
  throw refuse(place, `it may be several things (${types.join(', ')}). Give each a field of its own, all optional`)
}

const isPlain = (schema: Schema): boolean => Object.keys(schema).length === 1

/** One object for several: its fields are those of all, and each of anyOf tells what one of them has. */
function rewriteObjects(objects: readonly Schema[], place: string): Schema {
  const properties = mergeProperties(objects, place)
  const always = (objects[0]?.required ?? []).filter((name) => objects.every((one) => one.required?.includes(name)))
  return {
    type: 'object',
    ...(always.length > 0 ? { required: always } : {}),
    properties,
    anyOf: objects.map((one) => ({
      ...(one.required ? { required: one.required } : {}),
      properties: Object.fromEntries(
        Object.entries(one.properties ?? {})
          .filter(([name, field]) => !equalJson(asJson(field), asJson(properties[name] ?? {})))
          .map(([name, { enum: values }]) => [name, { ...(values ? { enum: values } : {}) }]),
      ),
    })),
  }
}

/** Fields of one name are alike, or differ by the words that they allow. */
function mergeProperties(objects: readonly Schema[], place: string): Readonly<Record<string, Schema>> {
  const merged: Record<string, Schema> = {}
  for (const [name, field] of objects.flatMap(({ properties = {} }) => Object.entries(properties))) {
    const known = merged[name]
    merged[name] = known ? mergeField(known, field, `${place}.${name}`) : field
  }
  return merged
}

function mergeField(one: Schema, other: Schema, place: string): Schema {
  if (equalJson(asJson(one), asJson(other))) return one
  const { enum: words, ...rest } = one
  const { enum: otherWords, ...otherRest } = other
  if (!words || !otherWords || !equalJson(asJson(rest), asJson(otherRest))) {
    throw refuse(place, 'it has another type in each alternative. Give each alternative a field of its own')
  }
  return { ...rest, enum: [...new Set([...words, ...otherWords])] }
}

/** A schema is JSON, though its type says more. */
const asJson = (schema: Schema): Json => JSON.parse(JSON.stringify(schema))

const refuse = (place: string, why: string): TypeError => new TypeError(`${place} cannot be in a resource: ${why}`)
