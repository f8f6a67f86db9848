/** Where a policy changes what is written, and with what parameters. */
import type { MutatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import {
  defaultMatchResources,
  validateChangingOperations,
  validateMatchResources,
  validateParamRef,
  validatePolicyName,
} from './match-resources.ts'
import { BINDING_COLUMNS } from './policy-columns.ts'
import { warnOfStaticName } from './static-name.ts'

/** MutatingAdmissionPolicyBinding. Source: kubernetes pkg/registry/admissionregistration/mutatingadmissionpolicybinding. */
export const mutatingAdmissionPolicyBinding = builtIn<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
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
      ...validateChangingOperations(spec?.matchResources, 'spec.matchResources'),
    ],
    warnings: warnOfStaticName,
  },
})
