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
import { checkExpression } from './expressions.ts'

const CONDITIONS_MAX = 64

/** What is wrong with conditions. Those of a policy may name its parameters. */
export function validateMatchConditions(
  given: readonly MatchCondition[] | undefined,
  params: boolean,
  path: FieldPath,
): FieldError[] {
  const conditions = given ?? []
  return [
    ...(conditions.length > CONDITIONS_MAX ? [tooMany(path, conditions.length, CONDITIONS_MAX)] : []),
    ...conditions.flatMap(({ name, expression }, at) => {
      const own = index(path, at)
      const isTwice = name && conditions.findIndex((other) => other.name === name) < at
      return [
        ...((expression ?? '').trim() === ''
          ? [required(child(own, 'expression'))]
          : checkExpression(expression.trim(), { params, authorizer: true }, child(own, 'expression'), 'bool')),
        ...(name
          ? checkLabelKey(name).map((why) => invalid(child(own, 'name'), name, why))
          : [required(child(own, 'name'))]),
        ...(isTwice ? [duplicate(child(own, 'name'), name)] : []),
      ]
    }),
  ]
}
