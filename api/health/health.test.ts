import { deepEqual } from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { KubeObject } from '../object.ts'
import { healthOf } from './health-of.ts'

const T1 = '2026-11-23T10:00:00Z'
const T2 = '2026-11-23T10:05:00Z'

/** Kind, what it says of itself, and what is to be told of it: the word, why, and since when. */
type Case = readonly [name: string, object: Partial<KubeObject>, is: string, why: string, since?: string]

function cases(apiVersion: string, kind: string, list: readonly Case[]): void {
  describe(kind, () => {
    for (const [name, object, is, why, since] of list) {
      test(name, () => {
        const { metadata = {}, ...rest } = object
        const whole: KubeObject = { apiVersion, kind, metadata: { name: 'x', generation: 2, ...metadata }, ...rest }
        deepEqual(healthOf(whole), { is, why, ...(since === undefined ? {} : { since }) })
      })
    }
  })
}

const condition = (type: string, status: string, reason = '', message = '') => ({
  type,
  status,
  ...(reason === '' ? {} : { reason }),
  ...(message === '' ? {} : { message }),
  lastTransitionTime: T1,
  lastUpdateTime: T2,
})
const seen = { observedGeneration: 2 }

cases('apps/v1', 'Deployment', [
  [
    'its controller has not seen it',
    { spec: { replicas: 2 }, status: {} },
    'Progressing',
    'generation 2 is not seen yet',
  ],
  [
    'some are updated',
    { spec: { replicas: 2 }, status: { ...seen, updatedReplicas: 1 } },
    'Progressing',
    '1/2 updated',
  ],
  [
    'old ones are still there',
    { spec: { replicas: 2 }, status: { ...seen, replicas: 3, updatedReplicas: 2, availableReplicas: 2 } },
    'Progressing',
    '1 old to go',
  ],
  [
    'not all are available',
    {
      spec: { replicas: 2 },
      status: {
        ...seen,
        replicas: 2,
        updatedReplicas: 2,
        availableReplicas: 1,
        conditions: [condition('Available', 'False')],
      },
    },
    'Progressing',
    '1/2 available',
    T1,
  ],
  [
    'all are',
    { spec: {}, status: { ...seen, replicas: 1, updatedReplicas: 1, availableReplicas: 1 } },
    'Healthy',
    '1/1 available',
  ],
  ['none is wanted', { spec: { replicas: 0 }, status: { ...seen } }, 'Healthy', '0/0 available'],
  ['paused', { spec: { replicas: 2, paused: true }, status: { ...seen } }, 'Paused', '0/2 available'],
  [
    'beyond its deadline, also while paused',
    {
      spec: { replicas: 2, paused: true },
      status: { ...seen, conditions: [condition('Progressing', 'False', 'ProgressDeadlineExceeded', 'too slow')] },
    },
    'Failed',
    'ProgressDeadlineExceeded: too slow',
    T1,
  ],
  [
    'pods are refused',
    {
      spec: { replicas: 2 },
      status: { ...seen, conditions: [condition('ReplicaFailure', 'True', 'FailedCreate', 'exceeded quota')] },
    },
    'Degraded',
    'FailedCreate: exceeded quota',
    T1,
  ],
])

cases('apps/v1', 'ReplicaSet', [
  [
    'some are ready',
    { spec: { replicas: 2 }, status: { ...seen, replicas: 2, readyReplicas: 1 } },
    'Progressing',
    '1/2 ready',
  ],
  ['all are', { spec: { replicas: 1 }, status: { ...seen, replicas: 1, readyReplicas: 1 } }, 'Healthy', '1/1 ready'],
  [
    'more than wanted',
    { spec: { replicas: 1 }, status: { ...seen, replicas: 2, readyReplicas: 1 } },
    'Progressing',
    '1/1 ready',
  ],
])

const updating = { ...seen, replicas: 3, readyReplicas: 3, currentRevision: 'a', updateRevision: 'b' }
cases('apps/v1', 'StatefulSet', [
  ['some are ready', { spec: { replicas: 3 }, status: { ...seen, replicas: 2 } }, 'Progressing', '0/3 ready'],
  [
    'an update goes on',
    { spec: { replicas: 3 }, status: { ...updating, updatedReplicas: 1 } },
    'Progressing',
    '1/3 updated',
  ],
  [
    'an update up to its partition is over',
    {
      spec: { replicas: 3, updateStrategy: { rollingUpdate: { partition: 2 } } },
      status: { ...updating, updatedReplicas: 1 },
    },
    'Healthy',
    '3/3 ready',
  ],
  [
    'an update that waits for others to delete',
    { spec: { replicas: 3, updateStrategy: { type: 'OnDelete' } }, status: { ...updating, updatedReplicas: 1 } },
    'Healthy',
    '3/3 ready',
  ],
])

cases('apps/v1', 'DaemonSet', [
  [
    'an update goes on',
    { spec: {}, status: { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 2, numberAvailable: 3 } },
    'Progressing',
    '2/3 updated',
  ],
  [
    'not all are available',
    { spec: {}, status: { ...seen, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberAvailable: 2 } },
    'Progressing',
    '2/3 available',
  ],
  ['there is no node for it', { spec: {}, status: { ...seen } }, 'Healthy', '0/0 available'],
])

cases('batch/v1', 'Job', [
  [
    'it runs',
    { spec: { completions: 3 }, status: { succeeded: 1, active: 1, failed: 2, startTime: T1 } },
    'Progressing',
    '1/3 succeeded, 1 active, 2 failed',
    T1,
  ],
  [
    'it is complete',
    { spec: {}, status: { succeeded: 1, conditions: [condition('Complete', 'True', 'CompletionsReached')] } },
    'Healthy',
    '1/1 succeeded',
    T1,
  ],
  [
    'it has failed',
    { spec: {}, status: { conditions: [condition('Failed', 'True', 'BackoffLimitExceeded', 'too often')] } },
    'Failed',
    'BackoffLimitExceeded: too often',
    T1,
  ],
  [
    'it is suspended; it was, and is no more',
    { spec: {}, status: { conditions: [condition('Suspended', 'True', 'JobSuspended')] } },
    'Paused',
    '0/1 succeeded',
    T1,
  ],
])

cases('batch/v1', 'CronJob', [
  [
    'it runs',
    { spec: { schedule: '@hourly' }, status: { lastScheduleTime: T1, active: [{}] } },
    'Healthy',
    '@hourly, 1 active',
    T1,
  ],
  ['it is suspended', { spec: { schedule: '@daily', suspend: true } }, 'Paused', '@daily'],
])

const container = (state: object, more: object = {}) => ({ name: 'web', ready: false, restartCount: 0, state, ...more })
const pod = (phase: string, status: object, nodeName?: string): Partial<KubeObject> => ({
  spec: { containers: [{ name: 'web' }], ...(nodeName === undefined ? {} : { nodeName }) },
  status: { phase, ...status },
})
cases('v1', 'Pod', [
  ['nobody has looked at it', pod('Pending', {}), 'Progressing', 'waits for a node'],
  [
    'no node has room',
    pod('Pending', { conditions: [condition('PodScheduled', 'False', 'Unschedulable', '0/3 nodes are available')] }),
    'Degraded',
    'Unschedulable: 0/3 nodes are available',
    T1,
  ],
  [
    'it starts',
    pod(
      'Pending',
      { startTime: T1, containerStatuses: [container({ waiting: { reason: 'ContainerCreating' } })] },
      'n1',
    ),
    'Progressing',
    'ContainerCreating',
    T1,
  ],
  [
    'there is no such image',
    pod('Pending', { containerStatuses: [container({ waiting: { reason: 'ErrImagePull', message: 'none' } })] }, 'n1'),
    'Degraded',
    'web: ErrImagePull, none',
  ],
  [
    'it crashes again and again',
    pod('Running', {
      containerStatuses: [
        container(
          { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 40s' } },
          { lastState: { terminated: { exitCode: 7, finishedAt: T2 } } },
        ),
      ],
    }),
    'Degraded',
    'web: CrashLoopBackOff, last ended with 7',
    T2,
  ],
  [
    'it runs and is not ready',
    pod('Running', { conditions: [condition('Ready', 'False')], containerStatuses: [container({ running: {} })] }),
    'Progressing',
    '0/1 ready',
    T1,
  ],
  [
    'it is ready, after some restarts',
    pod('Running', {
      conditions: [condition('Ready', 'True')],
      containerStatuses: [container({ running: {} }, { ready: true, restartCount: 2 })],
    }),
    'Healthy',
    '1/1 ready, 2 restarts',
    T1,
  ],
  [
    'it is done',
    pod('Succeeded', { containerStatuses: [container({ terminated: { exitCode: 0, finishedAt: T2 } })] }),
    'Healthy',
    'completed',
    T2,
  ],
  [
    'it ended with an error',
    pod('Failed', { containerStatuses: [container({ terminated: { exitCode: 3, reason: 'Error', finishedAt: T2 } })] }),
    'Failed',
    'web: Error, ended with 3',
    T2,
  ],
  ['it was evicted', pod('Failed', { reason: 'Evicted', message: 'no room' }), 'Failed', 'Evicted: no room'],
  [
    'it is leaving, and somebody holds it',
    { metadata: { deletionTimestamp: T2, finalizers: ['example.com/wait'] } },
    'Progressing',
    'terminating, held by example.com/wait',
    T2,
  ],
])

cases('v1', 'Node', [
  ['it was never heard of', {}, 'Unknown', 'it was never heard of'],
  [
    'it is silent',
    { status: { conditions: [condition('Ready', 'Unknown', 'NodeStatusUnknown')] } },
    'Unknown',
    'NodeStatusUnknown',
    T1,
  ],
  [
    'it is not ready',
    { status: { conditions: [condition('Ready', 'False', 'KubeletNotReady')] } },
    'Failed',
    'KubeletNotReady',
    T1,
  ],
  [
    'it is cordoned',
    { spec: { unschedulable: true }, status: { conditions: [condition('Ready', 'True', 'KubeletReady')] } },
    'Paused',
    'cordoned',
    T1,
  ],
])

cases('v1', 'PersistentVolumeClaim', [
  ['it waits', { status: { phase: 'Pending' } }, 'Progressing', 'waits for a volume'],
  ['it is bound', { spec: { volumeName: 'v' }, status: { phase: 'Bound' } }, 'Healthy', 'v'],
  ['its volume is lost', { spec: { volumeName: 'v' }, status: { phase: 'Lost' } }, 'Failed', 'its volume v is gone'],
])

cases('v1', 'Service', [
  ['it has an address', { spec: { clusterIP: '10.0.0.9' } }, 'Healthy', '10.0.0.9'],
  [
    'it waits for one',
    { spec: { type: 'LoadBalancer', clusterIP: '10.0.0.9' } },
    'Progressing',
    'waits for an address',
  ],
  [
    'it got one',
    { spec: { type: 'LoadBalancer' }, status: { loadBalancer: { ingress: [{ hostname: 'lb.example.com' }] } } },
    'Healthy',
    'lb.example.com',
  ],
])

cases('policy/v1', 'PodDisruptionBudget', [
  [
    'there is room',
    { status: { ...seen, currentHealthy: 3, desiredHealthy: 2, disruptionsAllowed: 1 } },
    'Healthy',
    '1 may be disrupted',
  ],
  ['it is broken', { status: { ...seen, currentHealthy: 1, desiredHealthy: 2 } }, 'Degraded', '1/2 healthy'],
])

cases('example.com/v1', 'Anything', [
  ['it says nothing', { spec: {} }, 'Healthy', ''],
  ['its controller lags', { status: { observedGeneration: 1 } }, 'Progressing', 'generation 2 is not seen yet'],
  ['it is ready', { status: { ...seen, conditions: [condition('Ready', 'True')] } }, 'Healthy', ''],
  [
    'it is not yet',
    { status: { conditions: [condition('Ready', 'False', 'Waiting', 'for b')] } },
    'Progressing',
    'Waiting: for b',
    T1,
  ],
  ['nobody knows', { status: { conditions: [condition('Ready', 'Unknown')] } }, 'Unknown', 'Ready', T1],
  [
    'it goes on',
    { status: { conditions: [condition('Reconciling', 'True', 'Copying')] } },
    'Progressing',
    'Copying',
    T1,
  ],
  [
    'it is stuck, whatever else it says',
    { status: { conditions: [condition('Ready', 'False'), condition('Stalled', 'True', 'NoQuota')] } },
    'Failed',
    'NoQuota',
    T1,
  ],
  ['its conditions are something else', { status: { conditions: 'sunny' } }, 'Healthy', ''],
])
