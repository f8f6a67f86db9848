/** The collector over real kinds: those that go with a grace, and those that must be emptied first. */
import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { Namespace, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'

const set = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name: 'web', namespace: 'default' },
  spec: {
    selector: { matchLabels: { app: 'web' } },
    template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } },
  },
}
const ownedBy = ({ apiVersion, kind, metadata }: KubeObject) => [
  { apiVersion, kind, name: metadata.name ?? '', uid: metadata.uid ?? '', blockOwnerDeletion: true },
]

for (const profile of ['kubernetes', 'muster'] as const) {
  for (const propagationPolicy of ['Background', 'Foreground'] as const) {
    test(`${profile}: pods that nobody runs go with their owner: ${propagationPolicy}`, async () => {
      await using cluster = await startTestServer({ profile })
      const [owner] = await cluster.apply(set)
      const pod = { ...set.spec.template, apiVersion: 'v1', kind: 'Pod' } as Pod
      for (const name of ['web-1', 'web-2']) {
        const metadata = { name, namespace: 'default', ownerReferences: ownedBy(owner as KubeObject) }
        await cluster.resource<Pod>('pods').create({ ...pod, metadata })
      }
      await cluster.client.call({
        method: 'DELETE',
        path: '/apis/apps/v1/namespaces/default/replicasets/web',
        query: { propagationPolicy },
      })
      await cluster.settled()
      equal((await cluster.resource('pods').list({})).items.length, 0)
      equal(await cluster.resource('replicasets.apps').find({ namespace: 'default', name: 'web' }), undefined)
    })
  }

  test(`${profile}: a namespace whose owner goes is emptied before it goes`, async () => {
    await using cluster = await startTestServer({ profile })
    const [owner] = await cluster.apply({
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'tenant' },
      value: 1,
    } as KubeObject)
    const namespaces = cluster.resource<Namespace>('namespaces')
    await namespaces.create({
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'shop', ownerReferences: ownedBy(owner as KubeObject) },
    })
    await cluster.settled()
    const held = { namespace: 'shop', name: 'held' }
    const maps = cluster.resource('configmaps')
    await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...held, finalizers: ['test.dev/held'] } })
    await cluster.resource('priorityclasses.scheduling.k8s.io').delete({ namespace: '', name: 'tenant' })
    await cluster.settled()
    equal((await namespaces.get({ namespace: '', name: 'shop' })).status?.phase, 'Terminating')
    equal((await maps.get(held)).metadata.deletionTimestamp !== undefined, true)
  })
}
