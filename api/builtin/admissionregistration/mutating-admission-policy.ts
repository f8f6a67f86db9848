/** Changes that are made to what is written. */
import type { MutatingAdmissionPolicy } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** MutatingAdmissionPolicy. Source: kubernetes pkg/registry/admissionregistration. */
export const mutatingAdmissionPolicy = builtIn<MutatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingAdmissionPolicy',
  plural: 'mutatingadmissionpolicies',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'all' },
})
