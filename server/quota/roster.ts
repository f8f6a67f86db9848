/**
 * Says which quotas a namespace has, so that nobody who has not seen one can write past it: an object of our own in each
 * namespace that has a quota, which changes whenever a quota comes, goes or limits something else. Every write in the
 * namespace is guarded by the version of it that was looked at, or by its absence.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { GroupResource } from '@muster/api/status.ts'
import type { Guard, Revision } from '@muster/store/store.ts'
import type { AlsoWritten } from '../storage/decide.ts'
import { formatKey, type ObjectKey } from '../storage/key.ts'

/** Where quotas are. */
export const QUOTAS: GroupResource = { group: '', resource: 'resourcequotas' }

/** The key of a namespace's roster. No group of Kubernetes or of a CustomResourceDefinition ends so. */
export const rosterKey = ({ cluster, namespace }: ObjectKey): ObjectKey => ({
  group: 'quota.muster.internal',
  resource: 'rosters',
  cluster,
  namespace,
  name: 'quotas',
})

/** The roster must be as it was seen: at a revision, or 0 for not there. */
export const rosterUnchanged = (key: ObjectKey, equals: Revision): Guard => ({
  guard: 'revision',
  key: formatKey(rosterKey(key)),
  equals,
})

/** True when a change of a quota is one of the roster: another wish, not another account. */
export const changesRoster = (before: KubeObject | undefined, after: KubeObject | undefined): boolean =>
  !before || !after || !sameMeaning(before.spec, after.spec)

/** The roster, written with a change that leaves these quotas; it goes with the last of them. */
export function nextRoster(key: ObjectKey, from: Revision, names: readonly string[]): AlsoWritten {
  const roster = rosterKey(key)
  if (names.length === 0) return { key: roster, from }
  const { namespace, name } = roster
  return {
    key: roster,
    from,
    object: {
      apiVersion: 'quota.muster.internal/v1',
      kind: 'Roster',
      metadata: { name, namespace },
      spec: { quotas: names },
    },
  }
}
