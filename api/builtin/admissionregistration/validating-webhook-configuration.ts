/** Who else is asked whether a write is right. */

import { NAME_COLUMN } from '../../columns.ts'
import type { KubeObject } from '../../object.ts'
import type { ValidatingWebhook, ValidatingWebhookConfiguration } from '../../types/admissionregistration-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { warnOfStaticName } from './static-name.ts'
import { defaultWebhook, validateWebhooks } from './webhook.ts'

/** ValidatingWebhookConfiguration. Source: kubernetes pkg/registry/admissionregistration. */
export const validatingWebhookConfiguration = builtIn<ValidatingWebhookConfiguration>({
  group: 'admissionregistration.k8s.io',
  kind: 'ValidatingWebhookConfiguration',
  plural: 'validatingwebhookconfigurations',
  categories: ['api-extensions'],
  scope: 'Cluster',
  versions: [
    {
      name: 'v1',
      default({ webhooks }) {
        webhooks?.forEach(defaultWebhook)
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

const webhooksOf = (
  old: (KubeObject & { webhooks?: ValidatingWebhook[] }) | undefined,
): ValidatingWebhook[] | undefined => old && (old.webhooks ?? [])
