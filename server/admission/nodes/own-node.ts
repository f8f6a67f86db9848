/** What a node may say of itself. Source: kubernetes plugin/pkg/admission/noderestriction admitNode, kubelet pkg/apis. */
import { goQuote } from '@muster/api/go-text.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Node } from '@muster/api/types/core-v1.ts'
import { isKind } from '../../auth/reads.ts'
import { type AdmissionRequest, refusal } from '../admission.ts'

type Labels = Readonly<Record<string, string>>

const isNode = isKind<Node>('v1', 'Node')

/** Throws Forbidden for another node, and for what would draw pods to the node that should not be there. */
export function restrictNode(node: string, request: AdmissionRequest): void {
  const name = request.name || ('object' in request ? (request.object.metadata.name ?? '') : '')
  if (name !== node) throw refusal(request, `node ${goQuote(node)} is not allowed to modify node ${goQuote(name)}`)
  if (!('object' in request) || !isNode(request.object)) return
  const { metadata, spec } = request.object
  if (request.verb === 'create') {
    if (spec?.configSource) {
      throw refusal(request, `node ${goQuote(node)} is not allowed to create pods with a non-nil configSource`)
    }
    const restricted = restrictedAmong(changedLabels(metadata.labels, undefined))
    if (restricted.length === 0) return
    const what = `is not allowed to set the following labels: ${restricted.join(', ')}`
    throw refusal(request, `node ${goQuote(node)} ${what}`)
  }
  if (request.verb !== 'update' || !isNode(request.old)) return
  const { metadata: oldMetadata, spec: oldSpec } = request.old
  const refuse = (what: string) => refusal(request, `node ${goQuote(node)} is not allowed to ${what}`)
  if (spec?.configSource && !sameMeaning(spec.configSource, oldSpec?.configSource)) {
    throw refuse('update configSource to a new non-nil configSource')
  }
  if (!sameMeaning(spec?.taints ?? [], oldSpec?.taints ?? [])) throw refuse('modify taints')
  if (!sameMeaning(metadata.ownerReferences ?? [], oldMetadata.ownerReferences ?? [])) {
    throw refuse('modify ownerReferences')
  }
  const restricted = restrictedAmong(changedLabels(metadata.labels, oldMetadata.labels))
  if (restricted.length > 0) throw refusal(request, `is not allowed to modify labels: ${restricted.join(', ')}`)
}

/** Labels that are there, or not there, or otherwise than before. */
const changedLabels = (now: Labels = {}, before: Labels = {}): readonly string[] =>
  [...new Set([...Object.keys(now), ...Object.keys(before)])].filter((key) => now[key] !== before[key])

/** Those that a node may not change: what is set apart for others, and Kubernetes' own but for a few. */
export const restrictedAmong = (keys: readonly string[]): readonly string[] =>
  keys.filter((key) => isIn(key, 'node-restriction.kubernetes.io') || (isKubernetes(key) && !mayBeSet(key))).toSorted()

const isKubernetes = (key: string): boolean => isIn(key, 'kubernetes.io') || isIn(key, 'k8s.io')

const mayBeSet = (key: string): boolean =>
  OWN_LABELS.has(key) || isIn(key, 'kubelet.kubernetes.io') || isIn(key, 'node.kubernetes.io')

/** True for a label of a domain, or of one below it. */
function isIn(key: string, domain: string): boolean {
  const slash = key.indexOf('/')
  const own = slash < 0 ? '' : key.slice(0, slash)
  return own === domain || own.endsWith(`.${domain}`)
}

/** What nodes tell of themselves. */
const OWN_LABELS: ReadonlySet<string> = new Set([
  'kubernetes.io/hostname',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'beta.kubernetes.io/instance-type',
  'node.kubernetes.io/instance-type',
  'kubernetes.io/os',
  'kubernetes.io/arch',
  'beta.kubernetes.io/os',
  'beta.kubernetes.io/arch',
])
