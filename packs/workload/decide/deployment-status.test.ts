import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, DeploymentStatus, ReplicaSet, ReplicaSetStatus } from '@muster/api/types/apps-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { countedStatus, pausedConditions, rolloutStatus, untilDeadline } from './deployment-status.ts'

const BEGUN = '2026-01-01T00:00:00Z'
const at = (second: number) => instant(Date.parse(BEGUN) + second * 1000)

const deployment = (
  status: DeploymentStatus = {},
  spec: Partial<NonNullable<Deployment['spec']>> = {},
): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', generation: 2 },
  spec: {
    replicas: 4,
    progressDeadlineSeconds: 60,
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 1 } },
    selector: {},
    template: {},
    ...spec,
  },
  status,
})

const set = (name: string, replicas: number, status?: Partial<ReplicaSetStatus>): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name },
  spec: { replicas, selector: {} },
  ...(status ? { status: { replicas, observedGeneration: 1, ...status } } : {}),
})

const progress = (status: string, reason: string, updated = BEGUN) => ({
  type: 'Progressing',
  status,
  reason,
  message: '',
  lastUpdateTime: updated,
  lastTransitionTime: BEGUN,
})

/** What is told of progress by a second, of a new set and an old one. */
function told(known: DeploymentStatus, sets: readonly ReplicaSet[], second: number, newSet = sets[0]) {
  const status = rolloutStatus({
    deployment: deployment(known),
    conditions: known.conditions ?? [],
    sets,
    ...(newSet ? { newSet } : {}),
    now: at(second),
  })
  const { reason, message, lastUpdateTime, lastTransitionTime } =
    status.conditions?.find(({ type }) => type === 'Progressing') ?? {}
  return [reason, message, lastUpdateTime?.slice(14, 19), lastTransitionTime?.slice(14, 19)]
}

test('pods of all sets are counted, and whether enough of them are available', () => {
  const sets = [
    set('new', 2, { readyReplicas: 1, availableReplicas: 1, terminatingReplicas: 0 }),
    set('old', 3, { readyReplicas: 2, availableReplicas: 2, terminatingReplicas: 2 }),
    set('made just now', 1),
  ]
  const [newSet] = sets
  const rollout = { deployment: deployment(), conditions: [], sets, ...(newSet ? { newSet } : {}), now: at(0) }
  const { conditions, ...counts } = countedStatus(rollout)
  deepEqual(counts, {
    observedGeneration: 2,
    replicas: 5,
    updatedReplicas: 2,
    readyReplicas: 3,
    availableReplicas: 3,
    unavailableReplicas: 3,
    terminatingReplicas: 2,
  })
  deepEqual(conditions, [
    {
      type: 'Available',
      status: 'True',
      reason: 'MinimumReplicasAvailable',
      message: 'Deployment has minimum availability.',
      lastUpdateTime: BEGUN,
      lastTransitionTime: BEGUN,
    },
  ])
  const fewer = countedStatus({ ...rollout, sets: sets.slice(1), conditions: conditions ?? [], now: at(9) })
  deepEqual(
    fewer.conditions?.map(({ reason, lastTransitionTime }) => [reason, lastTransitionTime]),
    [['MinimumReplicasUnavailable', '2026-01-01T00:00:09Z']],
  )
  // More may be available than are wanted.
  equal(countedStatus({ ...rollout, sets: [set('new', 1, { availableReplicas: 2 })] }).unavailableReplicas, 0)
  // Somebody counted this set who does not count those on their way out.
  equal('terminatingReplicas' in countedStatus({ ...rollout, sets: [...sets, set('x', 1, {})] }), false)
})

test('progress is told with each step, and the time of the last one is kept', () => {
  const known = { replicas: 4, updatedReplicas: 1, readyReplicas: 3, availableReplicas: 3 }
  const before = (reason: string, status = 'True') => ({ ...known, conditions: [progress(status, reason)] })
  const ready = { readyReplicas: 3, availableReplicas: 3 }
  const still = [set('web-2', 1, {}), set('web-1', 3, ready)]
  const grown = [set('web-2', 2, {}), set('web-1', 3, ready)]
  const shrunk = [set('web-2', 1, {}), set('web-1', 2, ready)]
  const moves = 'ReplicaSet "web-2" is progressing.'
  const late = 'ReplicaSet "web-2" has timed out progressing.'

  deepEqual(told(before('NewReplicaSetCreated'), still, 30), ['NewReplicaSetCreated', '', '00:00', '00:00'])
  deepEqual(told(before('NewReplicaSetCreated'), grown, 30), ['ReplicaSetUpdated', moves, '00:30', '00:00'])
  deepEqual(told(before('ReplicaSetUpdated'), shrunk, 30), ['ReplicaSetUpdated', moves, '00:30', '00:00'])
  deepEqual(told(before('ReplicaSetUpdated'), still, 60), ['ReplicaSetUpdated', '', '00:00', '00:00'])
  deepEqual(told(before('ReplicaSetUpdated'), still, 61), ['ProgressDeadlineExceeded', late, '01:01', '01:01'])
  deepEqual(told(before('ProgressDeadlineExceeded', 'False'), grown, 90), [
    'ReplicaSetUpdated',
    moves,
    '01:30',
    '01:30',
  ])
  // What was over is not late when the next one begins.
  deepEqual(told(before('NewReplicaSetAvailable'), still, 90), ['NewReplicaSetAvailable', '', '00:00', '00:00'])
  deepEqual(told({}, [set('web-2', 4)], 90), [undefined, undefined, undefined, undefined])
})

test('a rollout is over when all pods are new and available', () => {
  const all = { readyReplicas: 4, availableReplicas: 4 }
  const before = { conditions: [progress('True', 'ReplicaSetUpdated')] }
  const over = 'ReplicaSet "web-2" has successfully progressed.'
  deepEqual(told(before, [set('web-2', 4, all)], 5), ['NewReplicaSetAvailable', over, '00:05', '00:00'])
  deepEqual(told(before, [set('web-2', 4, all), set('web-1', 0, { replicas: 1 })], 5)[0], 'ReplicaSetUpdated')
})

test('without a deadline nothing is told of progress', () => {
  for (const progressDeadlineSeconds of [undefined, 2 ** 31 - 1]) {
    const spec = progressDeadlineSeconds === undefined ? {} : { progressDeadlineSeconds }
    const { progressDeadlineSeconds: _, ...others } = deployment().spec ?? { selector: {}, template: {} }
    const free: Deployment = { ...deployment(), spec: { ...others, ...spec } }
    const conditions = [progress('True', 'ReplicaSetUpdated')]
    const status = rolloutStatus({ deployment: free, conditions, sets: [set('web', 1)], now: at(0) })
    deepEqual(
      status.conditions?.map(({ type }) => type),
      ['Available'],
    )
    equal(untilDeadline(free, { conditions }, at(0)), undefined)
  }
})

test('what a set could not do is told, the new one first, and told no more when it can', () => {
  const failure = {
    type: 'ReplicaFailure',
    status: 'True',
    reason: 'FailedCreate',
    message: 'no room',
    lastTransitionTime: BEGUN,
  }
  const failing = (name: string, message: string) => set(name, 1, { conditions: [{ ...failure, message }] })
  const tell = (conditions: DeploymentStatus['conditions'], ...sets: ReplicaSet[]) =>
    rolloutStatus({
      deployment: deployment(),
      conditions: conditions ?? [],
      sets,
      ...(sets[1] ? { newSet: sets[1] } : {}),
      now: at(5),
    })
  const first = tell([], failing('old', 'old'), failing('new', 'new'))
  const found = first.conditions?.find(({ type }) => type === 'ReplicaFailure')
  deepEqual(found, { ...failure, message: 'new', lastUpdateTime: BEGUN })
  equal(tell(first.conditions, failing('old', 'old'), set('new', 1)).conditions?.at(-1)?.message, 'new')
  deepEqual(
    tell(first.conditions, set('old', 1), set('new', 1)).conditions?.map(({ type }) => type),
    ['Available', 'Progressing'],
  )
})

test('a pause stops the deadline, and its end begins it anew', () => {
  const reasons = (known: DeploymentStatus, paused: boolean) =>
    pausedConditions(deployment(known, { paused }), at(9)).map(({ status, reason, lastUpdateTime }) => [
      status,
      reason,
      lastUpdateTime?.slice(17, 19),
    ])
  deepEqual(reasons({}, false), [])
  deepEqual(reasons({}, true), [['Unknown', 'DeploymentPaused', '09']])
  const paused = { conditions: [progress('Unknown', 'DeploymentPaused')] }
  deepEqual(reasons(paused, true), [['Unknown', 'DeploymentPaused', '00']])
  deepEqual(reasons(paused, false), [['Unknown', 'DeploymentResumed', '09']])
  const late = { conditions: [progress('False', 'ProgressDeadlineExceeded')] }
  deepEqual(reasons(late, true), [['False', 'ProgressDeadlineExceeded', '00']])
})

test('the next look is a second after the deadline, and never at once', () => {
  const known = { conditions: [progress('True', 'ReplicaSetUpdated')] }
  equal(untilDeadline(deployment(), known, at(20)), 41_000)
  equal(untilDeadline(deployment(), known, at(60)), 1_000)
  equal(untilDeadline(deployment(), known, at(90)), 1_000)
  equal(untilDeadline(deployment(), {}, at(90)), undefined)
})
