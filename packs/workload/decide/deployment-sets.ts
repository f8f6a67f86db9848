/**
 * The ReplicaSets of a Deployment: one for each template that it had, with the number of its revision in an annotation.
 *
 *     web-a: 1 ── web-b: 2 ── web-c: 3     back to the template of web-a:     web-b: 2 ── web-c: 3 ── web-a: 4, was 1
 *
 * Source: kubernetes pkg/controller/deployment/sync.go and util/deployment_util.go.
 */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Deployment, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import { hashOf, withoutNulls } from './revisions.ts'
import { boundsOf, sizeMax } from './rolling.ts'

/** The annotation of a Deployment and of its ReplicaSets that holds the number of a revision. */
export const REVISION = 'deployment.kubernetes.io/revision'
/** The annotation of a ReplicaSet that holds the numbers that it had before, with commas. */
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
/** The annotation of a ReplicaSet that tells how many pods the Deployment wanted when it was last scaled. */
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
/** The annotation of a ReplicaSet that tells how many pods the Deployment could have when it was last scaled. */
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
/** The label that tells the pods of one ReplicaSet from those of the others. */
export const TEMPLATE_HASH_LABEL = 'pod-template-hash'

/** Oldest first; those of one age by name. */
export const oldestFirst = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] => sets.toSorted(byAge)

/** As {@link oldestFirst}, for two. */
export const byAge = ({ metadata: one }: ReplicaSet, { metadata: other }: ReplicaSet): number =>
  compare(one.creationTimestamp ?? '', other.creationTimestamp ?? '') || compare(one.name ?? '', other.name ?? '')

/** The set that has a template; the oldest, should there be several. */
export const setOfTemplate = (sets: readonly ReplicaSet[], template: PodTemplateSpec): ReplicaSet | undefined =>
  oldestFirst(sets).find(({ spec }) => isOfTemplate(spec?.template, template))

/** True when two templates are the same but for the hash. */
export const isOfTemplate = (one: PodTemplateSpec | undefined, other: PodTemplateSpec): boolean =>
  sameMeaning(withoutHash(one ?? {}), withoutHash(other))

/** The number of a set's revision: 0 without, undefined when it cannot be read. */
export function revisionOf({ metadata }: ReplicaSet): number | undefined {
  const text = metadata.annotations?.[REVISION]
  if (text === undefined) return 0
  return /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined
}

/** The number after those of all these sets. */
export const nextRevision = (sets: readonly ReplicaSet[]): number =>
  Math.max(0, ...sets.map((set) => revisionOf(set) ?? 0)) + 1

/** In the order of their revisions. */
export const byRevision = (sets: readonly ReplicaSet[]): readonly ReplicaSet[] =>
  sets.toSorted((one, other) => {
    const [mine, others] = [revisionOf(one), revisionOf(other)]
    return mine === undefined || others === undefined || mine === others ? byAge(one, other) : mine - others
  })

/** A count that an annotation holds; undefined without, or when it cannot be read. */
export function countIn({ metadata }: ReplicaSet, annotation: string): number | undefined {
  const text = metadata.annotations?.[annotation] ?? ''
  return /^[0-9]+$/.test(text) && Number(text) <= COUNT_MAX ? Number(text) : undefined
}

/** What the annotations of a set say about the Deployment when it is scaled. */
export function scaleAnnotations(deployment: Deployment): Record<string, string> {
  const bounds = boundsOf(deployment)
  return { [DESIRED_REPLICAS]: String(bounds.replicas), [MAX_REPLICAS]: String(sizeMax(bounds)) }
}

/** Those annotations of the new set that are not yet what they are to be: the Deployment's own, and its revision. */
export function newSetAnnotations(deployment: Deployment, set: ReplicaSet, revision: number): Record<string, string> {
  const known = set.metadata.annotations ?? {}
  const copied = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key, value]) => !NOT_COPIED.has(key) && known[key] !== value,
  )
  const before = revisionOf(set)
  // Somebody wrote nonsense: it is left to him.
  if (before === undefined) return {}
  if (before >= revision) return Object.fromEntries(copied)
  const history = historyWith(known[REVISION_HISTORY] ?? '', known[REVISION])
  return { ...Object.fromEntries(copied), [REVISION]: String(revision), ...history }
}

/** A set to be made for the template of a Deployment. */
export function newReplicaSet(deployment: Deployment, revision: number, replicas: number): ReplicaSet {
  const { metadata, spec, status } = deployment
  const template = spec?.template ?? {}
  const hash = hashOf(withoutNulls(template), status?.collisionCount ?? 0)
  const labels = { ...template.metadata?.labels, [TEMPLATE_HASH_LABEL]: hash }
  const { selector = {}, minReadySeconds = 0 } = spec ?? {}
  const set: ReplicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `${(metadata.name ?? '').slice(0, NAME_LENGTH_MAX - 1 - hash.length)}-${hash}`,
      namespace: metadata.namespace ?? '',
      labels,
      ownerReferences: [controllerReference(deployment)],
    },
    spec: {
      replicas,
      ...(minReadySeconds > 0 ? { minReadySeconds } : {}),
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [TEMPLATE_HASH_LABEL]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  }
  const annotations = { ...newSetAnnotations(deployment, set, revision), ...scaleAnnotations(deployment) }
  return { ...set, metadata: { ...set.metadata, annotations } }
}

/** Source: apimachinery validation DNS1123SubdomainMaxLength. */
const NAME_LENGTH_MAX = 253
const COUNT_MAX = 2 ** 31 - 1
/** Source: kubernetes deployment maxRevHistoryLengthInChars. */
const HISTORY_LENGTH_MAX = 2000

/** What is of the Deployment alone. */
const NOT_COPIED = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  'deprecated.deployment.rollback.to',
  CLUSTER_ANNOTATION,
])

/** The numbers that a set had, with one more; the oldest go where there are too many. */
function historyWith(history: string, revision: string | undefined): Record<string, string> {
  if (revision === undefined) return {}
  const numbers = [...history.split(',').filter((number) => number !== ''), revision]
  while (numbers.length > 1 && numbers.join(',').length > HISTORY_LENGTH_MAX) numbers.shift()
  return { [REVISION_HISTORY]: numbers.join(',') }
}

function withoutHash({ metadata, ...template }: PodTemplateSpec): PodTemplateSpec {
  const { [TEMPLATE_HASH_LABEL]: _, ...labels } = metadata?.labels ?? {}
  return { ...template, metadata: { ...metadata, labels } }
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
