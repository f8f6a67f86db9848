/**
 * What really happened, read from the store itself, and what may never have: the collector deletes nothing that has a
 * living owner, waits for those that it has to wait for, and orphans whom it has to orphan.
 */
import type { KubeObject, ObjectMeta, OwnerReference } from '@muster/api/object.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { ACTOR } from '@muster/server/garbage/act.ts'
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER } from '@muster/server/storage/deletion.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'

/** The judge of one world. */
export interface Audit {
  /** Each time the store opens. */
  open(process: Process, store: Store): void
  /** Throws when something is so that must never be. */
  check(): void
  /** True when nothing is left that belongs to nobody, or that waits. */
  isTidy(): boolean
  /** What the collector has done so far, and the objects that are there. */
  readonly done: Readonly<Record<'deleted' | 'dropped' | 'letGo' | 'disowned', number>>
  readonly objects: ReadonlyMap<string, KubeObject>
  /** Clients leave everything as it is from now on. */
  isCalm: boolean
}

/** An object, and since when it says what it says. */
interface Known {
  readonly object: KubeObject
  /** Since which revision it is marked. */
  readonly markedAt: number
  /** Since which revision it names an owner in this way. */
  readonly ownedAt: ReadonlyMap<string, number>
}

/** An audit of a world in which nothing has happened. */
export function newAudit(): Audit {
  const known = new Map<string, Known>()
  const byUid = new Map<string, KubeObject>()
  const done = { deleted: 0, dropped: 0, letGo: 0, disowned: 0 }
  let head = 0 as Revision
  let wrong: Error | undefined

  const refuse = (event: Event, why: string) => {
    wrong ??= new TypeError(`at revision ${event.revision} ${event.key} ${why}`)
  }

  const stands = (of: ObjectMeta, { uid, kind, name }: OwnerReference): 'present' | 'absent' | 'waiting' | 'far' => {
    const owner = byUid.get(uid)
    if (of.namespace === undefined && kind === 'ConfigMap') return 'far'
    const inReach = owner && owner.kind === kind && owner.metadata.name === name
    if (!inReach || (owner.metadata.namespace !== undefined && owner.metadata.namespace !== of.namespace))
      return 'absent'
    return isMarkedWith(owner.metadata, FOREGROUND_FINALIZER) ? 'waiting' : 'present'
  }

  /** The collector begins to delete an object, or deletes it. */
  const judgeDeletion = (event: Event, { metadata }: KubeObject) => {
    const owners = (metadata.ownerReferences ?? []).map((reference) => stands(metadata, reference))
    done.deleted++
    if (owners.length === 0) refuse(event, 'is collected and belongs to nobody')
    if (owners.includes('present')) refuse(event, 'is collected while an owner of it is there')
    if (owners.includes('far')) refuse(event, 'is collected although nobody knows its owner')
  }

  /** The collector takes a finalizer out: whom it stood for has to be dealt with. Who came later is not waited for. */
  const judgeLettingGo = (
    event: Event,
    before: Known,
    finalizer: string,
    isHeld: (reference: OwnerReference) => boolean,
  ) => {
    const { uid } = before.object.metadata
    done.letGo++
    for (const [key, dependent] of known) {
      const held = dependent.object.metadata.ownerReferences?.find((one) => one.uid === uid && isHeld(one))
      if (held && (dependent.ownedAt.get(wayOf(held)) ?? 0) < before.markedAt)
        refuse(event, `lets go of ${finalizer} before ${key} is dealt with`)
    }
  }

  const judge = (event: Event, before: Known | undefined, next: KubeObject | undefined) => {
    if (!before) return refuse(event, 'is made by the collector')
    const { metadata } = before.object
    const left = next?.metadata.finalizers ?? []
    const loses = (finalizer: string) => isMarkedWith(metadata, finalizer) && !left.includes(finalizer)
    if (metadata.deletionTimestamp === undefined && (!next || next.metadata.deletionTimestamp !== undefined))
      return judgeDeletion(event, before.object)
    if (loses(FOREGROUND_FINALIZER))
      judgeLettingGo(event, before, FOREGROUND_FINALIZER, ({ blockOwnerDeletion }) => blockOwnerDeletion === true)
    if (loses(ORPHAN_FINALIZER)) judgeLettingGo(event, before, ORPHAN_FINALIZER, () => true)
    if (!next) return
    const kept = new Set(next.metadata.ownerReferences?.map(({ uid }) => uid))
    for (const reference of metadata.ownerReferences ?? []) {
      if (kept.has(reference.uid)) continue
      const owner = byUid.get(reference.uid)
      const isOrphaning = owner !== undefined && isMarkedWith(owner.metadata, ORPHAN_FINALIZER)
      if (isOrphaning) done.disowned++
      else done.dropped++
      if (stands(metadata, reference) === 'present' && !isOrphaning) refuse(event, 'loses an owner that is there')
    }
  }

  const see = (event: Event, actor: string) => {
    const before = known.get(event.key)
    const next =
      event.event === 'put' ? (JSON.parse(Buffer.from(event.entry.value).toString()) as KubeObject) : undefined
    if (actor === ACTOR) judge(event, before, next)
    head = event.revision
    if (before) byUid.delete(before.object.metadata.uid ?? '')
    if (!next) {
      known.delete(event.key)
      return
    }
    const { metadata } = next
    byUid.set(metadata.uid ?? '', next)
    known.set(event.key, {
      object: next,
      markedAt: before?.object.metadata.deletionTimestamp ? before.markedAt : event.revision,
      ownedAt: new Map(
        metadata.ownerReferences?.map((reference) => [
          wayOf(reference),
          (before?.object.metadata.uid === metadata.uid && before?.ownedAt.get(wayOf(reference))) || event.revision,
        ]),
      ),
    })
  }

  const read = async (store: Store) => {
    for await (const events of store.watch('', head)) {
      for (const event of events) {
        if (!event.key.startsWith('core/')) continue
        const [version] = await store.history(event.key, { from: event.revision, to: event.revision })
        assert(version, 'what was told is in the history')
        see(event, version.cause.actor)
      }
    }
  }

  return {
    done,
    isCalm: false,
    open(process, store) {
      read(store).catch((error) => {
        if (!hasCode(error, 'Unavailable')) process.fail(error)
      })
    },
    check() {
      if (wrong) throw wrong
    },
    isTidy() {
      for (const { object } of known.values()) {
        const { deletionTimestamp, ownerReferences = [] } = object.metadata
        if (deletionTimestamp !== undefined) return false
        const owners = ownerReferences.map((reference) => stands(object.metadata, reference))
        if (owners.includes('absent') && !owners.includes('far')) return false
        if (owners.includes('waiting')) return false
      }
      return true
    },
    get objects() {
      return new Map([...known].map(([key, { object }]) => [key, object]))
    },
  }
}

const wayOf = ({ uid, blockOwnerDeletion = false }: OwnerReference): string => `${uid} ${blockOwnerDeletion}`

const isMarkedWith = ({ deletionTimestamp, finalizers = [] }: ObjectMeta, finalizer: string): boolean =>
  deletionTimestamp !== undefined && finalizers.includes(finalizer)
