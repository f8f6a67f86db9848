/** Who else is asked whether a write is right. */
import type { ValidatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'

/** ValidatingWebhookConfiguration. Source: kubernetes pkg/registry/admissionregistration. */
export const validatingWebhookConfiguration = builtIn<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  scope: 'Cluster',
  categories: ['api-extensions'],
  versions: [{ name: 'v1' }],
  rules: { generation: 'all' },
})
