/** Conditions in CEL under which a webhook or a policy is asked at all. Source: kubernetes pkg/apis/admissionregistration/validation. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  required,
  tooMany,
} from '../../field-error.ts'
import { checkLabelKey } from '../../names.ts'
import type { MatchCondition } from '../../types/admissionregistration-v1.ts'

const CONDITIONS_MAX = 64

/** What is wrong with conditions. Expressions are not compiled here: that they are there is all that is asked. */
export function validateMatchConditions(given: readonly MatchCondition[] | undefined, path: FieldPath): FieldError[] {
  const conditions = given ?? []
  return [
    ...(conditions.length > CONDITIONS_MAX ? [tooMany(path, conditions.length, CONDITIONS_MAX)] : []),
    ...conditions.flatMap(({ name, expression }, at) => {
      const own = index(path, at)
      const isTwice = name && conditions.findIndex((other) => other.name === name) < at
      return [
        ...((expression ?? '').trim() === '' ? [required(child(own, 'expression'))] : []),
        ...(name
          ? checkLabelKey(name).map((why) => invalid(child(own, 'name'), name, why))
          : [required(child(own, 'name'))]),
        ...(isTwice ? [duplicate(child(own, 'name'), name)] : []),
      ]
    }),
  ]
}
