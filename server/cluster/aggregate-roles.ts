/**
 * Cluster roles that are made of others: `view` holds whatever every role with its label holds.
 *
 * Source: kubernetes pkg/controller/clusterroleaggregation.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { type Clock, type Duration, milliseconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import type { Cause } from '@muster/store/store.ts'
import { aggregate } from '../auth/rbac/aggregate.ts'
import { isClusterRole, RBAC_GROUP } from '../auth/rbac/objects.ts'
import { ownCause } from '../history/cause.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject, type StoredObject } from '../storage/stored-object.ts'
import { clusterOf, followStored } from './follow.ts'

/** What keeping them true takes. */
export interface AggregationDeps {
  readonly objects: Storage
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
}

const CLUSTER_ROLES = { group: RBAC_GROUP, resource: 'clusterroles' }
const ACTOR = 'system:serviceaccount:kube-system:clusterrole-aggregation-controller'
const REASON = 'gathers the rules of labelled roles'
/** Roles change in bursts: at the start of a cluster, and when something is installed. */
const GATHER = milliseconds(20)
/** From memory, which is at least as new as what was heard of. */
const FROM_MEMORY = { limit: 0, continue: '', resourceVersion: '0', resourceVersionMatch: '' } as const

/** Keeps every aggregated role true, from now on. */
export async function aggregateRoles(deps: AggregationDeps, signal: AbortSignal): Promise<void> {
  const queue = createWorkQueue(deps.random)
  /** The change that was heard of last, in each logical cluster that waits for a look. */
  const causes = new Map<string, Cause>()
  const look = async (cluster: string): Promise<LookOutcome> => {
    const cause = causes.get(cluster)
    const outcome = await gather(deps, cluster, cause ?? ownCause(ACTOR, REASON))
    if (outcome === 'succeeded' && causes.get(cluster) === cause) causes.delete(cluster)
    return outcome
  }
  const work = workThrough({ queue, clock: deps.clock, workers: 1, look }, signal)
  const ask = (role: StoredObject) => {
    const cluster = clusterOf(role)
    causes.set(cluster, ownCause(ACTOR, REASON, role.key, role.revision))
    queue.addAt(cluster, (deps.clock.elapsed() + GATHER) as Duration)
    work.wake()
  }
  await followStored(CLUSTER_ROLES, { name: 'aggregation', put: ask, remove: ask }, deps, signal)
}

async function gather({ objects, newId, log }: AggregationDeps, cluster: string, cause: Cause): Promise<LookOutcome> {
  const page = await objects.list({ ...CLUSTER_ROLES, cluster, namespace: '' }, FROM_MEMORY)
  const roles = page.items.map(parseObject).filter(isClusterRole)
  let outcome: LookOutcome = 'succeeded'
  for (const { role, rules } of aggregate(roles)) {
    const name = role.metadata.name ?? ''
    const change = (current: KubeObject | undefined): KubeObject | 'unchanged' =>
      current ? { ...current, rules: [...rules] } : 'unchanged'
    try {
      await objects.update({ ...CLUSTER_ROLES, cluster, namespace: '', name }, { id: newId(), cause, change })
    } catch (error) {
      if (hasCode(error, 'NotFound')) continue
      log.warn('a role could not be gathered; there will be another look', { cluster, name, error })
      outcome = 'failed'
    }
  }
  return outcome
}
