/** Where a policy holds, and with what parameters. */
import type { ValidatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** ValidatingAdmissionPolicyBinding. Source: kubernetes pkg/registry/admissionregistration. */
export const validatingAdmissionPolicyBinding = builtIn<ValidatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicyBinding',
  plural: 'validatingadmissionpolicybindings',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'all' },
})
