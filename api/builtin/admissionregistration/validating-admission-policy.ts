/** Rules that writes must keep, in CEL. */
import { compileVariables, typesOf } from '../../cel/admission/compile-policy.ts'
import { NAME_COLUMN } from '../../columns.ts'
import { validateConditions } from '../../conditions.ts'
import { child, type FieldError, index, required } from '../../field-error.ts'
import type { KubeObject } from '../../object.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type {
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicySpec,
  ValidatingAdmissionPolicyStatus,
} from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateAuditAnnotations, validateValidations, validateVariables } from './expressions.ts'
import { validateMatchConditions } from './match-conditions.ts'
import {
  defaultMatchResources,
  validateConstraints,
  validateFailurePolicy,
  validateParamKind,
} from './match-resources.ts'
import { PARAM_KIND_COLUMN } from './policy-columns.ts'
import { warnOfStaticName } from './static-name.ts'

/** ValidatingAdmissionPolicy. Source: kubernetes pkg/registry/admissionregistration/validatingadmissionpolicy. */
export const validatingAdmissionPolicy = builtIn<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      subresources: { status: true },
      default(policy) {
        policy.spec ??= {}
        policy.spec.failurePolicy ??= 'Fail'
        defaultMatchResources(policy.spec.matchConstraints)
      },
      columns: [
        NAME_COLUMN,
        column(
          'Validations',
          'Validations indicates the number of validation rules defined in this configuration',
          ({ spec }) => (spec?.validations ?? []).length,
          { type: 'integer' },
        ),
        PARAM_KIND_COLUMN,
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'spec',
    unconditionalUpdate: false,
    validate: ({ metadata, spec, status }, { subresource, old }) =>
      subresource === 'status'
        ? validateStatus(status ?? {})
        : validateSpec(metadata.name ?? '', spec ?? {}, hasSameConditions(spec, old)),
    warnings: warnOfStaticName,
  },
})

function validateSpec(name: string, spec: ValidatingAdmissionPolicySpec, areConditionsOld: boolean): FieldError[] {
  const { failurePolicy, paramKind, matchConstraints, matchConditions, variables, auditAnnotations } = spec
  const validations = spec.validations ?? []
  const params = paramKind !== undefined
  const names = { params, authorizer: true, variables: typesOf(compileVariables(variables, params)) }
  const oneAtLeast = 'validations or auditAnnotations must contain at least one item'
  return [
    ...validateFailurePolicy(failurePolicy, 'spec.failurePolicy'),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...validateConstraints(matchConstraints, 'spec.matchConstraints'),
    ...(areConditionsOld ? [] : validateMatchConditions(matchConditions, true, 'spec.matchConditions')),
    ...validateVariables(variables, names.params, 'spec.variables'),
    ...(validations.length + (auditAnnotations ?? []).length === 0
      ? [required('spec.validations', oneAtLeast), required('spec.auditAnnotations', oneAtLeast)]
      : []),
    ...validateValidations(validations, names, 'spec.validations'),
    ...validateAuditAnnotations(auditAnnotations, name, names, 'spec.auditAnnotations'),
  ]
}

/** Conditions that were let through once, of a policy that still has the same parameters, are not looked at again. */
const hasSameConditions = (
  spec: ValidatingAdmissionPolicySpec | undefined,
  old: (KubeObject & { spec?: ValidatingAdmissionPolicySpec }) | undefined,
): boolean =>
  old !== undefined &&
  sameMeaning(spec?.paramKind, old.spec?.paramKind) &&
  sameMeaning(spec?.matchConditions, old.spec?.matchConditions)

const validateStatus = ({ typeChecking, conditions }: ValidatingAdmissionPolicyStatus): FieldError[] => [
  ...(typeChecking?.expressionWarnings ?? []).flatMap(({ warning, fieldRef }, at) => {
    const path = index('status.typeChecking.expressionWarnings', at)
    return [
      ...(warning ? [] : [required(child(path, 'warning'))]),
      ...((fieldRef ?? '').trim() === '' ? [required(child(path, 'fieldRef'))] : []),
    ]
  }),
  ...validateConditions(conditions, 'status.conditions'),
]
