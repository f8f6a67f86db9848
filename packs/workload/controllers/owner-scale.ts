/** How many pods the owners of pods want. Source: kubernetes pkg/controller/disruption getExpectedScale and its finders. */
import { goQuote } from '@muster/api/go-text.ts'
import { controllerOf } from '@muster/api/metadata/owner-references.ts'
import { type KubeObject, type OwnerReference, parseApiVersion } from '@muster/api/object.ts'
import type { Scale } from '@muster/api/types/autoscaling-v1.ts'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { DEPLOYMENTS, REPLICA_SETS, REPLICATION_CONTROLLERS, STATEFUL_SETS } from '@muster/client/kubernetes.ts'
import { pathOf, type ResourceRef } from '@muster/client/resource-ref.ts'
import { ownerKey, type Pictures } from '@muster/runtime/controller.ts'

/** Resources whose scale is known without asking. */
export const SCALED = [REPLICATION_CONTROLLERS, DEPLOYMENTS, REPLICA_SETS, STATEFUL_SETS] as const

/** What owners want. */
export interface OwnerScale {
  /** Of all of them together; each counts once. */
  readonly wanted: number
  /** Names of pods that nobody manages. */
  readonly unmanaged: readonly string[]
}

interface Scaled extends KubeObject {
  spec?: { replicas?: number }
}

/** Adds up what the owners want. Throws NotFound when one of them is gone or knows no scale. */
export async function scaleOfOwners(client: Client, informer: Pictures, pods: readonly Pod[]): Promise<OwnerScale> {
  const seen = new Set<string>()
  const scales = new Map<string, number>()
  const unmanaged: string[] = []
  for (const pod of pods) {
    const { name = '' } = pod.metadata
    const owner = controllerOf(pod.metadata)
    if (!owner) unmanaged.push(name)
    if (!owner || seen.has(owner.uid)) continue
    seen.add(owner.uid)
    const found = knownOwner(informer, pod) ?? (await askForScale(client, pod.metadata.namespace ?? '', owner))
    if (!found) throw new ControlError('NotFound', `found no controllers for pod ${goQuote(name)}`)
    scales.set(found.metadata.uid ?? '', found.spec?.replicas ?? 0)
  }
  return { wanted: [...scales.values()].reduce((sum, count) => sum + count, 0), unmanaged }
}

/** One of Kubernetes' own owners; of a ReplicaSet that a Deployment manages, the Deployment. */
function knownOwner(informer: Pictures, object: KubeObject): Scaled | undefined {
  for (const ref of SCALED) {
    const found = ownerIn(informer, ref, object)
    if (found) return (ref === REPLICA_SETS && ownerIn(informer, DEPLOYMENTS, found)) || found
  }
  return undefined
}

function ownerIn(informer: Pictures, ref: ResourceRef<KubeObject>, object: KubeObject): Scaled | undefined {
  const [key] = ownerKey(object, ref)
  const owner = key && (informer(ref).get(key) as Scaled | undefined)
  return owner?.metadata.uid === controllerOf(object.metadata)?.uid ? owner : undefined
}

interface Served {
  readonly resources?: readonly { readonly name: string; readonly kind: string }[]
}

/** Whatever kind the owner is of, as long as it knows a scale. Undefined when it is gone. */
async function askForScale(client: Client, namespace: string, owner: OwnerReference): Promise<Scale | undefined> {
  const { apiVersion, kind, name, uid } = owner
  const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' }
  const { resources = [] } = (await client.call({
    method: 'GET',
    path: group === '' ? `/api/${version}` : `/apis/${group}/${version}`,
  })) as Served
  const plural = resources.find((one) => one.kind === kind && !one.name.includes('/'))?.name
  if (plural === undefined)
    throw new ControlError('NotFound', `no matches for kind ${goQuote(kind)} in version ${goQuote(apiVersion)}`)
  if (!resources.some((one) => one.name === `${plural}/scale` && one.kind === 'Scale')) {
    const resource = group === '' ? plural : `${plural}.${group}`
    throw new ControlError('NotFound', `${resource} does not implement the scale subresource`)
  }
  const path = pathOf({ group, version, kind, plural, namespaced: true }, namespace, name, 'scale')
  try {
    const scale = (await client.call({ method: 'GET', path })) as Scale
    return scale.metadata.uid === uid ? scale : undefined
  } catch (error) {
    if (hasCode(error, 'NotFound')) return undefined
    throw error
  }
}
