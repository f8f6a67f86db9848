/** What is wrong with the spec of a definition. Source: apiextensions validation.go validateCustomResourceDefinitionSpec. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../field-error.ts'
import { byteLength, goJson } from '../../go-text.ts'
import { check1035Label, checkSubdomain } from '../../names.ts'
import type {
  CustomResourceDefinitionSpec,
  CustomResourceDefinitionVersion,
  CustomResourceValidation,
  JSONSchemaProps,
  SelectableField,
} from '../../types/apiextensions-v1.ts'
import { asJson, asSchema } from '../edge.ts'
import { type Folded, type FoldedVersion, fold } from '../folded.ts'
import { internalSchema, internalVersions, saidIn } from '../internal-form.ts'
import { validateColumns, validateSubresources } from './columns.ts'
import { validateConversion } from './conversion.ts'
import { validateDefaults } from './defaults.ts'
import { validateExpressions } from './expressions.ts'
import { followPath } from './field-path.ts'
import { requireNames, validateNames } from './names.ts'
import { validateSchema } from './schema.ts'
import { findUnsupported, partsOf, validateStructural } from './structural.ts'

/** More cannot be indexed with care. Source: apiextensions validation.go MaxSelectableFields. */
const SELECTABLE_FIELDS_MAX = 8

/** Everything that is wrong with a spec that has been decoded and given its defaults. */
export function validateSpec(spec: CustomResourceDefinitionSpec, path: FieldPath): FieldError[] {
  const folded = fold(spec.versions ?? [])
  const { shared } = folded
  const statusOf = ({ subresources }: FoldedVersion): boolean =>
    (subresources ?? shared.subresources)?.status !== undefined
  const hasStatus = folded.versions.some(statusOf)
  return [
    ...validateGroup(spec.group, child(path, 'group')),
    ...validateScope(spec.scope, child(path, 'scope')),
    ...requireSchemas(folded, child(path, 'versions')),
    ...validateKeptUnknown(spec, child(path, 'preserveUnknownFields')),
    ...folded.versions.flatMap((one, at) =>
      validateVersion(one, hasStatusOf(folded, one), index(child(path, 'versions'), at)),
    ),
    ...validateVersions(folded, spec.versions !== undefined && spec.versions !== null, path),
    ...requireNames(spec.names, child(path, 'names')),
    ...validateNames(spec.names, child(path, 'names')),
    ...validateValidation(shared.validation, hasStatus, child(path, 'validation')),
    ...validateSubresources(shared.subresources, child(path, 'subresources')),
    ...validateColumns(shared.columns, child(path, 'additionalPrinterColumns')),
    ...validateSharedSelectableFields(folded, path),
    ...(spec.preserveUnknownFields && spec.conversion && spec.conversion.strategy !== 'None'
      ? [invalid(child(path, 'conversion', 'strategy'), spec.conversion.strategy, NO_CONVERSION)]
      : []),
    ...validateConversion(spec.conversion, child(path, 'conversion')),
  ]
}

/** Of versions with one name, the first one's subresources count. */
function hasStatusOf({ shared, versions }: Folded, { version }: FoldedVersion): boolean {
  const isShared = versions.every(({ subresources }) => subresources === undefined)
  const own = versions.find((one) => one.version.name === version.name)?.subresources
  return (isShared ? shared.subresources : own)?.status !== undefined
}

const NO_CONVERSION = 'must be None if spec.preserveUnknownFields is true'

function validateGroup(group: string, path: FieldPath): FieldError[] {
  if (group === '') return [required(path)]
  const why = checkSubdomain(group)
  if (why.length > 0) return [invalid(path, group, why.join())]
  return group.includes('.') ? [] : [invalid(path, group, 'should be a domain with at least one dot')]
}

function validateScope(scope: string, path: FieldPath): FieldError[] {
  if (scope === '') return [required(path)]
  return scope === 'Cluster' || scope === 'Namespaced' ? [] : [notSupported(path, scope, ['Cluster', 'Namespaced'])]
}

function requireSchemas({ shared, versions }: Folded, path: FieldPath): FieldError[] {
  if (shared.validation?.openAPIV3Schema) return []
  return versions.flatMap(({ validation }, at) =>
    validation?.openAPIV3Schema ? [] : [required(child(index(path, at), 'schema', 'openAPIV3Schema'))],
  )
}

/** The field is a remainder of older versions, where it kept everything in every object. */
function validateKeptUnknown(
  { preserveUnknownFields, versions }: CustomResourceDefinitionSpec,
  path: FieldPath,
): FieldError[] {
  if (!preserveUnknownFields) return []
  const hasDefaults = (versions ?? []).some(
    ({ schema }) => schema?.openAPIV3Schema && hasDefault(schema.openAPIV3Schema),
  )
  return hasDefaults ? [invalid(path, true, 'must be false in order to use defaults in the schema')] : []
}

const hasDefault = (schema: JSONSchemaProps): boolean =>
  schema.default !== undefined || partsOf(schema).some(hasDefault)

function validateVersion(folded: FoldedVersion, hasStatus: boolean, path: FieldPath): FieldError[] {
  const { version, validation, subresources, columns, selectableFields = [] } = folded
  const why = check1035Label(version.name)
  return [
    ...(why.length > 0 ? [invalid(child(path, 'name'), version.name, why.join())] : []),
    ...validateDeprecation(version, child(path, 'deprecationWarning')),
    ...validateValidation(validation, hasStatus, child(path, 'schema')),
    ...validateSubresources(subresources, child(path, 'subresources')),
    ...validateColumns(columns, child(path, 'additionalPrinterColumns')),
    ...validateSelectableFields(
      selectableFields,
      validation?.openAPIV3Schema,
      child(path, 'selectableFields'),
      WITHOUT_SCHEMA,
    ),
  ]
}

/** Kubernetes says it the wrong way round. */
const WITHOUT_SCHEMA = 'may only be set when `version.schema.openAPIV3Schema` is not included'

/** The warning is printed as JSON, being a pointer in Go. */
const validateDeprecation = (version: CustomResourceDefinitionVersion, path: FieldPath): FieldError[] =>
  checkDeprecation(version).map((why) => ({
    reason: 'FieldValueInvalid',
    path,
    message: `Invalid value: ${goJson(version.deprecationWarning)}: ${why}`,
  }))

function checkDeprecation({
  deprecated = false,
  deprecationWarning: warning,
}: CustomResourceDefinitionVersion): string[] {
  if (warning === undefined) return []
  if (!deprecated) return ['can only be set for deprecated versions']
  const unprintable = warning.search(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u)
  const at = byteLength(warning.slice(0, Math.max(0, unprintable)))
  return [
    ...(byteLength(warning) > 256 ? ['must be <= 256 characters long'] : []),
    ...(warning === '' ? ['must not be an empty string'] : []),
    ...(unprintable < 0
      ? []
      : [`must only contain printable UTF-8 characters; non-printable character found at index ${at}`]),
  ]
}

/** `areGiven` is false when there is no list at all: Go tells that from an empty one. */
function validateVersions({ versions }: Folded, areGiven: boolean, path: FieldPath): FieldError[] {
  const place = child(path, 'versions')
  const names = versions.map(({ version }) => version.name)
  const stored = versions.filter(({ version }) => version.storage)
  const [first = ''] = names
  const why = first === '' ? [] : check1035Label(first)
  const refuse = (reason: string): FieldError => invalid(place, areGiven ? internalVersions(versions) : null, reason)
  return [
    ...(new Set(names).size < names.length ? [refuse('must contain unique version names')] : []),
    ...(stored.length === 1 ? [] : [refuse('must have exactly one version marked as storage version')]),
    // Kubernetes keeps the first version a second time, as it did before there were several.
    ...(why.length > 0 ? [invalid(child(path, 'version'), first, why.join())] : []),
  ]
}

/** What may stand beside `properties` at the root when status has a subresource, since that is checked by its own part. */
const AT_ROOT_WITH_STATUS: readonly string[] = [
  ...['Description', 'Type', 'Format', 'Title', 'Maximum', 'ExclusiveMaximum', 'Minimum', 'ExclusiveMinimum'],
  ...['MaxLength', 'MinLength', 'Pattern', 'MaxItems', 'MinItems', 'UniqueItems', 'MultipleOf', 'Required', 'Items'],
  ...['Properties', 'ExternalDocs', 'Example', 'XPreserveUnknownFields', 'XValidations'],
]

function validateValidation(
  validation: CustomResourceValidation | undefined,
  hasStatus: boolean,
  path: FieldPath,
): FieldError[] {
  const schema = validation?.openAPIV3Schema
  if (!schema) return []
  const place = child(path, 'openAPIV3Schema')
  const unsupported = findUnsupported(schema)
  const shape = unsupported === undefined ? checkShape(schema, place) : []
  const keywords = validateSchema(schema, place, { isRoot: true })
  const canHaveRules = unsupported === undefined && shape.length === 0
  const wrong = keywords.map((error) => error.path)
  const errors = [
    ...(hasStatus ? checkRootWithStatus(schema, place) : []),
    ...(schema.nullable ? [forbidden(child(place, 'nullable'), 'nullable cannot be true at the root')] : []),
    ...shape,
    ...keywords,
    ...(canHaveRules ? validateExpressions(asSchema(schema), place, wrong) : []),
  ]
  return errors.length === 0 && unsupported !== undefined ? [invalid(place, '', unsupported)] : errors
}

function checkShape(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  const errors = validateStructural(schema, path)
  return errors.length > 0 ? errors : validateDefaults(asSchema(schema), path)
}

function checkRootWithStatus(schema: JSONSchemaProps, path: FieldPath): FieldError[] {
  for (const name of saidIn(asJson(schema))) {
    if (name === 'Type' && schema.type !== 'object') {
      return [invalid(child(path, 'type'), schema.type ?? '', ONLY_OBJECT)]
    }
    if (AT_ROOT_WITH_STATUS.includes(name)) continue
    const why = `only [${AT_ROOT_WITH_STATUS.join(' ')}] fields are allowed at the root of the schema if the status subresource is enabled`
    return [invalid(path, internalSchema(asJson(schema)), why)]
  }
  return []
}

const ONLY_OBJECT =
  'only "object" is allowed as the type at the root of the schema if the status subresource is enabled'

function validateSharedSelectableFields({ shared }: Folded, path: FieldPath): FieldError[] {
  const place = child(path, 'selectableFields')
  const why = 'may only be set when validations.schema is included'
  // A validation without a schema is one for Kubernetes here.
  const schema = shared.validation && (shared.validation.openAPIV3Schema ?? {})
  return validateSelectableFields(shared.selectableFields ?? [], schema, place, why)
}

function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JSONSchemaProps | undefined,
  path: FieldPath,
  whyWithoutSchema: string,
): FieldError[] {
  if (fields.length === 0) return []
  if (!schema) return [invalid(path, '', whyWithoutSchema)]
  const seen = new Set<string>()
  const errors = fields.flatMap(({ jsonPath }, at) => {
    const place = child(index(path, at), 'jsonPath')
    if (jsonPath === '') return [required(place)]
    const reading = followPath(jsonPath, schema, { brackets: false })
    if (!reading.found) return [invalid(place, jsonPath, `is an invalid path: ${reading.why}`)]
    const isScalar = ['string', 'boolean', 'integer'].includes(reading.schema.type ?? '')
    const name = reading.steps.join('.')
    const isSeen = seen.has(name)
    seen.add(name)
    return [
      ...(reading.steps[0] === 'metadata' ? [invalid(place, jsonPath, 'must not point to fields in metadata')] : []),
      ...(isScalar ? [] : [invalid(place, jsonPath, ONLY_SCALARS)]),
      ...(isSeen ? [duplicate(place, jsonPath)] : []),
    ]
  })
  const unsupported = findUnsupported(schema)
  return [
    ...(unsupported === undefined ? [] : [invalid(path.replace(/[^.]+$/, 'schema.openAPIV3Schema'), '', unsupported)]),
    ...errors,
    ...(seen.size > SELECTABLE_FIELDS_MAX ? [tooMany(path, seen.size, SELECTABLE_FIELDS_MAX)] : []),
  ]
}

const ONLY_SCALARS =
  'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
