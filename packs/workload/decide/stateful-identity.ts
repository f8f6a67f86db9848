/**
 * Who a pod of a StatefulSet is: its ordinal, the names that follow from it, and its claims.
 *
 *     set web, ordinals from 2, 3 replicas ──► pods web-2 web-3 web-4, claims data-web-2 data-web-3 data-web-4
 *
 * Source: kubernetes pkg/controller/statefulset/stateful_set_utils.go.
 */
import type { StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { PersistentVolumeClaim, Pod, PodTemplateSpec, Volume } from '@muster/api/types/core-v1.ts'
import { podFromTemplate } from '../pods.ts'
import { REVISION_HASH_LABEL } from './revisions.ts'

/** The label that holds a pod's name, so that a Service can choose one pod. */
export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
/** The label that holds a pod's ordinal. */
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'

/** What comes before a pod's ordinal, and the ordinal; undefined for a name of another form. */
export function readPodName(name: string): { readonly parent: string; readonly ordinal: number } | undefined {
  const [, parent, digits] = /^(.*)-([0-9]+)$/s.exec(name) ?? []
  const ordinal = Number(digits)
  return parent === undefined || ordinal > ORDINAL_MAX ? undefined : { parent, ordinal }
}

/** True for a pod whose name says that it is of this set. */
export const isMember = (set: StatefulSet, pod: Pod): boolean => readPodName(nameOf(pod))?.parent === set.metadata.name

/** The ordinal of a pod; undefined for one without. */
export const ordinalOf = (pod: Pod): number | undefined => readPodName(nameOf(pod))?.ordinal

/** The first ordinal of a set, and how many there are. */
export const ordinalsOf = ({ spec }: StatefulSet): { readonly start: number; readonly replicas: number } => ({
  start: spec?.ordinals?.start ?? 0,
  replicas: spec?.replicas ?? 1,
})

/** True for a pod that the set wants. */
export function isWanted(set: StatefulSet, pod: Pod): boolean {
  const ordinal = ordinalOf(pod)
  const { start, replicas } = ordinalsOf(set)
  return ordinal !== undefined && ordinal >= start && ordinal < start + replicas
}

/** The revision that a pod is of, by its label; '' without. */
export const revisionOf = ({ metadata }: Pod): string => metadata.labels?.[REVISION_HASH_LABEL] ?? ''

/** The pod of an ordinal, as a template of the set describes it. */
export function newPod(set: StatefulSet, template: PodTemplateSpec, revision: string, ordinal: number): Pod {
  const { metadata, ...pod } = podFromTemplate(template, set)
  const name = podName(set, ordinal)
  const subdomain = set.spec?.serviceName
  const named: Pod = {
    ...pod,
    metadata: {
      ...metadata,
      name,
      labels: { ...metadata.labels, ...identityLabels(name, ordinal), [REVISION_HASH_LABEL]: revision },
    },
    spec: { containers: [], ...template.spec, hostname: name, ...(subdomain ? { subdomain } : {}) },
  }
  return { ...named, spec: { containers: [], ...named.spec, ...volumesOf(set, named) } }
}

/** What must be written so that a pod has its labels and its claims; undefined when it has them. */
export function repairOf(set: StatefulSet, pod: Pod): Repair | undefined {
  const ordinal = ordinalOf(pod)
  if (ordinal === undefined) return undefined
  const labels =
    pod.metadata.labels?.[POD_NAME_LABEL] === nameOf(pod) ? undefined : identityLabels(nameOf(pod), ordinal)
  const spec = hasClaims(set, pod, ordinal) ? undefined : volumesOf(set, pod)
  return labels || spec ? { ...(labels ? { metadata: { labels } } : {}), ...(spec ? { spec } : {}) } : undefined
}

/** A merge patch of a pod. */
export interface Repair {
  readonly metadata?: { readonly labels: Record<string, string> }
  readonly spec?: { readonly volumes?: Volume[] }
}

/** The claims of an ordinal, as the set's templates describe them. */
export function claimsOf(set: StatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const labels = set.spec?.selector.matchLabels
  return templatesOf(set).map((template) => ({
    ...template,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      ...template.metadata,
      name: claimName(set, template, ordinal),
      namespace: set.metadata.namespace ?? '',
      ...(labels || template.metadata.labels ? { labels: { ...template.metadata.labels, ...labels } } : {}),
    },
  }))
}

/** Source: 32 bits, as Go reads it. */
const ORDINAL_MAX = 2 ** 31 - 1

const templatesOf = ({ spec }: StatefulSet) => spec?.volumeClaimTemplates ?? []
const nameOf = ({ metadata }: { readonly metadata: { readonly name?: string } }): string => metadata.name ?? ''
const podName = (set: StatefulSet, ordinal: number): string => `${nameOf(set)}-${ordinal}`
const claimName = (set: StatefulSet, template: PersistentVolumeClaim, ordinal: number): string =>
  `${nameOf(template)}-${nameOf(set)}-${ordinal}`

const identityLabels = (name: string, ordinal: number) => ({
  [POD_NAME_LABEL]: name,
  [POD_INDEX_LABEL]: String(ordinal),
})

/** The claims come first, and in the place of volumes of their names. */
function volumesOf(set: StatefulSet, pod: Pod): { volumes?: Volume[] } {
  const templates = templatesOf(set)
  const ordinal = ordinalOf(pod) ?? 0
  const names = new Set(templates.map(nameOf))
  const others = (pod.spec?.volumes ?? []).filter(({ name }) => !names.has(name))
  const claimed = templates.map((template) => ({
    name: nameOf(template),
    persistentVolumeClaim: { claimName: claimName(set, template, ordinal) },
  }))
  const volumes = [...claimed, ...others]
  return volumes.length > 0 ? { volumes } : {}
}

const hasClaims = (set: StatefulSet, pod: Pod, ordinal: number): boolean =>
  templatesOf(set).every((template) => {
    const volume = pod.spec?.volumes?.find(({ name }) => name === nameOf(template))
    return volume?.persistentVolumeClaim?.claimName === claimName(set, template, ordinal)
  })
