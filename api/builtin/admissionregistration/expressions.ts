/** The parts of policies that are written in CEL. They are not compiled here. Source: kubernetes pkg/apis/admissionregistration/validation. */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import { checkLabelKey } from '../../names.ts'
import type { AuditAnnotation, Mutation, Validation, Variable } from '../../types/admissionregistration-v1.ts'

const isBlank = (text: string | undefined): boolean => (text ?? '').trim() === ''

/** Words that mean something in CEL. Source: the CEL specification, and celReserved of the above. */
const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** What is wrong with the variables that expressions may use. */
export const validateVariables = (variables: readonly Variable[] | undefined, path: FieldPath): FieldError[] =>
  (variables ?? []).flatMap(({ name, expression }, at) => {
    const own = index(path, at)
    const isName = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name)
    return [
      ...(isBlank(name) ? [required(child(own, 'name'), 'name is not specified')] : []),
      ...(isBlank(name) || isName ? [] : [invalid(child(own, 'name'), name, 'must be a valid CEL identifier')]),
      ...(isBlank(expression) ? [required(child(own, 'expression'), 'expression is not specified')] : []),
    ]
  })

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

/** What is wrong with what must be true of objects. */
export const validateValidations = (validations: readonly Validation[], path: FieldPath): FieldError[] =>
  validations.flatMap(({ expression, message = '', messageExpression = '', reason }, at) => {
    const own = index(path, at)
    const notEmpty = 'must be non-empty if specified'
    return [
      ...(isBlank(expression) ? [required(child(own, 'expression'), 'expression is not specified')] : []),
      ...(messageExpression !== '' && isBlank(messageExpression)
        ? [invalid(child(own, 'messageExpression'), messageExpression, notEmpty)]
        : []),
      ...(message !== '' && isBlank(message) ? [invalid(child(own, 'message'), message, notEmpty)] : []),
      ...(/[\n\r]/.test(message.trim())
        ? [invalid(child(own, 'message'), message, 'must not contain line breaks')]
        : []),
      ...(reason === undefined || REASONS.includes(reason)
        ? []
        : [notSupported(child(own, 'reason'), reason, REASONS)]),
    ]
  })

const ANNOTATIONS_MAX = 20
const EXPRESSION_CHARACTERS_MAX = 5 * 1024

/** What is wrong with what is noted in the audit log; keys are within the name of their policy. */
export function validateAuditAnnotations(
  given: readonly AuditAnnotation[] | undefined,
  policy: string,
  path: FieldPath,
): FieldError[] {
  const annotations = given ?? []
  const tooMany = `must not have more than ${ANNOTATIONS_MAX} auditAnnotations`
  return [
    ...(annotations.length > ANNOTATIONS_MAX ? [invalid(path, annotations, tooMany)] : []),
    ...annotations.flatMap(({ key, valueExpression }, at) => {
      const own = index(path, at)
      const whole = `${policy}/${key}`
      return [
        ...(policy === ''
          ? [invalid(child(own, 'key'), key, 'requires metadata.name be non-empty')]
          : checkLabelKey(whole).map((why) => invalid(child(own, 'key'), whole, why))),
        ...validateValueExpression(valueExpression ?? '', child(own, 'valueExpression')),
        ...(annotations.findIndex((other) => other.key === key) < at ? [duplicate(child(own, 'key'), key)] : []),
      ]
    }),
  ]
}

function validateValueExpression(expression: string, path: FieldPath): FieldError[] {
  if (isBlank(expression)) return [required(path, 'valueExpression is not specified')]
  if (expression.trim().length <= EXPRESSION_CHARACTERS_MAX) return []
  return [required(path, `must not exceed ${EXPRESSION_CHARACTERS_MAX} bytes in length`)]
}

/** Each type of patch has a field of its own. */
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const
type PatchType = keyof typeof PATCH_FIELDS

const isPatchType = (type: string): type is PatchType => Object.hasOwn(PATCH_FIELDS, type)

/** What is wrong with how objects are changed. */
export const validateMutations = (mutations: readonly Mutation[], path: FieldPath): FieldError[] =>
  mutations.flatMap((mutation, at) => validateMutation(mutation, index(path, at)))

function validateMutation(mutation: Mutation, path: FieldPath): FieldError[] {
  const { patchType: type } = mutation
  if (!type) return [required(child(path, 'patchType'))]
  if (!isPatchType(type)) return [notSupported(child(path, 'patchType'), type, Object.keys(PATCH_FIELDS))]
  const field = PATCH_FIELDS[type]
  const other = field === 'jsonPatch' ? 'applyConfiguration' : 'jsonPatch'
  const patch = mutation[field]
  return [
    ...(patch
      ? isBlank(patch.expression)
        ? [required(child(path, field, 'expression'))]
        : []
      : [required(child(path, field), `must be specified when patchType is ${type}`)]),
    ...(mutation[other]
      ? [invalid(child(path, other), `{${other}}`, `must not be specified when patchType is ${type}`)]
      : []),
  ]
}
