/**
 * Who wrote a version of an object, told from the object alone: what no Kubernetes says in so many words, and most of
 * its objects give away.
 *
 *     managedFields   which manager's fields changed, and when
 *     ownerReferences whose work it is
 *
 * All of it is inference, and marked as such where it is shown.
 */
import { fieldChanges } from '@muster/api/history/changes.ts'
import type { KubeObject } from '@muster/api/object.ts'

/** What can be told of a write. */
export interface Inference {
  /** A field manager; `unknown` where none can be told. */
  readonly actor: string
  readonly reason: string
  /** The owner on whose account it was done; `itself` when it follows from what the object said before. */
  readonly owner?: Owner | 'itself'
}

/** An owner, as an object names it. */
export interface Owner {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
}

type Entry = NonNullable<KubeObject['metadata']['managedFields']>[number]

/** Whoever works on behalf of owners: what these write follows from what the owner says. */
const CONTROLLERS = /controller|^kube-scheduler$|^kubelet$|operator/

/** Who wrote `after` over `before`; created it, where there was nothing. */
export function inferWriter(before: KubeObject | undefined, after: KubeObject): Inference {
  const wrote = writersOf(before, after)
  const [first] = wrote
  const owner = ownerOf(after)
  const binder = before && binderOf(before, after)
  if (binder !== undefined) return { actor: binder, reason: 'bind', owner: 'itself' }
  const actor = first?.manager ?? 'unknown'
  if (before && CONTROLLERS.test(actor) && isMeant(before, after)) {
    return { actor, reason: changeSaid(before, after, first), owner: owner ?? 'itself' }
  }
  return {
    actor,
    reason: before === undefined ? 'create' : changeSaid(before, after, first),
    ...(before === undefined && owner ? { owner } : {}),
  }
}

/** Whoever gave a pod its node: a binding leaves no trace among the managed fields. */
function binderOf(before: KubeObject, after: KubeObject): string | undefined {
  if (after.kind !== 'Pod') return undefined
  const [old, now] = [before, after].map(
    ({ spec }) => spec as { nodeName?: string; schedulerName?: string } | undefined,
  )
  return !old?.nodeName && now?.nodeName ? (now.schedulerName ?? 'default-scheduler') : undefined
}

/** Who deleted an object, as far as that can be told: its last version says nothing of it. */
export function inferDeletion(last: KubeObject | undefined): Inference {
  const owner = last && ownerOf(last)
  return { actor: 'unknown', reason: 'delete', ...(owner ? { owner } : {}) }
}

/**
 * The managers who may have written, the likeliest first: those whose entries changed and who hold what changed, then
 * whoever else's entry changed, as it does when a field is taken away from a manager. Within one second an entry may
 * stay what it is: then whoever holds what changed.
 */
function writersOf(before: KubeObject | undefined, after: KubeObject): readonly Entry[] {
  const old = new Map((before?.metadata.managedFields ?? []).map((entry) => [nameOf(entry), entry]))
  const paths = fieldChanges(before ?? {}, after).map(({ field }) => field)
  const isChanged = (entry: Entry) => {
    const was = old.get(nameOf(entry))
    return was === undefined || was.time !== entry.time || !sameFields(was, entry)
  }
  const isHolder = ({ fieldsV1 }: Entry) => paths.some((path) => holds(fieldsV1, path))
  const weight = (entry: Entry) => (isChanged(entry) ? 2 : 0) + (isHolder(entry) ? 1 : 0)
  return (after.metadata.managedFields ?? [])
    .filter((entry) => weight(entry) > 0)
    .toSorted((one, other) => weight(other) - weight(one) || (other.time ?? '').localeCompare(one.time ?? '', 'en'))
}

const nameOf = ({ manager, operation, subresource = '', apiVersion }: Entry): string =>
  `${manager} ${operation} ${subresource} ${apiVersion}`

const sameFields = (one: Entry, other: Entry): boolean =>
  JSON.stringify(one.fieldsV1) === JSON.stringify(other.fieldsV1)

/** Whether a set of fields has a path: up to where that goes into a list, whose elements have keys of many forms. */
function holds(fields: unknown, path: string): boolean {
  let at = fields
  for (const [, plain, quoted] of path.matchAll(/\.([\w-]+)|\['([^']+)'\]|\[[^\]]+\]/g)) {
    const name = plain ?? quoted
    if (name === undefined) break
    if (typeof at !== 'object' || at === null) return false
    at = Reflect.get(at, `f:${name}`)
  }
  return at !== undefined && at !== fields
}

/** A change of what is wished for, and not of what is reported. */
const isMeant = (before: KubeObject, after: KubeObject): boolean =>
  fieldChanges(before, after).some(({ field }) => !field.startsWith('.status') && field !== '.metadata.generation')

function changeSaid(before: KubeObject, after: KubeObject, first: Entry | undefined): string {
  if (after.metadata.deletionTimestamp && !before.metadata.deletionTimestamp) return 'delete: it is to end'
  return `${first?.operation === 'Apply' ? 'apply' : 'update'}${said(first)}`
}

const said = (entry: Entry | undefined): string => (entry?.subresource ? ` ${entry.subresource}` : '')

function ownerOf({ metadata }: KubeObject): Owner | undefined {
  const found = metadata.ownerReferences?.find(({ controller }) => controller === true)
  return found && { apiVersion: found.apiVersion, kind: found.kind, name: found.name, uid: found.uid }
}
