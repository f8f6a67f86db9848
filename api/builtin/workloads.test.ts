import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '../kind.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { controllerRevision } from './apps/controller-revision.ts'
import { daemonSet } from './apps/daemon-set.ts'
import { deployment } from './apps/deployment.ts'
import { replicaSet } from './apps/replica-set.ts'
import { statefulSet } from './apps/stateful-set.ts'
import { fromV2, toV2 } from './autoscaling/horizontal-pod-autoscaler/convert.ts'
import { horizontalPodAutoscaler } from './autoscaling/horizontal-pod-autoscaler.ts'
import { cronJob } from './batch/cron-job.ts'
import { job } from './batch/job.ts'
import { whyNoSchedule, whyNoTimeZone } from './batch/schedule.ts'
import { podTemplate } from './core/pod-template.ts'
import { replicationController } from './core/replication-controller.ts'
import { podDisruptionBudget } from './policy/pod-disruption-budget.ts'
import { cellsOf, makeObject, TRIAL_NOW, tryKind } from './testing/try-kind.ts'

const PODS = { spec: { containers: [{ name: 'main', image: 'a:1' }] } }
const TEMPLATE = { metadata: { labels: { app: 'a' } }, ...PODS }
const CHOOSING = { selector: { matchLabels: { app: 'a' } }, template: TEMPLATE }
const ENDING = { template: { spec: { ...PODS.spec, restartPolicy: 'Never' } } }
const TARGET = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'a' }, maxReplicas: 3 }

const RIGHT: readonly (readonly [Kind, JsonObject])[] = [
  [podTemplate, { template: TEMPLATE }],
  [replicationController, { spec: { template: TEMPLATE } }],
  [controllerRevision, { data: { a: 1 }, revision: 1 }],
  [daemonSet, { spec: CHOOSING }],
  [deployment, { spec: CHOOSING }],
  [replicaSet, { spec: CHOOSING }],
  [statefulSet, { spec: CHOOSING }],
  [job, { metadata: { name: 'a', uid: 'u' }, spec: ENDING }],
  [cronJob, { spec: { schedule: '*/5 * * * *', jobTemplate: { spec: ENDING } } }],
  [horizontalPodAutoscaler, { spec: TARGET }],
  [podDisruptionBudget, { spec: { minAvailable: 1, selector: {} } }],
]

for (const [kind, body] of RIGHT) {
  test(`a ${kind.kind} that says the least is right, and stays so when it is written again`, () => {
    deepEqual(tryKind(kind, body), [])
    const old = makeObject(kind, body)
    kind.rules.prepareForCreate?.(old, { subresource: '', now: TRIAL_NOW })
    const again = JSON.parse(JSON.stringify(old)) as JsonObject
    deepEqual(tryKind(kind, again, { old }), [])
    deepEqual(tryKind(kind, again, { old, subresource: 'status' }), [])
  })
}

test('what a deployment does not say is filled in', () => {
  deepEqual(makeObject(deployment, { spec: { ...CHOOSING, strategy: {} } }).spec, {
    replicas: 1,
    selector: { matchLabels: { app: 'a' } },
    template: {
      metadata: { labels: { app: 'a' } },
      spec: {
        containers: [
          {
            name: 'main',
            image: 'a:1',
            resources: {},
            terminationMessagePath: '/dev/termination-log',
            terminationMessagePolicy: 'File',
            imagePullPolicy: 'IfNotPresent',
          },
        ],
        restartPolicy: 'Always',
        terminationGracePeriodSeconds: 30,
        dnsPolicy: 'ClusterFirst',
        securityContext: {},
        schedulerName: 'default-scheduler',
      },
    },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%' } },
    revisionHistoryLimit: 10,
    progressDeadlineSeconds: 600,
  })
})

const WRONG: readonly (readonly [Kind, JsonObject, readonly RegExp[]])[] = [
  [
    deployment,
    { spec: { ...CHOOSING, strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0, maxSurge: 0 } } } },
    [/rollingUpdate\.maxUnavailable: .*may not be 0 when `maxSurge` is 0/],
  ],
  [
    deployment,
    { spec: { ...CHOOSING, minReadySeconds: 600 } },
    [/progressDeadlineSeconds: .*must be greater than minReadySeconds/],
  ],
  [
    daemonSet,
    { spec: { ...CHOOSING, updateStrategy: { rollingUpdate: { maxSurge: 1 } } } },
    [/maxSurge: .*may not be set when maxUnavailable is non-zero/],
  ],
  [
    statefulSet,
    { spec: { ...CHOOSING, volumeClaimTemplates: [{ metadata: { name: 'v' }, spec: {} }] } },
    [/accessModes: Required/, /resources\[storage\]: Required/],
  ],
  [
    job,
    {
      metadata: { name: 'a', uid: 'u' },
      spec: {
        ...ENDING,
        completionMode: 'Indexed',
        completions: 3,
        successPolicy: { rules: [{ succeededIndexes: '0,5' }] },
      },
    },
    [/error parsing succeededIndexes: too large index: "5"/],
  ],
  [
    cronJob,
    { spec: { schedule: 'TZ=UTC 0 0 * * *', jobTemplate: { spec: ENDING } } },
    [/cannot use TZ or CRON_TZ in schedule/],
  ],
  [
    horizontalPodAutoscaler,
    { spec: { ...TARGET, minReplicas: 5 } },
    [/maxReplicas: .*greater than or equal to `minReplicas`/],
  ],
  [podDisruptionBudget, { spec: { maxUnavailable: '101%' } }, [/must not be greater than 100%/]],
  [
    replicationController,
    { spec: { selector: { app: 'b' }, template: TEMPLATE } },
    [/`selector` does not match template `labels`/],
  ],
]

for (const [kind, body, wanted] of WRONG) {
  test(`a ${kind.kind} is refused: ${wanted[0]?.source}`, () => {
    const said = tryKind(kind, body)
    equal(said.length, wanted.length, said.join('\n'))
    for (const [at, pattern] of wanted.entries()) match(said[at] ?? '', pattern)
  })
}

test('what may not change is refused', () => {
  const change = (kind: Kind, body: JsonObject, next: JsonObject) =>
    tryKind(kind, next, { old: makeObject(kind, body) })
  const other = { ...CHOOSING, selector: { matchLabels: { app: 'a', tier: 'b' } } }
  const [selector] = change(replicaSet, { spec: CHOOSING }, { spec: other }).slice(-1)
  equal(selector, 'spec.selector: Invalid value: {"matchLabels":{"app":"a","tier":"b"}}: field is immutable')
  match(change(statefulSet, { spec: CHOOSING }, { spec: { ...CHOOSING, serviceName: 'b' } })[0] ?? '', /are forbidden$/)
  match(change(controllerRevision, { data: { a: 1 } }, { data: { a: 2 } })[0] ?? '', /field is immutable$/)
})

test('a deployment counts changes of its annotations, and of its scale', () => {
  const old = makeObject(deployment, { metadata: { name: 'a', generation: 4 }, spec: CHOOSING })
  const write = (body: JsonObject, subresource: string): KubeObject => {
    const next = makeObject(deployment, { metadata: { name: 'a', generation: 4 }, spec: CHOOSING, ...body })
    deployment.rules.prepareForUpdate?.(next, old, { subresource, now: TRIAL_NOW, old })
    return next
  }
  equal(write({ metadata: { name: 'a', annotations: { b: 'c' } } }, '').metadata.generation, 5)
  equal(write({ spec: { ...CHOOSING, replicas: 2 } }, 'scale').metadata.generation, 5)
  equal(write({}, '').metadata.generation, 4)
})

test('a daemon set says how often its template changed', () => {
  const set = makeObject(daemonSet, { spec: CHOOSING })
  daemonSet.rules.prepareForCreate?.(set, { subresource: '', now: TRIAL_NOW })
  equal(set.metadata.annotations?.['deprecated.daemonset.template.generation'], '1')
  const next = makeObject(daemonSet, {
    spec: { ...CHOOSING, template: { ...TEMPLATE, metadata: { labels: { app: 'a', b: 'c' } } } },
  })
  daemonSet.rules.prepareForUpdate?.(next, set, { subresource: '', now: TRIAL_NOW, old: set })
  equal(next.metadata.annotations?.['deprecated.daemonset.template.generation'], '2')
})

test('the status of a job is judged by what changes', () => {
  const body = { metadata: { name: 'a', uid: 'u' }, spec: ENDING }
  const old = makeObject(job, body)
  const state = (status: JsonObject) => tryKind(job, { ...body, status }, { old, subresource: 'status' })
  const condition = (type: string) => ({ type, status: 'True', lastTransitionTime: TRIAL_NOW })
  deepEqual(state({ startTime: TRIAL_NOW, active: 1, ready: 1 }), [])
  deepEqual(state({ active: 1, ready: 2 }), ['status.ready: Invalid value: 2: cannot set more ready pods than active'])
  deepEqual(state({ conditions: [condition('Complete')], startTime: TRIAL_NOW, completionTime: TRIAL_NOW }), [
    'status.conditions: Invalid value: cannot set Complete=True condition without the SuccessCriteriaMet=true condition',
  ])
})

test('a job is given labels and a selector, unless it has its own', () => {
  const made = makeObject(job, { metadata: { name: 'a', uid: 'u' }, spec: ENDING })
  job.rules.prepareForCreate?.(made, { subresource: '', now: TRIAL_NOW })
  deepEqual((made.spec as { selector: unknown }).selector, {
    matchLabels: { 'batch.kubernetes.io/controller-uid': 'u' },
  })
  const own = makeObject(job, { metadata: { name: 'a', uid: 'u' }, spec: { ...ENDING, manualSelector: true } })
  job.rules.prepareForCreate?.(own, { subresource: '', now: TRIAL_NOW })
  equal('selector' in (own.spec as object), false)
})

test('schedules are read as cron reads them', () => {
  const cases: readonly (readonly [string, string | undefined])[] = [
    ['*/5 0-6 1,15 jan mon-fri', undefined],
    ['@every 1h30m', undefined],
    ['@daily', undefined],
    ['TZ=Europe/Paris 0 0 * * *', undefined],
    ['', 'empty spec string'],
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@never', 'unrecognized descriptor: @never'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
  ]
  for (const [text, why] of cases) equal(whyNoSchedule(text), why, text)
  equal(whyNoTimeZone('Mars/Olympus'), 'unknown time zone Mars/Olympus')
  equal(whyNoTimeZone('Europe/Paris'), undefined)
})

test('an autoscaler comes back from its first version as it was', () => {
  const object = makeObject(horizontalPodAutoscaler, {
    spec: {
      ...TARGET,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
        { type: 'Pods', pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '10' } } },
        {
          type: 'Object',
          object: {
            describedObject: { apiVersion: 'v1', kind: 'Service', name: 'a' },
            metric: { name: 'q' },
            target: { type: 'Value', value: '3' },
          },
        },
        { type: 'External', external: { metric: { name: 'q' }, target: { type: 'AverageValue', averageValue: '3' } } },
        {
          type: 'ContainerResource',
          containerResource: { name: 'memory', container: 'a', target: { type: 'AverageValue', averageValue: '3Mi' } },
        },
      ],
      behavior: { scaleDown: { stabilizationWindowSeconds: 60 } },
    },
  })
  const first = fromV2(object)
  equal((first.spec as { targetCPUUtilizationPercentage: number }).targetCPUUtilizationPercentage, 50)
  const back = toV2(first)
  const byType = (list: readonly { type: string }[] = []) =>
    list.toSorted((one, other) => (one.type < other.type ? -1 : 1))
  const { spec } = toV2(fromV2(back))
  const wanted = object.spec as unknown as typeof spec
  deepEqual({ ...spec, metrics: byType(spec.metrics) }, { ...wanted, metrics: byType(wanted.metrics) })
  deepEqual(back.metadata.annotations ?? {}, {})
})

const CELLS: readonly (readonly [Kind, JsonObject, Readonly<Record<string, unknown>>])[] = [
  [
    deployment,
    { spec: CHOOSING, status: { readyReplicas: 1, updatedReplicas: 2 } },
    {
      Name: 'a',
      Ready: '1/1',
      'Up-to-date': 2,
      Available: 0,
      Age: '60s',
      Containers: 'main',
      Images: 'a:1',
      Selector: 'app=a',
    },
  ],
  [
    job,
    { spec: { ...ENDING, completions: 3 }, status: { succeeded: 1, startTime: TRIAL_NOW } },
    {
      Name: 'a',
      Status: 'Running',
      Completions: '1/3',
      Duration: '60s',
      Age: '60s',
      Containers: 'main',
      Images: 'a:1',
      Selector: '<none>',
    },
  ],
  [
    cronJob,
    { spec: { schedule: '@daily', jobTemplate: { spec: ENDING } } },
    {
      Name: 'a',
      Schedule: '@daily',
      Timezone: '<none>',
      Suspend: 'False',
      Active: 0,
      'Last Schedule': '<none>',
      Age: '60s',
      Containers: 'main',
      Images: 'a:1',
      Selector: '<none>',
    },
  ],
  [
    horizontalPodAutoscaler,
    { spec: TARGET },
    {
      Name: 'a',
      Reference: 'Deployment/a',
      Targets: 'cpu: <unknown>/80%',
      MinPods: '1',
      MaxPods: 3,
      Replicas: 0,
      Age: '60s',
    },
  ],
  [
    podDisruptionBudget,
    { spec: { maxUnavailable: '10%' } },
    { Name: 'a', 'Min Available': 'N/A', 'Max Unavailable': '10%', 'Allowed Disruptions': 0, Age: '60s' },
  ],
  [
    controllerRevision,
    {
      data: {},
      revision: 7,
      metadata: {
        name: 'a',
        ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'w', uid: 'u', controller: true }],
      },
    },
    { Name: 'a', Controller: 'statefulset.apps/w', Revision: 7, Age: '60s' },
  ],
]

for (const [kind, body, wanted] of CELLS) {
  test(`the row of a ${kind.kind}`, () => deepEqual(cellsOf(kind, body), wanted))
}
