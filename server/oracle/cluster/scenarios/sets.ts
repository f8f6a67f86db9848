/** StatefulSets and DaemonSets. */
import type { Deed, Scenario } from '../scenario.ts'
import { change, create, daemonSet, image, nodesOf, remove, service, statefulSet } from './words.ts'

const nodes = nodesOf(3)
const headless = create(service('db', { clusterIP: 'None', ports: [{ port: 80 }] }))

const claim = {
  metadata: { name: 'data' },
  spec: {
    ...{ accessModes: ['ReadWriteOnce'], storageClassName: 'disks' },
    resources: { requests: { storage: '1Gi' } },
  },
}
const keeping = { persistentVolumeClaimRetentionPolicy: { whenScaled: 'Retain', whenDeleted: 'Retain' } }

/** Of so many Gi: the smallest that is large enough is taken first, so there is one right volume for each claim. */
const volume = (size: number): Deed =>
  create({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: `disk-${size}` },
    spec: {
      ...{ capacity: { storage: `${size}Gi` }, accessModes: ['ReadWriteOnce'], storageClassName: 'disks' },
      hostPath: { path: `/disks/${size}` },
    },
  })

/** Of StatefulSets and DaemonSets. */
export const SETS: readonly Scenario[] = [
  {
    name: 'stateful-set-in-order',
    nodes,
    steps: [
      { name: 'is made', deeds: [headless, create(statefulSet('db', { replicas: 3, serviceName: 'db' }))] },
      { name: 'loses a pod', deeds: [remove('pods/db-1')] },
      {
        name: 'changes above a partition',
        deeds: [
          change('statefulsets/db', {
            ...image(2),
            updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 2 } },
          }),
        ],
      },
      {
        name: 'changes wholly',
        deeds: [change('statefulsets/db', { updateStrategy: { rollingUpdate: { partition: 0 } } })],
      },
      { name: 'is scaled down', deeds: [change('statefulsets/db', { replicas: 1 })] },
    ],
  },
  {
    name: 'stateful-set-at-once',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          headless,
          create(statefulSet('db', { replicas: 3, serviceName: 'db', podManagementPolicy: 'Parallel' })),
        ],
      },
      { name: 'changes', deeds: [change('statefulsets/db', image(2))] },
      {
        name: 'changes when its pods are deleted',
        deeds: [change('statefulsets/db', { ...image(3), updateStrategy: { type: 'OnDelete', rollingUpdate: null } })],
      },
      { name: 'has a pod deleted', deeds: [remove('pods/db-0')] },
    ],
  },
  {
    name: 'daemon-set-rolls',
    nodes: [...nodes.slice(0, 2), { name: 'node-c', taints: [{ key: 'own', value: 'yes', effect: 'NoSchedule' }] }],
    isPlacementTold: true,
    steps: [
      { name: 'is made', deeds: [create(daemonSet('log', {}))] },
      { name: 'changes', deeds: [change('daemonsets/log', image(2))] },
      {
        name: 'tolerates a taint',
        deeds: [change('daemonsets/log', { template: { spec: { tolerations: [{ operator: 'Exists' }] } } })],
      },
      {
        name: 'waits for its pods to be deleted',
        deeds: [change('daemonsets/log', { ...image(3), updateStrategy: { type: 'OnDelete', rollingUpdate: null } })],
      },
      {
        name: 'leaves nodes without its label',
        deeds: [
          { deed: 'patch', on: 'nodes/node-a', patch: { metadata: { labels: { log: 'yes' } } } },
          change('daemonsets/log', { template: { spec: { nodeSelector: { log: 'yes' } } } }),
        ],
      },
    ],
  },
  {
    name: 'daemon-set-surges',
    nodes,
    isPlacementTold: true,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            daemonSet('log', {
              minReadySeconds: 3,
              revisionHistoryLimit: 1,
              updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
            }),
          ),
        ],
        seconds: 10,
      },
      { name: 'changes', deeds: [change('daemonsets/log', image(2))], seconds: 45 },
      { name: 'changes again', deeds: [change('daemonsets/log', image(3))], seconds: 45 },
      { name: 'is deleted', deeds: [remove('daemonsets/log')] },
    ],
  },
  {
    name: 'stateful-set-counts-from-five',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [headless, create(statefulSet('db', { replicas: 2, serviceName: 'db', ordinals: { start: 5 } }))],
      },
      { name: 'counts from four', deeds: [change('statefulsets/db', { ordinals: { start: 4 } })] },
    ],
  },
  {
    name: 'stateful-set-has-claims',
    nodes,
    steps: [
      {
        name: 'is made, and finds a volume for each',
        deeds: [
          ...[1, 2, 3].map(volume),
          headless,
          create(
            statefulSet('db', {
              ...{ replicas: 2, serviceName: 'db' },
              ...{ volumeClaimTemplates: [claim], persistentVolumeClaimRetentionPolicy: { whenScaled: 'Delete' } },
            }),
          ),
        ],
      },
      { name: 'is scaled up to what has no volume', deeds: [change('statefulsets/db', { replicas: 4 })], seconds: 10 },
      { name: 'is scaled down, and its claims go', deeds: [change('statefulsets/db', { replicas: 1 })] },
      { name: 'keeps claims from now on', deeds: [change('statefulsets/db', keeping)] },
      { name: 'is deleted, and leaves its claim', deeds: [remove('statefulsets/db')] },
    ],
  },
]
