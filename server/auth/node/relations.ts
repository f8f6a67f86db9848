/**
 * What has to do with a node of one logical cluster, worked out from what names what:
 *
 *     node ◄── pod ◄── secret, config map, service account, resource claim, claim ◄── volume ◄── secret
 *     node ◄── volume attachment, resource slice
 *
 * Whoever watches the objects tells of them, and they are read when a node next asks: a cluster whose nodes ask nothing
 * costs their keys. Source: kubernetes plugin/pkg/auth/authorizer/node/graph.go, graph_populator.go.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { PersistentVolume, Pod } from '@muster/api/types/core-v1.ts'
import type { ResourceSlice } from '@muster/api/types/resource-v1.ts'
import type { VolumeAttachment } from '@muster/api/types/storage-v1.ts'
import { isKind } from '../reads.ts'
import { type PodReferences, referencesOfPod, referencesOfVolume } from './references.ts'

/** What a node may be related to. */
export type Related =
  | 'pod'
  | 'secret'
  | 'config map'
  | 'claim'
  | 'volume'
  | 'resource claim'
  | 'service account'
  | 'volume attachment'
  | 'resource slice'

/** What the authorizer of nodes asks. */
export interface NodeRelations {
  /** Whether the object is of the node, or used by a pod that is bound to it. */
  isRelated(node: string, what: Related, namespace: string, name: string): boolean
}

/** The same, told of objects by their keys. */
export interface NodeRelationsIndex extends NodeRelations {
  /** `read` is asked when it matters what the object says, with luck never. */
  put(key: string, read: () => KubeObject): void
  remove(key: string): void
}

/** What is followed to know them. */
export const FOLLOWED = [
  { group: '', resource: 'pods' },
  { group: '', resource: 'persistentvolumes' },
  { group: 'storage.k8s.io', resource: 'volumeattachments' },
  { group: 'resource.k8s.io', resource: 'resourceslices' },
] as const

const isPod = isKind<Pod>('v1', 'Pod')
const isVolume = isKind<PersistentVolume>('v1', 'PersistentVolume')
const isAttachment = isKind<VolumeAttachment>('storage.k8s.io/v1', 'VolumeAttachment')
const isSlice = isKind<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice')

/** The pods, attachments and slices of one node. */
interface Own {
  readonly pods: Map<string, PodReferences>
  readonly attachments: Set<string>
  readonly slices: Set<string>
}

/** An index that knows nothing yet. */
export function createNodeRelations(): NodeRelationsIndex {
  const unread = new Map<string, () => KubeObject>()
  const nodes = new Map<string, Own>()
  /** By its name: the claim it is bound to, and its secrets. */
  const volumes = new Map<string, ReturnType<typeof referencesOfVolume>>()
  /** The volumes that stand behind a secret. */
  const volumesOfSecret = new Map<string, Set<string>>()
  /** How to take out what a key has put in. */
  const undo = new Map<string, () => void>()

  const readAll = (): void => {
    for (const [key, read] of unread) {
      undo.get(key)?.()
      undo.delete(key)
      const taken = take(read(), nodes, volumes, volumesOfSecret)
      if (taken) undo.set(key, taken)
    }
    unread.clear()
  }
  const usesClaim = (own: Own, claim: string | undefined): boolean =>
    claim !== undefined && names(own, claim, ({ claims }) => claims)

  return {
    put(key, read) {
      unread.set(key, read)
    },
    remove(key) {
      unread.delete(key)
      undo.get(key)?.()
      undo.delete(key)
    },
    isRelated(node, what, namespace, name) {
      readAll()
      const own = nodes.get(node)
      if (!own) return false
      const key = `${namespace}/${name}`
      switch (what) {
        case 'pod':
          return own.pods.has(key)
        case 'secret': {
          if (names(own, key, ({ secrets }) => secrets)) return true
          return [...(volumesOfSecret.get(key) ?? [])].some((volume) => usesClaim(own, volumes.get(volume)?.claim))
        }
        case 'config map':
          return names(own, key, ({ configMaps }) => configMaps)
        case 'claim':
          return usesClaim(own, key)
        case 'volume':
          return usesClaim(own, volumes.get(name)?.claim)
        case 'resource claim':
          return names(own, key, ({ resourceClaims }) => resourceClaims)
        case 'service account':
          return names(own, key, ({ serviceAccounts }) => serviceAccounts)
        case 'volume attachment':
          return own.attachments.has(name)
        case 'resource slice':
          return own.slices.has(name)
        default:
          return what satisfies never
      }
    },
  }
}

/** Whether a pod of the node names something. A node has some hundred pods. */
function names(own: Own, key: string, listOf: (references: PodReferences) => readonly string[]): boolean {
  const slash = key.indexOf('/')
  const [namespace, name] = [key.slice(0, slash + 1), key.slice(slash + 1)]
  for (const [pod, references] of own.pods) {
    if (pod.startsWith(namespace) && listOf(references).includes(name)) return true
  }
  return false
}

/** Puts an object in, and answers how to take it out; undefined when it says nothing of a node. */
function take(
  object: KubeObject,
  nodes: Map<string, Own>,
  volumes: Map<string, ReturnType<typeof referencesOfVolume>>,
  volumesOfSecret: Map<string, Set<string>>,
): (() => void) | undefined {
  const { name = '', namespace = '' } = object.metadata
  const ofNode = (node: string | undefined, put: (own: Own) => void, remove: (own: Own) => void) => {
    if (!node) return undefined
    const own = nodes.get(node) ?? { pods: new Map(), attachments: new Set(), slices: new Set() }
    nodes.set(node, own)
    put(own)
    return () => {
      remove(own)
      if (own.pods.size + own.attachments.size + own.slices.size === 0) nodes.delete(node)
    }
  }
  if (isPod(object)) {
    const key = `${namespace}/${name}`
    const references = referencesOfPod(object)
    return ofNode(
      object.spec?.nodeName,
      ({ pods }) => pods.set(key, references),
      ({ pods }) => pods.delete(key),
    )
  }
  if (isAttachment(object)) {
    const { nodeName } = object.spec
    return ofNode(
      nodeName,
      (own) => own.attachments.add(name),
      (own) => own.attachments.delete(name),
    )
  }
  if (isSlice(object)) {
    const { nodeName } = object.spec
    return ofNode(
      nodeName,
      (own) => own.slices.add(name),
      (own) => own.slices.delete(name),
    )
  }
  if (!isVolume(object)) return undefined
  const references = referencesOfVolume(object)
  volumes.set(name, references)
  for (const secret of references.secrets) {
    volumesOfSecret.set(secret, (volumesOfSecret.get(secret) ?? new Set()).add(name))
  }
  return () => {
    volumes.delete(name)
    for (const secret of references.secrets) {
      const rest = volumesOfSecret.get(secret)
      rest?.delete(name)
      if (rest?.size === 0) volumesOfSecret.delete(secret)
    }
  }
}
