/** The LabelSelector of specs: what a Deployment, a Service of others, a policy writes. Source: apimachinery meta/v1 helpers.go. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  required,
  sayFieldErrors,
} from '../field-error.ts'
import { goQuote } from '../go-text.ts'
import { validateLabelKey, validateLabels } from '../metadata/labels.ts'
import { checkLabelValue } from '../names.ts'
import { badRequest } from '../status.ts'
import { checkRequirement, type LabelFilter, type LabelOperator, type LabelRequirement, orderByKey } from './labels.ts'
import { parseLabels } from './parse-labels.ts'

/** Source: apimachinery meta/v1 LabelSelector. */
export interface LabelSelector {
  matchLabels?: Record<string, string>
  matchExpressions?: LabelSelectorRequirement[]
}

/** Source: apimachinery meta/v1 LabelSelectorRequirement. `operator` is In, NotIn, Exists or DoesNotExist. */
export interface LabelSelectorRequirement {
  key: string
  operator: string
  values?: string[]
}

/**
 * The filter of a selector. No selector chooses nothing; an empty one chooses everything.
 * Throws BadRequest for one that {@link validateLabelSelector} would refuse.
 */
export function filterOfSelector(selector: LabelSelector | null | undefined): LabelFilter {
  if (!selector) return 'nothing'
  const { matchLabels = {}, matchExpressions = [] } = selector
  const requirements = Object.entries(matchLabels).map(([key, value]) =>
    checked({ key, operator: '=', values: [value] }),
  )
  for (const { key, operator, values = [] } of matchExpressions) {
    requirements.push(checked({ key, operator: readOperator(operator), values }))
  }
  return orderByKey(requirements)
}

function checked(requirement: LabelRequirement): LabelRequirement {
  const errors = checkRequirement(requirement)
  if (errors.length > 0) throw badRequest(sayFieldErrors(errors))
  return requirement
}

/** The selector of a text such as `app=web`. Throws BadRequest, also for `>` and `<`, which a selector cannot say. */
export function selectorOf(text: string): LabelSelector {
  const matchLabels: [string, string][] = []
  const matchExpressions: LabelSelectorRequirement[] = []
  for (const { key, operator, values } of parseLabels(text)) {
    if (operator === 'gt' || operator === 'lt')
      throw badRequest(`${goQuote(operator)} isn't supported in label selectors`)
    if (operator === '=' || operator === '==') matchLabels.push([key, values[0] ?? ''])
    else matchExpressions.push({ key, operator: SAID[operator], values: [...values] })
  }
  return { matchLabels: Object.fromEntries(matchLabels), matchExpressions }
}

/** Kubernetes forgives values that it once let through, where the old object has them too. */
export interface SelectorLeniency {
  readonly allowInvalidValues?: boolean
}

/** What is wrong with a selector. Source: apimachinery meta/v1/validation ValidateLabelSelector. */
export const validateLabelSelector = (
  selector: LabelSelector | null | undefined,
  path: FieldPath,
  leniency: SelectorLeniency = {},
): FieldError[] => [
  ...validateLabels(selector?.matchLabels, child(path, 'matchLabels')),
  ...(selector?.matchExpressions ?? []).flatMap((expression, at) =>
    validateExpression(expression, index(child(path, 'matchExpressions'), at), leniency),
  ),
]

/** True when some expression has a value that is no value of a label: the old object of a lenient update. */
export const hasInvalidValue = (selector: LabelSelector | null | undefined): boolean =>
  (selector?.matchExpressions ?? []).some(({ values = [] }) =>
    values.some((value) => checkLabelValue(value).length > 0),
  )

const OPERATORS: Readonly<Record<string, LabelOperator>> = {
  In: 'in',
  NotIn: 'notin',
  Exists: 'exists',
  DoesNotExist: '!',
}
const SAID = { in: 'In', notin: 'NotIn', '!=': 'NotIn', exists: 'Exists', '!': 'DoesNotExist' } as const

function readOperator(operator: string): LabelOperator {
  const found = Object.hasOwn(OPERATORS, operator) ? OPERATORS[operator] : undefined
  if (found === undefined) throw badRequest(`${goQuote(operator)} is not a valid label selector operator`)
  return found
}

function validateExpression(
  { key, operator, values = [] }: LabelSelectorRequirement,
  path: FieldPath,
  { allowInvalidValues = false }: SelectorLeniency,
): FieldError[] {
  return [
    ...validateOperator(operator, values, path),
    ...validateLabelKey(key, child(path, 'key')),
    ...(allowInvalidValues ? [] : values).flatMap((value, at) =>
      checkLabelValue(value).map((why) => invalid(index(child(path, 'values'), at), value, why)),
    ),
  ]
}

function validateOperator(operator: string, values: readonly string[], path: FieldPath): FieldError[] {
  if (operator === 'In' || operator === 'NotIn') {
    const why = "must be specified when `operator` is 'In' or 'NotIn'"
    return values.length > 0 ? [] : [required(child(path, 'values'), why)]
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    const why = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
    return values.length === 0 ? [] : [forbidden(child(path, 'values'), why)]
  }
  return [invalid(child(path, 'operator'), operator, 'not a valid selector operator')]
}
