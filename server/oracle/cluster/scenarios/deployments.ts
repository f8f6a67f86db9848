/** Deployments and their sets. */
import type { Scenario } from '../scenario.ts'
import { change, create, deployment, image, nodesOf, pod, remove, replicaSet, template } from './words.ts'

const nodes = nodesOf(3)

/** Of Deployments and ReplicaSets. */
export const DEPLOYMENTS: readonly Scenario[] = [
  {
    name: 'deployment-rolls',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(deployment('web', { replicas: 3 }))] },
      { name: 'is scaled up', deeds: [change('deployments/web', { replicas: 5 })] },
      { name: 'has another image', deeds: [change('deployments/web', image(2))] },
      { name: 'is undone', deeds: [{ deed: 'undo', deployment: 'web' }] },
      { name: 'is scaled to nothing', deeds: [change('deployments/web', { replicas: 0 })] },
      { name: 'is deleted', deeds: [remove('deployments/web')] },
    ],
  },
  {
    name: 'deployment-pauses',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(deployment('web', { replicas: 2 }))] },
      {
        name: 'is paused and changed',
        deeds: [change('deployments/web', { paused: true }), change('deployments/web', image(2))],
      },
      { name: 'is scaled while paused', deeds: [change('deployments/web', { replicas: 3 })] },
      { name: 'goes on', deeds: [change('deployments/web', { paused: false })] },
    ],
  },
  {
    name: 'deployment-recreates',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [create(deployment('web', { replicas: 2, strategy: { type: 'Recreate' }, revisionHistoryLimit: 1 }))],
      },
      { name: 'has a second image', deeds: [change('deployments/web', image(2))] },
      { name: 'has a third image', deeds: [change('deployments/web', image(3))] },
      { name: 'has a fourth image', deeds: [change('deployments/web', image(4))] },
    ],
  },
  {
    name: 'deployment-gets-stuck',
    nodes,
    steps: [
      {
        name: 'is made',
        deeds: [
          create(
            deployment('web', {
              replicas: 4,
              progressDeadlineSeconds: 12,
              strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
            }),
          ),
        ],
      },
      {
        name: 'asks for a node that there is not',
        deeds: [change('deployments/web', { template: { spec: { nodeSelector: { disk: 'fast' } } } })],
        seconds: 4,
      },
      { name: 'is late', deeds: [], seconds: 20 },
      { name: 'is undone', deeds: [{ deed: 'undo', deployment: 'web' }] },
    ],
  },
  {
    name: 'replica-set-adopts',
    nodes,
    steps: [
      { name: 'finds a pod', deeds: [create(pod('alone', {}, 'web')), create(replicaSet('web', { replicas: 2 }))] },
      {
        name: 'lets a pod go whose label changes',
        deeds: [{ deed: 'patch', on: 'pods/alone', patch: { metadata: { labels: { app: 'other' } } } }],
      },
      { name: 'makes another for one that is deleted', deeds: [remove('pods/alone')] },
      { name: 'leaves its pods behind', deeds: [remove('replicasets/web', { propagationPolicy: 'Orphan' })] },
      { name: 'takes them back', deeds: [create(replicaSet('web', { replicas: 1 }))] },
    ],
  },
  {
    name: 'deployment-waits-to-be-available',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(deployment('web', { replicas: 2, minReadySeconds: 12 }))], seconds: 6 },
      { name: 'is available', deeds: [], seconds: 12 },
      { name: 'is in the middle of a change', deeds: [change('deployments/web', image(2))], seconds: 6 },
      { name: 'has changed', deeds: [], seconds: 45 },
    ],
  },
  {
    name: 'deployment-takes-over',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(deployment('web', { replicas: 2 }))] },
      { name: 'leaves its set behind', deeds: [remove('deployments/web', { propagationPolicy: 'Orphan' })] },
      { name: 'takes it back', deeds: [create(deployment('web', { replicas: 3 }))] },
      {
        name: 'has another label',
        deeds: [{ deed: 'patch', on: 'deployments/web', patch: { metadata: { labels: { x: 'y' } } } }],
      },
    ],
  },
  {
    name: 'replication-controller-counts',
    nodes,
    steps: [
      { name: 'is made', deeds: [create(replicationControllerOf('web', 2))] },
      { name: 'is scaled', deeds: [change('replicationcontrollers/web', { replicas: 3 })] },
      { name: 'is scaled down', deeds: [change('replicationcontrollers/web', { replicas: 1 })] },
      { name: 'is deleted', deeds: [remove('replicationcontrollers/web')] },
    ],
  },
]

function replicationControllerOf(name: string, replicas: number) {
  const spec = { replicas, selector: { app: name }, template: template(name) }
  return { apiVersion: 'v1', kind: 'ReplicationController', metadata: { name }, spec }
}
