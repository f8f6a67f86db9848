/** What classes and claims share: selectors, tolerations, and configuration for a driver. Source: kubernetes pkg/apis/resource/validation. */
import { compile } from '../../cel/compile.ts'
import { DYN, sayType } from '../../cel/type.ts'
import { child, type FieldError, type FieldPath, invalid, notSupported, required, tooLong } from '../../field-error.ts'
import { byteLength } from '../../go-text.ts'
import { validateLabelKey } from '../../metadata/labels.ts'
import { checkLabelValue } from '../../names.ts'
import type { DeviceSelector, DeviceToleration, OpaqueDeviceConfiguration } from '../../types/resource-v1.ts'
import { validateDriverName } from '../storage/driver-name.ts'
import { validateItems } from './lists.ts'

const SELECTORS_MAX = 32
const EXPRESSION_BYTES_MAX = 10 * 1024
const PARAMETERS_BYTES_MAX = 10 * 1024

/** What is wrong with selectors. What a `device` is depends on its driver, so nothing is known of it here. */
export const validateSelectors = (selectors: readonly DeviceSelector[] | undefined, path: FieldPath): FieldError[] =>
  validateItems(selectors, SELECTORS_MAX, validateSelector, path)

function validateSelector({ cel }: DeviceSelector, path: FieldPath): FieldError[] {
  if (!cel) return [required(child(path, 'cel'))]
  const isLong = byteLength(cel.expression ?? '') > EXPRESSION_BYTES_MAX
  if (isLong) return [tooLong(child(path, 'cel', 'expression'), EXPRESSION_BYTES_MAX)]
  const compiled = compile(cel.expression ?? '', { device: DYN })
  const why = compiled.compiled ? notBool(sayType(compiled.checked.type)) : compiled.why
  return why === undefined ? [] : [invalid(child(path, 'cel', 'expression'), cel.expression, why)]
}

const notBool = (type: string): string | undefined =>
  type === 'bool' || type === 'dyn' ? undefined : `must evaluate to bool or the unknown type, not ${type}`

/** What is wrong with configuration that only its driver understands: an object of at most 10 KiB. */
export function validateConfiguration(
  { opaque }: { readonly opaque?: OpaqueDeviceConfiguration },
  path: FieldPath,
): FieldError[] {
  const own = child(path, 'opaque')
  if (!opaque) return [required(own)]
  return [
    ...validateDriverName(opaque.driver, child(own, 'driver')),
    ...validateParameters(opaque.parameters, child(own, 'parameters')),
  ]
}

function validateParameters(parameters: unknown, path: FieldPath): FieldError[] {
  if (parameters === undefined || parameters === null) return [required(path)]
  if (byteLength(JSON.stringify(parameters)) > PARAMETERS_BYTES_MAX) return [tooLong(path, PARAMETERS_BYTES_MAX)]
  const isObject = typeof parameters === 'object' && !Array.isArray(parameters)
  return isObject ? [] : [invalid(path, '<value omitted>', 'must be a valid JSON object')]
}

const OPERATORS = ['Equal', 'Exists']
const EFFECTS = ['NoExecute', 'NoSchedule', 'None']

/** What is wrong with a taint of devices that a request bears. */
export function validateToleration(toleration: DeviceToleration, path: FieldPath): FieldError[] {
  const { key = '', operator = '', value = '', effect = '' } = toleration
  const errors = key === '' ? [] : validateLabelKey(key, child(path, 'key'))
  if (operator === '') errors.push(required(child(path, 'operator')))
  else if (!OPERATORS.includes(operator)) errors.push(notSupported(child(path, 'operator'), operator, OPERATORS))
  else if (operator === 'Equal') {
    errors.push(...checkLabelValue(value).map((why) => invalid(child(path, 'value'), value, why)))
  } else if (value !== '') errors.push(invalid(child(path, 'value'), value, 'must be empty for operator `Exists`'))
  if (effect !== '' && !EFFECTS.includes(effect)) errors.push(notSupported(child(path, 'effect'), effect, EFFECTS))
  return errors
}
