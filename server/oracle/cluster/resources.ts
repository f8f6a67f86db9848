/** Where the resources of scenarios are, by the names that kubectl has for them. */
import { ControlError } from '@muster/base/errors.ts'

interface Place {
  readonly kind: string
  readonly base: string
  readonly isOfCluster?: true
}

const PLACES: Readonly<Record<string, Place>> = {
  nodes: { kind: 'Node', base: '/api/v1', isOfCluster: true },
  priorityclasses: { kind: 'PriorityClass', base: '/apis/scheduling.k8s.io/v1', isOfCluster: true },
  persistentvolumes: { kind: 'PersistentVolume', base: '/api/v1', isOfCluster: true },
  pods: { kind: 'Pod', base: '/api/v1' },
  services: { kind: 'Service', base: '/api/v1' },
  endpoints: { kind: 'Endpoints', base: '/api/v1' },
  endpointslices: { kind: 'EndpointSlice', base: '/apis/discovery.k8s.io/v1' },
  replicationcontrollers: { kind: 'ReplicationController', base: '/api/v1' },
  replicasets: { kind: 'ReplicaSet', base: '/apis/apps/v1' },
  deployments: { kind: 'Deployment', base: '/apis/apps/v1' },
  statefulsets: { kind: 'StatefulSet', base: '/apis/apps/v1' },
  daemonsets: { kind: 'DaemonSet', base: '/apis/apps/v1' },
  controllerrevisions: { kind: 'ControllerRevision', base: '/apis/apps/v1' },
  jobs: { kind: 'Job', base: '/apis/batch/v1' },
  cronjobs: { kind: 'CronJob', base: '/apis/batch/v1' },
  poddisruptionbudgets: { kind: 'PodDisruptionBudget', base: '/apis/policy/v1' },
  persistentvolumeclaims: { kind: 'PersistentVolumeClaim', base: '/api/v1' },
  events: { kind: 'Event', base: '/api/v1' },
}

/** Those whose objects a picture has; the rest is as the scenario made it. */
export const PICTURED = Object.keys(PLACES).filter((plural) => !['priorityclasses', 'services'].includes(plural))

/** The kind of a resource. */
export const kindOf = (plural: string): string => placeOf(plural).kind

/** Where the objects of a resource are: `/apis/apps/v1/namespaces/shop/deployments`. */
export function collectionOf(plural: string, namespace: string): string {
  const { base, isOfCluster } = placeOf(plural)
  return isOfCluster ? `${base}/${plural}` : `${base}/namespaces/${namespace}/${plural}`
}

/** Where objects of a kind are made. */
export function collectionOfKind(kind: unknown, namespace: string): string {
  const found = Object.entries(PLACES).find(([, place]) => place.kind === kind)
  if (!found) throw new ControlError('Invalid', `scenarios know no ${kind}: add it to resources.ts`)
  return collectionOf(found[0], namespace)
}

function placeOf(plural: string): Place {
  const place = PLACES[plural]
  if (!place) throw new ControlError('Invalid', `scenarios know no ${plural}: add it to resources.ts`)
  return place
}
