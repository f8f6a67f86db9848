/** The controllers of this pack against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap, Namespace, Pod } from '@muster/api/types/core-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { housekeepingPack } from './pack.ts'

const shop: Namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } }
const inShop = (name: string) => ({ namespace: 'shop', name })

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async () => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run(housekeepingPack.controllers, { rootCaOf: () => 'the CA', flowControl: [] })
    return cluster
  }

  test(`${profile}: a namespace gets its account and the CA, and gets them back`, async () => {
    await using cluster = await start()
    const [accounts, maps] = [cluster.resource('serviceaccounts'), cluster.resource<ConfigMap>('configmaps')]
    await cluster.apply(shop)
    await cluster.settled()
    await accounts.get(inShop('default'))
    equal((await maps.get(inShop('kube-root-ca.crt'))).data?.['ca.crt'], 'the CA')
    await accounts.delete(inShop('default'))
    await maps.delete(inShop('kube-root-ca.crt'))
    await cluster.settled()
    await accounts.get(inShop('default'))
    await maps.get(inShop('kube-root-ca.crt'))
  })

  test(`${profile}: a namespace that goes is emptied first, however long a finalizer holds something in it`, async () => {
    await using cluster = await start()
    const [namespaces, maps] = [cluster.resource<Namespace>('namespaces'), cluster.resource<ConfigMap>('configmaps')]
    await cluster.apply(shop)
    await maps.create({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { ...inShop('held'), finalizers: ['test.dev/held'] },
    })
    await namespaces.delete({ namespace: '', name: 'shop' })
    await cluster.settled()
    deepEqual(
      (await maps.list({ namespace: 'shop' })).items.map(({ metadata }) => metadata.name),
      ['held'],
    )
    equal((await namespaces.get({ namespace: '', name: 'shop' })).status?.phase, 'Terminating')
    await maps.patch(inShop('held'), { patch: 'merge', value: { metadata: { finalizers: null } } })
    await cluster.clock.advance('1m')
    equal(await namespaces.find({ namespace: '', name: 'shop' }), undefined)
  })

  test(`${profile}: what pods stand on stays until the last of them is gone`, async () => {
    await using cluster = await start()
    const [pods, maps] = [cluster.resource<Pod>('pods'), cluster.resource<ConfigMap>('configmaps')]
    await cluster.apply(shop)
    await cluster.settled()
    await maps.create({ apiVersion: 'v1', kind: 'ConfigMap', metadata: inShop('settings') })
    const metadata = { ...inShop('web'), finalizers: ['test.dev/held'] }
    await pods.create({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata,
      spec: { containers: [{ name: 'web', image: 'web' }] },
    })
    await cluster.resource<Namespace>('namespaces').delete({ namespace: '', name: 'shop' })
    await cluster.clock.advance('1m')
    await maps.get(inShop('settings'))
    await pods.patch(inShop('web'), { patch: 'merge', value: { metadata: { finalizers: null } } })
    await cluster.clock.advance('3s')
    deepEqual([await pods.find(inShop('web')), await maps.find(inShop('settings'))], [undefined, undefined])
    await cluster.clock.advance('10s')
    equal(await cluster.resource<Namespace>('namespaces').find({ namespace: '', name: 'shop' }), undefined)
  })

  test(`${profile}: refused writes, cut watches, a restart and lost history delay it and no more`, async () => {
    await using cluster = await start()
    cluster.faults.refuse({ method: 'POST', path: '/serviceaccounts' }, { times: 2 })
    await cluster.settled()
    await cluster.apply(shop)
    await cluster.settled()
    equal(await cluster.resource('serviceaccounts').find(inShop('default')), undefined)
    await cluster.clock.advance('1m')
    await cluster.resource('serviceaccounts').get(inShop('default'))
    for (const harm of [async () => cluster.faults.dropWatches(), cluster.faults.restart, cluster.faults.compact]) {
      await harm()
      await cluster.resource('serviceaccounts').delete(inShop('default'))
      await cluster.clock.advance('2m')
      await cluster.resource('serviceaccounts').get(inShop('default'))
    }
  })
}
