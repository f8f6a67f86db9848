/**
 * What a node may do to pods: show those that it runs by itself, tell how its own fare, evict and delete them.
 * Source: kubernetes plugin/pkg/admission/noderestriction admitPod, pkg/api/pod HasAPIObjectReference.
 */
import { MIRROR_ANNOTATION } from '@muster/api/builtin/core/pod-spec/annotations.ts'
import { goQuote } from '@muster/api/go-text.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { notFound } from '@muster/api/status.ts'
import type { Node, Pod, Volume } from '@muster/api/types/core-v1.ts'
import { configMapNames, isMirror, secretNames } from '../../auth/node/references.ts'
import { core, isKind } from '../../auth/reads.ts'
import { type AdmissionContext, type AdmissionRequest, refusal } from '../admission.ts'
import { operationOf } from '../match-rules.ts'

const isPod = isKind<Pod>('v1', 'Pod')
const isNode = isKind<Node>('v1', 'Node')

/** Throws what refuses a node to create or delete a pod. */
export async function restrictPod(node: string, request: AdmissionRequest, context: AdmissionContext): Promise<void> {
  switch (request.verb) {
    case 'create':
      return restrictMirror(node, request, request.object, context)
    case 'delete':
      if (nodeOf(request.old) === node) return
      throw refusal(request, `node ${goQuote(node)} can only delete pods with spec.nodeName set to itself`)
    default: {
      const what = `unexpected operation ${goQuote(operationOf(request))}`
      throw refusal(request, `${what}, node ${goQuote(node)} can only create and delete mirror pods`)
    }
  }
}

/** Throws what refuses a node to tell how a pod fares. */
export function restrictPodStatus(node: string, request: AdmissionRequest): void {
  if (request.verb !== 'update') throw refusal(request, `unexpected operation ${goQuote(operationOf(request))}`)
  const { old, object } = request
  if (!isPod(old) || !isPod(object)) return
  const refuse = (what: string) => refusal(request, `node ${goQuote(node)} ${what}`)
  if (nodeOf(old) !== node) throw refuse('can only update pod status for pods with spec.nodeName set to itself')
  if (!sameMeaning(old.metadata.labels ?? {}, object.metadata.labels ?? {})) {
    throw refuse('cannot update labels through pod status')
  }
  if (!sameMeaning(old.status?.resourceClaimStatuses ?? [], object.status?.resourceClaimStatuses ?? [])) {
    throw refuse('cannot update resource claim statues')
  }
  if (!sameMeaning(old.status?.extendedResourceClaimStatus, object.status?.extendedResourceClaimStatus)) {
    throw refuse('cannot update extended resource claim status')
  }
}

/** Throws what refuses a node to evict a pod. */
export async function restrictEviction(
  node: string,
  request: AdmissionRequest,
  { reads }: AdmissionContext,
): Promise<void> {
  if (request.verb !== 'create') throw refusal(request, `unexpected operation ${operationOf(request)}`)
  const name = request.name || request.object.metadata.name || ''
  if (name === '') throw refusal(request, 'could not determine pod from request data')
  const pod = await reads.get(core('pods'), request.namespace, name)
  if (!pod) throw notFound(core('pod'), name)
  if (nodeOf(pod) === node) return
  throw refusal(request, `node ${node} can only evict pods with spec.nodeName set to itself`)
}

const nodeOf = (pod: KubeObject): string => (isPod(pod) ? (pod.spec?.nodeName ?? '') : '')

/** A pod that a node writes is one that it runs by itself: it belongs to the node, and gives it nothing to read. */
async function restrictMirror(
  node: string,
  request: AdmissionRequest,
  pod: KubeObject,
  { reads }: AdmissionContext,
): Promise<void> {
  if (!isPod(pod)) return
  const who = `node ${goQuote(node)}`
  if (!isMirror(pod)) {
    const what = `pod does not have ${goQuote(MIRROR_ANNOTATION)} annotation`
    throw refusal(request, `${what}, ${who} can only create mirror pods`)
  }
  if (nodeOf(pod) !== node) throw refusal(request, `${who} can only create pods with spec.nodeName set to itself`)
  const only = (what: string) => refusal(request, `${who} can only create pods with ${what} set to itself`)
  const [owner, ...others] = pod.metadata.ownerReferences ?? []
  if (others.length > 0) throw only('a single owner reference')
  if (owner?.apiVersion !== 'v1' || owner.kind !== 'Node' || owner.name !== node) throw only('an owner reference')
  if (!owner.controller) throw only('a controller owner reference')
  if (owner.blockOwnerDeletion) throw refusal(request, `${who} must not set blockOwnerDeletion on an owner reference`)
  const found = await reads.get(core('nodes'), '', node)
  if (!found || !isNode(found)) throw notFound(core('node'), node)
  const { uid = '' } = found.metadata
  if (owner.uid !== uid) throw refusal(request, `node ${node} UID mismatch: expected ${owner.uid} got ${uid}`)
  const { refers, why } = referenceOf(pod)
  if (why !== undefined) throw refusal(request, `error checking mirror pod for API references: ${why}`)
  if (refers !== undefined) throw refusal(request, `${who} can not create pods that reference ${refers}`)
}

/** The first object of the API that a pod refers to, or why nobody can tell. */
function referenceOf(pod: Pod): { readonly refers?: string; readonly why?: string } {
  if (pod.spec?.serviceAccountName) return { refers: 'serviceaccounts' }
  if (secretNames(pod).length > 0) return { refers: 'secrets' }
  if (configMapNames(pod).length > 0) return { refers: 'configmaps' }
  if ((pod.spec?.resourceClaims ?? []).length > 0) return { refers: 'resourceclaims' }
  for (const volume of pod.spec?.volumes ?? []) {
    const found = referenceOfVolume(volume)
    if (found) return found
  }
  return {}
}

function referenceOfVolume({
  name,
  ...volume
}: Volume): { readonly refers: string } | { readonly why: string } | undefined {
  const [source] = Object.keys(volume)
  if (source === undefined) return { why: `unknown volume type for volume  ${goQuote(name)}` }
  if (source !== 'projected') return source in VOLUMES ? { refers: VOLUMES[source] ?? '' } : undefined
  for (const part of volume.projected?.sources ?? []) {
    const [kind = ''] = Object.keys(part)
    if (kind === 'downwardAPI') continue
    const refers = PROJECTED[kind]
    return refers === undefined ? { why: `unknown source for projected volume ${goQuote(name)}` } : { refers }
  }
  return undefined
}

const VOLUMES: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via configmap volumes)',
  secret: 'secrets (via secret volumes)',
  csi: 'csidrivers (via CSI volumes)',
  glusterfs: 'endpoints (via glusterFS volumes)',
  persistentVolumeClaim: 'persistentvolumeclaims',
  ephemeral: 'persistentvolumeclaims (via ephemeral volumes)',
  azureFile: 'secrets (via azureFile volumes)',
}

const PROJECTED: Readonly<Record<string, string>> = {
  configMap: 'configmaps (via projected volumes)',
  secret: 'secrets (via projected volumes)',
  serviceAccountToken: 'serviceaccounts (via projected volumes)',
  clusterTrustBundle: 'clustertrustbundles',
  podCertificate: 'podcertificates',
}
