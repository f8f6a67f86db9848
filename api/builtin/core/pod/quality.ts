/**
 * How much a pod can rely on what it asked for. Source: kubernetes pkg/apis/core/helper/qos ComputePodQOS.
 *
 *     Guaranteed   every container has limits of cpu and memory, and asks for exactly as much
 *     BestEffort   nobody asks for anything
 *     Burstable    all others
 */
import { compareQuantities, parseQuantity, quantityOf } from '../../../quantity.ts'
import type { PodSpec, ResourceRequirements } from '../../../types/core-v1.ts'
import type { ResourceList } from '../resource-list.ts'
import { totalOf } from './pod-resources.ts'

/** `Guaranteed`, `Burstable` or `BestEffort`. */
export type Quality = 'Guaranteed' | 'Burstable' | 'BestEffort'

/** The quality that a spec asks for. What the pod as a whole says counts before what its containers say. */
export function qualityOf(spec: PodSpec): Quality {
  const asked: readonly ResourceRequirements[] = spec.resources
    ? [spec.resources]
    : [...(spec.containers ?? []), ...(spec.initContainers ?? [])].map(({ resources = {} }) => resources)
  const requests = together(asked, 'requests')
  const limits = together(asked, 'limits')
  if (requests.size === 0 && limits.size === 0) return 'BestEffort'
  const isLimited = asked.every((one) => computeOf(one.limits).length === COMPUTE.length)
  const isExact =
    requests.size === limits.size && [...requests].every(([name, amount]) => equals(amount, limits.get(name)))
  return isLimited && isExact ? 'Guaranteed' : 'Burstable'
}

const COMPUTE = ['cpu', 'memory']
const NOTHING = quantityOf(0)

/** What is asked of cpu and memory, and is more than nothing. */
const computeOf = (list: ResourceList = {}): string[] =>
  COMPUTE.filter((name) => list[name] !== undefined && compareQuantities(parseQuantity(list[name] ?? 0), NOTHING) > 0)

function together(asked: readonly ResourceRequirements[], of: 'requests' | 'limits'): Map<string, string | number> {
  const compute = asked.map((one) => ({
    name: '',
    resources: { [of]: Object.fromEntries(computeOf(one[of]).map((name) => [name, one[of]?.[name] ?? 0])) },
  }))
  return new Map(Object.entries(totalOf({ containers: compute }, of)))
}

const equals = (one: string | number, other: string | number | undefined): boolean =>
  other !== undefined && compareQuantities(parseQuantity(one), parseQuantity(other)) === 0
