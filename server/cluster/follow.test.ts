import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
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
