/**
 * Choosing objects by their labels: all requirements must hold.
 *
 *     app=web, tier in (front,back), !old          as a text: parse-labels.ts
 *     { matchLabels, matchExpressions }            as an object: label-selector.ts
 *
 * Both become a {@link LabelFilter}. Source: apimachinery pkg/labels/selector.go.
 */
import { child, type FieldError, type FieldPath, index, invalid, key as keyOf, notSupported } from '../field-error.ts'
import { checkLabelKey, checkLabelValue } from '../names.ts'

/** What the value of one label must be; `exists` and `!` ask only whether the label is there. */
export type LabelOperator = 'in' | 'notin' | '=' | '==' | '!=' | 'gt' | 'lt' | 'exists' | '!'

/** One thing that must hold. */
export interface LabelRequirement {
  readonly key: string
  readonly operator: LabelOperator
  readonly values: readonly string[]
}

/** All requirements together, ordered by key. No requirements choose everything; `nothing` chooses nothing. */
export type LabelFilter = readonly LabelRequirement[] | 'nothing'

/** The filter that chooses everything. */
export const ALL_LABELS: LabelFilter = []

/** True when every requirement holds. An object without labels has none of them. */
export function matchesLabels(filter: LabelFilter, labels: Readonly<Record<string, string>> = {}): boolean {
  if (filter === 'nothing') return false
  for (const requirement of filter) if (!holds(requirement, labels)) return false
  return true
}

/** The filter that asks for each of these labels. The labels are taken as they are, not checked. */
export const filterOf = (labels: Readonly<Record<string, string>> = {}): LabelFilter =>
  orderByKey(Object.entries(labels).map(([key, value]) => ({ key, operator: '=', values: [value] })))

/** The one value that a label must have to be chosen; undefined when several would do. For an index. */
export function exactLabel(filter: LabelFilter, key: string): string | undefined {
  if (filter === 'nothing') return undefined
  const requirement = filter.find((one) => one.key === key)
  return requirement && ['=', '==', 'in'].includes(requirement.operator) && requirement.values.length === 1
    ? requirement.values[0]
    : undefined
}

/** The filter as a text that is read as the same filter; `nothing` has none and is empty. */
export const formatLabels = (filter: LabelFilter): string =>
  filter === 'nothing' ? '' : filter.map(formatRequirement).join(',')

/** What is wrong with a requirement. The path is that of the requirement; empty where a text was parsed. */
export function checkRequirement({ key, operator, values }: LabelRequirement, path: FieldPath = ''): FieldError[] {
  const valuesPath = child(path, 'values')
  return [
    ...checkKey(key, child(path, 'key')),
    ...checkOperator(operator, values, path),
    ...values.flatMap((value, at) => {
      const complaints = checkLabelValue(value)
      return complaints.length === 0 ? [] : [invalid(keyOf(index(valuesPath, at), key), value, complaints.join('; '))]
    }),
  ]
}

/** What is wrong with the key of a requirement, in one error. */
export function checkKey(key: string, path: FieldPath): FieldError[] {
  const complaints = checkLabelKey(key)
  return complaints.length === 0 ? [] : [invalid(path, key, complaints.join('; '))]
}

/** Requirements in the order of their keys; those of one key stay as they were. */
export const orderByKey = (requirements: readonly LabelRequirement[]): readonly LabelRequirement[] =>
  requirements.toSorted((one, other) => (one.key < other.key ? -1 : one.key > other.key ? 1 : 0))

function holds({ key, operator, values }: LabelRequirement, labels: Readonly<Record<string, string>>): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'in':
    case '=':
    case '==':
      return value !== undefined && values.includes(value)
    case 'notin':
    case '!=':
      return value === undefined || !values.includes(value)
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case 'gt':
    case 'lt': {
      const [left, right] = [readInteger(value), readInteger(values[0])]
      if (left === undefined || right === undefined) return false
      return operator === 'gt' ? left > right : left < right
    }
    default:
      return operator satisfies never
  }
}

const OPERATORS = ['in', 'notin', '=', '==', '!=', 'gt', 'lt', 'exists', '!'] as const

function checkOperator(operator: string, values: readonly string[], path: FieldPath): FieldError[] {
  const valuesPath = child(path, 'values')
  switch (operator) {
    case 'in':
    case 'notin':
      // Go has no list at all here, and prints it as null.
      return values.length > 0
        ? []
        : [invalid(valuesPath, null, "for 'in', 'notin' operators, values set can't be empty")]
    case '=':
    case '==':
    case '!=':
      return values.length === 1
        ? []
        : [invalid(valuesPath, values, 'exact-match compatibility requires one single value')]
    case 'exists':
    case '!':
      return values.length === 0
        ? []
        : [invalid(valuesPath, values, 'values set must be empty for exists and does not exist')]
    case 'gt':
    case 'lt':
      return [
        ...(values.length === 1
          ? []
          : [invalid(valuesPath, values, "for 'Gt', 'Lt' operators, exactly one value is required")]),
        ...values.flatMap((value, at) =>
          readInteger(value) === undefined
            ? [invalid(index(valuesPath, at), value, "for 'Gt', 'Lt' operators, the value must be an integer")]
            : [],
        ),
      ]
    default:
      return [notSupported(child(path, 'operator'), operator, OPERATORS)]
  }
}

/** A whole number of 64 bits; undefined for anything else. */
function readInteger(text: string | undefined): bigint | undefined {
  if (text === undefined || !/^[+-]?\d{1,64}$/.test(text)) return undefined
  const value = BigInt(text.replace('+', ''))
  return BigInt.asIntN(64, value) === value ? value : undefined
}

function formatRequirement({ key, operator, values }: LabelRequirement): string {
  switch (operator) {
    case 'exists':
      return key
    case '!':
      return `!${key}`
    case 'in':
    case 'notin':
      return `${key} ${operator} (${values.toSorted().join(',')})`
    case 'gt':
      return `${key}>${values.join(',')}`
    case 'lt':
      return `${key}<${values.join(',')}`
    case '=':
    case '==':
    case '!=':
      return `${key}${operator}${values.join(',')}`
    default:
      return operator satisfies never
  }
}
