/**
 * Selectors in a question about access: checked. No role asks for one; what a node may list depends on its fields.
 * Source: kubernetes pkg/apis/authorization/validation, pkg/registry/authorization/util/helpers.go.
 */
import { child, type FieldError, type FieldPath, forbidden, index, invalid, required } from '@muster/api/field-error.ts'
import { validateLabelKey } from '@muster/api/metadata/labels.ts'
import { checkLabelValue } from '@muster/api/names.ts'
import { formatFields, parseFields } from '@muster/api/selector/fields.ts'
import { parseLabels } from '@muster/api/selector/parse-labels.ts'
import type { ResourceAttributes } from '@muster/api/types/authorization-v1.ts'

interface Requirement {
  readonly key: string
  readonly operator: string
  readonly values?: readonly string[]
}

interface Selector {
  readonly rawSelector?: string
  readonly requirements?: readonly Requirement[]
}

/** What is wrong with the selectors of a question. Operators that nobody knows are let through, for clients that are newer. */
export const validateSelectors = (
  { fieldSelector, labelSelector }: ResourceAttributes,
  path: FieldPath,
): FieldError[] => [
  ...validate(fieldSelector, child(path, 'fieldSelector'), validateFieldKey),
  ...validate(labelSelector, child(path, 'labelSelector'), validateLabel),
]

/** The field selector as a text: what of it can be read. */
export function fieldSelectorOf({ fieldSelector }: ResourceAttributes): string {
  const { rawSelector = '', requirements = [] } = fieldSelector ?? {}
  if (rawSelector !== '') return rawSelector
  return formatFields(
    requirements.filter(isFieldRequirement).map(({ key, operator, values: [value = ''] = [] }) => ({
      field: key,
      operator: operator === 'In' ? '=' : '!=',
      value,
    })),
  )
}

/** What an answer says of selectors that could not be read; empty when all could. */
export function sayUnreadSelectors({ fieldSelector, labelSelector }: ResourceAttributes): string {
  const trouble = [
    ['fieldSelector', unread(fieldSelector, parseFields, isFieldRequirement)],
    ['labelSelector', unread(labelSelector, parseLabels, isLabelRequirement)],
  ] as const
  return trouble
    .filter(([, how]) => how !== undefined)
    .map(([which, how]) => `spec.resourceAttributes.${which} ${how} due to parse error`)
    .join('; ')
}

function validate(
  selector: Selector | undefined,
  path: FieldPath,
  validateOne: (requirement: Requirement, path: FieldPath) => FieldError[],
): FieldError[] {
  if (!selector) return []
  const { rawSelector = '', requirements = [] } = selector
  const both = rawSelector !== '' && requirements.length > 0
  const none = rawSelector === '' && requirements.length === 0
  const why = `when ${path} is specified, requirements or rawSelector is required`
  return [
    ...(both
      ? [invalid(child(path, 'rawSelector'), rawSelector, 'may not specified at the same time as requirements')]
      : []),
    ...(none ? [required(child(path, 'requirements'), why)] : []),
    ...requirements.flatMap((requirement, at) => validateOne(requirement, index(child(path, 'requirements'), at))),
  ]
}

const validateFieldKey = (requirement: Requirement, path: FieldPath): FieldError[] => [
  ...(requirement.key === '' ? [required(child(path, 'key'), 'must be specified')] : []),
  ...validateValues(requirement, path),
]

const validateLabel = (requirement: Requirement, path: FieldPath): FieldError[] => [
  ...validateValues(requirement, path),
  ...validateLabelKey(requirement.key, child(path, 'key')),
  ...(requirement.values ?? []).flatMap((value, at) =>
    checkLabelValue(value).map((why) => invalid(index(child(path, 'values'), at), value, why)),
  ),
]

function validateValues({ operator, values = [] }: Requirement, path: FieldPath): FieldError[] {
  const at = child(path, 'values')
  if (NEEDS_VALUES.has(operator) && values.length === 0) {
    return [required(at, "must be specified when `operator` is 'In' or 'NotIn'")]
  }
  if (NEEDS_NONE.has(operator) && values.length > 0) {
    return [forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
  }
  return []
}

const NEEDS_VALUES: ReadonlySet<string> = new Set(['In', 'NotIn'])
const NEEDS_NONE: ReadonlySet<string> = new Set(['Exists', 'DoesNotExist'])

const isLabelRequirement = ({ operator }: Requirement): boolean =>
  NEEDS_VALUES.has(operator) || NEEDS_NONE.has(operator)
const isFieldRequirement = ({ operator, values = [] }: Requirement): boolean =>
  NEEDS_VALUES.has(operator) && values.length === 1

function unread(
  { rawSelector = '', requirements = [] }: Selector = {},
  parse: (text: string) => unknown,
  isKnown: (requirement: Requirement) => boolean,
): 'ignored' | 'partially ignored' | undefined {
  if (requirements.length === 0) return canParse(rawSelector, parse) ? undefined : 'ignored'
  const known = requirements.filter(isKnown).length
  if (known === requirements.length) return undefined
  return known === 0 ? 'ignored' : 'partially ignored'
}

function canParse(text: string, parse: (text: string) => unknown): boolean {
  try {
    parse(text)
    return true
  } catch {
    return false
  }
}
