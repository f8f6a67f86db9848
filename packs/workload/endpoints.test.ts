/** Endpoints of services against an API, on Muster and on any Kubernetes, and when things go wrong. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Endpoints, Pod } from '@muster/api/types/core-v1.ts'
import type { EndpointSlice } from '@muster/api/types/discovery-v1.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { endpointSliceController, endpointsController } from './controllers/endpoints.ts'

const web = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', namespace: 'default', labels: { team: 'shop' } },
  spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 8080 }] },
}
const pod = (name: string): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'default', labels: { app: 'web' } },
  spec: { containers: [{ name: 'app', image: 'host/app' }], nodeName: 'n1', automountServiceAccountToken: false },
})
const statusOf = (ip: string, ready: boolean): NonNullable<Pod['status']> => ({
  phase: 'Running',
  podIP: ip,
  podIPs: [{ ip }],
  conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }],
})

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = async () => {
    const cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    cluster.run([endpointSliceController, endpointsController], {})
    const slices = cluster.resource<EndpointSlice>('endpointslices.discovery.k8s.io')
    const pods = cluster.resource<Pod>('pods')
    await cluster.apply({
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'default', namespace: 'default' },
    })
    return {
      cluster,
      pods,
      async add(name: string, ip: string, ready = true) {
        await cluster.apply(pod(name))
        await pods.updateStatus({ ...(await pods.get({ namespace: 'default', name })), status: statusOf(ip, ready) })
        await cluster.settled()
      },
      async say(name: string, ip: string, ready: boolean) {
        await pods.updateStatus({ ...(await pods.get({ namespace: 'default', name })), status: statusOf(ip, ready) })
        await cluster.settled()
      },
      async ofSlices() {
        const { items } = await slices.list({ namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' })
        return items
          .flatMap(({ endpoints }) => endpoints ?? [])
          .map(({ addresses, conditions }) => `${addresses[0]} ${conditions?.ready ? 'ready' : 'not ready'}`)
          .toSorted()
      },
      async weights() {
        const { items } = await slices.list({ namespace: 'default', labelSelector: 'kubernetes.io/service-name=web' })
        return items.flatMap(({ metadata }) => metadata.annotations?.['muster.dev/weight'] ?? [])
      },
      async ofEndpoints() {
        const found = await cluster.resource<Endpoints>('endpoints').find({ namespace: 'default', name: 'web' })
        return (found?.subsets ?? []).flatMap(({ addresses = [] }) => addresses.map(({ ip }) => ip))
      },
      [Symbol.asyncDispose]: () => cluster.close(),
    }
  }

  test(`${profile}: pods that come, become ready and go are what slices and Endpoints say`, async () => {
    await using stage = await start()
    await stage.cluster.apply(web)
    await stage.cluster.settled()
    deepEqual([await stage.ofSlices(), await stage.ofEndpoints()], [[], []])
    await stage.add('a', '10.1.0.1')
    await stage.add('b', '10.1.0.2', false)
    deepEqual(await stage.ofSlices(), ['10.1.0.1 ready', '10.1.0.2 not ready'])
    deepEqual(await stage.ofEndpoints(), ['10.1.0.1'])
    await stage.say('b', '10.1.0.2', true)
    deepEqual(await stage.ofEndpoints(), ['10.1.0.1', '10.1.0.2'])
    await stage.pods.delete({ namespace: 'default', name: 'a' }, { gracePeriodSeconds: 0 })
    await stage.cluster.settled()
    deepEqual([await stage.ofSlices(), await stage.ofEndpoints()], [['10.1.0.2 ready'], ['10.1.0.2']])
    for (const weight of ['10', null]) {
      const value = { metadata: { annotations: { 'muster.dev/weight': weight } } }
      await stage.pods.patch({ namespace: 'default', name: 'b' }, { patch: 'merge', value })
      await stage.cluster.settled()
      deepEqual(await stage.weights(), weight === null ? [] : [weight], 'slices say what their endpoints weigh')
    }
    // A label that is taken off takes the pod off.
    await stage.pods.patch(
      { namespace: 'default', name: 'b' },
      { patch: 'merge', value: { metadata: { labels: { app: null } } } },
    )
    await stage.cluster.settled()
    deepEqual([await stage.ofSlices(), await stage.ofEndpoints()], [[], []])
    const { items } = await stage.cluster
      .resource<EndpointSlice>('endpointslices.discovery.k8s.io')
      .list({ namespace: 'default' })
    const own = items.filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === 'web')
    deepEqual(
      own.map(({ metadata }) => [metadata.labels?.team, metadata.annotations?.['muster.dev/cluster']]),
      [['shop', undefined]],
    )
  })

  test(`${profile}: Endpoints go with their service, and those that others keep without one stay`, async () => {
    await using stage = await start()
    const { cluster } = stage
    const endpoints = cluster.resource<Endpoints>('endpoints')
    const theirs = { namespace: 'default', name: 'lock' }
    await cluster.apply(web, { apiVersion: 'v1', kind: 'Endpoints', metadata: theirs, subsets: [] } as Endpoints)
    await stage.add('a', '10.1.0.1')
    cluster.faults.refuse({ method: 'DELETE', path: '/endpoints/' })
    await cluster.resource('services').delete({ namespace: 'default', name: 'web' })
    await cluster.clock.advance('1m')
    equal(await endpoints.find({ namespace: 'default', name: 'web' }), undefined)
    ok(await endpoints.find(theirs))
  })

  test(`${profile}: refused writes, cut watches and a restart delay it and no more; what is taken away comes back`, async () => {
    await using stage = await start()
    const { cluster } = stage
    cluster.faults.refuse({ method: 'POST', path: '/endpointslices' }, { times: 2 })
    await cluster.apply(web)
    await stage.add('a', '10.1.0.1')
    await cluster.clock.advance('1m')
    deepEqual(await stage.ofSlices(), ['10.1.0.1 ready'])
    for (const [at, harm] of [
      async () => cluster.faults.dropWatches(),
      cluster.faults.restart,
      cluster.faults.compact,
    ].entries()) {
      await harm()
      await stage.add(`b${at}`, `10.1.1.${at}`)
      await cluster.clock.advance('2m')
      equal((await stage.ofSlices()).length, at + 2)
      equal((await stage.ofEndpoints()).length, at + 2)
    }
    const slices = cluster.resource<EndpointSlice>('endpointslices.discovery.k8s.io')
    for (const { metadata } of (await slices.list({ namespace: 'default', labelSelector: 'team=shop' })).items)
      await slices.delete({ namespace: 'default', name: metadata.name ?? '' })
    await cluster.resource('endpoints').delete({ namespace: 'default', name: 'web' })
    await cluster.clock.advance('1m')
    equal((await stage.ofSlices()).length, 4)
    equal((await stage.ofEndpoints()).length, 4)
  })
}
