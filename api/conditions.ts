/** What is true of an object, and since when: the conditions of its status. Source: apimachinery pkg/api/meta/conditions.go. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
  tooLong,
} from './field-error.ts'
import { byteLength } from './go-text.ts'
import { validateLabelKey } from './metadata/labels.ts'
import { checkConditionReason } from './names.ts'
import type { Condition } from './types/meta-v1.ts'

/** A condition to be set; the time of its last change is found out. */
export interface NewCondition {
  readonly type: string
  readonly status: 'True' | 'False' | 'Unknown'
  readonly reason: string
  readonly message: string
  /** The generation of the object that this is true of. */
  readonly observedGeneration?: number
}

/** The longest reason and message. Source: apimachinery meta/v1/validation. */
export const REASON_BYTES_MAX = 1024
/** As {@link REASON_BYTES_MAX}. */
export const MESSAGE_BYTES_MAX = 32 * 1024

/** The condition of that type. */
export const findCondition = (conditions: readonly Condition[] = [], type: string): Condition | undefined =>
  conditions.find((condition) => condition.type === type)

/** True when the condition is there and is true. */
export const isConditionTrue = (conditions: readonly Condition[] | undefined, type: string): boolean =>
  findCondition(conditions, type)?.status === 'True'

/**
 * The conditions with one set; the very same list when that changes nothing, so that nothing need be written.
 * `lastTransitionTime` becomes `now` (RFC 3339) when the status changes, and stays when only reason or message do.
 */
export function setCondition(
  conditions: readonly Condition[] = [],
  condition: NewCondition,
  now: string,
): readonly Condition[] {
  const old = findCondition(conditions, condition.type)
  if (!old) return [...conditions, { ...condition, lastTransitionTime: now }]
  const lastTransitionTime = old.status === condition.status ? old.lastTransitionTime : now
  const isSame =
    old.status === condition.status &&
    old.reason === condition.reason &&
    old.message === condition.message &&
    (old.observedGeneration ?? 0) === (condition.observedGeneration ?? 0)
  return isSame ? conditions : conditions.map((one) => (one === old ? { ...condition, lastTransitionTime } : one))
}

/** The conditions without those of a type; the very same list when there are none. */
export const removeCondition = (conditions: readonly Condition[] = [], type: string): readonly Condition[] =>
  findCondition(conditions, type) ? conditions.filter((condition) => condition.type !== type) : conditions

/** What is wrong with conditions. Source: apimachinery meta/v1/validation ValidateConditions. */
export const validateConditions = (conditions: readonly Condition[] = [], path: FieldPath): FieldError[] =>
  conditions.flatMap((condition, at) => {
    const isFirst = conditions.findIndex(({ type }) => type === condition.type) === at
    return [
      ...(isFirst ? [] : [duplicate(child(index(path, at), 'type'), condition.type)]),
      ...validateCondition(condition, index(path, at)),
    ]
  })

const STATUSES = ['False', 'True', 'Unknown']

function validateCondition(condition: Condition, path: FieldPath): FieldError[] {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message = '' } = condition
  const errors = validateLabelKey(type, child(path, 'type'))
  if (!STATUSES.includes(status)) errors.push(notSupported(child(path, 'status'), status, STATUSES))
  if (observedGeneration < 0) {
    const why = 'must be greater than or equal to zero'
    errors.push(invalid(child(path, 'observedGeneration'), observedGeneration, why))
  }
  if (!lastTransitionTime) errors.push(required(child(path, 'lastTransitionTime')))
  if (!reason) errors.push(required(child(path, 'reason')))
  else {
    errors.push(...checkConditionReason(reason).map((why) => invalid(child(path, 'reason'), reason, why)))
    if (byteLength(reason) > REASON_BYTES_MAX) errors.push(tooLong(child(path, 'reason'), REASON_BYTES_MAX))
  }
  if (byteLength(message) > MESSAGE_BYTES_MAX) errors.push(tooLong(child(path, 'message'), MESSAGE_BYTES_MAX))
  return errors
}
