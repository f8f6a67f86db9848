/** Changes that are made to what is written, in CEL. */
import { compileVariables, typesOf } from '../../cel/admission/compile-policy.ts'
import { NAME_COLUMN } from '../../columns.ts'
import { type FieldError, notSupported, required } from '../../field-error.ts'
import type { KubeObject } from '../../object.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { MutatingAdmissionPolicy, MutatingAdmissionPolicySpec } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { validateMutations, validateVariables } from './expressions.ts'
import { validateMatchConditions } from './match-conditions.ts'
import {
  defaultMatchResources,
  validateChangingOperations,
  validateConstraints,
  validateFailurePolicy,
  validateParamKind,
} from './match-resources.ts'
import { PARAM_KIND_COLUMN } from './policy-columns.ts'
import { warnOfStaticName } from './static-name.ts'

/** MutatingAdmissionPolicy. Source: kubernetes pkg/registry/admissionregistration/mutatingadmissionpolicy. */
export const mutatingAdmissionPolicy = builtIn<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default(policy) {
        policy.spec ??= {}
        policy.spec.failurePolicy ??= 'Fail'
        defaultMatchResources(policy.spec.matchConstraints)
      },
      columns: [
        NAME_COLUMN,
        column(
          'Mutations',
          'Mutation indicates the number of mutations rules defined in this configuration',
          ({ spec }) => (spec?.mutations ?? []).length,
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
    validate: ({ spec }, { old }) => validateSpec(spec ?? {}, hasSameConditions(spec, old)),
    warnings: warnOfStaticName,
  },
})

const REINVOCATION_POLICIES = ['IfNeeded', 'Never']

function validateSpec(spec: MutatingAdmissionPolicySpec, areConditionsOld: boolean): FieldError[] {
  const { paramKind, matchConstraints, matchConditions, reinvocationPolicy: again = '' } = spec
  const mutations = spec.mutations ?? []
  const params = paramKind !== undefined
  const names = { params, authorizer: true, variables: typesOf(compileVariables(spec.variables, params)) }
  return [
    ...validateFailurePolicy(spec.failurePolicy, 'spec.failurePolicy'),
    ...(paramKind ? validateParamKind(paramKind, 'spec.paramKind') : []),
    ...validateConstraints(matchConstraints, 'spec.matchConstraints'),
    ...validateChangingOperations(matchConstraints, 'spec.matchConstraints'),
    ...(areConditionsOld ? [] : validateMatchConditions(matchConditions, true, 'spec.matchConditions')),
    ...validateVariables(spec.variables, params, 'spec.variables'),
    ...(mutations.length === 0 ? [required('spec.mutations', 'mutations must contain at least one item')] : []),
    ...validateMutations(mutations, names, 'spec.mutations'),
    ...(again === '' ? [required('spec.reinvocationPolicy')] : []),
    ...(again === '' || REINVOCATION_POLICIES.includes(again)
      ? []
      : [notSupported('spec.reinvocationPolicy', again, REINVOCATION_POLICIES)]),
  ]
}

/** Conditions that were let through once, of a policy that still has the same parameters, are not looked at again. */
const hasSameConditions = (
  spec: MutatingAdmissionPolicySpec | undefined,
  old: (KubeObject & { spec?: MutatingAdmissionPolicySpec }) | undefined,
): boolean =>
  old !== undefined &&
  sameMeaning(spec?.paramKind, old.spec?.paramKind) &&
  sameMeaning(spec?.matchConditions, old.spec?.matchConditions)
