/**
 * A node writes about itself and its own pods, and nothing by which it could draw others to itself.
 *
 * Source: kubernetes plugin/pkg/admission/noderestriction, with the features that are on in v1.36
 * (ServiceAccountNodeAudienceRestriction; PodCertificateRequest is off).
 */
import { goQuote } from '@muster/api/go-text.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { CertificateSigningRequest } from '@muster/api/types/certificates-v1.ts'
import type { PersistentVolumeClaim } from '@muster/api/types/core-v1.ts'
import type { ResourceSlice } from '@muster/api/types/resource-v1.ts'
import { NODE_LEASES, ONLY_NODE_LEASES, ONLY_OWN_CSI_NODE, ONLY_OWN_LEASE } from '../../auth/node/authorizer.ts'
import { isKind } from '../../auth/reads.ts'
import { readSigningRequest } from '../../auth/signing-request.ts'
import { nodeIdentity, nodeUsername } from '../../auth/user.ts'
import { type AdmissionContext, type AdmissionRequest, type AdmissionStep, refusal } from '../admission.ts'
import { operationOf } from '../match-rules.ts'
import { restrictNode } from './own-node.ts'
import { restrictEviction, restrictPod, restrictPodStatus } from './own-pods.ts'
import { restrictToken } from './tokens.ts'

/** The step. */
export const nodeRestriction: AdmissionStep = {
  name: 'NodeRestriction',
  handles: (verb, { group, resource }) => verb !== 'connect' && Object.hasOwn(RESTRICTED, `${group}/${resource}`),
  mutate: async (request, context) => {
    const node = nodeIdentity(request.user)
    if (node === undefined) return undefined
    if (node === '') throw refusal(request, `could not determine node from user ${goQuote(request.user.username)}`)
    const { group, resource } = request.resource
    await RESTRICTED[`${group}/${resource}`]?.(node, request, context)
    return undefined
  },
}

/** Throws what refuses the request of a node. */
type Restrict = (node: string, request: AdmissionRequest, context: AdmissionContext) => void | Promise<void>

const RESTRICTED: Readonly<Record<string, Restrict>> = {
  '/pods': restrictPods,
  '/nodes': restrictNode,
  '/persistentvolumeclaims': restrictClaim,
  '/serviceaccounts': restrictToken,
  'coordination.k8s.io/leases': restrictLease,
  'storage.k8s.io/csinodes': (node, request) => {
    if (nameOf(request) !== node) throw refusal(request, ONLY_OWN_CSI_NODE)
  },
  'resource.k8s.io/resourceslices': restrictSlice,
  'certificates.k8s.io/certificatesigningrequests': restrictSigningRequest,
  'certificates.k8s.io/podcertificaterequests': (_node, request) => {
    throw refusal(request, 'PodCertificateRequest feature gate is disabled')
  },
}

function restrictPods(node: string, request: AdmissionRequest, context: AdmissionContext): void | Promise<void> {
  switch (request.subresource) {
    case '':
      return restrictPod(node, request, context)
    case 'status':
      return restrictPodStatus(node, request)
    case 'eviction':
      return restrictEviction(node, request, context)
    default: {
      const what = `unexpected pod subresource ${goQuote(request.subresource)}`
      throw refusal(request, `${what}, only 'status' and 'eviction' are allowed`)
    }
  }
}

/** The object's own name at creation. */
const nameOf = (request: AdmissionRequest): string =>
  request.verb === 'create' ? (request.object.metadata.name ?? '') : request.name

function restrictLease(node: string, request: AdmissionRequest): void {
  if (request.namespace !== NODE_LEASES) throw refusal(request, ONLY_NODE_LEASES)
  if (nameOf(request) !== node) throw refusal(request, ONLY_OWN_LEASE)
}

const isClaim = isKind<PersistentVolumeClaim>('v1', 'PersistentVolumeClaim')

/** How large a volume is on the node, and what the node has to say of that. */
function restrictClaim(node: string, request: AdmissionRequest): void {
  if (request.subresource !== 'status') throw refusal(request, 'may only update PVC status')
  if (request.verb !== 'update') throw refusal(request, `unexpected operation ${goQuote(operationOf(request))}`)
  const [before, after] = [withoutSize(request.old), withoutSize(request.object)]
  if (sameMeaning(before, after)) return
  const what = 'is not allowed to update fields other than status.quantity and status.conditions'
  throw refusal(request, `node ${goQuote(node)} ${what}: ${sayDifference(before, after)}`)
}

function withoutSize(object: KubeObject): KubeObject {
  const { resourceVersion: _version, managedFields: _fields, ...metadata } = object.metadata
  if (!isClaim(object)) return { ...object, metadata }
  const { capacity, conditions, allocatedResources, allocatedResourceStatuses, ...status } = object.status ?? {}
  return { ...object, metadata, status } as KubeObject
}

/** The fields at the top that differ; Kubernetes prints how. */
const sayDifference = (before: KubeObject, after: KubeObject): string =>
  [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((field) => !sameMeaning(Reflect.get(before, field), Reflect.get(after, field)))
    .join(', ')

const isSlice = isKind<ResourceSlice>('resource.k8s.io/v1', 'ResourceSlice')

/** Of the others the authorizer knows whose they are. */
function restrictSlice(node: string, request: AdmissionRequest): void {
  if (request.verb !== 'create' && request.verb !== 'delete') return
  const slice = request.verb === 'create' ? request.object : request.old
  if (isSlice(slice) && slice.spec.nodeName === node) return
  throw refusal(request, `can only ${request.verb} ResourceSlice with the same NodeName as the requesting node`)
}

const isSigningRequest = isKind<CertificateSigningRequest>('certificates.k8s.io/v1', 'CertificateSigningRequest')
/** Those who sign for nodes. */
const NODE_SIGNERS: ReadonlySet<string> = new Set([
  'kubernetes.io/kubelet-serving',
  'kubernetes.io/kube-apiserver-client-kubelet',
])

async function restrictSigningRequest(node: string, request: AdmissionRequest): Promise<void> {
  if (request.verb !== 'create' || !isSigningRequest(request.object)) return
  const { signerName, request: pem } = request.object.spec
  if (!NODE_SIGNERS.has(signerName)) return
  const read = await readSigningRequest(Buffer.from(pem, 'base64').toString())
  if ('refused' in read) throw refusal(request, `unable to parse csr: ${read.refused}`)
  if (read.commonName === nodeUsername(node)) return
  throw refusal(request, `can only create a node CSR with CN=${nodeUsername(node)}`)
}
