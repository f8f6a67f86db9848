/** What containers that run may be given more or less of: cpu and memory. Source: kubernetes pkg/apis/core/validation ValidatePodResize. */
import { child, type FieldError, type FieldPath, forbidden, index, invalid } from '../../../field-error.ts'
import { sameMeaning } from '../../../same-meaning.ts'
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../../types/core-v1.ts'
import { MIRROR_ANNOTATION } from '../pod-spec/annotations.ts'
import { isRestartable } from '../pod-spec/containers.ts'
import type { ResourceList } from '../resource-list.ts'
import { qualityOf } from './quality.ts'

const ONLY = 'only cpu and memory resources are mutable'

/** True for pods that are never resized; the reason stands for all other errors. */
export function refuseResize({ metadata, spec }: Pod): FieldError[] {
  if (metadata.annotations?.[MIRROR_ANNOTATION] !== undefined) {
    return [forbidden('', 'static pods cannot be resized')]
  }
  return spec?.os?.name === 'windows' ? [forbidden('', 'windows pods cannot be resized')] : []
}

/** What is wrong with what the pod would have. */
export function validateResize(pod: Pod, old: Pod): FieldError[] {
  if (!pod.spec || !old.spec) return []
  const { spec } = pod
  const before = old.spec
  const quality = old.status?.qosClass || qualityOf(before)
  const errors = [
    ...(quality === qualityOf(spec)
      ? []
      : [invalid('spec', pod.status?.qosClass ?? '', 'Pod QOS Class may not change as a result of resizing')]),
    ...(isSupported(old) ? [] : [forbidden('spec', 'Pod running on node without support for resize')]),
    ...validateOfPod(spec, before, 'spec'),
    ...(old.status?.nodeAllocatableResourceClaimStatuses?.length
      ? [forbidden('spec', 'pods with node allocatable resource claims cannot be resized')]
      : []),
  ]
  const moved = [
    ...validateOrder(spec.containers, before.containers, 'containers'),
    ...validateOrder(spec.initContainers, before.initContainers, 'initContainers'),
  ]
  if (moved.length > 0) return [...errors, ...moved]
  errors.push(
    ...validateRemovals(spec.initContainers, before.initContainers, 'spec.initContainers'),
    ...validateRemovals(spec.containers, before.containers, 'spec.containers'),
    ...spec.containers.flatMap((container, at) =>
      sameMeaning(masked(container, before.containers[at]), before.containers[at]) ? [] : [forbidden('spec', ONLY)],
    ),
    ...(spec.initContainers ?? []).flatMap((container, at) =>
      validateInit(container, before.initContainers?.[at], index('spec.initContainers', at)),
    ),
  )
  if (errors.length > 0 || sameMeaning(withResources(spec, before), before)) return errors
  return [forbidden('spec', ONLY)]
}

/** A node that has a container running says what it gave it, or cannot change it. */
function isSupported({ status }: Pod): boolean {
  const running = status?.containerStatuses?.find(({ state }) => state?.running)
  return !running || running.resources !== undefined
}

function validateOfPod({ resources }: PodSpec, { resources: old }: PodSpec, path: FieldPath): FieldError[] {
  const saysNothing = (one: ResourceRequirements | undefined) =>
    sameMeaning(one?.requests, {}) && sameMeaning(one?.limits, {})
  if (saysNothing(resources) && saysNothing(old)) return []
  const place = child(path, 'resources')
  if (old && !resources) return [forbidden(place, 'pod-level resources cannot be removed')]
  const left = maskedResources(resources, old)
  return [
    ...(isRemoved(resources?.requests, old?.requests)
      ? [forbidden(child(place, 'requests'), 'pod-level resource requests cannot be removed')]
      : []),
    ...(isRemoved(resources?.limits, old?.limits)
      ? [forbidden(child(place, 'limits'), 'pod-level resource limits cannot be removed')]
      : []),
    ...(sameMeaning(left, old) ? [] : [forbidden(path, `${ONLY} at pod-level`)]),
  ]
}

function validateOrder(
  next: readonly Container[] = [],
  old: readonly Container[] = [],
  list: 'containers' | 'initContainers',
): FieldError[] {
  const path = child('spec', list)
  if (next.length !== old.length) return [forbidden(path, `${list} may not be added or removed on resize`)]
  return next.flatMap(({ name }, at) =>
    name === old[at]?.name
      ? []
      : [forbidden(child(index(path, at), 'name'), `${list} may not be renamed or reordered on resize`)],
  )
}

const validateRemovals = (
  next: readonly Container[] = [],
  old: readonly Container[] = [],
  path: FieldPath,
): FieldError[] =>
  next.flatMap(({ resources }, at) => {
    const place = child(index(path, at), 'resources')
    const before = old[at]?.resources
    return [
      ...(isRemoved(resources?.requests, before?.requests)
        ? [forbidden(child(place, 'requests'), 'resource requests cannot be removed')]
        : []),
      ...(isRemoved(resources?.limits, before?.limits)
        ? [forbidden(child(place, 'limits'), 'resource limits cannot be removed')]
        : []),
    ]
  })

function validateInit(container: Container, old: Container | undefined, path: FieldPath): FieldError[] {
  const left = masked(container, old)
  const begins = (left.resizePolicy ?? []).filter(({ restartPolicy }) => restartPolicy === 'RestartContainer')
  const why = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized'
  return [
    ...(sameMeaning(left, old)
      ? []
      : [forbidden(path, 'only cpu and memory resources for init or sidecar containers are mutable')]),
    ...(sameMeaning(container, old) || isRestartable(container) ? [] : begins.map(() => forbidden(path, why))),
  ]
}

const isRemoved = (next: ResourceList = {}, old: ResourceList = {}): boolean =>
  Object.keys(old).some((name) => next[name] === undefined)

/** A container with the cpu and memory that it had. */
const masked = (container: Container, old: Container | undefined): Container => ({
  ...container,
  resources: maskedResources(container.resources, old?.resources),
})

function maskedResources(
  { requests, limits }: ResourceRequirements = {},
  old: ResourceRequirements = {},
): ResourceRequirements {
  const mask = ({ cpu: _cpu, memory: _memory, ...others }: ResourceList = {}, before: ResourceList = {}) => ({
    ...others,
    ...(before.cpu === undefined ? {} : { cpu: before.cpu }),
    ...(before.memory === undefined ? {} : { memory: before.memory }),
  })
  return { requests: mask(requests, old.requests), limits: mask(limits, old.limits) }
}

function withResources(spec: PodSpec, old: PodSpec): PodSpec {
  const { resources: _resources, ...rest } = spec
  const { containers, initContainers, resources } = old
  return { ...rest, containers, ...(initContainers ? { initContainers } : {}), ...(resources ? { resources } : {}) }
}
