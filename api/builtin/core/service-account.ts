/** Who a pod is, when it asks the API. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import type { ServiceAccount } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN } from '../columns.ts'

/** ServiceAccount. Source: kubernetes pkg/registry/core/serviceaccount. */
export const serviceAccount = builtIn<ServiceAccount>({
  group: '',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  versions: [
    {
      name: 'v1',
      columns: [NAME_COLUMN, AGE_COLUMN],
      subresources: {
        others: [
          { name: 'token', kind: 'TokenRequest', group: 'authentication.k8s.io', version: 'v1', verbs: ['create'] },
        ],
      },
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    prepareForCreate: keepSecretNames,
    prepareForUpdate: keepSecretNames,
    validate: ({ metadata }) => validateBuiltInFinalizers(metadata.finalizers, 'metadata.finalizers'),
    warnings: warnOfMountableSecrets,
  },
})

/** A reference to a secret says its name and nothing else. */
function keepSecretNames(account: ServiceAccount): void {
  if (account.secrets) account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }))
}

const MOUNTABLE_SECRETS = 'kubernetes.io/enforce-mountable-secrets'

function warnOfMountableSecrets({ metadata }: ServiceAccount, old?: ServiceAccount): string[] {
  const isNew = Object.hasOwn(metadata.annotations ?? {}, MOUNTABLE_SECRETS)
  return isNew && !Object.hasOwn(old?.metadata.annotations ?? {}, MOUNTABLE_SECRETS)
    ? [
        `metadata.annotations[${MOUNTABLE_SECRETS}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ]
    : []
}
