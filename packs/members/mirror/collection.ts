/**
 * One collection of a member, as it is written down.
 *
 *     list    page by page; what was written down and is in no page is gone
 *     events  one after the other; up to {@link IN_FLIGHT_MAX} wait for the disk together
 *
 * A list that was forced, because the member kept its history for too short a time, is merged: what it shows otherwise
 * is written as a change, and what happened between is a gap, which is told.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Duration, formatInstant, type Instant, milliseconds } from '@muster/base/clock.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { createPursuit, type Pursuit, type PursuitDeps, type Sink } from '@muster/client/pursuit.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { type Inference, inferDeletion, inferWriter, type Owner } from '../decide/writer.ts'
import type { MemberObject, Place, Recorder, Told } from './recorder.ts'

/** A time whose changes were not seen one by one. RFC 3339. */
export interface Gap {
  /** `deployments.apps`. */
  readonly resource: string
  readonly from: string
  readonly to: string
  readonly why: string
}

/** What is known of the mirror of one collection. */
export interface CollectionState {
  /** All of it was told once: what is written down is what was there. */
  readonly isListed: boolean
  readonly objects: number
  readonly heardAt: Instant | undefined
  /** Why it does not get on now. */
  readonly trouble: string | undefined
  /** True when the member does not let us. */
  readonly isRefused: boolean
  /** Owners that its objects have above each other. */
  readonly depth: number
  /** Everything up to here is written down; absent before the first list. */
  readonly place: Place | undefined
}

/** A collection that is mirrored. */
export interface Collection {
  readonly resource: ResourceRef
  state(): CollectionState
  /** Goes on until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** What mirroring a collection takes. */
export interface CollectionDeps extends Omit<PursuitDeps, 'from'> {
  readonly cluster: string
  readonly client: Client
  readonly recorder: Recorder
  /** The resource of an owner, where it is mirrored too. */
  readonly resourceOf: (owner: Owner) => (GroupResource & { readonly isNamespaced: boolean }) | undefined
  /** How many owners the objects of an owner's collection have above them. */
  readonly depthOf: (owner: Owner) => number
  readonly onGap: (gap: Gap) => void
  /** True where what the objects hold is not to be written down: it is not asked for, and an annotation may repeat it. */
  readonly isMetadata?: boolean
  /** Where it has come to before. */
  readonly from: Place | undefined
}

/** Changes that wait for the disk side by side: a disk takes as many of them as one. */
const IN_FLIGHT_MAX = 2_000

/** Two streams of one member are hardly further apart. */
const OWNERS_COME_WITHIN: Duration = milliseconds(200)
/** Owners of owners that are waited for: a pod has a set, that a deployment, and that perhaps somebody's own kind. */
const DEPTH_MAX = 4

/** It was there already. */
const FIRST_SIGHT = ' (first seen in a list)'

/** What kubectl applied last, all of it. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** `deployments.apps`. */
export const nameOfResource = ({ group, plural }: Pick<ResourceRef, 'group' | 'plural'>): string =>
  group === '' ? plural : `${plural}.${group}`

/** The mirror of one collection, which does nothing until it is run. */
export function createCollection(resource: ResourceRef, deps: CollectionDeps): Collection {
  const { cluster, client, recorder, clock, resourceOf, depthOf, from, isMetadata = false } = deps
  const groupResource: GroupResource = { group: resource.group, resource: resource.plural }
  /** Names that are there. */
  const present = new Set<string>()
  const inFlight = new Set<Promise<void>>()
  let failure: unknown
  let isListed = from !== undefined
  let isRefused = false
  let trouble: string | undefined
  let heardAt: Instant | undefined
  let place = from
  /** Why the next list is needed. */
  let forcedBy = ''
  let depth = 0
  let life = new AbortController().signal

  const withoutApplied = (object: KubeObject): KubeObject => {
    const { [LAST_APPLIED]: applied, ...annotations } = object.metadata.annotations ?? {}
    return isMetadata && applied !== undefined ? { ...object, metadata: { ...object.metadata, annotations } } : object
  }
  const keyOf = ({ metadata }: KubeObject): MemberObject => ({
    ...groupResource,
    cluster,
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
  })
  const told = ({ actor, reason, owner }: Inference, namespace: string, more: string): Told => {
    const found = owner && owner !== 'itself' && resourceOf(owner)
    const because = found && {
      group: found.group,
      resource: found.resource,
      namespace: found.isNamespaced ? namespace : '',
      name: owner.name,
    }
    return {
      actor,
      reason: `${reason}${more}`,
      isInferred: true,
      isFirstSight: more === FIRST_SIGHT,
      ...(because ? { because } : owner === 'itself' ? { because: owner } : {}),
    }
  }
  const learnDepth = ({ metadata }: KubeObject): void => {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller === true)
    if (owner) depth = Math.min(DEPTH_MAX, Math.max(depth, depthOf(owner) + 1))
  }
  /** Streams are told apart from each other: what an owner did may come a moment after what followed from it. */
  const afterOwners = async (object: KubeObject): Promise<void> => {
    learnDepth(object)
    // All of them alike, so that none of one object overtakes another.
    if (depth > 0) await clock.sleep((depth * OWNERS_COME_WITHIN) as Duration, life).catch(() => {})
  }
  const recordPut = async (object: KubeObject, more: string): Promise<void> => {
    const key = keyOf(object)
    const typed = { ...withoutApplied(object), apiVersion: typeOf(resource), kind: resource.kind }
    const { resourceVersion: version = '' } = object.metadata
    const tell = (before: KubeObject | undefined) => told(inferWriter(before, typed), key.namespace, more)
    const outcome = await recorder.record({ key, version, object: typed, tell })
    present.add(nameIn(key))
    if (outcome === 'too large') trouble = `${nameIn(key)} is larger than what can be written down`
  }
  const recordGone = async (key: MemberObject, version: string, more: string): Promise<void> => {
    await recorder.record({ key, version, tell: (before) => told(inferDeletion(before), key.namespace, more) })
    present.delete(nameIn(key))
  }

  /** Hands a change over without waiting for the disk; what fails is thrown at the next one. */
  const hand = async (work: () => Promise<void>): Promise<void> => {
    await checkFailure()
    const going: Promise<void> = work()
      .catch((error) => {
        failure ??= error
      })
      .finally(() => inFlight.delete(going))
    inFlight.add(going)
    while (inFlight.size >= IN_FLIGHT_MAX) await Promise.race(inFlight)
  }
  const settle = async (): Promise<void> => {
    await Promise.all(inFlight)
    await checkFailure()
  }
  /** What could not be written is told again: by a list, for streams are past it. */
  const checkFailure = async (): Promise<void> => {
    if (failure === undefined) return
    await Promise.all(inFlight)
    const cause = failure
    failure = undefined
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new ControlError('Gone', `what was seen could not be written down: ${why}`, cause)
  }

  const heard = () => {
    heardAt = clock.now()
    trouble = undefined
    isRefused = false
  }
  const sink: Sink<KubeObject> = {
    beginList() {
      const found = new Set<string>()
      const since = place?.time
      const more = since === undefined ? FIRST_SIGHT : ` (some time after ${since})`
      return {
        async page(objects) {
          heard()
          for (const object of objects) {
            found.add(nameIn(keyOf(object)))
            learnDepth(object)
          }
          await Promise.all(objects.map((object) => recordPut(object, more)))
        },
        async end(revision) {
          for await (const key of recorder.present(cluster, groupResource)) {
            if (!found.has(nameIn(key))) await recordGone(key, revision, ' (gone when it was listed)')
          }
          present.clear()
          for (const name of found) present.add(name)
          isListed = true
          if (since !== undefined) {
            deps.onGap({
              resource: nameOfResource(resource),
              from: since,
              to: formatInstant(clock.now()),
              why: forcedBy,
            })
          }
        },
      }
    },
    put(object) {
      heard()
      return hand(() => afterOwners(object).then(() => recordPut(object, '')))
    },
    deleted(object) {
      heard()
      const { resourceVersion = '' } = object.metadata
      return hand(() => afterOwners(object).then(() => recordGone(keyOf(object), resourceVersion, '')))
    },
    async reached(revision) {
      heard()
      const reached = { version: revision, time: formatInstant(clock.now()) }
      // Nothing is held up for it: once all before it is written, this is the place.
      const before = [...inFlight]
      if (before.length === 0) place = reached
      else void Promise.all(before).then(() => (failure === undefined ? move(reached) : undefined))
    },
    troubled(error) {
      isRefused = hasCode(error, 'Forbidden') || hasCode(error, 'MethodNotAllowed')
      trouble = error instanceof Error ? error.message : String(error)
      if (hasCode(error, 'Gone')) forcedBy = trouble
    },
  }
  const move = (reached: Place) => {
    if (Number(reached.version) > Number(place?.version ?? 0)) place = reached
  }

  const pursuit: Pursuit = createPursuit(client.resource(resource), selectionOf(resource), sink, {
    ...deps,
    from: from?.version ?? '',
  })
  return {
    resource,
    state: () => ({ isListed, objects: present.size, heardAt, trouble, isRefused, depth, place }),
    async run(signal) {
      life = signal
      // Counted, so that what is said of it is right from the start.
      for await (const key of recorder.present(cluster, groupResource)) present.add(nameIn(key))
      await pursuit.run(signal)
      await settle().catch(() => {})
    },
  }
}

/** Heartbeats of nodes are no news. */
const selectionOf = ({ group, plural }: ResourceRef) =>
  group === 'coordination.k8s.io' && plural === 'leases' ? { fieldSelector: 'metadata.namespace!=kube-node-lease' } : {}

const nameIn = ({ namespace, name }: Pick<MemberObject, 'namespace' | 'name'>): string => `${namespace}/${name}`

const typeOf = ({ group, version }: ResourceRef): string => (group === '' ? version : `${group}/${version}`)
