/** Where a policy changes what is written, and with what parameters. */
import type { MutatingAdmissionPolicyBinding } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** MutatingAdmissionPolicyBinding. Source: kubernetes pkg/registry/admissionregistration. */
export const mutatingAdmissionPolicyBinding = builtIn<MutatingAdmissionPolicyBinding>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicyBinding',
  plural: 'mutatingadmissionpolicybindings',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'all' },
})
