/**
 * Versions and schemas as Kubernetes prints them in some errors: the JSON of Go structs that were never meant to be seen,
 * with Go's own names and every empty field. Clients show it, so it is here.
 * Source: apiextensions pkg/apis/apiextensions types.go, types_jsonschema.go.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject, sortKeys } from '../schema/json.ts'
import { asJson } from './edge.ts'
import type { FoldedVersion } from './folded.ts'

/** How a field is printed, and what when it is empty. */
type Form =
  | 'text'
  | 'flag'
  | 'any'
  | 'schema'
  | 'schemas'
  | 'schemaMap'
  | 'schemaOrBool'
  | 'schemaOrArray'
  | 'dependencies'
  | 'rules'
  | 'docs'

const SCHEMA_FIELDS: readonly (readonly [goName: string, name: string, form: Form])[] = [
  ['ID', 'id', 'text'],
  ['Schema', '$schema', 'text'],
  ['Ref', '$ref', 'any'],
  ['Description', 'description', 'text'],
  ['Type', 'type', 'text'],
  ['Nullable', 'nullable', 'flag'],
  ['Format', 'format', 'text'],
  ['Title', 'title', 'text'],
  ['Default', 'default', 'any'],
  ['Maximum', 'maximum', 'any'],
  ['ExclusiveMaximum', 'exclusiveMaximum', 'flag'],
  ['Minimum', 'minimum', 'any'],
  ['ExclusiveMinimum', 'exclusiveMinimum', 'flag'],
  ['MaxLength', 'maxLength', 'any'],
  ['MinLength', 'minLength', 'any'],
  ['Pattern', 'pattern', 'text'],
  ['MaxItems', 'maxItems', 'any'],
  ['MinItems', 'minItems', 'any'],
  ['UniqueItems', 'uniqueItems', 'flag'],
  ['MultipleOf', 'multipleOf', 'any'],
  ['Enum', 'enum', 'any'],
  ['MaxProperties', 'maxProperties', 'any'],
  ['MinProperties', 'minProperties', 'any'],
  ['Required', 'required', 'any'],
  ['Items', 'items', 'schemaOrArray'],
  ['AllOf', 'allOf', 'schemas'],
  ['OneOf', 'oneOf', 'schemas'],
  ['AnyOf', 'anyOf', 'schemas'],
  ['Not', 'not', 'schema'],
  ['Properties', 'properties', 'schemaMap'],
  ['AdditionalProperties', 'additionalProperties', 'schemaOrBool'],
  ['PatternProperties', 'patternProperties', 'schemaMap'],
  ['Dependencies', 'dependencies', 'dependencies'],
  ['AdditionalItems', 'additionalItems', 'schemaOrBool'],
  ['Definitions', 'definitions', 'schemaMap'],
  ['ExternalDocs', 'externalDocs', 'docs'],
  ['Example', 'example', 'any'],
  ['XPreserveUnknownFields', 'x-kubernetes-preserve-unknown-fields', 'any'],
  ['XEmbeddedResource', 'x-kubernetes-embedded-resource', 'flag'],
  ['XIntOrString', 'x-kubernetes-int-or-string', 'flag'],
  ['XListMapKeys', 'x-kubernetes-list-map-keys', 'any'],
  ['XListType', 'x-kubernetes-list-type', 'any'],
  ['XMapType', 'x-kubernetes-map-type', 'any'],
  ['XValidations', 'x-kubernetes-validations', 'rules'],
]

/** A schema as it stands in such an error. */
export function internalSchema(schema: JsonObject): JsonObject {
  return Object.fromEntries(SCHEMA_FIELDS.map(([goName, name, form]) => [goName, print(form, schema[name])]))
}

/** The `items` of a schema as they stand in such an error. */
export const internalItems = (items: Json): Json => print('schemaOrArray', items)

/** The fields of a schema that say something, by their Go names and in the order of the struct. */
export const saidIn = (schema: JsonObject): readonly string[] =>
  SCHEMA_FIELDS.filter(([, name, form]) => !isZero(form, schema[name])).map(([goName]) => goName)

/** The versions of a definition as they stand in such an error. */
export const internalVersions = (versions: readonly FoldedVersion[]): Json => versions.map(internalVersion)

function internalVersion({ version, validation, subresources, columns, selectableFields }: FoldedVersion): JsonObject {
  const { scale } = subresources ?? {}
  return {
    Name: version.name,
    Served: version.served,
    Storage: version.storage,
    Deprecated: version.deprecated ?? false,
    DeprecationWarning: version.deprecationWarning ?? null,
    Schema: validation
      ? { OpenAPIV3Schema: validation.openAPIV3Schema ? internalSchema(asJson(validation.openAPIV3Schema)) : null }
      : null,
    Subresources: subresources
      ? {
          Status: subresources.status ? {} : null,
          Scale: scale
            ? {
                SpecReplicasPath: scale.specReplicasPath,
                StatusReplicasPath: scale.statusReplicasPath,
                LabelSelectorPath: scale.labelSelectorPath ?? null,
              }
            : null,
        }
      : null,
    AdditionalPrinterColumns:
      columns?.map((column) => ({
        Name: column.name,
        Type: column.type,
        Format: column.format ?? '',
        Description: column.description ?? '',
        Priority: column.priority ?? 0,
        JSONPath: column.jsonPath,
      })) ?? null,
    SelectableFields: selectableFields?.map(({ jsonPath }) => ({ JSONPath: jsonPath })) ?? null,
  }
}

function print(form: Form, value: Json | undefined): Json {
  if (value === undefined || value === null) return form === 'text' ? '' : form === 'flag' ? false : null
  switch (form) {
    case 'text':
    case 'flag':
      return value
    case 'any':
      return sortKeys(value)
    case 'schema':
      return isObject(value) ? internalSchema(value) : null
    case 'schemas':
      return Array.isArray(value) ? value.map((one) => print('schema', one)) : null
    case 'schemaMap':
      return isObject(value)
        ? Object.fromEntries(
            Object.keys(value)
              .toSorted()
              .map((name) => [name, print('schema', value[name])]),
          )
        : null
    case 'schemaOrBool':
      return { Allows: value !== false, Schema: print('schema', value) }
    case 'schemaOrArray':
      return { Schema: Array.isArray(value) ? null : print('schema', value), JSONSchemas: print('schemas', value) }
    case 'dependencies':
      return isObject(value) ? printDependencies(value) : null
    case 'rules':
      return Array.isArray(value) ? value.map((rule) => (isObject(rule) ? internalRule(rule) : rule)) : null
    case 'docs':
      return isObject(value) ? { Description: value.description ?? '', URL: value.url ?? '' } : null
    default:
      return form satisfies never
  }
}

const printDependencies = (dependencies: JsonObject): JsonObject =>
  Object.fromEntries(
    Object.keys(dependencies)
      .toSorted()
      .map((name) => {
        const value = dependencies[name]
        return [name, { Schema: print('schema', value), Property: Array.isArray(value) ? value : null }]
      }),
  )

/** A rule as it stands in such an error. */
export function internalRule(rule: object): JsonObject {
  const { rule: text = '', message = '', messageExpression = '', reason = null, ...more } = asJson(rule)
  return {
    Rule: text,
    Message: message,
    MessageExpression: messageExpression,
    Reason: reason,
    FieldPath: more.fieldPath ?? '',
    OptionalOldSelf: more.optionalOldSelf ?? null,
  }
}

const isZero = (form: Form, value: Json | undefined): boolean => {
  if (value === undefined || value === null) return true
  if (form === 'text') return value === ''
  return form === 'flag' && value === false
}
