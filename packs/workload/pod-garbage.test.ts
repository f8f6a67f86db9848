/** Pods that nobody else ends against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Node, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { endedPodsControllerOf } from './controllers/ended-pods.ts'
import { podGarbageController } from './controllers/pod-garbage.ts'

const named = (name: string) => ({ namespace: 'default', name })
const pod = (name: string, nodeName = '', finalizers: string[] = []): KubeObject =>
  ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...named(name), finalizers },
    spec: { ...(nodeName ? { nodeName } : {}), containers: [{ name: 'web', image: 'web:1' }] },
  }) as KubeObject
const node = (name: string): KubeObject => ({ apiVersion: 'v1', kind: 'Node', metadata: { name } })

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async (...objects: KubeObject[]) => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([podGarbageController, endedPodsControllerOf(3)], {})
    await cluster.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: named('default') } as KubeObject)
    await cluster.apply(...objects)
    await cluster.settled()
    const pods = cluster.resource<Pod>('pods')
    const nodes = cluster.resource<Node>('nodes')
    return {
      cluster,
      pods,
      nodes,
      names: async () => (await pods.list({ namespace: 'default' })).items.map(({ metadata }) => metadata.name).sort(),
      become: async (name: string, phase: string, reason = '') => {
        const known = await pods.get(named(name))
        await pods.updateStatus({ ...known, status: { ...known.status, phase, reason } })
        await cluster.settled()
      },
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: pods whose node is gone fail and go, once it was missed long enough`, async () => {
    await using run = await start(node('n1'), node('n2'), pod('a', 'n1', ['test.dev/held']), pod('b', 'n2'), pod('c'))
    await run.cluster.clock.advance('5m')
    deepEqual(await run.names(), ['a', 'b', 'c'])
    await run.nodes.delete({ namespace: '', name: 'n1' })
    await run.cluster.clock.advance('39s')
    equal((await run.pods.get(named('a'))).metadata.deletionTimestamp, undefined)
    await run.cluster.clock.advance('2s')
    const { metadata, status } = await run.pods.get(named('a'))
    equal(metadata.deletionGracePeriodSeconds, 0)
    equal(status?.phase, 'Failed')
    const said = status?.conditions?.find(({ type }) => type === 'DisruptionTarget')
    deepEqual([said?.status, said?.reason, said?.message], ['True', 'DeletionByPodGC', 'PodGC: node no longer exists'])
    deepEqual(await run.names(), ['a', 'b', 'c'])
    await run.pods.patch(named('a'), { patch: 'merge', value: { metadata: { finalizers: null } } })
    await run.cluster.settled()
    deepEqual(await run.names(), ['b', 'c'])
  })

  test(`${profile}: a node that is back in time keeps its pods, and is missed anew the next time`, async () => {
    await using run = await start(node('n1'), pod('a', 'n1'))
    for (let times = 0; times < 2; times++) {
      await run.nodes.delete({ namespace: '', name: 'n1' })
      await run.cluster.clock.advance('30s')
      await run.cluster.apply(node('n1'))
      await run.cluster.clock.advance('2m')
      deepEqual(await run.names(), ['a'])
    }
    await run.nodes.delete({ namespace: '', name: 'n1' })
    await run.cluster.clock.advance('41s')
    deepEqual(await run.names(), [])
  })

  test(`${profile}: one that goes and has no node is ended; one whose node is out of service too, when it is said`, async () => {
    await using run = await start(node('n1'), pod('waits', '', ['test.dev/held']), pod('a', 'n1'), pod('b', 'n1'))
    await run.pods.delete(named('waits'))
    await run.pods.delete(named('a'))
    await run.cluster.settled()
    equal((await run.pods.get(named('waits'))).status?.phase, 'Failed')
    await run.cluster.clock.advance('10m')
    deepEqual(await run.names(), ['a', 'b', 'waits'])
    const taint = { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' }
    await run.nodes.patch({ namespace: '', name: 'n1' }, { patch: 'merge', value: { spec: { taints: [taint] } } })
    await run.cluster.settled()
    deepEqual(await run.names(), ['b', 'waits'])
  })

  test(`${profile}: pods that have ended are kept up to a number`, async () => {
    await using run = await start(...['a', 'b', 'c', 'd', 'e'].map((name) => pod(name)))
    for (const name of ['a', 'b', 'c']) await run.become(name, 'Succeeded')
    deepEqual(await run.names(), ['a', 'b', 'c', 'd', 'e'])
    run.cluster.faults.refuse({ method: 'DELETE', path: '/pods/' }, { times: 2 })
    await run.become('d', 'Failed', 'Evicted')
    await run.cluster.clock.advance('1m')
    deepEqual(await run.names(), ['a', 'b', 'c', 'e'])
    await run.become('e', 'Failed', 'Error')
    deepEqual(await run.names(), ['b', 'c', 'e'])
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using run = await start()
    const harms = [async () => run.cluster.faults.dropWatches(), run.cluster.faults.restart, run.cluster.faults.compact]
    for (const harm of harms) {
      await run.cluster.apply(node('n1'), node('n2'), pod('a', 'n1'), pod('b', 'n2'))
      run.cluster.faults.refuse({ method: 'PATCH', path: '/pods/' }, { times: 1 })
      run.cluster.faults.refuse({ method: 'DELETE', path: '/pods/' }, { times: 2 })
      await run.nodes.delete({ namespace: '', name: 'n1' })
      await harm()
      await run.cluster.clock.advance('3m')
      deepEqual(await run.names(), ['b'])
    }
  })
}
