/**
 * What a schema in a definition may say, keyword by keyword. Rules in CEL are looked at as far as they are texts;
 * expressions.ts compiles them.
 * Source: apiextensions pkg/apis/apiextensions/validation ValidateCustomResourceDefinitionOpenAPISchema.
 */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  key,
  notSupported,
  required,
} from '../../field-error.ts'
import { isMetaField } from '../../schema/prune.ts'
import type { JSONSchemaProps, ValidationRule } from '../../types/apiextensions-v1.ts'
import { asJson } from '../edge.ts'
import { internalItems } from '../internal-form.ts'
import { followPath } from './field-path.ts'
import { findUnsupported } from './structural.ts'

/** What holds at a place because of where it is. */
export interface Rules {
  readonly isRoot: boolean
  /** Why there may be no default here. */
  readonly noDefaults?: string
  /** In apiVersion, kind or metadata of a resource, be it embedded or the whole one. */
  readonly inMetadata?: true
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

/** Everything that is wrong with a schema and those inside. */
export function validateSchema(schema: JSONSchemaProps, path: FieldPath, rules: Rules): FieldError[] {
  return [
    ...checkKeywords(schema, path, rules),
    ...checkAdditionalProperties(schema, path, rules),
    ...checkProperties(schema, path, rules),
    ...checkOthers(schema, path, { ...rules, isRoot: false }),
    ...checkPreserve(schema, path),
    ...checkMapType(schema, path),
    ...checkListType(schema, path),
    ...checkListMapKeys(schema, path),
    ...checkKeysAreGiven(schema, path),
    ...(schema['x-kubernetes-validations'] ?? []).flatMap((rule, at) =>
      checkRule(rule, schema, index(child(path, 'x-kubernetes-validations'), at)),
    ),
  ]
}

function checkKeywords(schema: JSONSchemaProps, path: FieldPath, { noDefaults, inMetadata }: Rules): FieldError[] {
  const { type = '', items } = schema
  const place = (name: string): FieldPath => child(path, name)
  const isGiven = (value: object | undefined): boolean => value !== undefined && Object.keys(value).length > 0
  const errors: FieldError[] = []
  if (type !== '' && !TYPES.includes(type)) errors.push(notSupported(place('type'), type, TYPES))
  if (schema.default !== undefined && noDefaults !== undefined) {
    errors.push(forbidden(place('default'), `must not be set ${noDefaults}`))
  }
  if (schema.id) errors.push(forbidden(place('id'), 'id is not supported'))
  const isThere = [
    ['additionalItems', schema.additionalItems !== undefined],
    ['patternProperties', isGiven(schema.patternProperties)],
    ['definitions', isGiven(schema.definitions)],
    ['dependencies', schema.dependencies !== undefined],
    ['$ref', schema.$ref !== undefined],
  ] as const
  for (const [name, isSaid] of isThere) if (isSaid) errors.push(forbidden(place(name), `${name} is not supported`))
  if (type === 'null') {
    errors.push(forbidden(place('type'), 'type cannot be set to null, use nullable as an alternative'))
  }
  if (Array.isArray(items) && items.length > 0) {
    errors.push(forbidden(place('items'), 'items must be a schema object and not an array'))
  }
  if (inMetadata && schema['x-kubernetes-embedded-resource']) {
    errors.push(forbidden(place('x-kubernetes-embedded-resource'), 'must not be used inside of resource meta'))
  }
  if (schema.uniqueItems) {
    const why = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'
    errors.push(forbidden(place('uniqueItems'), why))
  }
  return errors
}

function checkAdditionalProperties(schema: JSONSchemaProps, path: FieldPath, rules: Rules): FieldError[] {
  const { additionalProperties, properties = {} } = schema
  if (additionalProperties === undefined) return []
  const place = child(path, 'additionalProperties')
  const isBoth = Object.keys(properties).length > 0 && additionalProperties !== true
  // What a default in it would apply to cannot be known before there is an object.
  const noDefaults = rules.inMetadata ? { noDefaults: 'inside additionalProperties applying to object metadata' } : {}
  return [
    ...(isBoth ? [forbidden(place, 'additionalProperties and properties are mutual exclusive')] : []),
    ...(typeof additionalProperties === 'object'
      ? validateSchema(additionalProperties, place, { ...rules, ...noDefaults, isRoot: false })
      : []),
  ]
}

function checkProperties(schema: JSONSchemaProps, path: FieldPath, rules: Rules): FieldError[] {
  const isResource = rules.isRoot || schema['x-kubernetes-embedded-resource'] === true
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const isMeta = isResource && isMetaField(name)
    return validateSchema(property, key(child(path, 'properties'), name), {
      ...rules,
      ...(isMeta ? { inMetadata: true } : {}),
      ...(isMeta && rules.isRoot ? { noDefaults: `in top-level ${name}` } : {}),
      isRoot: false,
    })
  })
}

function checkOthers(schema: JSONSchemaProps, path: FieldPath, rules: Rules): FieldError[] {
  const { not, items, definitions = {}, dependencies = {} } = schema
  const inItems = child(path, 'items')
  return [
    ...(not ? validateSchema(not, child(path, 'not'), rules) : []),
    ...(['allOf', 'oneOf', 'anyOf'] as const).flatMap((name) =>
      (schema[name] ?? []).flatMap((one, at) => validateSchema(one, index(child(path, name), at), rules)),
    ),
    ...Object.entries(definitions).flatMap(([name, one]) =>
      validateSchema(one, key(child(path, 'definitions'), name), rules),
    ),
    ...(Array.isArray(items)
      ? items.flatMap((one, at) => validateSchema(one, index(inItems, at), rules))
      : items
        ? validateSchema(items, inItems, rules)
        : []),
    ...Object.entries(dependencies).flatMap(([name, one]) =>
      Array.isArray(one) ? [] : validateSchema(one, key(child(path, 'dependencies'), name), rules),
    ),
  ]
}

const checkPreserve = (schema: JSONSchemaProps, path: FieldPath): FieldError[] =>
  schema['x-kubernetes-preserve-unknown-fields'] === false
    ? [invalid(child(path, 'x-kubernetes-preserve-unknown-fields'), false, 'must be true or undefined')]
    : []

function checkMapType({ type = '', 'x-kubernetes-map-type': mapType }: JSONSchemaProps, path: FieldPath): FieldError[] {
  if (mapType === undefined) return []
  return [
    ...checkTypeFor('object', 'x-kubernetes-map-type', type, path),
    ...(mapType === 'atomic' || mapType === 'granular'
      ? []
      : [notSupported(child(path, 'x-kubernetes-map-type'), mapType, ['atomic', 'granular'])]),
  ]
}

function checkTypeFor(wanted: string, because: string, type: string, path: FieldPath): FieldError[] {
  if (type === wanted) return []
  const why = `must be ${wanted} if ${because} is specified`
  return [type === '' ? required(child(path, 'type'), why) : invalid(child(path, 'type'), type, why)]
}

function checkListType(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const { type = '', items, 'x-kubernetes-list-type': listType } = schema
  if (listType === undefined) return []
  const errors = checkTypeFor('array', 'x-kubernetes-list-type', type, path)
  if (errors.length === 0 && listType === 'set' && items && !Array.isArray(items)) {
    errors.push(...checkSetItem(items, child(path, 'items')))
  }
  if (!['atomic', 'set', 'map'].includes(listType)) {
    errors.push(notSupported(child(path, 'x-kubernetes-list-type'), listType, ['atomic', 'set', 'map']))
  }
  return errors
}

/** Items of a set are compared whole, so they must be changed whole. */
function checkSetItem(item: JSONSchemaProps, path: FieldPath): FieldError[] {
  const why = 'must be atomic as item of a list with x-kubernetes-list-type=set'
  const { 'x-kubernetes-list-type': listType, 'x-kubernetes-map-type': mapType } = item
  if (item.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(child(path, 'x-kubernetes-list-type'), listType, why)]
  }
  if (item.type === 'object' && mapType !== 'atomic') {
    // Kubernetes shows the type of the list here, not of the map.
    return [invalid(child(path, 'x-kubernetes-map-type'), listType ?? null, why)]
  }
  return []
}

function checkListMapKeys(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  const [ofType, ofKeys, ofItems] = ['x-kubernetes-list-type', 'x-kubernetes-list-map-keys', 'items'].map((name) =>
    child(path, name),
  ) as [FieldPath, FieldPath, FieldPath]
  const errors: FieldError[] = []
  if (keys.length > 0 && listType !== 'map') {
    const why = 'must be map if x-kubernetes-list-map-keys is non-empty'
    errors.push(listType === undefined ? required(ofType, why) : invalid(ofType, listType, why))
  }
  if (listType !== 'map') return errors
  if (keys.length === 0) errors.push(required(ofKeys, 'must not be empty if x-kubernetes-list-type is map'))
  if (!items) return [...errors, required(ofItems, 'must have a schema if x-kubernetes-list-type is map')]
  if (Array.isArray(items)) {
    return [
      ...errors,
      invalid(
        ofItems,
        internalItems(items.map(asJson)),
        'must only have a single schema if x-kubernetes-list-type is map',
      ),
    ]
  }
  if (items.type !== 'object') {
    const why = "must be object if parent array's x-kubernetes-list-type is map"
    return [...errors, invalid(child(ofItems, 'type'), items.type ?? '', why)]
  }
  for (const [at, name] of keys.entries()) {
    const property = items.properties?.[name]
    const isCompound = property?.type === 'array' || property?.type === 'object'
    if (!property) errors.push(invalid(ofKeys, keys, 'entries must all be names of item properties'))
    if (isCompound) {
      const why = "must be a scalar type if parent array's x-kubernetes-list-type is map"
      errors.push(invalid(child(key(child(ofItems, 'properties'), name), 'type'), items.type, why))
    }
    if (keys.indexOf(name) < at) errors.push(invalid(ofKeys, keys, 'must not contain duplicate entries'))
  }
  return errors
}

/** An item of a set or a map is there, and a key has a value. */
function checkKeysAreGiven(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const { items, 'x-kubernetes-list-type': listType, 'x-kubernetes-list-map-keys': keys = [] } = schema
  if (!items || Array.isArray(items) || (listType !== 'set' && listType !== 'map')) return []
  const inItems = child(path, 'items')
  const why = `cannot be nullable when x-kubernetes-list-type is ${listType}`
  const errors = items.nullable ? [forbidden(child(inItems, 'nullable'), why)] : []
  if (listType === 'set') return errors
  for (const name of keys) {
    const property = items.properties?.[name]
    if (!property) continue
    const place = key(child(inItems, 'properties'), name)
    if (!items.required?.includes(name) && property.default === undefined)
      errors.push(required(child(place, 'default'), KEY_GIVEN))
    if (property.nullable) errors.push(forbidden(child(place, 'nullable'), KEY_NOT_NULL))
  }
  return errors
}

const KEY_GIVEN = 'this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property'
const KEY_NOT_NULL = 'this property is in x-kubernetes-list-map-keys, so it cannot be nullable'

const REASONS = ['FieldValueDuplicate', 'FieldValueForbidden', 'FieldValueInvalid', 'FieldValueRequired']

function checkRule(rule: ValidationRule, schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const { message = '', messageExpression = '', reason, fieldPath = '' } = rule
  const place = (name: string): FieldPath => child(path, name)
  const hasLines = (text: string): boolean => /[\n\r]/.test(text)
  const errors: FieldError[] = []
  if (rule.rule.trim() === '') errors.push(required(place('rule'), 'rule is not specified'))
  else if (message !== '' && message.trim() === '') {
    errors.push(invalid(place('message'), message, 'must be non-empty if specified'))
  } else if (hasLines(message.trim())) {
    errors.push(invalid(place('message'), message, 'must not contain line breaks'))
  } else if (hasLines(rule.rule.trim()) && message.trim() === '') {
    errors.push(required(place('message'), 'message must be specified if rule contains line breaks'))
  }
  if (messageExpression !== '' && messageExpression.trim() === '') {
    errors.push(required(place('messageExpression'), 'messageExpression must be non-empty if specified'))
  }
  if (reason !== undefined && !REASONS.includes(reason)) errors.push(notSupported(place('reason'), reason, REASONS))
  if (fieldPath === '') return errors
  if (fieldPath.trim() === '') errors.push(invalid(place('fieldPath'), fieldPath, 'must be non-empty if specified'))
  if (hasLines(fieldPath)) errors.push(invalid(place('fieldPath'), fieldPath, 'must not contain line breaks'))
  // Of a schema that is none, other things are told.
  const isKnown = findUnsupported(schema) !== undefined || followPath(fieldPath, schema, { brackets: true }).found
  if (!isKnown) {
    errors.push(invalid(place('fieldPath'), fieldPath, 'must be a valid path'))
  }
  return errors
}
