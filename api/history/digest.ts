/**
 * What happened in some time, as people ask of it after an incident: not each write, but who did what, and what came of it.
 *
 *     4,812 writes ──► those that only report are counted
 *                  ──► each other one belongs to where its chain of causes begins
 *                  ──► what was done alike in several clusters is told once
 *
 * Pure: the same writes give the same digest, whatever order they come in.
 */
import type { FieldChange } from './changes.ts'
import type { WriteAccount } from './types.ts'

/** One write. */
export interface WrittenChange {
  readonly cluster: string
  readonly group: string
  readonly resource: string
  /** Empty for a cluster-scoped object. */
  readonly namespace: string
  readonly name: string
  readonly revision: string
  /** RFC 3339. */
  readonly time: string
  readonly change: 'created' | 'updated' | 'deleted'
  readonly by: WriteAccount
  /** Of an update. */
  readonly fields: readonly FieldChange[]
}

/** An object by its name, whatever cluster it is in. */
export interface DigestObject {
  readonly group: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
}

/** What one actor did to objects of one name, in one cluster or several, and what followed. */
export interface DigestGroup {
  /** As the first write of it says. */
  readonly by: Pick<WriteAccount, 'user' | 'client' | 'reason' | 'claimed' | 'inferred'>
  readonly object: DigestObject
  /** `led to`: the cause lies before the time that was asked for, and only what came of it is told. */
  readonly change: WrittenChange['change'] | 'led to'
  /** In which clusters, in the order of their names. */
  readonly clusters: readonly string[]
  readonly first: string
  readonly last: string
  /** What the first write changed, the first fields of it. */
  readonly fields: readonly FieldChange[]
  /** How many more fields it changed. */
  readonly moreFields: number
  /** Writes of this kind: the same object may have been changed again and again. */
  readonly writes: number
  /** What followed, by resource: the most first. */
  readonly consequences: readonly DigestCount[]
}

/** So many objects of a resource were created, changed and deleted. */
export interface DigestCount {
  readonly group: string
  readonly resource: string
  readonly created: number
  readonly updated: number
  readonly deleted: number
}

/** All of it. */
export interface Digest {
  readonly writes: number
  readonly clusters: readonly string[]
  /** Those who did most first. */
  readonly groups: readonly DigestGroup[]
  /** Groups that are not told. */
  readonly moreGroups: number
  /** Objects that were there when the mirror of their cluster began. */
  readonly firstSights: number
  /** Writes that say how something is, and change nothing that is wished for: by whom, the most first. */
  readonly reports: readonly { readonly user: string; readonly writes: number }[]
}

/** Fields that are told of a group. */
const FIELDS_MAX = 10
/** Groups that are told: beyond it a shorter time or fewer clusters tell more. */
export const GROUPS_MAX = 200

/** What only reports, whoever writes it. */
const REPORTS: ReadonlySet<string> = new Set([
  '/events',
  'events.k8s.io/events',
  'coordination.k8s.io/leases',
  '/endpoints',
  'discovery.k8s.io/endpointslices',
])

/** The digest of writes. */
export function digestOf(writes: readonly WrittenChange[]): Digest {
  const ordered = writes.toSorted((one, other) => Number(one.revision) - Number(other.revision))
  const byVersion = new Map(ordered.map((write) => [versionOf(write.cluster, write, write.revision), write]))
  const reports = new Map<string, number>()
  const groups = new Map<string, Gathered>()
  let firstSights = 0
  for (const write of ordered) {
    if (write.by.firstSight) {
      firstSights++
      continue
    }
    if (isReport(write)) {
      reports.set(write.by.user, (reports.get(write.by.user) ?? 0) + 1)
      continue
    }
    gather(groups, write, rootOf(write, byVersion))
  }
  const told = [...groups.values()].map(groupOf).toSorted(bySize)
  return {
    writes: ordered.length,
    clusters: [...new Set(ordered.map(({ cluster }) => cluster))].toSorted(),
    groups: told.slice(0, GROUPS_MAX),
    moreGroups: Math.max(0, told.length - GROUPS_MAX),
    firstSights,
    reports: [...reports]
      .map(([user, count]) => ({ user, writes: count }))
      .toSorted((one, other) => other.writes - one.writes || (one.user < other.user ? -1 : 1)),
  }
}

/** Where a chain of causes begins, as far as it lies in the time that was asked for. */
type Root =
  | { readonly at: 'write'; readonly write: WrittenChange }
  /** Its cause is older. */
  | { readonly at: 'before'; readonly object: DigestObject; readonly first: WrittenChange }

interface Gathered {
  readonly root: Root
  readonly writes: WrittenChange[]
  readonly consequences: WrittenChange[]
}

const versionOf = (cluster: string, { group, resource, namespace, name }: DigestObject, revision: string): string =>
  [cluster, group, resource, namespace, name, revision].join('/')

function rootOf(write: WrittenChange, byVersion: ReadonlyMap<string, WrittenChange>): Root {
  let at = write
  // Causes lie before their effects, so this ends.
  for (;;) {
    const { because } = at.by
    if (!because || Number(because.revision) >= Number(at.revision)) return { at: 'write', write: at }
    const before = byVersion.get(versionOf(at.cluster, because, because.revision))
    if (!before || before.by.firstSight) return { at: 'before', object: because, first: at }
    at = before
  }
}

function gather(groups: Map<string, Gathered>, write: WrittenChange, root: Root): void {
  const key = keyOf(root)
  const known: Gathered = groups.get(key) ?? { root, writes: [], consequences: [] }
  groups.set(key, known)
  if (root.at === 'write' && root.write === write) known.writes.push(write)
  else known.consequences.push(write)
}

/** What is alike but for its cluster and its time is one. */
function keyOf(root: Root): string {
  if (root.at === 'before') return JSON.stringify(['before', nameOf(root.object)])
  const { by, change, fields } = root.write
  return JSON.stringify([by.user, by.reason, change, nameOf(root.write), fields.map(({ field }) => field)])
}

const nameOf = ({ group, resource, namespace, name }: DigestObject) => [group, resource, namespace, name]

function groupOf({ root, writes, consequences }: Gathered): DigestGroup {
  const all = [...writes, ...consequences]
  const times = all.map(({ time }) => time).toSorted()
  const first = root.at === 'write' ? root.write : root.first
  const { group, resource, namespace, name } = root.at === 'write' ? root.write : root.object
  const { user, client, reason, claimed, inferred } = first.by
  const fields = root.at === 'write' ? root.write.fields : []
  return {
    by: {
      user,
      reason,
      ...(client === undefined ? {} : { client }),
      ...(claimed ? { claimed } : {}),
      ...(inferred ? { inferred } : {}),
    },
    object: { group, resource, namespace, name },
    change: root.at === 'write' ? root.write.change : 'led to',
    clusters: [...new Set(all.map(({ cluster }) => cluster))].toSorted(),
    first: times[0] ?? '',
    last: times.at(-1) ?? '',
    fields: fields.slice(0, FIELDS_MAX),
    moreFields: Math.max(0, fields.length - FIELDS_MAX),
    writes: writes.length,
    consequences: countsOf(consequences),
  }
}

function countsOf(writes: readonly WrittenChange[]): readonly DigestCount[] {
  const counts = new Map<
    string,
    { group: string; resource: string; created: number; updated: number; deleted: number }
  >()
  for (const { group, resource, change } of writes) {
    const key = `${group}/${resource}`
    const count = counts.get(key) ?? { group, resource, created: 0, updated: 0, deleted: 0 }
    count[change]++
    counts.set(key, count)
  }
  return [...counts.values()].toSorted(
    (one, other) => sizeOf(other) - sizeOf(one) || (one.resource < other.resource ? -1 : 1),
  )
}

const sizeOf = ({ created, updated, deleted }: DigestCount): number => created + updated + deleted

const weightOf = ({ writes, consequences }: DigestGroup): number =>
  writes + consequences.reduce((sum, count) => sum + sizeOf(count), 0)

const bySize = (one: DigestGroup, other: DigestGroup): number =>
  weightOf(other) - weightOf(one) || (one.first < other.first ? -1 : one.first > other.first ? 1 : 0)

/** Whether a write says how something is, and changes nothing that is wished for. */
function isReport({ group, resource, change, fields }: WrittenChange): boolean {
  if (REPORTS.has(`${group}/${resource}`)) return true
  return change === 'updated' && fields.every(({ field }) => field.startsWith('.status') || BOOKKEEPING.has(field))
}

const BOOKKEEPING: ReadonlySet<string> = new Set(['.metadata.generation'])
