/** What this story is about: boxes and pods in namespaces, and quotas that come, change, and go. */
import type { KubeObject } from '@muster/api/object.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import type { ObjectKey } from '@muster/server/storage/key.ts'

/** One logical cluster suffices: accounts of another are never looked at. */
export const CLUSTER = 'main'
/** Where all is. */
export const NAMESPACES: readonly [string, string] = ['shop', 'bank']
/** Names of boxes and pods: so few that writers meet. */
export const NAMES: readonly [string, ...string[]] = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']
/** Names of quotas. */
export const QUOTA_NAMES: readonly [string, string] = ['q', 'r']
/** What is limited. */
export const RESOURCES: readonly [Resource, Resource] = ['configmaps', 'pods']

/** Boxes, which are config maps, and pods. */
export type Resource = 'configmaps' | 'pods'

/** One of anything. */
export interface Place {
  readonly resource: Resource | 'resourcequotas'
  readonly namespace: string
  readonly name: string
}

/** Where it is kept. */
export const keyOf = (at: Place): ObjectKey => ({ group: '', cluster: CLUSTER, ...at })

/** A box, or a pod that asks for so many CPUs. */
export const make = ({ resource, namespace, name }: Place, uid: string, cpu: number): KubeObject => ({
  apiVersion: 'v1',
  kind: resource === 'pods' ? 'Pod' : 'ConfigMap',
  metadata: { name, namespace, uid },
  ...(resource === 'pods' ? { spec: specOf(cpu) } : {}),
})

/** The spec of a pod that asks for so many CPUs. */
export const specOf = (cpu: number): object => ({
  containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: `${cpu}` } } }],
})

/** A quota that has no account yet. */
export const quota = ({ namespace, name }: Place, uid: string, hard: Record<string, string>): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name, namespace, uid },
  spec: { hard },
})
