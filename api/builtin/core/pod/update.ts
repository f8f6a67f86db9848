/** What may change of a pod's spec: hardly anything. Source: kubernetes pkg/apis/core/validation ValidatePodUpdate. */
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  invalid,
  key,
  required,
} from '../../../field-error.ts'
import { checkRange } from '../../../names.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type {
  Affinity,
  Container,
  NodeAffinity,
  NodeSelectorTerm,
  Pod,
  PodSpec,
  Toleration,
} from '../../../types/core-v1.ts'
import { goForm } from '../../go-form.ts'
import { validateToleration } from '../../node/tolerations.ts'
import { diffValues } from '../../unified-diff.ts'
import { APP_ARMOR_PREFIX, MIRROR_ANNOTATION } from '../pod-spec/annotations.ts'
import { validateImageSpace } from '../pod-spec/container-rules.ts'
import { goPodSpec } from '../pod-spec/go-pod-spec.ts'

const MAY_CHANGE = [
  '`spec.containers[*].image`',
  '`spec.initContainers[*].image`',
  '`spec.activeDeadlineSeconds`',
  '`spec.tolerations` (only additions to existing tolerations)',
  '`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)',
].join(',')

const DEADLINE_SECONDS_MAX = 2 ** 31 - 1

/** What is wrong with a change of the spec of a pod. */
export function validatePodChange({ spec }: Pod, { spec: old }: Pod): FieldError[] {
  if (!spec || !old) return []
  const errors = validateImages(spec.containers, old.containers, 'spec.containers')
  if (spec.containers.length !== old.containers.length) return errors
  errors.push(...validateImages(spec.initContainers, old.initContainers, 'spec.initContainers'))
  if ((spec.initContainers ?? []).length !== (old.initContainers ?? []).length) return errors
  const deadline = validateDeadline(spec, old, 'spec.activeDeadlineSeconds')
  errors.push(...deadline)
  if (deadline.length > 0 && spec.activeDeadlineSeconds !== undefined) return errors
  errors.push(
    ...validateTolerations(spec.tolerations ?? [], old.tolerations ?? [], 'spec.tolerations'),
    ...validateGates(spec, old, 'spec.schedulingGates'),
  )
  const isGated = (old.schedulingGates ?? []).length > 0
  if (isGated) errors.push(...validateGatedChange(spec, old, 'spec'))
  const rest = withoutAllowed(spec, old, isGated)
  if (sameMeaning(rest, old)) return errors
  const changes = diffValues(goPodSpec(old), goPodSpec(rest))
  return [...errors, forbidden('spec', `pod updates may not change fields other than ${MAY_CHANGE}\n${changes}`)]
}

function validateImages(
  next: readonly Container[] = [],
  old: readonly Container[] = [],
  path: FieldPath,
): FieldError[] {
  if (next.length !== old.length) return [forbidden(path, 'pod updates may not add or remove containers')]
  return next.flatMap((container, at) => [
    ...(container.image ? [] : [required(child(index(path, at), 'image'))]),
    ...validateImageSpace(container, index(path, at)),
  ])
}

/** A deadline may be set, and brought forward. */
function validateDeadline(
  { activeDeadlineSeconds: next }: PodSpec,
  { activeDeadlineSeconds: old }: PodSpec,
  path: FieldPath,
): FieldError[] {
  if (next === undefined) {
    return old === undefined ? [] : [invalid(path, null, 'must not update from a positive integer to nil value')]
  }
  const wrong = checkRange(next, 0, DEADLINE_SECONDS_MAX)
  if (wrong.length > 0) return wrong.map((why) => invalid(path, next, why))
  return old !== undefined && old < next ? [invalid(path, next, 'must be less than or equal to previous value')] : []
}

/** Tolerations may be added, and last longer or shorter. */
function validateTolerations(next: readonly Toleration[], old: readonly Toleration[], path: FieldPath): FieldError[] {
  const isKept = old.every((before) =>
    next.some(({ tolerationSeconds: _seconds, ...now }) => {
      const { tolerationSeconds: _secondsBefore, ...rest } = before
      return sameMeaning(now, rest)
    }),
  )
  if (!isKept) return [forbidden(path, 'existing toleration can not be modified except its tolerationSeconds')]
  return next.flatMap((one, at) => validateToleration(one, index(path, at)))
}

/** Gates may only be opened. */
function validateGates(
  { schedulingGates: next = [] }: PodSpec,
  { schedulingGates: old = [] }: PodSpec,
  path: FieldPath,
) {
  const known = new Set(old.map(({ name }) => name))
  return next.flatMap(({ name }, at) =>
    known.has(name)
      ? []
      : [
          forbidden(
            child(index(path, at), 'name'),
            `only deletion is allowed, but found new scheduling gate '${name}'`,
          ),
        ],
  )
}

/** While it waits at its gates, a pod may become more particular about its node. */
function validateGatedChange(spec: PodSpec, old: PodSpec, path: FieldPath): FieldError[] {
  const { nodeSelector = {} } = spec
  const isKept = Object.entries(old.nodeSelector ?? {}).every(([name, value]) => nodeSelector[name] === value)
  const why = 'only additions to spec.nodeSelector are allowed (no mutations or deletions)'
  return [
    ...(isKept ? [] : [invalid(child(path, 'nodeSelector'), nodeSelector, why)]),
    ...validateAffinityChange(
      spec.affinity?.nodeAffinity,
      old.affinity?.nodeAffinity,
      child(path, 'affinity', 'nodeAffinity'),
    ),
  ]
}

function validateAffinityChange(next: NodeAffinity | undefined, old: NodeAffinity | undefined, path: FieldPath) {
  const place = child(path, 'requiredDuringSchedulingIgnoredDuringExecution', 'nodeSelectorTerms')
  const termsOf = (affinity: NodeAffinity | undefined) =>
    affinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? []
  const [terms, before] = [termsOf(next), termsOf(old)]
  if (sameMeaning(next, old) || before.length === 0) return []
  if (terms.length !== before.length) {
    const shown = terms.length === 0 ? null : terms.map((term) => goForm('NodeSelectorTerm', term))
    return [invalid(place, shown, 'no additions/deletions to non-empty NodeSelectorTerms list are allowed')]
  }
  return terms.flatMap((term, at) =>
    onlyAdds(term, before[at] ?? {})
      ? []
      : [
          invalid(
            index(place, at),
            goForm('NodeSelectorTerm', term),
            'only additions are allowed (no mutations or deletions)',
          ),
        ],
  )
}

function onlyAdds(next: NodeSelectorTerm, old: NodeSelectorTerm): boolean {
  const { matchExpressions = [], matchFields = [] } = next
  const { matchExpressions: expressions = [], matchFields: fields = [] } = old
  // A term that says nothing chooses no node, so that to add to it would not narrow it.
  if (expressions.length + fields.length === 0) return matchExpressions.length + matchFields.length === 0
  return (
    sameMeaning(matchExpressions.slice(0, expressions.length), expressions) &&
    sameMeaning(matchFields.slice(0, fields.length), fields)
  )
}

/** The new spec, with everything that may change as it was. */
function withoutAllowed(spec: PodSpec, old: PodSpec, isGated: boolean): PodSpec {
  const images = (list: readonly Container[] = [], before: readonly Container[] = []): Container[] =>
    list.map((container, at) => ({ ...container, image: before[at]?.image ?? '' }))
  const grace = old.terminationGracePeriodSeconds ?? 0
  const keepsGrace = grace < 0 && spec.terminationGracePeriodSeconds === 1
  return defined({
    ...spec,
    containers: images(spec.containers, old.containers),
    initContainers: spec.initContainers && images(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(keepsGrace ? { terminationGracePeriodSeconds: grace } : {}),
    ...(isGated
      ? {
          nodeSelector: old.nodeSelector,
          affinity: withNodesOf(spec.affinity, old.affinity),
        }
      : {}),
  })
}

/** What it likes to be near, with the nodes that it liked before. */
function withNodesOf(affinity: Affinity | undefined, old: Affinity | undefined): Affinity | undefined {
  const { nodeAffinity: _nodes, ...others } = affinity ?? {}
  const nodeAffinity = old?.nodeAffinity
  const whole = { ...others, ...(nodeAffinity ? { nodeAffinity } : {}) }
  return Object.keys(whole).length > 0 ? whole : undefined
}

type Undefined<T> = { [Field in keyof T]: T[Field] | undefined }

const defined = (spec: Undefined<PodSpec>): PodSpec => {
  const said = Object.entries(spec).filter(([, value]) => value !== undefined)
  return { containers: [], ...Object.fromEntries(said) }
}

/** Annotations that a pod keeps: that of a mirror, and those of AppArmor. */
export function validateAnnotationChange({ metadata: next }: Pod, { metadata: old }: Pod): FieldError[] {
  const [now, before] = [next.annotations ?? {}, old.annotations ?? {}]
  const path = 'metadata.annotations'
  const what = (name: string) =>
    name.startsWith(APP_ARMOR_PREFIX)
      ? 'AppArmor annotations'
      : name === MIRROR_ANNOTATION
        ? 'mirror pod annotation'
        : undefined
  return [
    ...Object.entries(before).flatMap(([name, value]) => {
      const said = now[name] === value ? undefined : what(name)
      return said ? [forbidden(key(path, name), `may not remove or update ${said}`)] : []
    }),
    ...Object.keys(now).flatMap((name) => {
      const said = name in before ? undefined : what(name)
      return said ? [forbidden(key(path, name), `may not add ${said}`)] : []
    }),
  ]
}

/** Containers that look into a pod may be added, and stay. */
export function validateEphemeralChange(pod: Pod, old: Pod): FieldError[] {
  if (old.metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbidden('', 'static pods do not support ephemeral containers')]
  }
  const path = 'spec.ephemeralContainers'
  const now = new Map((pod.spec?.ephemeralContainers ?? []).map((container) => [container.name, container]))
  return (old.spec?.ephemeralContainers ?? []).flatMap((before) => {
    const container = now.get(before.name)
    const said = `existing ephemeral containers ${JSON.stringify(before.name)} may not be`
    if (!container) return [forbidden(path, `${said} removed\n`)]
    if (sameMeaning(container, before)) return []
    const changes = diffValues(goForm('EphemeralContainer', before), goForm('EphemeralContainer', container))
    return [forbidden(path, `${said} changed\n${changes}`)]
  })
}
