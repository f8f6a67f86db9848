import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { createPodQueue, type PodQueue } from './pod-queue.ts'

const START = seconds(0)

function drain(queue: PodQueue, now: Duration): string[] {
  const taken: string[] = []
  for (let uid = queue.take(now); uid !== undefined; uid = queue.take(now)) taken.push(uid)
  return taken
}

test('the more important pod is first, then the older', () => {
  const queue = createPodQueue()
  queue.add('young', { priority: 0, since: 3 })
  queue.add('old', { priority: 0, since: 1 })
  queue.add('as old', { priority: 0, since: 1 })
  queue.add('important', { priority: 10, since: 9 })
  queue.add('gone', { priority: 99, since: 0 })
  queue.forget('gone')
  deepEqual(drain(queue, START), ['important', 'old', 'as old', 'young'])
})

test('one that was refused waits for what may help, and for its time', () => {
  const queue = createPodQueue()
  queue.add('pod', { priority: 0, since: 0 })
  equal(queue.take(START), 'pod')
  queue.refused('pod', new Set(['TaintToleration']), START)
  queue.happened('pod went')
  equal(queue.take(seconds(5)), undefined, 'a pod that goes takes no taint away')
  queue.happened('node changed')
  equal(queue.take(seconds(5)), 'pod')
  queue.refused('pod', new Set(['NodeResourcesFit']), seconds(5))
  queue.happened('pod went')
  equal(queue.take(seconds(6)), undefined, 'the second wait is two seconds')
  equal(queue.take(seconds(7)), 'pod')
})

test('one that failed is tried again after one second, then two, and never after more than ten', () => {
  const queue = createPodQueue()
  queue.add('pod', { priority: 0, since: 0 })
  const waits: number[] = []
  let now = START
  for (let tries = 0; tries < 6; tries++) {
    equal(queue.take(now), 'pod')
    queue.failed('pod', now)
    const wait = queue.untilNext(now) ?? 0
    waits.push(wait)
    now = (now + wait) as Duration
  }
  deepEqual(waits, [1, 2, 4, 8, 10, 10].map(seconds))
})

test('one that nothing helped is looked at again after five minutes', () => {
  const queue = createPodQueue()
  queue.add('pod', { priority: 0, since: 0 })
  queue.take(START)
  queue.refused('pod', new Set(['NodeAffinity']), START)
  equal(queue.untilNext(START), minutes(5))
  equal(queue.take(minutes(5)), 'pod')
})

test('one that was changed is looked at again, and one in hand is not given twice', () => {
  const queue = createPodQueue()
  queue.add('pod', { priority: 0, since: 0 })
  equal(queue.take(START), 'pod')
  queue.add('pod', { priority: 0, since: 0 }, { changed: true })
  equal(queue.take(START), undefined)
  queue.refused('pod', new Set(['NodeAffinity']), START)
  queue.add('pod', { priority: 0, since: 0 }, { changed: true })
  equal(queue.take(seconds(1)), 'pod')
})
