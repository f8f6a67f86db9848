/**
 * A limit on the entries of updaters: beyond ten, the oldest are joined under one name for each version.
 * Source: apimachinery pkg/util/managedfields/internal/capmanagers.go.
 */
import { NO_FIELDS, union } from './field-set.ts'
import { type Owner, type Owners, ownerId } from './owners.ts'
import { compareText } from './text-order.ts'

/** How many updaters are told apart. Source: apimachinery DefaultMaxUpdateManagers. */
export const UPDATERS_MAX = 10

/** Whose entry holds the fields of those that are no longer told apart. */
export const ANCIENT_CHANGES = 'ancient-changes'

/** Joins the oldest updaters until there are no more than {@link UPDATERS_MAX}. Those who apply are not counted. */
export function capUpdaters(owners: Owners): Owners {
  if (owners.size <= UPDATERS_MAX) return owners
  const updaters = [...owners].filter(([, { operation }]) => operation === 'Update').sort(byAge)
  const capped = new Map(owners)
  const firstOfVersion = new Map<string, string>()
  let left = updaters.length
  for (const [id, owner] of updaters) {
    if (left <= UPDATERS_MAX) break
    const first = firstOfVersion.get(owner.apiVersion)
    if (first === undefined) {
      firstOfVersion.set(owner.apiVersion, id)
      continue
    }
    joinAncient(capped, { first, id, owner })
    left--
  }
  return capped
}

const byAge = ([id, one]: [string, Owner], [otherId, other]: [string, Owner]): number =>
  compareText(one.time ?? '', other.time ?? '') || compareText(id, otherId)

interface Joining {
  /** The oldest updater of the same version: once somebody joins it, it is no longer told apart either. */
  readonly first: string
  readonly id: string
  readonly owner: Owner
}

function joinAncient(owners: Map<string, Owner>, { first, id, owner }: Joining): void {
  const name = { manager: ANCIENT_CHANGES, operation: 'Update', apiVersion: owner.apiVersion, subresource: '' } as const
  const bucketId = ownerId(name)
  const bucket = owners.get(bucketId)
  // Kubernetes, when its turn comes, joins the bucket to itself and so loses it; here the eldest joins it.
  const eldest = bucket === undefined || id === bucketId ? owners.get(first) : undefined
  if (eldest) owners.delete(first)
  owners.delete(id)
  const fields = [bucket, eldest].reduce((all, joining) => union(all, joining?.fields ?? NO_FIELDS), owner.fields)
  // The time of the youngest: that of the last change that the entry tells of.
  owners.set(bucketId, { ...name, time: owner.time, fields })
}
