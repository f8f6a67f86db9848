/**
 * Says in each lease guard's status whose writes pass, and why: now and then, since nothing rests on it and Leases change
 * every other second.
 */
import { setCondition } from '@muster/api/conditions.ts'
import type { LeaseGuard } from '@muster/api/elections/lease-guard.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import { follow } from '../cluster/follow.ts'
import { ownCause } from '../history/cause.ts'
import { sharedObject } from '../storage/stored-object.ts'
import type { KeepElectionsDeps } from './keep-elections.ts'
import { isLease, isLeaseGuard, LEASE_GUARDS, leaseOf, replicaOf } from './lease-guards.ts'

const ACTOR = 'system:muster:lease-guards'
/** How late a status may be. */
const LOOK_EVERY: Duration = seconds(10)

/** Keeps every guard's status true, from now on. */
export async function keepLeaseGuards(deps: KeepElectionsDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  const queue = createWorkQueue(deps.random)
  const look = async (text: string): Promise<LookOutcome> => {
    const [cluster = '', namespace = '', name = ''] = text.split('/')
    try {
      await say(deps, { ...LEASE_GUARDS, cluster, namespace, name })
      return { lookAgainAfter: LOOK_EVERY }
    } catch (error) {
      if (hasCode(error, 'NotFound')) return 'succeeded'
      if (!signal.aborted) log.warn('the status of a lease guard could not be written', { text, error })
      return 'failed'
    }
  }
  const work = workThrough({ queue, clock, workers: 1, look }, signal)
  const ask = (cluster: string, { metadata }: KubeObject) => {
    queue.add(`${cluster}/${metadata.namespace ?? ''}/${metadata.name ?? ''}`)
    work.wake()
  }
  await follow(LEASE_GUARDS, { name: 'statuses', put: ask, remove: () => {} }, deps, signal)
}

async function say(deps: KeepElectionsDeps, key: Parameters<KeepElectionsDeps['objects']['get']>[0]): Promise<void> {
  const { objects, clock, newId } = deps
  const stored = await objects.get(key)
  const guard = sharedObject(stored)
  if (!isLeaseGuard(guard)) return
  const found = await objects.find(leaseOf(guard, key.cluster))
  const lease = found && sharedObject(found)
  const spec = lease && isLease(lease) ? lease.spec : undefined
  const replica = replicaOf(spec?.holderIdentity ?? '')
  const what = guard.spec.writer === 'Node' ? 'nodes' : 'pods'
  const place = { group: '', resource: what, cluster: key.cluster, namespace: what === 'pods' ? key.namespace : '' }
  const isThere =
    replica !== '' && (await objects.find({ ...place, name: replica }).catch(() => undefined)) !== undefined
  const next = statusOf(guard, spec, isThere, timestamp(clock.now()))
  if (sameJson(guard.status ?? {}, next)) return
  const cause = ownCause(ACTOR, 'says whose writes a lease guard lets pass', found?.key, found?.revision)
  await objects.update(key, {
    id: newId(),
    cause,
    change: (current) => (current && isLeaseGuard(current) ? { ...current, status: next } : 'unchanged'),
  })
}

/** What a guard says of itself, given its Lease and whether its holder is a pod, or a node, that there is. */
export function statusOf(
  { spec, status }: LeaseGuard,
  lease: Lease['spec'],
  isThere: boolean,
  now: string,
): NonNullable<LeaseGuard['status']> {
  const holder = lease?.holderIdentity ?? ''
  const what = (spec.writer ?? 'Pod').toLowerCase()
  const since = lease?.acquireTime ? ` since ${lease.acquireTime}` : ''
  const condition =
    holder === ''
      ? {
          status: 'False' as const,
          reason: lease === undefined ? 'NoLease' : 'HeldByNobody',
          message: `Nobody holds lease ${spec.lease}, so nothing of theirs is written.`,
        }
      : isThere
        ? {
            status: 'True' as const,
            reason: 'Held',
            message: `Lease ${spec.lease} is held by ${holder}${since}: what ${what} ${replicaOf(holder)} writes passes.`,
          }
        : {
            status: 'False' as const,
            reason: 'HolderUnknown',
            message: `Lease ${spec.lease} is held by ${holder}${since}, and there is no ${what} ${replicaOf(holder)}. If that is not its name, nothing of theirs is written: see spec.writer.`,
          }
  const conditions = [...setCondition(status?.conditions ?? [], { type: 'Held', ...condition }, now)]
  return { ...(holder === '' ? {} : { holder }), conditions }
}
