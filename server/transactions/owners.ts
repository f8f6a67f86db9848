/**
 * Owners that come to be in the same transaction: nobody knows their uids before, so a reference may leave the uid out,
 * and gets that of the object of an earlier operation which has its apiVersion, kind and name.
 */
import { required } from '@muster/api/field-error.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { invalid } from '@muster/api/status.ts'
import type { ClusterResources } from '../registry/registry.ts'
import { namespaceOf, type ResourceCall, storedResource } from '../resources/call.ts'
import type { Stage } from '../storage/stage.ts'
import { servedAs } from './part.ts'

/** The object with a uid in each of its owner references. Throws Invalid for one that names nobody. */
export function withOwners(
  call: ResourceCall,
  resources: ClusterResources,
  stage: Stage,
  object: Readonly<Record<string, unknown>>,
): object {
  const { metadata } = object
  if (!isObject(metadata) || !Array.isArray(metadata.ownerReferences)) return object
  const owners = metadata.ownerReferences.map((owner: unknown, at) => {
    if (!isObject(owner) || (owner.uid !== undefined && owner.uid !== '')) return owner
    const uid = uidOf(call, resources, stage, owner)
    if (uid !== undefined) return { ...owner, uid }
    const { name } = metadata
    throw invalid({ ...call.served.kind }, typeof name === 'string' ? name : '', [
      required(
        `metadata.ownerReferences[${at}].uid`,
        'without it, an earlier operation has to write the owner, of this apiVersion, kind and name',
      ),
    ])
  })
  return { ...object, metadata: { ...metadata, ownerReferences: owners } }
}

function uidOf(
  call: ResourceCall,
  resources: ClusterResources,
  stage: Stage,
  { apiVersion, kind, name }: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || typeof name !== 'string' || name === '')
    return undefined
  const served = servedAs(resources, { apiVersion, kind })
  if (!served) return undefined
  const namespace = namespaceOf({ ...call, served })
  const key = { ...storedResource({ served }), cluster: call.info.cluster, namespace, name }
  return stage.staged(key)?.metadata.uid
}
