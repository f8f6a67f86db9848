/** Kubernetes' own resources, by name: what controllers and agents ask for. The server's kinds are in `api/builtin`. */
import type { KubeObject } from '@muster/api/object.ts'
import type { ControllerRevision, DaemonSet, Deployment, ReplicaSet, StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { CronJob, Job } from '@muster/api/types/batch-v1.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type {
  ConfigMap,
  Endpoints,
  Namespace,
  Node,
  PersistentVolume,
  PersistentVolumeClaim,
  Pod,
  ReplicationController,
  Secret,
  Service,
  ServiceAccount,
} from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import type { PodDisruptionBudget } from '@muster/api/types/policy-v1.ts'
import type { PriorityClass } from '@muster/api/types/scheduling-v1.ts'
import type { StorageClass, VolumeAttributesClass } from '@muster/api/types/storage-v1.ts'
import type { ResourceRef } from './resource-ref.ts'

const resource = <T extends KubeObject>(
  group: string,
  kind: string,
  plural: string,
  scope: 'namespaced' | 'cluster' = 'namespaced',
): ResourceRef<T> => ({ group, version: 'v1', kind, plural, namespaced: scope === 'namespaced' })

/** `namespaces` of `v1`, of a whole cluster. */
export const NAMESPACES = resource<Namespace>('', 'Namespace', 'namespaces', 'cluster')
/** `nodes` of `v1`, of a whole cluster. */
export const NODES = resource<Node>('', 'Node', 'nodes', 'cluster')
/** `pods` of `v1`. */
export const PODS = resource<Pod>('', 'Pod', 'pods')
/** `services` of `v1`. */
export const SERVICES = resource<Service>('', 'Service', 'services')
/** `endpoints` of `v1`. */
export const ENDPOINTS = resource<Endpoints>('', 'Endpoints', 'endpoints')
/** `configmaps` of `v1`. */
export const CONFIG_MAPS = resource<ConfigMap>('', 'ConfigMap', 'configmaps')
/** `secrets` of `v1`. */
export const SECRETS = resource<Secret>('', 'Secret', 'secrets')
/** `serviceaccounts` of `v1`. */
export const SERVICE_ACCOUNTS = resource<ServiceAccount>('', 'ServiceAccount', 'serviceaccounts')
/** `replicationcontrollers` of `v1`. */
export const REPLICATION_CONTROLLERS = resource<ReplicationController>(
  '',
  'ReplicationController',
  'replicationcontrollers',
)
/** `persistentvolumeclaims` of `v1`. */
export const CLAIMS = resource<PersistentVolumeClaim>('', 'PersistentVolumeClaim', 'persistentvolumeclaims')
/** `persistentvolumes` of `v1`, of a whole cluster. */
export const VOLUMES = resource<PersistentVolume>('', 'PersistentVolume', 'persistentvolumes', 'cluster')

/** `deployments` of `apps/v1`. */
export const DEPLOYMENTS = resource<Deployment>('apps', 'Deployment', 'deployments')
/** `replicasets` of `apps/v1`. */
export const REPLICA_SETS = resource<ReplicaSet>('apps', 'ReplicaSet', 'replicasets')
/** `statefulsets` of `apps/v1`. */
export const STATEFUL_SETS = resource<StatefulSet>('apps', 'StatefulSet', 'statefulsets')
/** `daemonsets` of `apps/v1`. */
export const DAEMON_SETS = resource<DaemonSet>('apps', 'DaemonSet', 'daemonsets')
/** `controllerrevisions` of `apps/v1`. */
export const CONTROLLER_REVISIONS = resource<ControllerRevision>('apps', 'ControllerRevision', 'controllerrevisions')

/** `jobs` of `batch/v1`. */
export const JOBS = resource<Job>('batch', 'Job', 'jobs')
/** `cronjobs` of `batch/v1`. */
export const CRON_JOBS = resource<CronJob>('batch', 'CronJob', 'cronjobs')

/** `endpointslices` of `discovery.k8s.io/v1`. */
export const ENDPOINT_SLICES = resource<EndpointSlice>('discovery.k8s.io', 'EndpointSlice', 'endpointslices')
/** `poddisruptionbudgets` of `policy/v1`. */
export const DISRUPTION_BUDGETS = resource<PodDisruptionBudget>('policy', 'PodDisruptionBudget', 'poddisruptionbudgets')
/** `leases` of `coordination.k8s.io/v1`. */
export const LEASES = resource<Lease>('coordination.k8s.io', 'Lease', 'leases')
/** `priorityclasses` of `scheduling.k8s.io/v1`, of a whole cluster. */
export const PRIORITY_CLASSES = resource<PriorityClass>(
  'scheduling.k8s.io',
  'PriorityClass',
  'priorityclasses',
  'cluster',
)
/** `storageclasses` of `storage.k8s.io/v1`, of a whole cluster. */
export const STORAGE_CLASSES = resource<StorageClass>('storage.k8s.io', 'StorageClass', 'storageclasses', 'cluster')
/** `volumeattributesclasses` of `storage.k8s.io/v1`, of a whole cluster. */
export const ATTRIBUTES_CLASSES = resource<VolumeAttributesClass>(
  'storage.k8s.io',
  'VolumeAttributesClass',
  'volumeattributesclasses',
  'cluster',
)
