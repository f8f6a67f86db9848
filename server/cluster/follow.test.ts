import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import { seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openTestbed, PODS, pod, podKey, request } from '../storage/testbed.ts'
import { follow } from './follow.ts'

test('two who follow one resource are both told of what is there, of what comes, and of what goes', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  const put = (name: string) =>
    storage.update(podKey(name), { ...request(), createIfAbsent: true, change: () => pod(name) })
  await put('old')
  const ended = new AbortController()
  const told: Record<string, string[]> = { ann: [], ben: [] }
  for (const name of ['ann', 'ben']) {
    const follower = {
      name,
      put: (cluster: string, { metadata }: { metadata: { name?: string } }) =>
        void told[name]?.push(`${cluster}: ${metadata.name} is there`),
      remove: (cluster: string, { metadata }: { metadata: { name?: string } }) =>
        void told[name]?.push(`${cluster}: ${metadata.name} went`),
    }
    await follow(PODS, follower, { objects: storage, clock, log: noLog }, ended.signal)
  }
  await settled()
  await put('new')
  await storage.remove(podKey('old'), { ...request(), options: {}, rules: {} })
  await settled()
  const all = ['main: old is there', 'main: new is there', 'main: old went']
  deepEqual(told, { ann: all, ben: all })
  ended.abort()
})

test('a history that is gone while the store is away is read anew once the store is back', async () => {
  const clock = simClock()
  const { storage } = await openTestbed(clock)
  const put = (name: string) =>
    storage.update(podKey(name), { ...request(), createIfAbsent: true, change: () => pod(name) })
  await put('old')
  let isAway = false
  let isGone = true
  const objects: typeof storage = {
    ...storage,
    list(...asked) {
      if (isAway) throw new ControlError('Unavailable', 'the store is away')
      return storage.list(...asked)
    },
    watch(...asked) {
      if (isGone) throw new ControlError('Gone', 'compacted')
      return storage.watch(...asked)
    },
  }
  const told: string[] = []
  const follower = {
    name: 'ann',
    put: (_cluster: string, { metadata }: { metadata: { name?: string } }) =>
      void told.push(`${metadata.name} is there`),
    remove: (_cluster: string, { metadata }: { metadata: { name?: string } }) =>
      void told.push(`${metadata.name} went`),
  }
  const ended = new AbortController()
  await follow(PODS, follower, { objects, clock, log: noLog }, ended.signal)
  isAway = true
  await clock.advance(seconds(1))
  await storage.remove(podKey('old'), { ...request(), options: {}, rules: {} })
  await put('new')
  deepEqual(told, ['old is there'])
  isAway = false
  isGone = false
  await clock.advance(seconds(1))
  deepEqual(told, ['old is there', 'old went', 'new is there'])
  ended.abort()
})
