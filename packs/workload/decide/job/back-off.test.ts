/** How long a job waits after failures. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { timestamp } from '@muster/api/time.ts'
import { add, seconds } from '@muster/base/clock.ts'
import { backOffLeft, finishedAt, NO_BACK_OFF, nextBackOff } from './back-off.ts'
import { NOW, podOf } from './testing.ts'

const ago = (count: number) => add(NOW, seconds(-count))
const failed = (endedSecondsAgo: number) =>
  podOf(`f${endedSecondsAgo}`, { phase: 'Failed', endedAt: ago(endedSecondsAgo) })
const succeeded = (endedSecondsAgo: number) =>
  podOf(`s${endedSecondsAgo}`, { phase: 'Succeeded', endedAt: ago(endedSecondsAgo) })

for (const [failures, wait] of [
  [0, 0],
  [1, 10],
  [2, 20],
  [6, 320],
  [7, 600],
  [2_000, 600],
] as const) {
  test(`after ${failures} failures it waits ${wait} s, of which the time since the last is over`, () => {
    equal(backOffLeft({ failures, last: NOW }, NOW), seconds(wait))
    equal(backOffLeft({ failures, last: ago(4) }, NOW), seconds(Math.max(0, wait - 4)))
    equal(backOffLeft({ failures, last: ago(601) }, NOW), seconds(0))
  })
}

const before = { failures: 2, last: ago(90) }
for (const [why, ended, after] of [
  ['nothing ended: as it was', [[], []], before],
  ['failures add up', [[], [failed(9), failed(30)]], { failures: 4, last: ago(9) }],
  ['a success forgives all before it', [[succeeded(9)], [failed(30)]], NO_BACK_OFF],
  ['a failure after a success begins anew', [[succeeded(20)], [failed(9), failed(30)]], { failures: 1, last: ago(9) }],
  ['a failure at the time of a success is forgiven', [[succeeded(9)], [failed(9)]], NO_BACK_OFF],
] as const) {
  test(`back-off, ${why}`, () => deepEqual(nextBackOff(before, ended[0], ended[1]), after))
}

test('a pod ended when its containers did, or was not ready since, or was deleted, or began', () => {
  const pod = podOf('a', { phase: 'Failed', endedAt: ago(9) })
  const state = { terminated: { exitCode: 1, finishedAt: timestamp(ago(12)) } }
  const contained = {
    ...pod,
    status: { ...pod.status, containerStatuses: [{ ...podOf('b').status?.containerStatuses?.[0], state }] },
  }
  equal(finishedAt(contained as typeof pod), ago(12))
  equal(finishedAt(pod), ago(9))
  const deleted = { ...pod.metadata, deletionTimestamp: timestamp(NOW), deletionGracePeriodSeconds: 20 }
  equal(finishedAt({ ...pod, metadata: deleted, status: {} }), ago(20))
  equal(finishedAt({ ...pod, status: {} }), ago(30))
})
