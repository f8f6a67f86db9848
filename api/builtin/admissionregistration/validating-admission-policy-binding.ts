/** Where a policy holds, with what parameters, and what becomes of what breaks it. */
import {
  duplicate,
  type FieldError,
  type FieldPath,
  index,
  invalid,
  notSupported,
  required,
} from '../../field-error.ts'
import type { ValidatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import {
  defaultMatchResources,
  validateMatchResources,
  validateParamRef,
  validatePolicyName,
} from './match-resources.ts'
import { BINDING_COLUMNS } from './policy-columns.ts'
import { warnOfStaticName } from './static-name.ts'

/** ValidatingAdmissionPolicyBinding. Source: kubernetes pkg/registry/admissionregistration/validatingadmissionpolicybinding. */
export const validatingAdmissionPolicyBinding = builtIn<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default: ({ spec }) => defaultMatchResources(spec?.matchResources),
      columns: BINDING_COLUMNS,
    },
  ],
  rules: {
    generation: 'spec',
    unconditionalUpdate: false,
    validate: ({ spec }) => [
      ...validatePolicyName(spec?.policyName, 'spec.policyName'),
      ...validateParamRef(spec?.paramRef, 'spec.paramRef'),
      ...(spec?.matchResources ? validateMatchResources(spec.matchResources, 'spec.matchResources') : []),
      ...validateActions(spec?.validationActions ?? [], 'spec.validationActions'),
    ],
    warnings: warnOfStaticName,
  },
})

const ACTIONS = ['Audit', 'Deny', 'Warn']
const SAID_TWICE =
  'must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)'

const validateActions = (actions: readonly string[], path: FieldPath): FieldError[] => [
  ...actions.flatMap((action, at) => [
    ...(ACTIONS.includes(action) ? [] : [notSupported(index(path, at), action, ACTIONS)]),
    ...(actions.indexOf(action) < at ? [duplicate(index(path, at), action)] : []),
  ]),
  ...(actions.includes('Deny') && actions.includes('Warn') ? [invalid(path, actions, SAID_TWICE)] : []),
  ...(actions.length === 0 ? [required(path, 'at least one validation action is required')] : []),
]
