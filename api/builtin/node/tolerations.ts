/** The taints that pods of a class bear. Source: kubernetes pkg/apis/core/validation ValidateTolerations, pkg/apis/node. */
import { child, duplicate, type FieldError, type FieldPath, index, invalid, notSupported } from '../../field-error.ts'
import { validateLabelKey } from '../../metadata/labels.ts'
import { checkLabelValue } from '../../names.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { Toleration } from '../../types/core-v1.ts'

/** What is wrong with them; none may be there twice. */
export const validateTolerations = (tolerations: readonly Toleration[], path: FieldPath): FieldError[] => [
  ...tolerations.flatMap((toleration, at) => validateToleration(toleration, index(path, at))),
  ...tolerations.flatMap((toleration, at) =>
    tolerations.findIndex((other) => sameMeaning(meaningOf(other), meaningOf(toleration))) < at
      ? [duplicate(index(path, at), sayToleration(toleration))]
      : [],
  ),
]

/** As messages print it: Kubernetes' own form of it, which has other names than its JSON. */
const sayToleration = ({
  key = '',
  operator = '',
  value = '',
  effect = '',
  tolerationSeconds,
}: Toleration): object => ({
  Key: key,
  Operator: operator,
  Value: value,
  Effect: effect,
  TolerationSeconds: tolerationSeconds ?? null,
})

const meaningOf = ({ key = '', operator = '', value = '', effect = '' }: Toleration) => [key, operator, value, effect]

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

/** What is wrong with one of them. */
export function validateToleration(toleration: Toleration, path: FieldPath): FieldError[] {
  const { key = '', operator = '', value = '', effect = '', tolerationSeconds } = toleration
  const errors = key === '' ? [] : validateLabelKey(key, child(path, 'key'))
  const refuse = (field: string, said: string, why: string) => errors.push(invalid(child(path, field), said, why))
  if (key === '' && operator !== 'Exists') {
    refuse(
      'operator',
      operator,
      'operator must be Exists when `key` is empty, which means "match all values and all keys"',
    )
  }
  if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
    refuse('effect', effect, "effect must be 'NoExecute' when `tolerationSeconds` is set")
  }
  if (operator === 'Equal' || operator === '') {
    const wrong = checkLabelValue(value)
    if (wrong.length > 0) refuse('operator', value, wrong.join(';'))
  } else if (operator === 'Exists') {
    if (value !== '') refuse('operator', value, "value must be empty when `operator` is 'Exists'")
  } else {
    const isComparison = operator === 'Lt' || operator === 'Gt'
    const supported = isComparison ? ['Equal', 'Exists', 'Lt', 'Gt'] : ['Equal', 'Exists']
    errors.push(notSupported(child(path, 'operator'), operator, supported))
  }
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, EFFECTS))
  return errors
}
