/**
 * Heartbeats of nodes stay out of the store: a hundred thousand nodes would write nothing else into it.
 *
 * A node says that it lives by renewing its Lease in `kube-node-lease`. A write that changes nothing but the renewal is
 * heard, kept in memory, and answered as if it had been written, with the resourceVersion that the Lease has. Reads show
 * the newest renewal; watches tell of none. All else about these Leases, and every other Lease, is an object as any.
 *
 * A server that starts has heard nobody yet, and shows what was written last.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import { isKind } from '../auth/reads.ts'
import { formatKey, type ObjectKey, type Scope } from '../storage/key.ts'
import { encodeObject, parseObject, type StoredObject, storedVersion } from '../storage/stored-object.ts'
import type { UpdateRequest } from '../storage/write.ts'

/** What is done about heartbeats in reads and writes. */
export interface Heartbeats {
  /** A write in which a renewal alone is heard, and nothing written. */
  hearing(key: ObjectKey, request: UpdateRequest): UpdateRequest
  /** An object with its newest renewal; most objects are what they are. */
  shown(object: StoredObject): StoredObject
  /** True for a collection that may hold Leases of nodes. */
  concerns(scope: Scope): boolean
}

/** All Leases are written. */
export const noHeartbeats: Heartbeats = {
  hearing: (_key, request) => request,
  shown: (object) => object,
  concerns: () => false,
}

/** Where nodes have their Leases. */
export const LEASE_NAMESPACE = 'kube-node-lease'
const LEASES = { group: 'coordination.k8s.io', resource: 'leases' }
const isLease = isKind<Lease>('coordination.k8s.io/v1', 'Lease')

/** Renewals in memory; `heard` is told of each, with the logical cluster and the name of the node. */
export function createHeartbeats(heard: (cluster: string, node: string) => void): Heartbeats {
  const renewals = new Map<string, { readonly renewTime: string; readonly revision: number }>()
  const concerns = ({ group, resource, namespace = LEASE_NAMESPACE }: Scope): boolean =>
    group === LEASES.group && resource === LEASES.resource && namespace === LEASE_NAMESPACE

  const shown = (object: StoredObject): StoredObject => {
    const renewal = renewals.get(object.key)
    // What was written after the renewal has a newer one of its own.
    if (!renewal || renewal.revision !== object.revision) return object
    const lease = parseObject(object)
    if (!isLease(lease)) return object
    const bytes = encodeObject({ ...lease, spec: { ...lease.spec, renewTime: renewal.renewTime } })
    return storedVersion({ ...object, bytes })
  }
  return {
    concerns,
    shown,
    hearing(key, request) {
      if (!concerns(key)) return request
      const stored = formatKey(key)
      return {
        ...request,
        async change(current) {
          const revision = Number(current?.metadata.resourceVersion ?? 0)
          const known = renewals.get(stored)
          const lease = current && known?.revision === revision ? renewed(current, known.renewTime) : current
          const next = await request.change(lease)
          if (next === 'unchanged' || !current || request.dryRun) return next
          if (isLease(next)) heard(key.cluster, key.name)
          if (!isLease(next) || !isLease(current) || !isRenewal(current, next)) return next
          const { renewTime } = next.spec ?? {}
          if (renewTime !== undefined) renewals.set(stored, { renewTime, revision })
          return 'unchanged'
        },
      }
    },
  }
}

const renewed = (lease: KubeObject, renewTime: string): KubeObject =>
  isLease(lease) ? { ...lease, spec: { ...lease.spec, renewTime } } : lease

/** True when nothing else differs, but for who wrote it last. */
const isRenewal = (before: Lease, after: Lease): boolean => sameMeaning(withoutBeat(before), withoutBeat(after))

function withoutBeat({ metadata, spec, ...rest }: Lease): object {
  const { managedFields: _managed, resourceVersion: _version, ...kept } = metadata
  const { renewTime: _beat, ...said } = spec ?? {}
  return { ...rest, metadata: kept, spec: said }
}
