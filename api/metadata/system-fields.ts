/**
 * The fields of metadata that only the server says: a client's word for them is replaced, or carried over.
 *
 *     create:  wipeSystemFields → alignNamespace → fillSystemFields → admission, rules of the kind → validateObjectMeta
 *     update:  alignNamespace → keepSystemFields → rules of the kind → validateObjectMeta, validateObjectMetaUpdate
 *
 * All of them change the metadata that they are given: it belongs to one request.
 * Source: apiserver pkg/registry/rest/meta.go, create.go, update.go.
 */
import type { Instant } from '@muster/base/clock.ts'
import type { Random } from '@muster/base/random.ts'
import type { ObjectMeta } from '../object.ts'
import { badRequest } from '../status.ts'
import { formatTime } from '../time.ts'
import { generateName, newUid } from './object-name.ts'

/** Takes out what a client may not say at creation. The resourceVersion stays: that it may not be there is an error, not a slip. */
export function wipeSystemFields(metadata: ObjectMeta): void {
  for (const field of [
    'creationTimestamp',
    'uid',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
    'selfLink',
  ] as const) {
    delete metadata[field]
  }
}

/** Gives a new object its uid, its time of creation and, where it asks for one, its name. */
export function fillSystemFields(metadata: ObjectMeta, { now, random }: { now: Instant; random: Random }): void {
  metadata.creationTimestamp = formatTime(now)
  metadata.uid = newUid(random)
  if (metadata.generateName && !metadata.name) metadata.name = generateName(metadata.generateName, random)
}

/**
 * Sets the namespace that the path says; empty for a kind of the whole cluster.
 * Throws BadRequest when the object names another.
 */
export function alignNamespace(metadata: ObjectMeta, requestNamespace: string): void {
  const { namespace = '' } = metadata
  if (namespace !== '' && requestNamespace !== '' && namespace !== requestNamespace) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  }
  if (requestNamespace === '') delete metadata.namespace
  else metadata.namespace = requestNamespace
}

/** Carries over from `old` what an update can neither take away nor change. */
export function keepSystemFields(metadata: ObjectMeta, old: ObjectMeta): void {
  delete metadata.selfLink
  if (old.generation === undefined) delete metadata.generation
  else metadata.generation = old.generation
  if (!metadata.uid && old.uid) metadata.uid = old.uid
  if (old.creationTimestamp) metadata.creationTimestamp = old.creationTimestamp
  if (old.deletionTimestamp) metadata.deletionTimestamp = old.deletionTimestamp
  if (old.deletionGracePeriodSeconds !== undefined && metadata.deletionGracePeriodSeconds === undefined) {
    metadata.deletionGracePeriodSeconds = old.deletionGracePeriodSeconds
  }
}
