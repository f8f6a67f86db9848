/** Who else may change what is written. */

import { NAME_COLUMN } from '../../columns.ts'
import type { KubeObject } from '../../object.ts'
import type { MutatingWebhook, MutatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { warnOfStaticName } from './static-name.ts'
import { defaultWebhook, validateWebhooks } from './webhook.ts'

/** MutatingWebhookConfiguration. Source: kubernetes pkg/registry/admissionregistration. */
export const mutatingWebhookConfiguration = builtIn<MutatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'MutatingWebhookConfiguration',
  plural: 'mutatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default({ webhooks }) {
        for (const hook of webhooks ?? []) {
          defaultWebhook(hook)
          hook.reinvocationPolicy ??= 'Never'
        }
      },
      columns: [
        NAME_COLUMN,
        column(
          'Webhooks',
          'Webhooks indicates the number of webhooks registered in this configuration',
          ({ webhooks }) => (webhooks ?? []).length,
          { type: 'integer' },
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'all',
    unconditionalUpdate: false,
    validate: ({ webhooks }, { old }) => validateWebhooks(webhooks, webhooksOf(old)),
    warnings: warnOfStaticName,
  },
})

const webhooksOf = (old: (KubeObject & { webhooks?: MutatingWebhook[] }) | undefined): MutatingWebhook[] | undefined =>
  old && (old.webhooks ?? [])
