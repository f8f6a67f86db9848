/** How much all objects of a namespace together may ask for. */
import { NAME_COLUMN } from '../../columns.ts'
import { validateBuiltInFinalizers } from '../../metadata/finalizers.ts'
import { canonicalQuantity, compareQuantities, formatQuantity, parseQuantity } from '../../quantity.ts'
import { sameMeaning } from '../../same-meaning.ts'
import type { ResourceQuota } from '../../types/core-v1.ts'
import { builtIn } from '../built-in.ts'
import { AGE_COLUMN, column } from '../columns.ts'
import { roundResources } from './resource-list.ts'
import { validateQuotaSpec, validateQuotaStatus, validateSameScopes } from './resource-quota/validate.ts'

/** ResourceQuota. Source: kubernetes pkg/registry/core/resourcequota. */
export const resourceQuota = builtIn<ResourceQuota>({
  group: '',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  versions: [
    {
      name: 'v1',
      default({ spec, status }) {
        for (const list of [spec?.hard, status?.hard, status?.used]) roundResources(list)
      },
      subresources: { status: true },
      columns: [
        NAME_COLUMN,
        column('Request', 'Request represents a minimum amount of cpu/memory that a container may consume.', (quota) =>
          sayUse(quota, (name) => !isLimit(name)),
        ),
        column(
          'Limit',
          'Limits control the maximum amount of cpu/memory that a container may use independent of contention on the node.',
          (quota) => sayUse(quota, isLimit),
        ),
        AGE_COLUMN,
      ],
    },
  ],
  rules: {
    generation: 'none',
    returnsDeleted: true,
    prepareForUpdate: (quota, old, { subresource }) => {
      // What was counted was of another selection.
      const isSame = sameMeaning(quota.spec?.scopeSelector, old.spec?.scopeSelector)
      if (subresource === '' && !isSame && quota.status) delete quota.status.used
    },
    validate: (quota, { subresource }) => [
      ...validateBuiltInFinalizers(quota.metadata.finalizers, 'metadata.finalizers'),
      ...(subresource === 'status' ? validateQuotaStatus(quota) : validateQuotaSpec(quota)),
    ],
    validateUpdate: (quota, old, { subresource }) => (subresource === 'status' ? [] : validateSameScopes(quota, old)),
    warnings: (quota, old) => (old ? [] : warnOfRequests(quota)),
  },
})

/** Who may ask for more than he may have has made a slip. */
function warnOfRequests({ spec }: ResourceQuota): string[] {
  const { hard = {} } = spec ?? {}
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((resource) => {
    const isBareKnown = resource === 'cpu' || resource === 'memory'
    const named = `requests.${resource}`
    const request = hard[named] === undefined && isBareKnown ? resource : named
    const limit = `limits.${resource}`
    const [asked, most] = [hard[request], hard[limit]].map((amount) =>
      amount === undefined ? undefined : parseQuantity(amount),
    )
    if (!asked || !most || compareQuantities(asked, most) <= 0) return []
    const say = (name: string, amount: typeof asked) => `${name} (${formatQuantity(amount)})`
    return [`ResourceQuota ${say(request, asked)} should be less than ${say(limit, most)}`]
  })
}

const isLimit = (resource: string): boolean => resource.startsWith('limits.')

/** `pods: 1/10, requests.cpu: 500m/2` */
function sayUse({ status }: ResourceQuota, isShown: (resource: string) => boolean): string {
  const { hard = {}, used = {} } = status ?? {}
  return Object.keys(hard)
    .filter(isShown)
    .sort()
    .map((name) => `${name}: ${canonicalQuantity(used[name] ?? '0')}/${canonicalQuantity(hard[name] ?? '0')}`)
    .join(', ')
}
