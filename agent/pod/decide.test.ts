/** The life of one pod, as Kubernetes tells it. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Container } from '@muster/api/types/core-v1.ts'
import { type Play, play } from './testing/play.ts'

const app: Container = { name: 'app', image: 'host/app' }
const stateOf = (played: Play, name: string) => {
  const { state } = played.container(name) ?? {}
  if (state?.running) return 'running'
  if (state?.terminated) return `${state.terminated.reason} ${state.terminated.exitCode}`
  return state?.waiting?.reason ?? 'none'
}
const starts = (played: Play) =>
  played.steps.flatMap((step) => (step.do === 'start' ? [`${step.container}/${step.attempt}@${step.at}`] : []))

test('a container runs to Ready, and the pod says so in every place', () => {
  const played = play({})
  played.advance(1)
  const { status } = played.pod
  equal(status?.phase, 'Running')
  deepEqual([status?.podIP, status?.podIPs, status?.hostIP], ['10.0.0.1', [{ ip: '10.0.0.1' }], '10.9.9.9'])
  equal(status?.observedGeneration, 1)
  deepEqual(
    status?.conditions?.map(({ type, status }) => `${type}=${status}`),
    ['PodReadyToStartContainers=True', 'Initialized=True', 'Ready=True', 'ContainersReady=True', 'PodScheduled=True'],
  )
  deepEqual(played.container('app'), {
    containerID: 'process://u1/app/0',
    image: 'host/app',
    imageID: 'host/app',
    lastState: {},
    name: 'app',
    ready: true,
    resources: {},
    restartCount: 0,
    started: true,
    state: { running: { startedAt: '2026-01-01T00:00:00Z' } },
  })
  deepEqual(
    played.said.map(({ reason, message, fieldPath }) => `${reason} ${message} ${fieldPath}`),
    [
      'Pulled Container image "host/app" already present on machine and can be accessed by the pod spec.containers{app}',
      'Created Container created spec.containers{app}',
      'Started Container started spec.containers{app}',
    ],
  )
})

test('init containers go one after the other, sidecars stay, and end last and in reverse', () => {
  const played = play(
    {
      initContainers: [
        { ...app, name: 'first' },
        { ...app, name: 'proxy', restartPolicy: 'Always', startupProbe: { periodSeconds: 1, failureThreshold: 30 } },
        { ...app, name: 'logs', restartPolicy: 'Always' },
        { ...app, name: 'second' },
      ],
      containers: [app],
    },
    {
      program: (name) => (name === 'first' || name === 'second' ? { runsFor: 5 } : { endsAfter: 1, exitCode: 0 }),
      probe: (_name, _kind, at) => (at >= 8 ? 'success' : 'failure'),
    },
  )
  played.advance(1)
  equal(stateOf(played, 'app'), 'PodInitializing')
  equal(
    played.condition('Initialized'),
    'False ContainersNotInitialized containers with incomplete status: [first proxy logs second]',
  )
  equal(played.condition('Ready'), 'False ContainersNotReady containers with unready status: [proxy logs app]')
  played.advance(20)
  deepEqual(starts(played), ['first/0@0', 'proxy/0@5', 'logs/0@8.5', 'second/0@8.5', 'app/0@13.5'])
  equal(played.condition('Ready'), 'True')
  played.delete()
  played.advance(10)
  const stops = played.steps.flatMap((step) => (step.do === 'stop' ? [`${step.container}@${step.at}`] : []))
  deepEqual(stops, ['app@21', 'logs@22', 'proxy@23'])
  ok(played.isOver)
})

test('a container that crashes waits twice as long each time, up to five minutes, and begins anew after ten that it ran', () => {
  const played = play({}, { program: (_name, attempt) => ({ runsFor: attempt === 7 ? 700 : 1, exitCode: 3 }) })
  played.advance(4000)
  const times = starts(played)
    .slice(0, 12)
    .map((one) => Number(one.split('@')[1]))
  const waits = times.slice(1).map((at, index) => at - (times[index] ?? 0) - (index === 7 ? 700 : 1))
  deepEqual(waits, [0, 10, 20, 40, 80, 160, 300, 0, 10, 20, 40])
})

test('CrashLoopBackOff says how long, of which container, of which pod', () => {
  const played = play({}, { program: () => ({ runsFor: 1, exitCode: 3 }) })
  played.advance(5)
  const status = played.container('app')
  deepEqual(status?.state, {
    waiting: {
      reason: 'CrashLoopBackOff',
      message: 'back-off 10s restarting failed container=app pod=web_shop(u1)',
    },
  })
  deepEqual([status?.restartCount, status?.ready, status?.started], [1, false, false])
  deepEqual([status?.lastState?.terminated?.exitCode, status?.lastState?.terminated?.reason], [3, 'Error'])
  equal(played.pod.status?.phase, 'Running')
  match(played.said.at(-1)?.message ?? '', /^Back-off restarting failed container app in pod web_shop\(u1\)$/)
})

const ends = [
  { policy: 'Never', exitCode: 0, phase: 'Succeeded', starts: 1, ready: 'False PodCompleted' },
  { policy: 'Never', exitCode: 1, phase: 'Failed', starts: 1, ready: 'False PodFailed' },
  { policy: 'OnFailure', exitCode: 0, phase: 'Succeeded', starts: 1, ready: 'False PodCompleted' },
  { policy: 'OnFailure', exitCode: 1, phase: 'Running', starts: 2, ready: undefined },
  { policy: 'Always', exitCode: 0, phase: 'Running', starts: 2, ready: undefined },
]
for (const { policy, exitCode, phase, starts: count, ready } of ends) {
  test(`${policy}, and exit code ${exitCode}: ${phase}`, () => {
    const played = play({ restartPolicy: policy }, { program: () => ({ runsFor: 2, exitCode }) })
    played.advance(7)
    equal(played.pod.status?.phase, phase)
    equal(starts(played).length, count)
    if (ready) equal(played.condition('Ready'), ready)
  })
}

test('rules of a container are heard before its policy, and its policy before its pod', () => {
  const exitCodes = { operator: 'In', values: [42] }
  const rule = { action: 'Restart', exitCodes }
  const own = { ...app, restartPolicy: 'Never', restartPolicyRules: [rule] }
  const again = play(
    { containers: [own] },
    { program: (_name, attempt) => ({ runsFor: 1, exitCode: attempt < 1 ? 42 : 1 }) },
  )
  again.advance(30)
  deepEqual(starts(again), ['app/0@0', 'app/1@1'])
  equal(again.pod.status?.phase, 'Failed')
})

test('an init container that fails under Never fails the pod, and nothing else is started', () => {
  const played = play(
    { restartPolicy: 'Never', initContainers: [{ ...app, name: 'first' }] },
    { program: () => ({ runsFor: 1, exitCode: 9 }) },
  )
  played.advance(5)
  equal(played.pod.status?.phase, 'Failed')
  deepEqual(starts(played), ['first/0@0'])
  equal(stateOf(played, 'app'), 'PodInitializing')
})

test('a job with a sidecar is over when the job is', () => {
  const proxy = { ...app, name: 'proxy', restartPolicy: 'Always' }
  const played = play(
    { restartPolicy: 'Never', initContainers: [proxy] },
    { program: (name) => (name === 'app' ? { runsFor: 3 } : { endsAfter: 4, exitCode: 0 }) },
  )
  played.advance(4)
  deepEqual(
    [played.pod.status?.phase, stateOf(played, 'app'), stateOf(played, 'proxy')],
    ['Running', 'Completed 0', 'running'],
  )
  played.advance(5)
  equal(played.pod.status?.phase, 'Succeeded')
  equal(played.isOver, false)
})

test('probes: startup holds the others back, readiness turns at its thresholds, liveness ends the container', () => {
  const played = play(
    {
      containers: [
        {
          ...app,
          startupProbe: { periodSeconds: 2, failureThreshold: 10 },
          readinessProbe: { periodSeconds: 5, successThreshold: 2, failureThreshold: 2 },
          livenessProbe: { periodSeconds: 10, failureThreshold: 3, terminationGracePeriodSeconds: 4 },
        },
      ],
    },
    {
      program: () => ({ endsAfter: 'never' }),
      probe: (_name, kind, at) => {
        if (kind === 'startup') return at >= 6 ? 'success' : 'failure'
        if (kind === 'readiness') return at < 30 ? 'success' : 'failure'
        return at < 50 ? 'success' : 'failure'
      },
    },
  )
  played.advance(5)
  deepEqual([played.container('app')?.started, played.container('app')?.ready], [false, false])
  ok(!played.steps.some((step) => step.do === 'probe' && step.probe !== 'startup'))
  played.advance(4)
  deepEqual([played.container('app')?.started, played.container('app')?.ready], [true, false])
  played.advance(3)
  equal(played.container('app')?.ready, true)
  played.advance(22)
  equal(played.container('app')?.ready, true)
  played.advance(3)
  equal(played.container('app')?.ready, false)
  equal(played.condition('ContainersReady'), 'False ContainersNotReady containers with unready status: [app]')
  played.advance(40)
  const killing = played.said.find(({ reason }) => reason === 'Killing')
  equal(killing?.message, 'Container app failed liveness probe, will be restarted')
  const stopped = played.steps.find((step) => step.do === 'stop')
  deepEqual([stopped?.at, stopped?.do === 'stop' && stopped.grace], [76.5, 4000])
  played.advance(5)
  deepEqual(
    starts(played).map((one) => one.split('@')[0]),
    ['app/0', 'app/1'],
  )
  ok(played.said.some(({ message }) => message === 'Liveness probe failed: as asked'))
})

test('initialDelaySeconds: not before it is over', () => {
  const played = play({ containers: [{ ...app, readinessProbe: { initialDelaySeconds: 7, periodSeconds: 3 } }] })
  played.advance(20)
  deepEqual(
    played.steps.flatMap((step) => (step.do === 'probe' ? [step.at] : [])),
    [7, 10, 13, 16, 19],
  )
})

test('a deletion: preStop, then the signal, within one grace; the status, then the confirmation, then nothing', () => {
  const lifecycle = { preStop: { exec: { command: ['x'] } } }
  const played = play(
    { containers: [{ ...app, lifecycle }], terminationGracePeriodSeconds: 10 },
    { hook: () => ({ takes: 4 }), program: () => ({ endsAfter: 'never' }) },
  )
  played.advance(1)
  played.delete()
  played.advance(9)
  equal(played.pod.status?.phase, 'Running')
  played.advance(5)
  const ending = played.steps.filter((step) => step.at >= 1 && step.do !== 'say')
  deepEqual(
    ending.map((step) => `${step.do}@${step.at}${step.do === 'stop' ? ` ${step.grace}` : ''}`),
    ['hook@1', 'stop@5 6000', 'clear@11', 'confirm@11', 'forget@11'],
  )
  deepEqual([played.pod.status?.phase, stateOf(played, 'app'), played.isOver], ['Failed', 'Error 137', true])
})

test('a hook that never ends is cut off by the grace, and the process still has two seconds', () => {
  const lifecycle = { preStop: { exec: { command: ['x'] } } }
  const played = play({ containers: [{ ...app, lifecycle }] }, { hook: () => ({ takes: 1e6 }) })
  played.advance(1)
  played.delete(5)
  played.advance(20)
  const stopped = played.steps.find((step) => step.do === 'stop')
  deepEqual([stopped?.at, stopped?.do === 'stop' && stopped.grace], [6, 2000])
  ok(played.isOver)
})

test('a second deletion with less grace ends it sooner', () => {
  const played = play({}, { program: () => ({ endsAfter: 'never' }) })
  played.advance(1)
  played.delete(3600)
  played.advance(5)
  played.delete(3)
  played.advance(4)
  ok(played.isOver)
})

test('postStart: the container is being made until it is over; a failure ends the container', () => {
  const containers = [{ ...app, lifecycle: { postStart: { exec: { command: ['x'] } } } }]
  const fine = play({ containers }, { hook: () => ({ takes: 5 }) })
  fine.advance(2)
  deepEqual([stateOf(fine, 'app'), fine.pod.status?.phase], ['ContainerCreating', 'Running'])
  fine.advance(5)
  equal(stateOf(fine, 'app'), 'running')
  const failing = play({ containers }, { hook: () => ({ takes: 1, failure: 'it failed' }) })
  failing.advance(2)
  deepEqual(
    [stateOf(failing, 'app'), failing.container('app')?.state?.waiting?.message],
    ['PostStartHookError', 'it failed'],
  )
  ok(failing.said.some(({ reason, message }) => reason === 'FailedPostStartHook' && message === 'PostStartHook failed'))
})

test('an image that cannot be run: ErrImagePull, then ImagePullBackOff, tried again ever more rarely', () => {
  const trouble = { trouble: 'image', message: 'no such image here' } as const
  const played = play({}, { program: (_name) => (played?.at >= 100 ? {} : trouble) })
  played.advance(1)
  deepEqual(played.container('app')?.state?.waiting, { reason: 'ErrImagePull', message: 'no such image here' })
  equal(played.pod.status?.phase, 'Pending')
  played.advance(5)
  deepEqual(played.container('app')?.state?.waiting, {
    reason: 'ImagePullBackOff',
    message: 'Back-off pulling image "host/app": ErrImagePull: no such image here',
  })
  played.advance(150)
  deepEqual(starts(played), ['app/0@0', 'app/0@10', 'app/0@30', 'app/0@70', 'app/0@150'])
  equal(stateOf(played, 'app'), 'running')
})

test('what a container refers to is missing, then made', () => {
  const trouble = { trouble: 'config', message: 'configmap "cfg" not found' } as const
  const played = play({}, { program: () => (played?.at >= 15 ? {} : trouble) })
  played.advance(1)
  deepEqual(played.container('app')?.state?.waiting, { reason: 'CreateContainerConfigError', message: trouble.message })
  deepEqual(played.said.at(-1), {
    type: 'Warning',
    reason: 'Failed',
    message: 'Error: configmap "cfg" not found',
    fieldPath: 'spec.containers{app}',
  })
  played.advance(20)
  deepEqual([stateOf(played, 'app'), played.container('app')?.restartCount], ['running', 0])
})

test('a program that cannot be started counts as a run that failed', () => {
  const trouble = { trouble: 'run', message: 'no such program: app' } as const
  const always = play({}, { program: () => trouble })
  always.advance(1)
  equal(stateOf(always, 'app'), 'RunContainerError')
  always.advance(6)
  deepEqual([stateOf(always, 'app'), always.container('app')?.restartCount], ['CrashLoopBackOff', 1])
  const never = play({ restartPolicy: 'Never' }, { program: () => trouble })
  never.advance(3)
  deepEqual([never.pod.status?.phase, stateOf(never, 'app')], ['Failed', 'StartError 128'])
})

test('a pod with a deadline fails when it is reached, and says so once nothing runs', () => {
  const played = play(
    { activeDeadlineSeconds: 20, terminationGracePeriodSeconds: 5 },
    { program: () => ({ endsAfter: 'never' }) },
  )
  played.advance(22)
  equal(played.pod.status?.phase, 'Running')
  played.advance(10)
  const { phase, reason, message } = played.pod.status ?? {}
  deepEqual([phase, reason], ['Failed', 'DeadlineExceeded'])
  equal(message, 'Pod was active on the node longer than the specified deadline')
})

test('readiness gates are waited for, and named', () => {
  const played = play({ readinessGates: [{ conditionType: 'shop/open' }] })
  played.advance(1)
  equal(
    played.condition('Ready'),
    'False ReadinessGatesNotReady corresponding condition of pod readiness gate "shop/open" does not exist.',
  )
  equal(played.condition('ContainersReady'), 'True')
  const { status } = played.pod
  played.pod = {
    ...played.pod,
    status: { ...status, conditions: [...(status?.conditions ?? []), { type: 'shop/open', status: 'True' }] },
  }
  played.advance(1)
  equal(played.condition('Ready'), 'True')
})

test('a volume that cannot be made is tried again, and said', () => {
  const played = play(
    {},
    { prepare: (at) => (at < 3 ? 'MountVolume.SetUp failed for volume "v" : configmap "c" not found' : undefined) },
  )
  played.advance(1)
  deepEqual([stateOf(played, 'app'), played.condition('PodReadyToStartContainers')], ['ContainerCreating', 'False'])
  played.advance(5)
  equal(stateOf(played, 'app'), 'running')
  equal(played.said[0]?.reason, 'FailedMount')
})

test('an agent that comes back goes on: nothing is run twice, nothing is unready for its having been away', () => {
  const readinessProbe = { periodSeconds: 5 }
  const played = play({ containers: [{ ...app, readinessProbe }] })
  played.advance(7)
  const before = JSON.stringify(played.pod.status)
  played.restartAgent()
  played.advance(0)
  equal(JSON.stringify(played.pod.status), before)
  played.advance(10)
  deepEqual(starts(played), ['app/0@0'])
})

test('a machine that comes back empty: what ran is lost, and runs again where its policy says so', () => {
  const always = play({})
  always.advance(5)
  always.restartAgent()
  always.loseRuns()
  always.advance(5)
  deepEqual(starts(always), ['app/0@0', 'app/1@5'])
  equal(always.container('app')?.lastState?.terminated?.reason, 'ContainerStatusUnknown')
  const never = play({ restartPolicy: 'Never' })
  never.advance(5)
  never.restartAgent()
  never.loseRuns()
  never.advance(5)
  deepEqual([starts(never).length, never.pod.status?.phase], [1, 'Failed'])
})

test('a pod that is gone from the API is ended, and then forgotten', () => {
  const played = play({ terminationGracePeriodSeconds: 4 }, { program: () => ({ endsAfter: 'never' }) })
  played.advance(1)
  played.isGone = true
  played.advance(10)
  deepEqual([played.isOver, played.runs.length], [true, 0])
})

test('a deleted pod that never began fails, and is confirmed', () => {
  const played = play({}, { program: () => ({ trouble: 'image', message: 'no' }) })
  played.advance(1)
  played.delete()
  played.advance(1)
  deepEqual([played.pod.status?.phase, played.isOver], ['Failed', true])
})

test('what the machine cannot give is a condition of the pod', () => {
  const played = play({}, { program: () => ({ notHonoured: [{ what: 'limit of memory', why: 'no cgroups here' }] }) })
  played.advance(1)
  equal(played.condition('muster.dev/Honoured'), 'False NotHonoured app: limit of memory: no cgroups here')
  equal(played.condition('Ready'), 'True')
})
