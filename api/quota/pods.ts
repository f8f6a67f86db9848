/**
 * How pods are counted: what they ask for, as long as they have not ended and are not overdue to go; and, as
 * `count/pods`, that they are there. Source: kubernetes pkg/quota/v1/evaluator/core/pods.go.
 */
import { type Instant, seconds } from '@muster/base/clock.ts'
import { isOfPod, takenBy } from '../builtin/core/pod/pod-resources.ts'
import { qualityOf } from '../builtin/core/pod/quality.ts'
import { isExtendedResource, isNativeResource } from '../builtin/core/resource-names.ts'
import type { KubeObject } from '../object.ts'
import { parseQuantity, type Quantity } from '../quantity.ts'
import type { Container, Pod, PodAffinityTerm, ScopedResourceSelectorRequirement } from '../types/core-v1.ts'
import type { Amounts } from './amounts.ts'
import { type Counter, countName, fitsScope, oneOfEach } from './counter.ts'

const COUNT = countName({ group: '', resource: 'pods' })
const COMPUTE = ['cpu', 'memory', 'ephemeral-storage']
const NAMES = new Set([COUNT, 'pods', ...COMPUTE.flatMap((name) => [name, `requests.${name}`, `limits.${name}`])])
const HUGE_PAGES = 'hugepages-'
const OF_DEVICE_CLASS = 'requests.deviceclass.resource.kubernetes.io/'

/** Whoever limits one of these wants every container to say how much it takes. */
const MUST_BE_SAID = new Set(['cpu', 'memory', 'requests.cpu', 'requests.memory', 'limits.cpu', 'limits.memory'])

/** Of pods. */
export const podCounter: Counter = {
  counts: (name) =>
    NAMES.has(name) ||
    name.startsWith(HUGE_PAGES) ||
    (name.startsWith('requests.') &&
      (name.startsWith(`requests.${HUGE_PAGES}`) || name.startsWith(OF_DEVICE_CLASS) || !isNativeResource(name))),

  usage(object, now) {
    if (!isPod(object)) return new Map()
    return isCounted(object, now) ? new Map([...computeOf(object), ...oneOfEach(COUNT, 'pods')]) : oneOfEach(COUNT)
  },

  isInScope: (scope, object) => isPod(object) && isInScope(scope, object),

  lacks(names, object) {
    const wanted = names.filter((name) => MUST_BE_SAID.has(name)).sort()
    if (wanted.length === 0 || !isPod(object) || saysForAll(object)) return undefined
    const { containers = [], initContainers = [] } = object.spec ?? {}
    const lacking = wanted.flatMap((name) => {
      const silent = [...containers, ...initContainers].filter((container) => !saidBy(container).has(name))
      return silent.length === 0 ? [] : [`${name} for: ${[...new Set(silent.map((one) => one.name))].sort().join(',')}`]
    })
    return lacking.length === 0 ? undefined : `must specify ${lacking.join('; ')}`
  },
}

/** When a pod that is to go has had all its time, and takes nothing any more; undefined for one that stays. */
export function overdueAt({ metadata }: KubeObject): Instant | undefined {
  const { deletionTimestamp, deletionGracePeriodSeconds: grace } = metadata
  if (deletionTimestamp === undefined || grace === undefined) return undefined
  return (Date.parse(deletionTimestamp) + seconds(grace)) as Instant
}

const isPod = (object: KubeObject): object is Pod => object.kind === 'Pod' && object.apiVersion === 'v1'

function isCounted(pod: Pod, now: Instant): boolean {
  if (pod.status?.phase === 'Failed' || pod.status?.phase === 'Succeeded') return false
  const overdue = overdueAt(pod)
  return overdue === undefined || now <= overdue
}

function computeOf(pod: Pod): Amounts {
  const amounts = new Map<string, Quantity>()
  for (const [name, amount] of Object.entries(takenBy(pod, 'requests'))) {
    for (const said of namesOf(name, 'requests')) amounts.set(said, parseQuantity(amount))
  }
  for (const [name, amount] of Object.entries(takenBy(pod, 'limits'))) {
    for (const said of namesOf(name, 'limits')) amounts.set(said, parseQuantity(amount))
  }
  return amounts
}

/** Under which names of a quota a resource of a container is counted. */
function namesOf(name: string, of: 'requests' | 'limits'): string[] {
  if (of === 'limits') return COMPUTE.includes(name) ? [`limits.${name}`] : []
  if (COMPUTE.includes(name) || name.startsWith(HUGE_PAGES)) return [name, `requests.${name}`]
  return isExtendedResource(name) ? [`requests.${name}`] : []
}

const saidBy = ({ resources = {} }: Container): Set<string> =>
  new Set([
    ...Object.keys(resources.requests ?? {}).flatMap((name) => namesOf(name, 'requests')),
    ...Object.keys(resources.limits ?? {}).flatMap((name) => namesOf(name, 'limits')),
  ])

/** A pod that says what it takes as a whole need not say it for each container. */
const saysForAll = ({ spec }: Pod): boolean =>
  [...Object.keys(spec?.resources?.requests ?? {}), ...Object.keys(spec?.resources?.limits ?? {})].some(isOfPod)

function isInScope(scope: ScopedResourceSelectorRequirement, { spec }: Pod): boolean {
  const { priorityClassName, activeDeadlineSeconds } = spec ?? {}
  switch (scope.scopeName) {
    case 'Terminating':
      return isNumber(activeDeadlineSeconds)
    case 'NotTerminating':
      return !isNumber(activeDeadlineSeconds)
    case 'BestEffort':
      return spec !== undefined && qualityOf(spec) === 'BestEffort'
    case 'NotBestEffort':
      return spec !== undefined && qualityOf(spec) !== 'BestEffort'
    case 'PriorityClass':
      return fitsScope(scope, priorityClassName === '' ? undefined : priorityClassName)
    case 'CrossNamespacePodAffinity':
      return termsOf(spec?.affinity).some(
        (term) => Boolean(term.namespaces?.length) || term.namespaceSelector !== undefined,
      )
    default:
      return false
  }
}

const isNumber = (seconds: number | undefined): boolean => seconds !== undefined && seconds >= 0

function termsOf(affinity: NonNullable<Pod['spec']>['affinity']): PodAffinityTerm[] {
  return [affinity?.podAffinity, affinity?.podAntiAffinity].flatMap((kind) => [
    ...(kind?.requiredDuringSchedulingIgnoredDuringExecution ?? []),
    ...(kind?.preferredDuringSchedulingIgnoredDuringExecution ?? []).map(({ podAffinityTerm }) => podAffinityTerm),
  ])
}
