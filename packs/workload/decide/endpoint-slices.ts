/**
 * Which slices a service is to have, given those that it has: every endpoint once, in slices of at most a hundred, with as
 * few writes as can be. What stands in a slice stays there. Pure.
 *
 *     endpoints whose ports and weights are alike ──► stay where they are · fill slices that are written anyway ·
 *                                         fill others, the fullest first · and then new ones
 *
 * Source: kubernetes k8s.io/endpointslice reconciler.go; discovery/v1 EndpointSlice.
 */
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { Pod, Service } from '@muster/api/types/core-v1.ts'
import type { Endpoint, EndpointPort, EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { WEIGHT, WEIGHT_DEFAULT, weightOf } from '@muster/api/weight.ts'
import { addressOf, hostnameOf, isHeadless, mayServe, portsOf, servingOf } from './endpoint.ts'

/** Whose slices are ours. */
export const MANAGED_BY = 'endpointslice.kubernetes.io/managed-by'
/** As kube-controller-manager calls itself: there is one of us to a cluster. */
export const MANAGER = 'endpointslice-controller.k8s.io'
/** Names the service of a slice. */
export const SERVICE_NAME = 'kubernetes.io/service-name'
/** On slices and Endpoints of a service without an address of its own. */
export const HEADLESS = 'service.kubernetes.io/headless'
/** When what led to the newest change happened: how long a network takes to follow is told from it. */
export const TRIGGER_TIME = 'endpoints.kubernetes.io/last-change-trigger-time'

/** Source: kube-controller-manager --max-endpoints-per-slice. */
export const ENDPOINTS_MAX = 100

/** What is looked at. */
export interface SliceSight {
  readonly service: Service
  /** Those that the service selects. */
  readonly pods: readonly Pod[]
  /** Those of the service that are ours. */
  readonly slices: readonly EndpointSlice[]
  zoneOf(node: string): string | undefined
}

/** What to do about slices. New ones have no name yet. */
export type SliceStep =
  | { readonly do: 'create'; readonly slice: EndpointSlice }
  | { readonly do: 'update'; readonly slice: EndpointSlice }
  | { readonly do: 'delete'; readonly slice: EndpointSlice }

/** The steps; none when all is as it should be. */
export function decideSlices(sight: SliceSight): SliceStep[] {
  const { service, slices } = sight
  const families = service.spec?.ipFamilies ?? ['IPv4']
  const foreign = slices.filter(({ addressType }) => !families.includes(addressType))
  return [
    ...foreign.map((slice): SliceStep => ({ do: 'delete', slice })),
    ...families.flatMap((family) =>
      decideFamily(
        sight,
        family,
        slices.filter(({ addressType }) => addressType === family),
      ),
    ),
  ]
}

/** Endpoints with the same ports and the same weight. */
interface Group {
  readonly ports: EndpointPort[]
  readonly weight: number
  readonly endpoints: Map<string, Endpoint>
}

function decideFamily(sight: SliceSight, family: string, slices: readonly EndpointSlice[]): SliceStep[] {
  const { service } = sight
  const groups = groupsOf(sight, family)
  const labels = labelsOf(service)
  const steps: SliceStep[] = []
  const known = Map.groupBy(slices, ({ ports, metadata }) => keyOfGroup(ports ?? [], weightOf(metadata.annotations)))
  for (const [key, own] of known) {
    if (!groups.has(key)) steps.push(...own.map((slice): SliceStep => ({ do: 'delete', slice })))
  }
  for (const [key, group] of groups) steps.push(...decideGroup(service, family, labels, group, known.get(key) ?? []))
  if (groups.size > 0) return reuse(service, steps)
  // Somebody may wait for a slice of the service, to know that it has nobody.
  const [spared] = steps.filter((step) => step.do === 'delete' && (step.slice.endpoints ?? []).length === 0)
  if (spared && (spared.slice.ports ?? []).length === 0 && sameMeaning(spared.slice.metadata.labels, labels))
    return steps.filter((step) => step !== spared)
  return reuse(service, [...steps, { do: 'create', slice: newSlice(service, family, labels, [], NOBODY) }])
}

/** What would go is changed into what would come, so that whoever watches sees no slice come and go. */
function reuse({ metadata: { uid } }: Service, steps: readonly SliceStep[]): SliceStep[] {
  const isOwn = ({ metadata }: EndpointSlice) => (metadata.ownerReferences ?? []).some((owner) => owner.uid === uid)
  const created = steps.filter((step) => step.do === 'create').map(({ slice }) => slice)
  const rest = steps
    .filter((step) => step.do !== 'create')
    .map((step): SliceStep => {
      const wanted = step.do === 'delete' && isOwn(step.slice) ? created.pop() : undefined
      if (!wanted) return step
      const { labels = {}, annotations = {} } = wanted.metadata
      return { do: 'update', slice: { ...wanted, metadata: { ...step.slice.metadata, labels, annotations } } }
    })
  return [...rest, ...created.map((slice): SliceStep => ({ do: 'create', slice }))]
}

function groupsOf({ service, pods, zoneOf }: SliceSight, family: string): Map<string, Group> {
  const groups = new Map<string, Group>()
  for (const pod of pods) {
    const address = mayServe(pod) ? addressOf(pod, family) : undefined
    if (address === undefined) continue
    const ports = portsOf(service, pod)
    const weight = weightOf(pod.metadata.annotations)
    const key = keyOfGroup(ports, weight)
    const group = groups.get(key) ?? { ports, weight, endpoints: new Map() }
    groups.set(key, group)
    const { name = '', namespace = '', uid = '' } = pod.metadata
    const node = pod.spec?.nodeName
    const zone = node ? zoneOf(node) : undefined
    const hostname = hostnameOf(service, pod)
    group.endpoints.set(uid, {
      addresses: [address],
      conditions: { ...servingOf(service, pod) },
      ...(hostname ? { hostname } : {}),
      ...(node ? { nodeName: node } : {}),
      ...(zone ? { zone } : {}),
      targetRef: { kind: 'Pod', namespace, name, uid },
    })
  }
  return groups
}

function decideGroup(
  service: Service,
  family: string,
  labels: Record<string, string>,
  { ports, weight, endpoints }: Group,
  slices: readonly EndpointSlice[],
): SliceStep[] {
  const missing = new Map(endpoints)
  const plans = slices.map((slice) => {
    const kept = (slice.endpoints ?? []).flatMap((old) => {
      const uid = old.targetRef?.uid ?? ''
      const wanted = missing.get(uid)
      missing.delete(uid)
      return wanted ? [wanted] : []
    })
    const isSame =
      sameMeaning(kept, slice.endpoints ?? []) &&
      sameMeaning(slice.metadata.labels, labels) &&
      sameMeaning(portsIn(slice.ports ?? []), portsIn(ports))
    return { slice, kept, isChanged: !isSame }
  })
  // What is written anyway comes first, and then what has the least room: so that few are written and all fill up.
  const byRoom = plans.toSorted(
    (one, other) => Number(other.isChanged) - Number(one.isChanged) || other.kept.length - one.kept.length,
  )
  const left = [...missing.values()]
  for (const plan of byRoom) {
    // One that would be left empty goes, unless somebody can use it.
    const taken = left.splice(0, Math.max(0, ENDPOINTS_MAX - plan.kept.length))
    if (taken.length === 0) continue
    plan.kept.push(...taken)
    plan.isChanged = true
  }
  const steps = plans.flatMap(({ slice, kept, isChanged }): SliceStep[] => {
    if (kept.length === 0) return [{ do: 'delete', slice }]
    if (!isChanged) return []
    return [{ do: 'update', slice: { ...slice, metadata: { ...slice.metadata, labels }, endpoints: kept, ports } }]
  })
  while (left.length > 0) {
    const endpointsOfNew = left.splice(0, ENDPOINTS_MAX)
    steps.push({ do: 'create', slice: newSlice(service, family, labels, endpointsOfNew, { ports, weight }) })
  }
  return steps
}

function newSlice(
  service: Service,
  addressType: string,
  labels: Record<string, string>,
  endpoints: Endpoint[],
  { ports, weight }: Pick<Group, 'ports' | 'weight'>,
): EndpointSlice {
  const { name = '', namespace = '', uid = '' } = service.metadata
  const owner = { apiVersion: 'v1', kind: 'Service', name, uid, controller: true, blockOwnerDeletion: true }
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: {
      ...{ generateName: `${name}-`, namespace, labels, ownerReferences: [owner] },
      ...(weight === WEIGHT_DEFAULT ? {} : { annotations: { [WEIGHT]: `${weight}` } }),
    },
    addressType,
    endpoints,
    ports,
  }
}

function labelsOf(service: Service): Record<string, string> {
  const { labels = {}, name = '' } = service.metadata
  const { [SERVICE_NAME]: _name, [MANAGED_BY]: _by, [HEADLESS]: _headless, ...own } = labels
  return {
    ...own,
    ...(isHeadless(service) ? { [HEADLESS]: '' } : {}),
    [SERVICE_NAME]: name,
    [MANAGED_BY]: MANAGER,
  }
}

/** Ports without their order, and with what a server fills in. */
const portsIn = (ports: readonly EndpointPort[]) =>
  ports
    .map(({ name = '', port = 0, protocol = 'TCP', appProtocol = '' }) => `${name}/${port}/${protocol}/${appProtocol}`)
    .toSorted()

const keyOfGroup = (ports: readonly EndpointPort[], weight: number): string => [...portsIn(ports), weight].join(',')

const NOBODY = { ports: [], weight: WEIGHT_DEFAULT }
