/**
 * Counts what quotas limit: at once when one has no account yet or does not show what it limits, and all of them every
 * few minutes, because a pod that is overdue to go stops to count by itself, and because anybody may have written an
 * account. Source: kubernetes pkg/controller/resourcequota.
 */
import { countUse } from '@muster/api/quota/count.ts'
import { resourcesOf } from '@muster/api/quota/counters.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import { add, type Clock, type Duration, milliseconds, minutes, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { Client } from '@muster/client/client.ts'
import { namespacedResources } from '@muster/client/discovery.ts'
import { NAMESPACES } from '@muster/client/kubernetes.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Controller, lookAgain, type Verdict, waitForChange } from '@muster/runtime/controller.ts'
import { decideQuota, isInOrder, type QuotaCount } from '../decide/resource-quota.ts'

/** The resource of quotas. */
export const QUOTAS: ResourceRef<ResourceQuota> = {
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  namespaced: true,
}

/** Source: kube-controller-manager --resource-quota-sync-period. */
const COUNT_EVERY: Duration = minutes(5)
/** A server whose clock is behind by less still counts a pod when it goes as this controller counted it. */
const CLOCKS_DIFFER_BY: Duration = seconds(-30)
/** Others write the account at the same time; each try is one request. */
const TRIES_MAX = 30

/** Gives quotas that are new or changed their account. */
export const resourceQuotaController: Controller = {
  name: 'resourcequota-controller',
  watches: QUOTAS,
  async reconcile(key, { client, clock, informer }): Promise<Verdict> {
    // Each write of what it limits changes a quota, and most of the time there is nothing to do.
    const known = informer(QUOTAS).get(key)
    if (known && isInOrder(known)) return waitForChange
    const quota = await client.resource(QUOTAS).find(key)
    if (quota && !isInOrder(quota)) await countQuota(client, clock, quota)
    return waitForChange
  },
}

/** Counts all quotas of a namespace now and then. */
export const resourceQuotaRecounter: Controller = {
  name: 'resourcequota-recounter',
  watches: NAMESPACES,
  only: { keep: 'names' },
  async reconcile(key, { client, clock, random }): Promise<Verdict> {
    const { items } = await client.resource(QUOTAS).list({ namespace: key.name })
    for (const quota of items) await countQuota(client, clock, quota)
    return lookAgain(notAllAtOnce(random))
  },
}

const notAllAtOnce = (random: Random): Duration => milliseconds(between(random, COUNT_EVERY, COUNT_EVERY * 1.5))

/** Counts and sets right. Throws Conflict when others are always faster. */
async function countQuota(client: Client, clock: Clock, quota: ResourceQuota): Promise<void> {
  const { name = '', namespace = '' } = quota.metadata
  const quotas = client.resource(QUOTAS)
  let count = await countAll(client, clock, quota)
  let now: ResourceQuota | undefined = quota
  for (let tried = 1; now; tried++) {
    const step = decideQuota(count, now)
    try {
      switch (step.do) {
        case 'nothing':
          return
        case 'write':
          await quotas.updateStatus(step.quota)
          return
        case 'count-again':
          count = await countAll(client, clock, now)
          break
        default:
          step satisfies never
      }
    } catch (error) {
      if (tried >= TRIES_MAX || !hasCode(error, 'Conflict')) throw error
      now = await quotas.find({ namespace, name })
    }
  }
}

/** All that a quota limits, as of the quota's own revision: what comes later is in its account. */
async function countAll(client: Client, clock: Clock, quota: ResourceQuota): Promise<QuotaCount> {
  const { namespace = '', resourceVersion = '' } = quota.metadata
  const wanted = resourcesOf(Object.keys(quota.spec?.hard ?? {}))
  const { resources } = await namespacedResources(client, ['list'])
  const refs = resources.filter((ref) =>
    wanted.some(({ group, resource }) => group === ref.group && resource === ref.plural),
  )
  const content = []
  for (const ref of refs) {
    const { items } = await client.resource(ref).list({ namespace, resourceVersion, resourceVersionMatch: 'Exact' })
    content.push({ resource: { group: ref.group, resource: ref.plural }, objects: items })
  }
  return { quota, counted: countUse(quota.spec ?? {}, content, add(clock.now(), CLOCKS_DIFFER_BY)) }
}
