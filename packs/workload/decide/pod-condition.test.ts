import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Pod, PodCondition } from '@muster/api/types/core-v1.ts'
import { type Duration, instant, minutes, seconds } from '@muster/base/clock.ts'
import { disruptionTarget, untilStale } from './pod-condition.ts'

const NOW = instant(Date.parse('2026-01-10T00:10:00Z'))
const SAID = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'EvictionByEvictionAPI',
  message: 'Eviction API: evicting',
}

const pod = (condition: PodCondition, phase = 'Running', going = false): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'a', generation: 3, ...(going ? { deletionTimestamp: '2026-01-10T00:00:00Z' } : {}) },
  status: { phase, conditions: [{ type: 'Ready', status: 'True' }, condition] },
})
const said = (at: string, more: Partial<PodCondition> = {}): PodCondition => ({
  ...SAID,
  lastTransitionTime: at,
  ...more,
})

const CASES: readonly (readonly [why: string, Pod, Duration | undefined])[] = [
  ['said a minute ago', pod(said('2026-01-10T00:09:00Z')), minutes(1)],
  ['said long ago', pod(said('2026-01-10T00:00:00Z')), seconds(0)],
  ['said by its node', pod(said('2026-01-10T00:00:00Z', { reason: 'TerminationByKubelet' })), undefined],
  ['taken back', pod(said('2026-01-10T00:00:00Z', { status: 'False' })), undefined],
  ['said of one that goes', pod(said('2026-01-10T00:00:00Z'), 'Running', true), undefined],
  ['said of one that has ended', pod(said('2026-01-10T00:00:00Z'), 'Failed'), undefined],
]
for (const [why, one, wait] of CASES) test(`stale when ${why}: ${wait}`, () => equal(untilStale(one, NOW), wait))

test('what is taken back says no reason any more, and when; what is said again stays since when it was said', () => {
  const one = pod(said('2026-01-10T00:00:00Z'))
  deepEqual(disruptionTarget(one, { status: 'False' }, NOW), {
    type: 'DisruptionTarget',
    status: 'False',
    reason: null,
    message: null,
    lastTransitionTime: '2026-01-10T00:10:00Z',
    observedGeneration: 3,
  })
  const again = disruptionTarget(one, { status: 'True', reason: 'DeletionByPodGC', message: 'x' }, NOW)
  deepEqual([again.reason, again.lastTransitionTime], ['DeletionByPodGC', '2026-01-10T00:00:00Z'])
})
