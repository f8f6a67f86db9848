/** Who else may change what is written. */
import type { MutatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** MutatingWebhookConfiguration. Source: kubernetes pkg/registry/admissionregistration. */
export const mutatingWebhookConfiguration = builtIn<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'all' },
})
