/**
 * Rewrites a JSON schema, as TypeBox builds it, into a structural one, as Kubernetes wants it: every field has one type,
 * told once.
 *
 *     const, union of literals          enum beside its type
 *     union with null                   nullable
 *     union of string and integer       x-kubernetes-int-or-string
 *     union of objects                  one object with the fields of all; anyOf says which have to be there together
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
import { sameJson } from '../same-json.ts'
import { isObject } from '../schema/json.ts'
import type { Schema } from '../schema/schema.ts'

/** The structural form of a schema. `place` names it in errors: `DevSpace.spec`. Throws a TypeError. */
export function toStructural(schema: object, place: string): Schema {
  const text = JSON.stringify(schema, (_name, value: unknown) => {
    for (const [mark, why] of Object.entries(UNWRITABLE)) {
      if (typeof value === 'object' && value !== null && Object.hasOwn(value, mark)) throw refuse(place, why)
    }
    return value
  })
  return rewrite(JSON.parse(text), place)
}

/** What TypeBox keeps beside a schema, for functions: it would be lost without a word. */
const UNWRITABLE: Readonly<Record<string, string>> = {
  '~refine': 'a function cannot be written into a schema. Take the rules of the kind for it (validate)',
  '~codec': 'a function cannot be written into a schema. Objects have the values that JSON has',
}

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
  if (Array.isArray(schema.anyOf)) return rewriteUnion(schema, alternativesIn(schema.anyOf), place)
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
  if (types.includes('object')) throw refuse(place, 'only texts, numbers and booleans can be constants')
  if (types.length > 1) throw refuse(place, `its values have several types: ${types.join(', ')}`)
  return types[0]
}

const scalarOf = (value: Json): string => (value === null ? 'null' : Number.isInteger(value) ? 'integer' : typeof value)

const kept = (schema: JsonObject): Schema =>
  Object.fromEntries(
    Object.entries(schema).filter(([keyword]) => KEPT.includes(keyword) || keyword.startsWith('x-kubernetes-')),
  )

const rewriteConst = ({ const: value }: JsonObject): Schema => (value === undefined ? {} : { enum: [value] })

/** The narrower of two bounds, where one of them is exclusive. */
function rewriteBounds({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonObject): Schema {
  const isAbove = typeof exclusiveMinimum === 'number' && (typeof minimum !== 'number' || minimum <= exclusiveMinimum)
  const isBelow = typeof exclusiveMaximum === 'number' && (typeof maximum !== 'number' || maximum >= exclusiveMaximum)
  return {
    ...(isAbove ? { minimum: exclusiveMinimum, exclusiveMinimum: true } : {}),
    ...(isBelow ? { maximum: exclusiveMaximum, exclusiveMaximum: true } : {}),
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
  const objects = parts.map((part) => named(rewrite(part, place), place))
  const required = [...new Set(objects.flatMap((one) => one.required ?? []))]
  const unions = objects.flatMap(({ anyOf }) => (anyOf ? [{ anyOf }] : []))
  return {
    type: 'object',
    ...kept(schema),
    ...(required.length > 0 ? { required } : {}),
    properties: mergeProperties(objects, place, refuseOther),
    ...(unions.length > 1 ? { allOf: unions } : unions[0]),
  }
}

/** An object that can be joined with others: it has fields, and says no more of itself. */
function named(object: Schema, place: string): Schema {
  const { type, properties, additionalProperties, required: _required, anyOf: _anyOf, ...rest } = object
  if (type !== 'object') throw refuse(place, 'only objects can be joined')
  if (additionalProperties !== undefined || !properties) {
    throw refuse(place, 'a map cannot be joined with others. Put it into a field of its own')
  }
  const [word] = Object.keys(rest).filter((keyword) => !['title', 'description', 'example'].includes(keyword))
  if (word !== undefined) throw refuse(place, `'${word}' of a part says nothing of the whole. Say it of the whole`)
  return object
}

/** A union in a union is one. */
const alternativesIn = (anyOf: readonly Json[]): readonly JsonObject[] =>
  anyOf
    .filter(isObject)
    .flatMap((one) => (Array.isArray(one.anyOf) && Object.keys(one).length === 1 ? alternativesIn(one.anyOf) : [one]))

function rewriteUnion(schema: JsonObject, alternatives: readonly JsonObject[], place: string): Schema {
  const others = alternatives.filter(({ type }) => type !== 'null')
  const own = { ...kept(schema), ...(others.length < alternatives.length ? { nullable: true } : {}) }
  const rewritten = others.map((one) => rewrite(one, place))
  // Kubernetes compares a null with the words, though it is allowed, and finds none that is equal.
  if (own.nullable && rewritten.some((one) => one.enum)) {
    throw refuse(place, 'one of several words cannot be null. Take Type.Optional')
  }
  const [first, ...more] = rewritten
  if (first && more.length === 0) return { ...first, ...own }
  const types = [...new Set(rewritten.map(({ type }) => type ?? 'anything'))]
  const [type = ''] = types
  if (types.length === 1 && SCALARS.includes(type) && rewritten.every((one) => one.enum)) {
    return { ...rewritten[0], ...own, enum: rewritten.flatMap((one) => one.enum ?? []) }
  }
  if (types.length === 2 && types.includes('string') && types.includes('integer') && rewritten.every(isPlain)) {
    return { ...own, 'x-kubernetes-int-or-string': true }
  }
  if (types.length === 1 && type === 'object') return { ...rewriteObjects(rewritten, place), ...own }
  throw refuse(place, `it may be several things (${types.join(', ')}). Give each a field of its own, all optional`)
}

const isPlain = (schema: Schema): boolean => Object.keys(schema).length === 1

/** One object for several: its fields are those of all, and each of anyOf tells what one of them has. */
function rewriteObjects(alternatives: readonly Schema[], place: string): Schema {
  const objects = alternatives.map((one) => named(one, place))
  if (objects.some(({ anyOf }) => anyOf))
    throw refuse(place, 'a part of a union is a union itself. Write out its parts')
  const properties = mergeProperties(objects, place, joinWords)
  const [first] = objects
  const always = (first?.required ?? []).filter((name) => objects.every((one) => one.required?.includes(name)))
  return {
    type: 'object',
    ...(always.length > 0 ? { required: always } : {}),
    properties,
    anyOf: objects.map(({ required, properties: fields = {} }) => {
      const narrower = Object.entries(fields).filter(([name, field]) => !sameJson(field.enum, properties[name]?.enum))
      return {
        ...(required ? { required } : {}),
        ...(narrower.length > 0
          ? { properties: Object.fromEntries(narrower.map(([name, field]) => [name, { enum: field.enum ?? [] }])) }
          : {}),
      }
    }),
  }
}

type MergeField = (one: Schema, other: Schema, place: string) => Schema

/** The fields of all. What becomes of two that have one name and are not alike is for the caller to say. */
function mergeProperties(
  objects: readonly Schema[],
  place: string,
  merge: MergeField,
): Readonly<Record<string, Schema>> {
  const merged: Record<string, Schema> = {}
  for (const [name, field] of objects.flatMap(({ properties = {} }) => Object.entries(properties))) {
    const known = merged[name]
    merged[name] = !known ? field : sameJson(known, field) ? known : merge(known, field, `${place}.${name}`)
  }
  return merged
}

/** A field of a union may allow other words in each alternative, and be described otherwise. */
function joinWords(one: Schema, other: Schema, place: string): Schema {
  const { enum: words, description: _own, title: _ownTitle, ...rest } = one
  const { enum: otherWords, description: _description, title: _title, ...otherRest } = other
  if (!sameJson(rest, otherRest) || (words === undefined) !== (otherWords === undefined)) refuseOther(one, other, place)
  return {
    ...one,
    ...(words && otherWords ? { enum: [...new Set([...words, ...otherWords])] } : {}),
  }
}

const refuseOther: MergeField = (_one, _other, place) => {
  throw refuse(place, 'it is not the same in each part. Give each part a field of its own')
}

const refuse = (place: string, why: string): TypeError => new TypeError(`${place} cannot be in a resource: ${why}`)
