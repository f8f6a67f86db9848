/**
 * Cluster roles that are made of others: `view` holds whatever every role with its label holds.
 *
 * Source: kubernetes pkg/controller/clusterroleaggregation.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { ClusterRole } from '@muster/api/types/rbac-v1.ts'
import { type Clock, type Duration, milliseconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import type { Cause, Revision } from '@muster/store/store.ts'
import { aggregate } from '../auth/rbac/aggregate.ts'
import { isClusterRole, RBAC_GROUP } from '../auth/rbac/objects.ts'
import { ownCause } from '../history/cause.ts'
import { formatKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { follow } from './follow.ts'

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

/** Keeps every aggregated role true, from now on. */
export async function aggregateRoles(deps: AggregationDeps, signal: AbortSignal): Promise<void> {
  const known = new Map<string, Map<string, ClusterRole>>()
  const queue = createWorkQueue(deps.random)
  /** The role whose change was heard of last, in each logical cluster. */
  const changed = new Map<string, ClusterRole>()
  const look = (cluster: string) =>
    gather(deps, cluster, [...(known.get(cluster)?.values() ?? [])], causeOf(cluster, changed.get(cluster)))
  const work = workThrough({ queue, clock: deps.clock, workers: 1, look }, signal)
  const ask = (cluster: string) => {
    queue.addAt(cluster, (deps.clock.elapsed() + GATHER) as Duration)
    work.wake()
  }
  await follow(
    CLUSTER_ROLES,
    {
      name: 'aggregation',
      put(cluster, object) {
        if (!isClusterRole(object)) return
        const roles = known.get(cluster) ?? new Map<string, ClusterRole>()
        known.set(cluster, roles)
        roles.set(object.metadata.name ?? '', object)
        changed.set(cluster, object)
        ask(cluster)
      },
      remove(cluster, object) {
        known.get(cluster)?.delete(object.metadata.name ?? '')
        if (isClusterRole(object)) changed.set(cluster, object)
        ask(cluster)
      },
    },
    deps,
    signal,
  )
}

const causeOf = (cluster: string, role: ClusterRole | undefined): Cause =>
  ownCause(
    ACTOR,
    REASON,
    role && formatKey({ ...CLUSTER_ROLES, cluster, namespace: '', name: role.metadata.name ?? '' }),
    Number(role?.metadata.resourceVersion ?? 0) as Revision,
  )

async function gather(
  { objects, newId, log }: AggregationDeps,
  cluster: string,
  roles: readonly ClusterRole[],
  cause: Cause,
): Promise<LookOutcome> {
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
