/** What is written with a service: its claims, made; those that it lets go, gone. All in the commit of the service. */
import type { KubeObject } from '@muster/api/object.ts'
import type { Service } from '@muster/api/types/core-v1.ts'
import type { Random } from '@muster/base/random.ts'
import type { Revision } from '@muster/store/store.ts'
import type { AlsoWritten } from '../storage/decide.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject } from '../storage/stored-object.ts'
import { type Allocation, allocateService, claimsOf } from './allocate.ts'
import { type Claim, claimKey, claimObject } from './claim.ts'
import { DEFAULT_RANGES, type ServiceRanges } from './ranges.ts'

/** The few verbs that it takes, within one logical cluster. */
export interface ServiceDeps {
  readonly objects: Pick<Storage, 'find'>
  readonly cluster: string
  readonly random: Random
  readonly dryRun?: boolean
  /** {@link DEFAULT_RANGES} when absent. */
  readonly ranges?: ServiceRanges
}

/** True for what this folder is about. */
export const isService = (object: KubeObject): object is Service =>
  object.kind === 'Service' && object.apiVersion === 'v1'

/** Gives a service what it needs. Changes it. Throws Invalid, or Internal when nothing is free. */
export const beginService = (
  { objects, cluster, random, ranges, dryRun = false }: ServiceDeps,
  service: Service,
  old?: Service,
) =>
  allocateService(
    {
      ranges: ranges ?? DEFAULT_RANGES,
      random,
      dryRun,
      // What is in memory may be late; the commit finds out, and then all is asked again.
      isTaken: async (claim) => (await objects.find(claimKey(claim, cluster), '0')) !== undefined,
    },
    service,
    old,
  )

/** What goes into the commit of a service, once it has its name. `made` is what the server says of new objects. */
export async function writesOf(
  deps: ServiceDeps,
  { claims, releases }: Allocation,
  service: Service,
  newMetadata: () => { readonly uid: string; readonly creationTimestamp: string },
): Promise<AlsoWritten[]> {
  const { metadata } = service
  return [
    ...claims.map((claim) => ({
      key: claimKey(claim, deps.cluster),
      from: NOT_THERE,
      object: claimObject(claim, metadata, newMetadata()),
    })),
    ...(await releasesOf(deps, releases, service)),
  ]
}

/** What goes into the commit that ends a service: all that it has goes, and the endpoints that have its name. */
export async function endOf(deps: ServiceDeps, service: Service): Promise<AlsoWritten[]> {
  const { namespace = '', name = '' } = service.metadata
  const key = { group: '', resource: 'endpoints', cluster: deps.cluster, namespace, name }
  const endpoints = await deps.objects.find(key, '')
  return [
    ...(await releasesOf(deps, claimsOf(service), service)),
    ...(endpoints ? [{ key, from: endpoints.revision }] : []),
  ]
}

/** A claim that somebody has taken away, or given to another, is not this service's to end. */
async function releasesOf(
  deps: ServiceDeps,
  releases: readonly Claim[],
  { metadata }: Service,
): Promise<AlsoWritten[]> {
  const writes: AlsoWritten[] = []
  for (const claim of releases) {
    const key = claimKey(claim, deps.cluster)
    const found = await deps.objects.find(key, '')
    if (found && isOf(parseObject(found), metadata)) writes.push({ key, from: found.revision })
  }
  return writes
}

function isOf({ spec }: KubeObject, owner: Service['metadata']): boolean {
  if (typeof spec !== 'object' || spec === null || !('parentRef' in spec)) return false
  const { parentRef } = spec
  if (typeof parentRef !== 'object' || parentRef === null) return false
  const said = new Map<string, unknown>(Object.entries(parentRef))
  return said.get('namespace') === owner.namespace && said.get('name') === owner.name
}

/** The store's word for a key that is not there. */
const NOT_THERE = 0 as Revision
