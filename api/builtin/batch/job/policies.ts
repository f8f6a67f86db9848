/** What the failure of a pod means to its job, and when a job has done enough. Source: kubernetes pkg/apis/batch/validation. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  OMITTED,
  required,
  tooLong,
  tooMany,
} from '../../../field-error.ts'
import { byteLength, goQuote } from '../../../go-text.ts'
import { validateLabelKey } from '../../../metadata/labels.ts'
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyOnPodConditionsPattern,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../../../types/batch-v1.ts'
import { nonNegative } from '../../checks.ts'
import { countIndexes, readIndexes } from './indexes.ts'

const RULES_MAX = 20
const PATTERNS_MAX = 20
const EXIT_CODES_MAX = 255
const INDEXES_BYTES_MAX = 64 * 1024
const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const STATUSES = ['False', 'True', 'Unknown']
const OPERATORS = ['In', 'NotIn']

/** One of a few; the message of nothing names them in Go's form of a list. */
function oneOfListed(value: string | undefined, supported: readonly string[], path: FieldPath): FieldError[] {
  if (!value) return [required(path, `valid values: [${supported.map(goQuote).join(' ')}]`)]
  return supported.includes(value) ? [] : [notSupported(path, value, supported)]
}

/** What is wrong with the policy of failures. */
export function validateFailurePolicy(spec: JobSpec, path: FieldPath): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? []
  const { containers, initContainers } = spec.template.spec ?? { containers: [] }
  const names = new Set([...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name))
  const place = child(path, 'rules')
  return [
    ...(rules.length > RULES_MAX ? [tooMany(place, rules.length, RULES_MAX)] : []),
    ...rules.flatMap((rule, at) => validateRule(spec, rule, names, index(place, at))),
  ]
}

function validateRule(
  { backoffLimitPerIndex }: JobSpec,
  { action, onExitCodes, onPodConditions: patterns }: PodFailurePolicyRule,
  names: ReadonlySet<string>,
  path: FieldPath,
): FieldError[] {
  const conditions = patterns ?? []
  const needsLimit = action === 'FailIndex' && backoffLimitPerIndex === undefined
  const refuse = (why: string) => [invalid(path, OMITTED, `specifying ${why}`)]
  return [
    ...(needsLimit
      ? [invalid(child(path, 'action'), action, 'requires the backoffLimitPerIndex to be set')]
      : oneOfListed(action, ACTIONS, child(path, 'action'))),
    ...(onExitCodes ? validateExitCodes(onExitCodes, names, child(path, 'onExitCodes')) : []),
    ...validatePatterns(conditions, child(path, 'onPodConditions')),
    ...(onExitCodes && conditions.length > 0 ? refuse('both OnExitCodes and OnPodConditions is not supported') : []),
    ...(onExitCodes || conditions.length > 0 ? [] : refuse('one of OnExitCodes and OnPodConditions is required')),
  ]
}

function validateExitCodes(
  { containerName, operator, values }: PodFailurePolicyOnExitCodesRequirement,
  names: ReadonlySet<string>,
  path: FieldPath,
): FieldError[] {
  const place = child(path, 'values')
  const codes = values ?? []
  const unknown = 'must be one of the container or initContainer names in the pod template'
  return [
    ...oneOfListed(operator, OPERATORS, child(path, 'operator')),
    ...(containerName === undefined || names.has(containerName)
      ? []
      : [invalid(child(path, 'containerName'), containerName, unknown)]),
    ...(codes.length === 0 ? [invalid(place, values ?? null, 'at least one value is required')] : []),
    ...(codes.length > EXIT_CODES_MAX ? [tooMany(place, codes.length, EXIT_CODES_MAX)] : []),
    ...codes.flatMap((code, at) => [
      ...(operator === 'In' && code === 0
        ? [invalid(index(place, at), code, 'must not be 0 for the In operator')]
        : []),
      ...(codes.indexOf(code) < at ? [duplicate(index(place, at), code)] : []),
    ]),
    ...(codes.some((code, at) => at > 0 && (codes[at - 1] ?? 0) > code)
      ? [invalid(place, codes, 'must be ordered')]
      : []),
  ]
}

const validatePatterns = (
  patterns: readonly PodFailurePolicyOnPodConditionsPattern[],
  path: FieldPath,
): FieldError[] => [
  ...(patterns.length > PATTERNS_MAX ? [tooMany(path, patterns.length, PATTERNS_MAX)] : []),
  ...patterns.flatMap(({ type = '', status }, at) => [
    ...validateLabelKey(type, child(index(path, at), 'type')),
    ...oneOfListed(status, STATUSES, child(index(path, at), 'status')),
  ]),
]

/** What is wrong with the policy of success; the job is one of indexes. */
export function validateSuccessPolicy({ successPolicy, completions = 0 }: JobSpec, path: FieldPath): FieldError[] {
  const rules = successPolicy?.rules ?? []
  const place = child(path, 'rules')
  const none = 'at least one rules must be specified when the successPolicy is specified'
  return [
    ...(rules.length === 0 ? [required(place, none)] : []),
    ...(rules.length > RULES_MAX ? [tooMany(place, rules.length, RULES_MAX)] : []),
    ...rules.flatMap((rule, at) => validateSuccessRule(rule, completions, index(place, at))),
  ]
}

function validateSuccessRule(
  { succeededCount: count, succeededIndexes: indexes }: SuccessPolicyRule,
  completions: number,
  path: FieldPath,
): FieldError[] {
  const [countPath, indexesPath] = [child(path, 'succeededCount'), child(path, 'succeededIndexes')]
  const read = indexes === undefined ? [] : readIndexes(indexes, completions)
  const total = typeof read === 'string' ? 0 : countIndexes(read)
  const none = 'at least one of succeededCount or succeededIndexes must be specified'
  const tooManyWanted = (most: number, what: string) => [
    invalid(countPath, count, `must be less than or equal to ${most} (the number of ${what})`),
  ]
  return [
    ...(count === undefined && indexes === undefined ? [required(path, none)] : []),
    ...(byteLength(indexes ?? '') > INDEXES_BYTES_MAX ? [tooLong(indexesPath, INDEXES_BYTES_MAX)] : []),
    ...(typeof read === 'string' ? [invalid(indexesPath, indexes, `error parsing succeededIndexes: ${read}`)] : []),
    ...nonNegative(count, countPath),
    ...((count ?? 0) > completions ? tooManyWanted(completions, 'specified completions') : []),
    ...(indexes !== undefined && (count ?? 0) > total
      ? tooManyWanted(total, 'indexes in the specified succeededIndexes field')
      : []),
  ]
}
