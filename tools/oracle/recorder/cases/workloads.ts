/** What makes pods: deployments, replica sets, stateful and daemon sets, controllers, jobs, and the scale of each. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, type CaseDraft, inNamespace, resource, type TopicDraft } from '../draft.ts'
import { type KindDraft, kindCases, merge } from '../kind-cases.ts'
import { APP_SELECTOR, condition, LONG_AGO, POD_SPEC, POD_TEMPLATE, SOON_AFTER } from './bodies.ts'

const spec = (change: JsonObject): JsonObject => ({ spec: change })
const template = (podSpec: JsonObject): JsonObject => spec({ template: { spec: podSpec } })
const image = (name: string): JsonObject => template({ containers: [{ name: 'main', image: name }] })

/** What is wrong in every kind that has a template and a selector. */
const REFUSED: Readonly<Record<string, JsonObject>> = {
  'no spec': { spec: null },
  'no selector': spec({ selector: null }),
  'an empty selector': spec({ selector: { matchLabels: null } }),
  'no template': spec({ template: null }),
  'other labels than it selects': spec({ template: { metadata: { labels: { app: 'b' } } } }),
  'a selector that is none': spec({
    selector: { matchExpressions: [{ key: 'app', operator: 'Resembles', values: ['a'] }] },
  }),
  'a selector without values': spec({ selector: { matchExpressions: [{ key: 'app', operator: 'In' }] } }),
  'no containers': template({ containers: [] }),
  'a container without an image': template({ containers: [{ name: 'a' }] }),
  'a restart policy that is not its own': template({ restartPolicy: 'OnFailure' }),
  'a deadline': template({ activeDeadlineSeconds: 5 }),
  'a negative minReadySeconds': spec({ minReadySeconds: -1 }),
}

const base = (more: JsonObject = {}): JsonObject => ({
  spec: { selector: APP_SELECTOR, template: POD_TEMPLATE, ...more },
})

const DEPLOYMENT: KindDraft = {
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  plural: 'deployments',
  minimal: base(),
  rich: {
    'every field': base({
      replicas: 3,
      minReadySeconds: 5,
      paused: true,
      progressDeadlineSeconds: 100,
      revisionHistoryLimit: 2,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: '50%' } },
    }),
    recreation: base({ replicas: 0, strategy: { type: 'Recreate' } }),
  },
  update: image('example.test/app:2'),
  status: {
    observedGeneration: 1,
    replicas: 1,
    updatedReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    conditions: [condition('Available', 'True')],
  },
  states: {
    'half ready': { replicas: 2, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1, unavailableReplicas: 1 },
  },
  refused: {
    ...REFUSED,
    'negative replicas': spec({ replicas: -1 }),
    'recreation with a rolling update': spec({ strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } }),
    'an unknown strategy': spec({ strategy: { type: 'BlueGreen' } }),
    'no room to roll': spec({ strategy: { rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } } }),
    'more than all unavailable': spec({ strategy: { rollingUpdate: { maxUnavailable: '150%' } } }),
    'a share that is none': spec({ strategy: { rollingUpdate: { maxSurge: 'half' } } }),
    'a deadline before it is ready': spec({ minReadySeconds: 10, progressDeadlineSeconds: 5 }),
    'a negative history': spec({ revisionHistoryLimit: -1 }),
    'a rollback': spec({ rollbackTo: { revision: 1 } }),
    'replicas as a word': spec({ replicas: 'three' }),
  },
  refusedUpdates: {
    'another selector': spec({
      selector: { matchLabels: { app: 'b' } },
      template: { metadata: { labels: { app: 'b' } } },
    }),
    'an empty image': image(''),
    'negative replicas': spec({ replicas: -2 }),
    'a template without its labels': spec({ template: { metadata: { labels: { app: null } } } }),
  },
}

const REPLICA_SET: KindDraft = {
  kind: 'ReplicaSet',
  apiVersion: 'apps/v1',
  plural: 'replicasets',
  minimal: base(),
  rich: { 'every field': base({ replicas: 2, minReadySeconds: 3 }) },
  update: spec({ replicas: 4 }),
  status: {
    replicas: 1,
    fullyLabeledReplicas: 1,
    readyReplicas: 1,
    availableReplicas: 1,
    observedGeneration: 1,
    conditions: [condition('ReplicaFailure', 'False')],
  },
  refused: { ...REFUSED, 'negative replicas': spec({ replicas: -1 }) },
  refusedUpdates: {
    'another selector': spec({
      selector: { matchLabels: { app: 'b' } },
      template: { metadata: { labels: { app: 'b' } } },
    }),
    'negative replicas': spec({ replicas: -2 }),
  },
}

const CLAIM: JsonObject = {
  metadata: { name: 'data' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
}

const STATEFUL_SET: KindDraft = {
  kind: 'StatefulSet',
  apiVersion: 'apps/v1',
  plural: 'statefulsets',
  minimal: base(),
  rich: {
    'every field': base({
      replicas: 3,
      serviceName: 'peers',
      podManagementPolicy: 'Parallel',
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } },
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' },
      volumeClaimTemplates: [CLAIM],
      ordinals: { start: 5 },
      minReadySeconds: 4,
    }),
    'updates on delete': base({ updateStrategy: { type: 'OnDelete' } }),
  },
  update: image('example.test/app:2'),
  status: {
    replicas: 1,
    readyReplicas: 1,
    currentReplicas: 1,
    updatedReplicas: 1,
    availableReplicas: 1,
    currentRevision: 'a-1',
    updateRevision: 'a-2',
    collisionCount: 0,
  },
  refused: {
    ...REFUSED,
    'negative replicas': spec({ replicas: -1 }),
    'an unknown order of pods': spec({ podManagementPolicy: 'Chaos' }),
    'an unknown strategy': spec({ updateStrategy: { type: 'Whatever' } }),
    'a negative partition': spec({ updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: -1 } } }),
    'deletion with a partition': spec({ updateStrategy: { type: 'OnDelete', rollingUpdate: { partition: 1 } } }),
    'negative ordinals': spec({ ordinals: { start: -1 } }),
    'an unknown retention': spec({ persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Sell', whenScaled: 'Keep' } }),
  },
  refusedUpdates: {
    'another selector': spec({
      selector: { matchLabels: { app: 'b' } },
      template: { metadata: { labels: { app: 'b' } } },
    }),
    'another service': spec({ serviceName: 'other' }),
    'other claims': spec({ volumeClaimTemplates: [CLAIM] }),
    'another order of pods': spec({ podManagementPolicy: 'Parallel' }),
  },
}

const DAEMON_SET: KindDraft = {
  kind: 'DaemonSet',
  apiVersion: 'apps/v1',
  plural: 'daemonsets',
  minimal: base(),
  rich: {
    'every field': base({
      minReadySeconds: 1,
      revisionHistoryLimit: 3,
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '20%' } },
      template: merge(POD_TEMPLATE, { spec: { nodeSelector: { disk: 'fast' }, hostNetwork: true } }),
    }),
    'updates on delete': base({ updateStrategy: { type: 'OnDelete' } }),
  },
  update: image('example.test/app:2'),
  status: {
    currentNumberScheduled: 2,
    desiredNumberScheduled: 3,
    numberMisscheduled: 0,
    numberReady: 1,
    numberAvailable: 1,
    updatedNumberScheduled: 2,
    observedGeneration: 1,
  },
  refused: {
    ...REFUSED,
    'an unknown strategy': spec({ updateStrategy: { type: 'Whatever' } }),
    'surge and unavailability at once': spec({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 1 } },
    }),
    'neither surge nor unavailability': spec({
      updateStrategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 0, maxUnavailable: 0 } },
    }),
    'a negative history': spec({ revisionHistoryLimit: -1 }),
  },
  refusedUpdates: {
    'another selector': spec({
      selector: { matchLabels: { app: 'b' } },
      template: { metadata: { labels: { app: 'b' } } },
    }),
  },
}

const REPLICATION_CONTROLLER: KindDraft = {
  kind: 'ReplicationController',
  apiVersion: 'v1',
  plural: 'replicationcontrollers',
  minimal: { spec: { template: POD_TEMPLATE } },
  rich: {
    'every field': { spec: { replicas: 2, minReadySeconds: 1, selector: { app: 'a' }, template: POD_TEMPLATE } },
  },
  update: spec({ replicas: 4 }),
  status: { replicas: 1, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1, observedGeneration: 1 },
  refused: {
    'no spec': { spec: null },
    'no template': spec({ template: null }),
    'other labels than it selects': spec({ selector: { app: 'b' } }),
    'negative replicas': spec({ replicas: -1 }),
    'a restart policy that is not its own': template({ restartPolicy: 'Never' }),
  },
  refusedUpdates: { 'negative replicas': spec({ replicas: -1 }) },
}

const CONTROLLER_REVISION: KindDraft = {
  kind: 'ControllerRevision',
  apiVersion: 'apps/v1',
  plural: 'controllerrevisions',
  minimal: { revision: 1, data: { spec: { any: 'thing' } } },
  update: { revision: 2 },
  refused: { 'no data': { data: null }, 'a negative revision': { revision: -1 } },
  refusedUpdates: { 'other data': { data: { spec: { any: 'other' } } } },
}

const POD_TEMPLATE_KIND: KindDraft = {
  kind: 'PodTemplate',
  apiVersion: 'v1',
  plural: 'podtemplates',
  minimal: { template: POD_TEMPLATE },
  update: { template: { spec: { containers: [{ name: 'main', image: 'b' }] } } },
  refused: { 'no template': { template: null }, 'no containers': { template: { spec: { containers: [] } } } },
}

const ONCE: JsonObject = { spec: { ...POD_SPEC, restartPolicy: 'Never' } }
const JOB_STATUS: JsonObject = { startTime: LONG_AGO, active: 1, ready: 0 }

const JOB: KindDraft = {
  kind: 'Job',
  apiVersion: 'batch/v1',
  plural: 'jobs',
  minimal: { spec: { template: ONCE } },
  rich: {
    'many completions': {
      spec: {
        completions: 5,
        parallelism: 2,
        backoffLimit: 1,
        activeDeadlineSeconds: 60,
        ttlSecondsAfterFinished: 30,
        template: ONCE,
      },
    },
    indexes: {
      spec: { completionMode: 'Indexed', completions: 3, backoffLimitPerIndex: 1, maxFailedIndexes: 1, template: ONCE },
    },
    'a policy of failure': {
      spec: {
        suspend: true,
        podReplacementPolicy: 'Failed',
        podFailurePolicy: {
          rules: [
            { action: 'FailJob', onExitCodes: { containerName: 'main', operator: 'In', values: [1, 2] } },
            { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget' }] },
          ],
        },
        template: ONCE,
      },
    },
    'a selector of its own': {
      spec: {
        manualSelector: true,
        selector: APP_SELECTOR,
        template: { metadata: { labels: { app: 'a' } }, ...ONCE },
      },
    },
    'a policy of success': {
      spec: {
        completionMode: 'Indexed',
        completions: 3,
        successPolicy: { rules: [{ succeededIndexes: '0-1', succeededCount: 1 }] },
        template: ONCE,
      },
    },
  },
  update: spec({ parallelism: 3 }),
  status: JOB_STATUS,
  states: {
    running: { ...JOB_STATUS, uncountedTerminatedPods: {} },
    complete: {
      startTime: LONG_AGO,
      completionTime: SOON_AFTER,
      succeeded: 1,
      ready: 0,
      uncountedTerminatedPods: {},
      conditions: [condition('SuccessCriteriaMet', 'True'), condition('Complete', 'True')],
    },
    failed: {
      startTime: LONG_AGO,
      failed: 7,
      ready: 0,
      uncountedTerminatedPods: {},
      conditions: [
        condition('FailureTarget', 'True', 'BackoffLimitExceeded'),
        condition('Failed', 'True', 'BackoffLimitExceeded'),
      ],
    },
  },
  refused: {
    'no spec': { spec: null },
    'no template': spec({ template: null }),
    'a restart policy that is not its own': template({ restartPolicy: 'Always' }),
    'no restart policy': template({ restartPolicy: null }),
    'negative numbers': spec({
      completions: -1,
      parallelism: -1,
      backoffLimit: -1,
      activeDeadlineSeconds: -1,
      ttlSecondsAfterFinished: -1,
    }),
    'a selector that the server chooses': spec({ selector: { matchLabels: { a: 'b' } } }),
    'an unknown mode': spec({ completionMode: 'Random' }),
    'indexes without a number': spec({ completionMode: 'Indexed' }),
    'too many at once': spec({ completionMode: 'Indexed', completions: 200000, parallelism: 200000 }),
    'a limit for indexes without indexes': spec({ backoffLimitPerIndex: 1 }),
    'a policy with another restart policy': merge(
      template({ restartPolicy: 'OnFailure' }),
      spec({ podFailurePolicy: { rules: [] } }),
    ),
    'a policy with a bad rule': spec({
      podFailurePolicy: {
        rules: [{ action: 'Panic' }, { action: 'Ignore', onExitCodes: { operator: 'Like', values: [0] } }],
      },
    }),
    'an unknown replacement': spec({ podReplacementPolicy: 'Never' }),
    'a bad manager': spec({ managedBy: 'no domain' }),
  },
  refusedUpdates: {
    'other completions': spec({ completions: 4 }),
    'another template': image('other'),
    'another selector': spec({ selector: { matchLabels: { a: 'b' } } }),
    'another mode': spec({ completionMode: 'Indexed', completions: 1 }),
  },
}

const CRON_JOB: KindDraft = {
  kind: 'CronJob',
  apiVersion: 'batch/v1',
  plural: 'cronjobs',
  minimal: { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: { template: ONCE } } } },
  rich: {
    'every field': {
      spec: {
        schedule: '@daily',
        timeZone: 'Europe/Berlin',
        startingDeadlineSeconds: 30,
        concurrencyPolicy: 'Forbid',
        suspend: true,
        successfulJobsHistoryLimit: 1,
        failedJobsHistoryLimit: 0,
        jobTemplate: { metadata: { labels: { from: 'cron' } }, spec: { backoffLimit: 2, template: ONCE } },
      },
    },
  },
  update: spec({ schedule: '0 4 * * 1' }),
  status: {
    lastScheduleTime: LONG_AGO,
    lastSuccessfulTime: SOON_AFTER,
    active: [{ apiVersion: 'batch/v1', kind: 'Job', name: 'a-1' }],
  },
  refused: {
    'no spec': { spec: null },
    'no schedule': spec({ schedule: null }),
    'a schedule that is none': spec({ schedule: 'sometimes' }),
    'a schedule out of range': spec({ schedule: '99 * * * *' }),
    'a time zone in the schedule': spec({ schedule: 'TZ=UTC 0 0 * * *' }),
    'an unknown time zone': spec({ timeZone: 'Mars/Olympus' }),
    'an unknown policy': spec({ concurrencyPolicy: 'Maybe' }),
    'negative numbers': spec({
      startingDeadlineSeconds: -1,
      successfulJobsHistoryLimit: -1,
      failedJobsHistoryLimit: -1,
    }),
    'a restart policy that is not its own': spec({
      jobTemplate: { spec: { template: { spec: { restartPolicy: 'Always' } } } },
    }),
    'a selector': spec({ jobTemplate: { spec: { manualSelector: true } } }),
    'a long name': { metadata: { name: '{{repeat x 53}}' } },
  },
  refusedUpdates: {
    'a schedule that is none': spec({ schedule: 'a b c' }),
    'no template': spec({ jobTemplate: null }),
  },
}

/** The scale of a kind: read, written whole, patched, and refused. */
const scaleCase = ({ kind, apiVersion, plural, minimal }: KindDraft): CaseDraft =>
  inNamespace(kind, 'is scaled', (namespace) => {
    const it = resource(apiVersion, plural, kind, namespace)
    const scale = it.sub('scale')
    const body = { apiVersion: 'autoscaling/v1', kind: 'Scale' }
    return [
      it.create(merge(minimal, { metadata: { name: 'a' } })),
      as('scale', scale.get('a')),
      as('scaled', scale.change('a', 'scale', spec({ replicas: 3 }))),
      scale.change('a', 'scale', spec({ replicas: 4 })),
      scale.update('a', { ...body, metadata: { name: 'a' }, spec: { replicas: 5 } }),
      scale.update('a', { ...body, metadata: { name: 'b' }, spec: { replicas: 5 } }),
      scale.update('a', { ...body, metadata: { name: 'a' }, spec: { replicas: -1 } }),
      scale.patch('merge', 'a', spec({ replicas: 6 })),
      scale.patch('strategic', 'a', spec({ replicas: 7 })),
      scale.patch('json', 'a', [{ op: 'test', path: '/spec/replicas', value: 1 }]),
      scale.apply('a', 'autoscaler', { ...body, metadata: { name: 'a' }, spec: { replicas: 8 } }),
      scale.apply('a', 'autoscaler', { ...body, metadata: { name: 'a' }, spec: { replicas: 8 } }, 'force=true'),
      scale.table('a'),
      scale.get('none'),
      it.get('a'),
    ]
  })

/** The topic. */
export const workloads: TopicDraft = {
  topic: 'workloads',
  cases: [
    ...[DEPLOYMENT, REPLICA_SET, STATEFUL_SET, DAEMON_SET, REPLICATION_CONTROLLER].flatMap(kindCases),
    ...[CONTROLLER_REVISION, POD_TEMPLATE_KIND].flatMap(kindCases),
    ...[DEPLOYMENT, REPLICA_SET, STATEFUL_SET, REPLICATION_CONTROLLER].map(scaleCase),
  ],
}

/** The topic. */
export const batch: TopicDraft = { topic: 'batch', cases: [JOB, CRON_JOB].flatMap(kindCases) }
