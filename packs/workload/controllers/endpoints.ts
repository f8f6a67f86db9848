/** Keeps the slices and the Endpoints of services true to their pods; see `decide/endpoint-slices.ts`, `decide/endpoints.ts`. */
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Endpoints, Node, Pod, Service } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { WEIGHT, weightOf } from '@muster/api/weight.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Client } from '@muster/client/client.ts'
import { ENDPOINT_SLICES, ENDPOINTS, NODES, PODS, SERVICES } from '@muster/client/kubernetes.ts'
import { byNamespace, type Index } from '@muster/client/picture.ts'
import {
  type Controller,
  type Key,
  keyOf,
  type Pictures,
  type RelatedResource,
  waitForChange,
} from '@muster/runtime/controller.ts'
import { mayServe, selects } from '../decide/endpoint.ts'
import { decideSlices, MANAGED_BY, MANAGER, SERVICE_NAME, TRIGGER_TIME } from '../decide/endpoint-slices.ts'
import { decideEndpoints, isOurs, OVER_CAPACITY } from '../decide/endpoints.ts'

const slicesByService: Index<EndpointSlice> = {
  name: 'service of ours',
  valuesOf: ({ metadata }) =>
    metadata.labels?.[MANAGED_BY] === MANAGER ? [`${metadata.namespace}/${metadata.labels[SERVICE_NAME]}`] : [],
}

/** The services that mean a pod. */
const pods: RelatedResource = {
  resource: PODS,
  keysOf: (pod, informer) =>
    [...informer(SERVICES).by(byNamespace, pod.metadata.namespace ?? '')]
      .filter((service) => selects(service, pod as Pod))
      .map(keyOf),
  ignores: (previous, pod) => sightOf(previous as Pod) === sightOf(pod as Pod),
}

/** All of a pod that a service may care for. */
function sightOf({ metadata, spec, status }: Pod): string {
  const { labels, annotations, deletionTimestamp, uid } = metadata
  const weight = weightOf(annotations)
  const ready = status?.conditions?.find(({ type }) => type === 'Ready')?.status
  return JSON.stringify([labels, weight, deletionTimestamp, uid, spec?.nodeName, status?.podIPs, status?.phase, ready])
}

/** Looks at services: their EndpointSlices. */
export const endpointSliceController: Controller = {
  name: 'endpointslice-controller',
  watches: SERVICES,
  alsoWatches: [
    pods,
    {
      resource: ENDPOINT_SLICES,
      keysOf: (slice) =>
        slice.metadata.labels?.[MANAGED_BY] === MANAGER
          ? [{ ...keyOf(slice), name: slice.metadata.labels[SERVICE_NAME] ?? '' }]
          : [],
    },
    // Looked at for their zones alone, which do not change under a pod.
    { resource: NODES, keysOf: () => [] },
  ],

  async reconcile(key, { client, informer, clock }) {
    const found = ownPods(key, informer)
    const slices = [...informer(ENDPOINT_SLICES).by(slicesByService, `${key.namespace}/${key.name}`)]
    const resource = client.resource(ENDPOINT_SLICES)
    if (!found) return waitForChange
    const zoneOf = (name: string) => zoneOfNode(informer(NODES).get({ namespace: '', name }))
    for (const { do: what, slice } of decideSlices({ ...found, slices, zoneOf })) {
      const { namespace = '', name = '', uid, resourceVersion } = slice.metadata
      const { [WEIGHT]: weight } = slice.metadata.annotations ?? {}
      const annotations = {
        [TRIGGER_TIME]: timestamp(clock.now()),
        ...(weight === undefined ? {} : { [WEIGHT]: weight }),
      }
      if (what === 'create') await resource.create({ ...slice, metadata: { ...slice.metadata, annotations } })
      else if (what === 'delete') await resource.delete({ namespace, name }, uid === undefined ? {} : { uid })
      else {
        const { labels } = slice.metadata
        const value = {
          metadata: {
            uid,
            resourceVersion,
            annotations: { [WEIGHT]: null, ...annotations },
            labels: { ...nulls(informer(ENDPOINT_SLICES).get({ namespace, name })?.metadata.labels), ...labels },
          },
          endpoints: slice.endpoints,
          ports: slice.ports,
        }
        await resource.patch({ namespace, name }, { patch: 'merge', value })
      }
    }
    return waitForChange
  },
}

/** In a merge patch, what there is and what is not said again goes. */
const nulls = (known: Readonly<Record<string, string>> = {}): Record<string, null> =>
  Object.fromEntries(Object.keys(known).map((label) => [label, null]))

/** Looks at services: their Endpoints. */
export const endpointsController: Controller = {
  name: 'endpoint-controller',
  watches: SERVICES,
  alsoWatches: [pods, { resource: ENDPOINTS, keysOf: (endpoints: KubeObject): readonly Key[] => [keyOf(endpoints)] }],

  async reconcile(key, { client, informer }) {
    const found = ownPods(key, informer)
    const known = informer(ENDPOINTS).get(key)
    // Slices have an owner and are collected with it; Endpoints have none.
    if (known && isOurs(known) && !informer(SERVICES).get(key)) await dropEndpoints(client, known)
    if (!found) return waitForChange
    const wanted = decideEndpoints(found.service, found.pods, known)
    if (!wanted) return waitForChange
    if (!known) {
      await client.resource(ENDPOINTS).create(wanted)
      return waitForChange
    }
    const { uid, resourceVersion } = known.metadata
    const { annotations, labels } = wanted.metadata
    const metadata = {
      uid,
      resourceVersion,
      annotations: { [OVER_CAPACITY]: null, ...annotations },
      labels: { ...nulls(known.metadata.labels), ...labels },
    }
    await client.resource(ENDPOINTS).patch(key, { patch: 'merge', value: { metadata, subsets: wanted.subsets } })
    return waitForChange
  },
}

async function dropEndpoints(client: Client, { metadata }: Endpoints): Promise<void> {
  const { name = '', namespace = '', uid } = metadata
  try {
    await client.resource(ENDPOINTS).delete({ namespace, name }, uid === undefined ? {} : { uid })
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
  }
}

/** A service whose endpoints are ours to keep, with its pods. */
function ownPods(key: Key, informer: Pictures): { service: Service; pods: readonly Pod[] } | undefined {
  const service = informer(SERVICES).get(key)
  const isKept = service?.spec?.selector !== undefined && service.spec.type !== 'ExternalName'
  if (!service || !isKept || service.metadata.deletionTimestamp !== undefined) return undefined
  const all = [...informer(PODS).by(byNamespace, key.namespace)]
  return { service, pods: all.filter((pod) => selects(service, pod) && mayServe(pod)) }
}

const zoneOfNode = (node: Node | undefined): string | undefined =>
  node?.metadata.labels?.['topology.kubernetes.io/zone']
