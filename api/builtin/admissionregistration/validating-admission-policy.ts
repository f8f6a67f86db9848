/** Rules that writes must keep. */
import type { ValidatingAdmissionPolicy } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** ValidatingAdmissionPolicy. Source: kubernetes pkg/registry/admissionregistration. */
export const validatingAdmissionPolicy = builtIn<ValidatingAdmissionPolicy>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingAdmissionPolicy',
  plural: 'validatingadmissionpolicies',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1', subresources: { status: true } }],
  rules: { generation: 'spec' },
})
