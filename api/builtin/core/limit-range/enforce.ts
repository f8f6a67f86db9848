/**
 * What limit ranges make of a pod and a claim: they fill in what containers do not say, and refuse what is too little,
 * too much, or too far from its request. Source: kubernetes plugin/pkg/admission/limitranger/admission.go.
 */
import { compareQuantities, countQuantity, formatQuantity, parseQuantity, type Quantity } from '../../../quantity.ts'
import type { Container, LimitRange, LimitRangeItem, PersistentVolumeClaim, Pod } from '../../../types/core-v1.ts'
import { askedOf } from '../pod/pod-resources.ts'
import type { ResourceList } from '../resource-list.ts'

/** Tells people what was filled in. */
export const LIMIT_RANGER_ANNOTATION = 'kubernetes.io/limit-ranger'

/** Fills in what containers do not say of their requests and limits. Changes the pod. */
export function defaultLimitsOf({ spec }: LimitRange, pod: Pod): void {
  const ofContainers = (spec?.limits ?? []).filter(({ type }) => type === 'Container')
  const requests = Object.assign({}, ...ofContainers.map(({ defaultRequest }) => defaultRequest))
  const limits = Object.assign({}, ...ofContainers.map((item) => item.default))
  const fill = (containers: readonly Container[] = [], what: string) =>
    containers.flatMap((container) => [
      ...fillIn(container, 'requests', requests, `request for ${what}`),
      ...fillIn(container, 'limits', limits, `limit for ${what}`),
    ])
  const said = [...fill(pod.spec?.containers, 'container'), ...fill(pod.spec?.initContainers, 'init container')]
  if (said.length === 0) return
  const { metadata } = pod
  metadata.annotations = {
    ...metadata.annotations,
    [LIMIT_RANGER_ANNOTATION]: `LimitRanger plugin set: ${said.join('; ')}`,
  }
}

function fillIn(container: Container, of: 'requests' | 'limits', wanted: ResourceList, what: string): string[] {
  const own = container.resources?.[of] ?? {}
  const missing = Object.keys(wanted).filter((name) => own[name] === undefined)
  if (missing.length === 0) return []
  container.resources = { ...container.resources, [of]: { ...wanted, ...own } }
  return [`${missing.sort().join(', ')} ${what} ${container.name}`]
}

/** What is wrong with a pod. */
export function checkPodLimits({ spec }: LimitRange, { spec: pod = { containers: [] } }: Pod): string[] {
  const whole: Asked = {
    requests: askedOf(pod, 'requests', isComputeOfPod),
    limits: askedOf(pod, 'limits', isComputeOfPod),
  }
  const containers: Asked[] = [...pod.containers, ...(pod.initContainers ?? [])].map(({ resources = {} }) => ({
    requests: resources.requests ?? {},
    limits: resources.limits ?? {},
  }))
  return (spec?.limits ?? []).flatMap((item) => {
    if (item.type === 'Container') return containers.flatMap((asked) => checkAll(item, asked))
    return item.type === 'Pod' ? checkAll(item, whole) : []
  })
}

/** What is wrong with a claim: it has requests alone. */
export function checkClaimLimits({ spec }: LimitRange, { spec: claim }: PersistentVolumeClaim): string[] {
  const asked: Asked = { requests: claim?.resources?.requests ?? {}, limits: {} }
  return (spec?.limits ?? [])
    .filter(({ type }) => type === 'PersistentVolumeClaim')
    .flatMap((item) => [
      ...each(item.min, (name, least) => tooLittle(item.type, name, least, asked)),
      ...each(item.max, (name, most) => requestTooMuch(item.type, name, most, asked)),
    ])
}

interface Asked {
  readonly requests: ResourceList
  readonly limits: ResourceList
}

const isComputeOfPod = (resource: string): boolean => resource === 'cpu' || resource === 'memory'

const checkAll = (item: LimitRangeItem, asked: Asked): string[] => [
  ...each(item.min, (name, least) => tooLittle(item.type, name, least, asked)),
  ...each(item.max, (name, most) => tooMuch(item.type, name, most, asked)),
  ...each(item.maxLimitRequestRatio, (name, most) => tooFar(item.type, name, most, asked)),
]

const each = (list: ResourceList = {}, check: (name: string, amount: Quantity) => string | undefined): string[] =>
  Object.keys(list)
    .sort()
    .flatMap((name) => check(name, parseQuantity(list[name] ?? 0)) ?? [])

const amountIn = (list: ResourceList, name: string): Quantity | undefined =>
  list[name] === undefined ? undefined : parseQuantity(list[name])

function tooLittle(type: string, name: string, least: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [amountIn(requests, name), amountIn(limits, name)]
  const rule = `minimum ${name} usage per ${type} is ${formatQuantity(least)}`
  if (!request) return `${rule}.  No request is specified`
  if (isLess(request, least)) return `${rule}, but request is ${formatQuantity(request)}`
  return limit && isLess(limit, least) ? `${rule}, but limit is ${formatQuantity(limit)}` : undefined
}

function tooMuch(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [amountIn(requests, name), amountIn(limits, name)]
  const rule = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`
  if (!limit) return `${rule}.  No limit is specified`
  if (isLess(most, limit)) return `${rule}, but limit is ${formatQuantity(limit)}`
  return request && isLess(most, request) ? `${rule}, but request is ${formatQuantity(request)}` : undefined
}

function requestTooMuch(type: string, name: string, most: Quantity, { requests }: Asked): string | undefined {
  const request = amountIn(requests, name)
  const rule = `maximum ${name} usage per ${type} is ${formatQuantity(most)}`
  if (!request) return `${rule}.  No request is specified`
  return isLess(most, request) ? `${rule}, but request is ${formatQuantity(request)}` : undefined
}

function tooFar(type: string, name: string, most: Quantity, { requests, limits }: Asked): string | undefined {
  const [request, limit] = [requests, limits].map((list) => Number(countQuantity(amountIn(list, name) ?? ZERO, MILLI)))
  const rule = `${name} max limit to request ratio per ${type} is ${formatQuantity(most)}`
  if (!request) return `${rule}, but no request is specified or request is 0`
  if (!limit) return `${rule}, but no limit is specified or limit is 0`
  const ratio = limit / request
  if (ratio * 1000 <= Number(countQuantity(most, MILLI))) return undefined
  return `${rule}, but provided ratio is ${ratio.toFixed(6)}`
}

const MILLI = -3
const ZERO = parseQuantity('0')
const isLess = (one: Quantity, other: Quantity): boolean => compareQuantities(one, other) < 0
