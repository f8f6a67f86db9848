/**
 * What a StatefulSet or a DaemonSet was: a ControllerRevision for each template that it had, numbered from the oldest on.
 *
 *     1: a ── 2: b ── 3: c        the template becomes a again:        2: b ── 3: c ── 4: a
 *
 * Source: kubernetes pkg/controller/history, pkg/controller/statefulset, pkg/controller/daemon/update.go.
 */
import { CLUSTER_ANNOTATION } from '@muster/api/cluster-annotation.ts'
import { goJson } from '@muster/api/go-text.ts'
import { controllerReference } from '@muster/api/metadata/owner-references.ts'
import type { Json, JsonObject, KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import type { ControllerRevision } from '@muster/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '@muster/api/types/core-v1.ts'

/** The label of pods that tells which revision they are of, and of the revisions of DaemonSets. */
export const REVISION_HASH_LABEL = 'controller-revision-hash'
/** The same of the revisions of StatefulSets. Source: kubernetes history.ControllerRevisionHashLabel. */
const STATEFUL_HASH_LABEL = 'controller.kubernetes.io/hash'

/** Which revision stands for a template. */
export type RevisionChoice =
  | { readonly choose: 'latest'; readonly revision: ControllerRevision }
  /** An older one, that becomes the latest: it gets this number. */
  | { readonly choose: 'earlier'; readonly revision: ControllerRevision; readonly number: number }
  | { readonly choose: 'new'; readonly number: number }

/** The patch that makes a template what it is now: what a revision keeps. */
export const revisionData = (template: PodTemplateSpec): JsonObject =>
  withoutNulls({ spec: { template: { $patch: 'replace', ...template } } })

/** The template that a revision keeps; `latest` where it keeps none. */
export function templateOf({ data }: ControllerRevision, latest: PodTemplateSpec): PodTemplateSpec {
  const { $patch, ...template } = (data as { spec?: { template?: JsonObject } } | undefined)?.spec?.template ?? {}
  return $patch === undefined ? latest : (template as unknown as PodTemplateSpec)
}

/** Oldest first; those of one number by age, and then by name. */
export const inOrder = (revisions: readonly ControllerRevision[]): readonly ControllerRevision[] =>
  revisions.toSorted(
    (one, other) =>
      one.revision - other.revision || compare(ageOf(one), ageOf(other)) || compare(nameOf(one), nameOf(other)),
  )

/** Which revision a template has, of those that there are. */
export function chooseRevision(revisions: readonly ControllerRevision[], data: JsonObject): RevisionChoice {
  const ordered = inOrder(revisions)
  const latest = ordered.at(-1)
  const revision = ordered.findLast((one) => isOf(one, data))
  const number = (latest?.revision ?? 0) + 1
  if (!revision) return { choose: 'new', number }
  return revision === latest ? { choose: 'latest', revision } : { choose: 'earlier', revision, number }
}

/** True when a revision keeps this. An absent field is as good as one that is null. */
export const isOf = ({ data }: ControllerRevision, other: JsonObject): boolean =>
  sameJson(withoutNulls(data ?? {}), other)

/** A revision to be made. `collisions`: how often a name that was made before stood for something else. */
export function newRevision(
  owner: KubeObject,
  template: PodTemplateSpec,
  number: number,
  collisions: number,
): ControllerRevision {
  const data = revisionData(template)
  const hash = hashOf(data, collisions)
  const label = owner.kind === 'DaemonSet' ? REVISION_HASH_LABEL : STATEFUL_HASH_LABEL
  const { [CLUSTER_ANNOTATION]: _, ...annotations } = owner.metadata.annotations ?? {}
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: `${(owner.metadata.name ?? '').slice(0, PREFIX_LENGTH_MAX)}-${hash}`,
      namespace: owner.metadata.namespace ?? '',
      labels: { ...template.metadata?.labels, [label]: hash },
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
      ownerReferences: [controllerReference(owner)],
    },
    data,
    revision: number,
  }
}

/** Of those that nothing needs, the oldest that are more than `limit`. Of those that are still used none. */
export function surplusRevisions(
  old: readonly ControllerRevision[],
  limit: number,
  isUsed: (revision: ControllerRevision) => boolean,
): readonly ControllerRevision[] {
  const surplus = old.length - limit
  return surplus <= 0
    ? []
    : inOrder(old)
        .filter((revision) => !isUsed(revision))
        .slice(0, surplus)
}

/** Source: kubernetes history.ControllerRevisionName: what is left of 253 characters beside a dash and the hash. */
const PREFIX_LENGTH_MAX = 223
/** Source: apimachinery pkg/util/rand: neither vowels nor what looks like another, so that no word comes out. */
const SAFE_LETTERS = 'bcdfghjklmnpqrstvwxz2456789'

/** FNV-1 of what it keeps and of the count, in decimal and then in safe letters. Source: kubernetes history.HashControllerRevision. */
export function hashOf(data: JsonObject, collisions: number): string {
  let hash = 0x811c9dc5
  for (const byte of new TextEncoder().encode(goJson(sorted(data)) + collisions)) {
    hash = Math.imul(hash, 0x01000193) ^ byte
  }
  const digits = String(hash >>> 0)
  return Array.from(digits, (digit) => SAFE_LETTERS[digit.charCodeAt(0) % SAFE_LETTERS.length]).join('')
}

/** Go prints the fields of a map in order. */
function sorted(value: Json): Json {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value).toSorted(([one], [other]) => compare(one, other))
  return Object.fromEntries(fields.map(([name, field]) => [name, sorted(field)]))
}

/** Without fields that are null, however deep. */
export const withoutNulls = (value: unknown): JsonObject =>
  JSON.parse(JSON.stringify(value, (_, field) => (field === null ? undefined : field)))

const nameOf = ({ metadata }: ControllerRevision): string => metadata.name ?? ''
const ageOf = ({ metadata }: ControllerRevision): string => metadata.creationTimestamp ?? ''
const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0)
