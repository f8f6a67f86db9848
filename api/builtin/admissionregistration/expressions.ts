/** The parts of policies that are written in CEL. Source: kubernetes pkg/apis/admissionregistration/validation. */
import { compileVariables, typesOf } from '../../cel/admission/compile-policy.ts'
import { compileForPolicy, type PolicyNames } from '../../cel/admission/variables.ts'
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
export const validateVariables = (
  variables: readonly Variable[] | undefined,
  params: boolean,
  path: FieldPath,
): FieldError[] =>
  (variables ?? []).flatMap(({ name, expression }, at, all) => {
    const own = index(path, at)
    const before = typesOf(compileVariables(all.slice(0, at), params))
    const isName = /^[_a-zA-Z][_a-zA-Z0-9]*$/.test(name) && !RESERVED.has(name)
    return [
      ...(isBlank(name) ? [required(child(own, 'name'), 'name is not specified')] : []),
      ...(isBlank(name) || isName ? [] : [invalid(child(own, 'name'), name, 'must be a valid CEL identifier')]),
      ...(isBlank(expression)
        ? [required(child(own, 'expression'), 'expression is not specified')]
        : checkExpression(expression, { params, authorizer: true, variables: before }, child(own, 'expression'))),
    ]
  })

/** What is wrong with an expression that must come to one of these types; to any, when none is named. */
export function checkExpression(
  text: string,
  names: PolicyNames,
  path: FieldPath,
  ...wanted: readonly string[]
): FieldError[] {
  const compiled = compileForPolicy(text, names, ...wanted)
  return compiled.compiled ? [] : [invalid(path, text, compiled.why)]
}

const REASONS = ['Forbidden', 'Invalid', 'RequestEntityTooLarge']

/** What is wrong with what must be true of objects. */
export const validateValidations = (
  validations: readonly Validation[],
  names: PolicyNames,
  path: FieldPath,
): FieldError[] =>
  validations.flatMap(({ expression, message = '', messageExpression = '', reason }, at) => {
    const own = index(path, at)
    const notEmpty = 'must be non-empty if specified'
    return [
      ...(isBlank(expression)
        ? [required(child(own, 'expression'), 'expression is not specified')]
        : checkExpression(expression, names, child(own, 'expression'), 'bool')),
      ...validateMessageExpression(messageExpression, names, child(own, 'messageExpression')),
      ...(message !== '' && isBlank(message) ? [invalid(child(own, 'message'), message, notEmpty)] : []),
      ...(/[\n\r]/.test(message.trim())
        ? [invalid(child(own, 'message'), message, 'must not contain line breaks')]
        : []),
      ...(reason === undefined || REASONS.includes(reason)
        ? []
        : [notSupported(child(own, 'reason'), reason, REASONS)]),
    ]
  })

function validateMessageExpression(text: string, names: PolicyNames, path: FieldPath): FieldError[] {
  if (text === '') return []
  if (isBlank(text)) return [invalid(path, text, 'must be non-empty if specified')]
  return checkExpression(text, { ...names, authorizer: false }, path, 'string')
}

const ANNOTATIONS_MAX = 20
const EXPRESSION_CHARACTERS_MAX = 5 * 1024

/** What is wrong with what is noted in the audit log; keys are within the name of their policy. */
export function validateAuditAnnotations(
  given: readonly AuditAnnotation[] | undefined,
  policy: string,
  names: PolicyNames,
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
        ...validateValueExpression(valueExpression ?? '', names, child(own, 'valueExpression')),
        ...(annotations.findIndex((other) => other.key === key) < at ? [duplicate(child(own, 'key'), key)] : []),
      ]
    }),
  ]
}

function validateValueExpression(expression: string, names: PolicyNames, path: FieldPath): FieldError[] {
  if (isBlank(expression)) return [required(path, 'valueExpression is not specified')]
  if (expression.trim().length <= EXPRESSION_CHARACTERS_MAX) {
    return checkExpression(expression, names, path, 'string', 'null_type')
  }
  return [required(path, `must not exceed ${EXPRESSION_CHARACTERS_MAX} bytes in length`)]
}

/** Each type of patch has a field of its own. */
const PATCH_FIELDS = { ApplyConfiguration: 'applyConfiguration', JSONPatch: 'jsonPatch' } as const
type PatchType = keyof typeof PATCH_FIELDS

const isPatchType = (type: string): type is PatchType => Object.hasOwn(PATCH_FIELDS, type)

/** What is wrong with how objects are changed. */
export const validateMutations = (mutations: readonly Mutation[], names: PolicyNames, path: FieldPath): FieldError[] =>
  mutations.flatMap((mutation, at) => validateMutation(mutation, { ...names, patches: true }, index(path, at)))

/** What an expression of each type makes. */
const MADE = { ApplyConfiguration: 'Object', JSONPatch: 'list(JSONPatch)' } as const

function validateMutation(mutation: Mutation, names: PolicyNames, path: FieldPath): FieldError[] {
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
        : checkExpression(patch.expression ?? '', names, child(path, field, 'expression'), MADE[type])
      : [required(child(path, field), `must be specified when patchType is ${type}`)]),
    ...(mutation[other]
      ? [invalid(child(path, other), `{${other}}`, `must not be specified when patchType is ${type}`)]
      : []),
  ]
}
