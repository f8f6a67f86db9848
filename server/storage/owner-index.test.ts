import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { setImmediate as settled } from 'node:timers/promises'
import type { KubeObject } from '@muster/api/object.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Storage } from './storage.ts'
import { openTestbed, pod, podKey, request } from './testbed.ts'

const owned = (name: string, ...uids: string[]): KubeObject => {
  const object = pod(name)
  object.metadata.ownerReferences = uids.map((uid) => ({ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'rs', uid }))
  return object
}

const put = (storage: Storage, object: KubeObject, cluster = 'main') =>
  storage.update(podKey(object.metadata.name ?? '', 'shop', cluster), {
    ...request(),
    createIfAbsent: true,
    change: () => object,
  })

test('dependents are found by the uid of their owner, as they come, change and go', async () => {
  const { storage } = await openTestbed(simClock())
  const dependents = async (uid: string, cluster = 'main') =>
    (await storage.dependentsOf(cluster, uid)).map((key) => key.slice('core/pods/'.length)).sort()
  await put(storage, owned('a', 'one'))
  await put(storage, owned('b', 'one', 'two'))
  await put(storage, pod('c', { note: '"ownerReferences"' }))
  // Asked for the first time: what was there is looked through.
  deepEqual(await dependents('one'), ['main/shop/a', 'main/shop/b'])
  deepEqual(await dependents('two'), ['main/shop/b'])
  deepEqual(await dependents('three'), [])
  // A uid says nothing in another logical cluster.
  await put(storage, owned('a', 'one'), 'other')
  await put(storage, owned('c', 'three'))
  await put(storage, owned('b', 'two'))
  await storage.remove(podKey('a'), { ...request(), options: {}, rules: {} })
  await settled()
  deepEqual(await dependents('one'), [])
  deepEqual(await dependents('one', 'other'), ['other/shop/a'])
  deepEqual(await dependents('two'), ['main/shop/b'])
  deepEqual(await dependents('three'), ['main/shop/c'])
})

test('what happens while all is looked through is not lost', async () => {
  let turns: (() => Promise<unknown>)[] = []
  const pause = async () => {
    await turns.shift()?.()
    await settled()
  }
  const { storage } = await openTestbed(simClock(), undefined, { pause })
  await Promise.all(Array.from({ length: 2500 }, (_, index) => put(storage, owned(`p${index}`, 'one'))))
  turns = [
    () => storage.remove(podKey('p0'), { ...request(), options: {}, rules: {} }),
    () => put(storage, owned('p2499', 'two')),
  ]
  deepEqual((await storage.dependentsOf('main', 'one')).length, 2498)
  deepEqual(turns.length, 0)
  deepEqual((await storage.dependentsOf('main', 'two')).length, 1)
})

test('a listener hears of what changes whom, and only of that', async () => {
  const { storage } = await openTestbed(simClock())
  await put(storage, owned('a', 'uid-owner'))
  const heard: string[] = []
  await storage.followOwnership({
    look: (key) => heard.push(`look ${key.slice('core/pods/main/shop/'.length)}`),
    gone: (cluster, uid) => heard.push(`gone ${cluster} ${uid}`),
  })
  const told = async () => {
    await settled()
    return heard.splice(0)
  }
  deepEqual(await told(), ['look a'])
  await put(storage, pod('owner'))
  await put(storage, owned('b', 'uid-owner'))
  deepEqual(await told(), ['look b'])
  // Its owners are the same: there is nothing to look at.
  await put(storage, { ...owned('b', 'uid-owner'), spec: { nodeName: 'n1' } })
  deepEqual(await told(), [])
  const remove = (propagationPolicy: 'Foreground' | 'Orphan' | 'Background') =>
    storage.remove(podKey('owner'), { ...request(), options: { propagationPolicy }, rules: {} })
  await remove('Orphan')
  deepEqual(await told(), ['look owner', 'look a', 'look b'])
  // It waits for something else now.
  await remove('Foreground')
  deepEqual(await told(), ['look owner', 'look a', 'look b'])
  await put(storage, pod('a'))
  deepEqual(await told(), ['look owner'])
  await remove('Background')
  deepEqual(await told(), ['gone main uid-owner', 'look b'])
})
