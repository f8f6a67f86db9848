/**
 * What each kind of write leaves alone, kind by kind.
 *
 * A write of an object leaves its status; a write of its status leaves everything else. What counts as everything else
 * differs: newer kinds, and custom resources, leave metadata too, and older ones let labels and annotations be written.
 *
 * Kubernetes declares filters for pods' /resize and /ephemeralcontainers too, and asks nobody for them.
 *
 * Source: kubernetes pkg/registry/*\/*\/strategy.go (GetResetFields); apiextensions-apiserver registry/customresource.
 */
import { excluding, type FieldFilter } from './field-filter.ts'
import { setOf } from './field-set.ts'
import { fieldElement } from './path-element.ts'

/** A kind, by its place in paths, and whether it has a /status. */
export interface ResetFieldsOf {
  readonly group: string
  readonly plural: string
  readonly hasStatus: boolean
}

/** The filter for writes through a subresource, in every version of the kind; undefined where nothing is left alone. */
export function resetFieldsOf(
  { group, plural, hasStatus }: ResetFieldsOf,
  subresource: string,
): FieldFilter | undefined {
  const own = EXCEPTIONS.get(`${group}/${plural}/${subresource}`)
  if (own) return own
  if (!hasStatus) return undefined
  if (subresource === '') return WITHOUT_STATUS
  if (subresource !== 'status') return undefined
  return LABELLED_THROUGH_STATUS.has(`${group}/${plural}`) ? WITHOUT_SPEC : WITHOUT_SPEC_AND_METADATA
}

const without = (...paths: readonly string[]): FieldFilter =>
  excluding(setOf(...paths.map((path) => path.split('.').map(fieldElement))))

const WITHOUT_STATUS = without('status')
const WITHOUT_SPEC = without('spec')
const WITHOUT_SPEC_AND_METADATA = without('spec', 'metadata')

/** Kinds whose metadata may be written through /status. */
const LABELLED_THROUGH_STATUS: ReadonlySet<string> = new Set([
  '/namespaces',
  '/nodes',
  '/persistentvolumeclaims',
  '/persistentvolumes',
  '/replicationcontrollers',
  '/resourcequotas',
  '/services',
  'apps/daemonsets',
  'apps/replicasets',
  'apps/statefulsets',
  'autoscaling/horizontalpodautoscalers',
  'batch/cronjobs',
  'batch/jobs',
  'certificates.k8s.io/podcertificaterequests',
  'networking.k8s.io/ingresses',
  'policy/poddisruptionbudgets',
])

/** By group, plural and subresource. */
const EXCEPTIONS: ReadonlyMap<string, FieldFilter | undefined> = new Map([
  ['/namespaces/finalize', WITHOUT_STATUS],
  ['/pods/status', without('spec', 'metadata.deletionTimestamp', 'metadata.ownerReferences')],
  ['apps/deployments/status', without('spec', 'metadata.labels')],
  ['certificates.k8s.io/certificatesigningrequests/', without('spec', 'status')],
  ['certificates.k8s.io/certificatesigningrequests/status', without('spec', 'status.conditions')],
  ['certificates.k8s.io/certificatesigningrequests/approval', without('spec', 'status.certificate')],
])
