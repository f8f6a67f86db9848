/**
 * What ties the writes of a service account to the Lease by which its replicas elect their leader.
 *
 *     who writes    the pod (or node) to which the token is bound: pod `op-0`
 *     who may       the Lease's holderIdentity: `op-0_5f…`, or `op-0`
 *     at the commit the Lease is the version that was looked at; else it is looked at anew, and only another holder is
 *                   a refusal. So a renewal meanwhile costs a try.
 *
 * No time is looked at. Who holds a Lease that has run out may write until somebody else takes it, which is no harm.
 */
import { EXCEPT_BY_DEFAULT, type LeaseGuard, LeaseGuardKind } from '@muster/api/elections/lease-guard.ts'
import { deposed } from '@muster/api/elections/refusals.ts'
import { COORDINATION_API_VERSION } from '@muster/api/elections/words.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { forbidden, type GroupResource } from '@muster/api/status.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { Guard, Revision } from '@muster/store/store.ts'
import { isKind } from '../auth/reads.ts'
import { EXTRA, serviceAccountUsername, type User } from '../auth/user.ts'
import { objectKey, type ResourceCall, saidResource, storedResource } from '../resources/call.ts'
import { formatKey, type ObjectKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { sharedObject } from '../storage/stored-object.ts'

/** Where guards are kept. */
export const LEASE_GUARDS: GroupResource = { group: LeaseGuardKind.group, resource: LeaseGuardKind.plural }
const LEASES: GroupResource = { group: 'coordination.k8s.io', resource: 'leases' }

/** True for one. */
export const isLeaseGuard = isKind<LeaseGuard>(COORDINATION_API_VERSION, LeaseGuardKind.kind)
/** True for one. */
export const isLease = isKind<Lease>('coordination.k8s.io/v1', 'Lease')

/** The guards of one logical cluster. */
export interface LeaseGuardSource {
  /** Those that tie this user. */
  of(username: string): readonly LeaseGuard[]
}

/** A source that is told. */
export interface LeaseGuardIndex extends LeaseGuardSource {
  put(object: KubeObject): void
  remove(object: KubeObject): void
}

/** An index that knows nothing yet. */
export function createLeaseGuardIndex(): LeaseGuardIndex {
  const guards = new Map<string, LeaseGuard>()
  let byUser = new Map<string, LeaseGuard[]>()
  const gather = () => {
    byUser = new Map()
    for (const guard of guards.values()) {
      for (const account of guard.spec.serviceAccounts) {
        const username = serviceAccountUsername(guard.metadata.namespace ?? '', account)
        byUser.set(username, [...(byUser.get(username) ?? []), guard])
      }
    }
  }
  const nameOf = ({ metadata }: KubeObject) => `${metadata.namespace}/${metadata.name}`
  return {
    of: (username) => byUser.get(username) ?? [],
    put(object) {
      if (!isLeaseGuard(object)) return
      guards.set(nameOf(object), object)
      gather()
    },
    remove(object) {
      guards.delete(nameOf(object))
      gather()
    },
  }
}

/** What judging takes. */
export interface LeaseGuardDeps {
  readonly objects: Pick<Storage, 'find'>
  readonly leaseGuardsOf: (cluster: string) => LeaseGuardSource
}

/** What must hold for a write of this user. Throws Deposed (403), and Forbidden for a token that names no replica. */
export async function leaseGuards(call: ResourceCall, deps: LeaseGuardDeps, tried: number): Promise<readonly Guard[]> {
  const { info, user } = call
  const guards: Guard[] = []
  for (const guard of deps.leaseGuardsOf(info.cluster).of(user.username)) {
    const lease = leaseOf(guard, info.cluster)
    if (isExcept(call, guard, lease)) continue
    guards.push(await judge(call, deps, guard, lease, tried))
  }
  return guards
}

/** The Lease that a guard names. */
export const leaseOf = ({ metadata, spec }: LeaseGuard, cluster: string): ObjectKey => ({
  ...LEASES,
  cluster,
  namespace: metadata.namespace ?? '',
  name: spec.lease,
})

/** The name of the replica that holds, in a holderIdentity of client-go's form: what is before the first `_`. */
export const replicaOf = (holder: string): string => holder.split('_')[0] ?? ''

function isExcept(call: ResourceCall, { spec }: LeaseGuard, lease: ObjectKey): boolean {
  const { group, resource } = saidResource(call)
  const { except = EXCEPT_BY_DEFAULT } = spec
  if (except.some((one) => (one.group ?? '') === group && one.resource === resource)) return true
  const stored = storedResource(call)
  if (stored.group !== LEASES.group || stored.resource !== LEASES.resource) return false
  // Without the Lease itself nobody could ever take it. One that is being created is named in its body.
  if (call.info.name === '') return call.info.verb === 'create' && call.info.namespace === lease.namespace
  const { namespace, name } = objectKey(call)
  return namespace === lease.namespace && name === lease.name
}

async function judge(
  call: ResourceCall,
  { objects }: LeaseGuardDeps,
  guard: LeaseGuard,
  lease: ObjectKey,
  tried: number,
): Promise<Guard> {
  const { user } = call
  const mark = markOf(user, guard)
  if (mark === undefined) {
    const what = guard.spec.writer === 'Node' ? 'node' : 'pod'
    const why = `${sayGuard(guard)} ties ${user.username} to a Lease by the ${what} of its token, and this token names none; use one that is bound to a ${what}`
    throw forbidden(saidResource(call), call.info.name, why)
  }
  const look = async (how: 'cached' | 'fresh') => {
    const stored = await objects.find(lease, how === 'cached' ? '0' : '')
    const found = stored && sharedObject(stored)
    const spec = found && isLease(found) ? found.spec : undefined
    return {
      revision: stored?.revision ?? (0 as Revision),
      spec,
      isHis: replicaOf(spec?.holderIdentity ?? '') === mark,
    }
  }
  const key = formatKey(lease)
  let seen = await look(tried === 0 ? 'cached' : 'fresh')
  if (!seen.isHis && tried === 0) seen = await look('fresh')
  if (seen.isHis) return { guard: 'revision', key, equals: seen.revision }
  call.trail.annotate('coordination.muster.dev/lease-guard', `${guard.metadata.namespace}/${guard.metadata.name}`)
  throw deposed(sayDeposed(guard, mark, seen.spec), 403)
}

/** What the server itself knows of who writes; never what it says of itself. */
function markOf({ extra }: User, { spec }: LeaseGuard): string | undefined {
  const [mark, ...more] = extra?.[spec.writer === 'Node' ? EXTRA.nodeName : EXTRA.podName] ?? []
  return more.length > 0 || mark === '' ? undefined : mark
}

const sayGuard = ({ metadata }: LeaseGuard): string => `lease guard ${metadata.namespace}/${metadata.name}`

function sayDeposed(guard: LeaseGuard, mark: string, spec: Lease['spec']): string {
  const { lease, writer = 'Pod' } = guard.spec
  const holder = spec?.holderIdentity ?? ''
  const since = spec?.acquireTime ? ` since ${spec.acquireTime}` : ''
  const who = holder === '' ? 'is held by nobody' : `is held by ${JSON.stringify(holder)}${since}`
  return `lease ${guard.metadata.namespace}/${lease} ${who}, not by ${writer.toLowerCase()} ${JSON.stringify(mark)}: ${sayGuard(guard)} refuses what it writes; nothing was written`
}
