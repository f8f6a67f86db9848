/**
 * managedFields of a Scale, which is a view of one field of another object: its replicas.
 *
 *     a Deployment, apps/v1: f:spec { f:replicas, f:selector }   →   its Scale, autoscaling/v1: f:spec { f:replicas }
 *
 * Before a write of a Scale the owners of the replicas become owners of the Scale's; after it, whoever the write made
 * owner becomes one of the object.
 *
 * Source: apimachinery pkg/util/managedfields/scalehandler.go.
 */
import type { ManagedFieldsEntry } from '../object.ts'
import { difference, type FieldSet, hasPath, isEmptySet, setOf } from './field-set.ts'
import { type Owner, ownerId, readOwners, writeOwners } from './owners.ts'
import { type FieldPath, fieldElement } from './path-element.ts'

/**
 * Where the replicas are in each version of the object, by `apiVersion`; undefined in a version without a scale.
 * Entries of versions that are not in it are dropped.
 */
export type ReplicasPaths = ReadonlyMap<string, FieldPath | undefined>

/** The apiVersion of every Scale. */
export const SCALE_API_VERSION = 'autoscaling/v1'

const REPLICAS: FieldPath = [fieldElement('spec'), fieldElement('replicas')]
const REPLICAS_ALONE: FieldSet = setOf(REPLICAS)

/**
 * The managedFields of an object's Scale.
 * @throws ControlError `BadRequest` for entries that cannot be read.
 */
export function fieldsOfScale(
  entries: ManagedFieldsEntry[] | undefined,
  paths: ReplicasPaths,
): ManagedFieldsEntry[] | undefined {
  const owners = new Map<string, Owner>()
  for (const owner of readOwners(entries).values()) {
    const path = paths.get(owner.apiVersion)
    if (path && hasPath(owner.fields, path)) owners.set(scaleId(owner), { ...inScale(owner), fields: REPLICAS_ALONE })
  }
  return writeOwners(owners)
}

const inScale = (owner: Owner): Owner => ({ ...owner, apiVersion: SCALE_API_VERSION })
const scaleId = (owner: Owner): string => ownerId(inScale(owner))

/** A write of a Scale, as far as its object's managedFields ask. */
export interface ScaleWrite {
  /** Of the object, as stored. */
  readonly entries: ManagedFieldsEntry[] | undefined
  /** Of the Scale, after the write. */
  readonly scaleEntries: ManagedFieldsEntry[] | undefined
  /** The version of the object through which the Scale was written. */
  readonly apiVersion: string
  readonly paths: ReplicasPaths
}

/**
 * The managedFields of an object whose Scale was written. Who is new has no time, as in Kubernetes.
 * @throws ControlError `BadRequest` for entries that cannot be read.
 */
export function fieldsAfterScale({
  entries,
  scaleEntries,
  apiVersion,
  paths,
}: ScaleWrite): ManagedFieldsEntry[] | undefined {
  const scaleOwners = new Map(readOwners(scaleEntries))
  const owners = new Map<string, Owner>()
  for (const [id, owner] of readOwners(entries)) {
    if (!paths.has(owner.apiVersion)) continue
    const path = paths.get(owner.apiVersion)
    const ownsReplicas = path !== undefined && hasPath(owner.fields, path)
    // Kubernetes keeps appliers whole alone; an updater's entry falls in two there at every write, even one of nothing.
    const keepsThem = scaleOwners.delete(scaleId(owner))
    const fields = ownsReplicas && !keepsThem ? difference(owner.fields, setOf(path)) : owner.fields
    if (!isEmptySet(fields)) owners.set(id, { ...owner, fields })
  }
  const path = paths.get(apiVersion)
  for (const owner of scaleOwners.values()) {
    if (!path || !hasPath(owner.fields, REPLICAS)) continue
    const added: Owner = { ...owner, apiVersion, time: undefined, fields: setOf(path) }
    owners.set(ownerId(added), added)
  }
  return writeOwners(owners)
}
