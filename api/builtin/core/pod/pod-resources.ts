/**
 * What a pod as a whole asks for. Containers run together and are added up; init containers run one after the other,
 * beside the sidecars that started before them, and the largest counts.
 *
 * Source: component-helpers resource/helpers.go; kubernetes pkg/apis/core/v1 defaultPodRequests, defaultHugePagePodLimits.
 */
import { addQuantities, compareQuantities, formatQuantity, parseQuantity } from '../../../quantity.ts'
import type { Container, Pod, PodSpec } from '../../../types/core-v1.ts'
import { isRestartable } from '../pod-spec/containers.ts'
import type { ResourceList } from '../resource-list.ts'

const HUGE_PAGES = 'hugepages-'

/** True for what a pod as a whole may ask for. */
export const isOfPod = (resource: string): boolean =>
  resource === 'cpu' || resource === 'memory' || resource.startsWith(HUGE_PAGES)

/** Fills in what a pod does not say of itself from what its containers say. Only one that says something is filled in. */
export function defaultPodResources(spec: PodSpec): void {
  const { resources } = spec
  if (!resources) return
  const limits = { ...resources.limits }
  const requests = { ...resources.requests }
  if (Object.keys(limits).length > 0 || Object.keys(requests).length > 0) {
    for (const [name, amount] of Object.entries(totalOf(spec, 'limits'))) {
      if (name.startsWith(HUGE_PAGES) && !(name in requests)) limits[name] ??= amount
    }
    if (Object.keys(limits).length > 0) resources.limits = limits
  }
  if (Object.keys(limits).length === 0) return
  for (const [name, amount] of Object.entries(totalOf(spec, 'requests'))) {
    if (isOfPod(name) && !name.startsWith(HUGE_PAGES)) requests[name] ??= amount
  }
  for (const [name, amount] of Object.entries(limits)) if (isOfPod(name)) requests[name] ??= amount
  if (Object.keys(requests).length > 0) resources.requests = requests
}

/** What all containers ask for together, or may have at most. */
export function totalOf({ containers = [], initContainers = [] }: PodSpec, of: 'requests' | 'limits'): ResourceList {
  const amounts = (container: Container): ResourceList => container.resources?.[of] ?? {}
  let total = containers.map(amounts).reduce(add, {})
  let sidecars: ResourceList = {}
  let largest: ResourceList = {}
  for (const container of initContainers) {
    const own = amounts(container)
    const meanwhile = add(own, sidecars)
    if (isRestartable(container)) {
      total = add(total, own)
      sidecars = meanwhile
    }
    largest = larger(largest, meanwhile)
  }
  return larger(total, largest)
}

/** As {@link totalOf}; what the pod says of itself as a whole, of these resources, counts instead. */
export function askedOf(spec: PodSpec, of: 'requests' | 'limits', ofPod: (resource: string) => boolean): ResourceList {
  const own = Object.entries(spec.resources?.[of] ?? {}).filter(([name]) => ofPod(name))
  return { ...totalOf(spec, of), ...Object.fromEntries(own) }
}

/** What a pod asks for, with what its runtime takes besides. */
export const requestsOf = (spec: PodSpec): ResourceList => add(askedOf(spec, 'requests', isOfPod), spec.overhead ?? {})

/**
 * What a pod takes: what it asks for, and what a container still holds or has been promised while it is resized; with
 * what its runtime takes besides.
 */
export function takenBy(pod: Pod, of: 'requests' | 'limits'): ResourceList {
  const { containers = [], initContainers = [], ...rest } = pod.spec ?? { containers: [] }
  const now = (container: Container): Container => ({
    ...container,
    resources: { [of]: held(pod, container, of) },
  })
  const effective: PodSpec = {
    ...rest,
    containers: containers.map(now),
    initContainers: initContainers.map((container) => (isRestartable(container) ? now(container) : container)),
  }
  if (of === 'requests') return requestsOf(effective)
  const taken = askedOf(effective, of, isOfPod)
  const limited = Object.entries(rest.overhead ?? {}).filter(
    ([name]) => taken[name] !== undefined && !isZero(taken[name]),
  )
  return add(taken, Object.fromEntries(limited))
}

function held(pod: Pod, { name, resources }: Container, of: 'requests' | 'limits'): ResourceList {
  const { containerStatuses = [], initContainerStatuses = [], conditions = [] } = pod.status ?? {}
  const asked = resources?.[of] ?? {}
  const status = [...containerStatuses, ...initContainerStatuses].find((one) => one.name === name)
  if (!status?.resources) return asked
  const pending = conditions.find(({ type }) => type === 'PodResizePending')
  const actual = status.resources[of] ?? {}
  const promised = of === 'requests' ? larger(actual, status.allocatedResources ?? {}) : actual
  // What no node can ever give is not waited for.
  return pending?.reason === 'Infeasible' ? promised : larger(asked, promised)
}

const isZero = (amount: Amount): boolean => parseQuantity(amount).mantissa === 0n

const add = (one: ResourceList, other: ResourceList): ResourceList =>
  join(one, other, (mine, others) => formatQuantity(addQuantities(parseQuantity(mine), parseQuantity(others))))

const larger = (one: ResourceList, other: ResourceList): ResourceList =>
  join(one, other, (mine, others) =>
    compareQuantities(parseQuantity(others), parseQuantity(mine)) > 0 ? others : mine,
  )

type Amount = string | number

function join(one: ResourceList, other: ResourceList, both: (mine: Amount, others: Amount) => Amount): ResourceList {
  const joined = { ...one }
  for (const [name, amount] of Object.entries(other)) {
    const mine = joined[name]
    joined[name] = mine === undefined ? amount : both(mine, amount)
  }
  return joined
}
