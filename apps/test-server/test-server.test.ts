import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { startTestServer } from '@muster/test-server/start.ts'

const spoons = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'spoons.test.dev' },
  spec: {
    group: 'test.dev',
    scope: 'Namespaced',
    names: { plural: 'spoons', kind: 'Spoon' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
      },
    ],
  },
}
const configMap = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})
const at = (name: string) => ({ namespace: 'default', name })

for (const profile of ['kubernetes', 'muster'] as const) {
  test(`${profile}: what belongs to nobody is collected, unless nobody is to do it`, async () => {
    for (const controllers of [true, false]) {
      await using cluster = await startTestServer({ profile, controllers })
      const maps = cluster.resource<ConfigMap>('configmaps')
      const owner = await maps.create(configMap('owner'))
      const { uid = '' } = owner.metadata
      const child = configMap('child')
      child.metadata.ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid }]
      await maps.create(child)
      await maps.delete(at('owner'))
      await cluster.settled()
      equal((await maps.find(at('child'))) === undefined, controllers)
    }
  })

  test(`${profile}: a custom resource is served from the start, and survives a restart`, async () => {
    await using cluster = await startTestServer({ profile, crds: [spoons], time: 'virtual' })
    const [spoon] = await cluster.apply({ apiVersion: 'test.dev/v1', kind: 'Spoon', metadata: { name: 'one' } })
    equal(spoon?.metadata.namespace, 'default')
    await cluster.faults.restart()
    equal((await cluster.resource('spoons.test.dev').list()).items.length, 1)
  })
}

test('without an address nothing is on a port, and time that is real is not moved', async () => {
  await using cluster = await startTestServer()
  for (const ask of [() => cluster.url, () => cluster.kubeconfig]) {
    await rejects(async () => ask(), /startTestServer\(\{ listen: true \}\)/)
  }
  await rejects(cluster.clock.advance('1s'), /time: 'virtual'/)
})

test('transactions are what Muster adds, and of no other Kubernetes', async () => {
  const transaction = {
    apiVersion: 'muster.dev/v1',
    kind: 'Transaction',
    metadata: {},
    spec: { operations: [{ verb: 'create', object: configMap('together') }] },
  }
  for (const profile of ['kubernetes', 'muster'] as const) {
    await using cluster = await startTestServer({ profile })
    const ask = { method: 'POST', path: '/apis/muster.dev/v1/transactions', body: transaction }
    if (profile === 'muster') await cluster.client.call(ask)
    else await rejects(cluster.client.call(ask), (error) => hasCode(error, 'NotFound'))
    equal((await cluster.resource('configmaps').find(at('together'))) !== undefined, profile === 'muster')
  }
})

test('Kubernetes knows no logical clusters', async () => {
  await using cluster = await startTestServer({ profile: 'kubernetes' })
  await rejects(cluster.addLogicalCluster('eu'), /profile: 'muster'/)
  const path = '/clusters/default/api/v1/namespaces'
  await rejects(cluster.client.call({ method: 'GET', path }), /404 page not found/)
})

test('the past of an object is told by Muster alone', async () => {
  for (const profile of ['kubernetes', 'muster'] as const) {
    await using cluster = await startTestServer({ profile })
    const path = '/api/v1/namespaces/default/configmaps/kube-root-ca.crt/history'
    const asked = cluster.client.call({ method: 'GET', path })
    if (profile === 'muster') await asked
    else await rejects(asked, (error) => hasCode(error, 'NotFound'))
  }
})

test('logical clusters know nothing of each other, and each begins complete', async () => {
  await using cluster = await startTestServer({ profile: 'muster' })
  const { client: eu } = await cluster.addLogicalCluster('eu')
  const maps = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
  await eu.resource(maps).create(configMap('here'))
  equal(await cluster.resource('configmaps').find(at('here')), undefined)
  const roles = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', plural: 'clusterroles' }
  const names = async (client: typeof eu) =>
    (await client.resource({ ...roles, namespaced: false }).list()).items.map(({ metadata }) => metadata.name)
  deepEqual(await names(eu), await names(cluster.client))
  await cluster.settled()
  await rejects(cluster.addLogicalCluster('eu'), (error) => hasCode(error, 'AlreadyExists'))
})

test('a user may do what roles give him', async () => {
  await using cluster = await startTestServer()
  const alice = cluster.users.as('alice', ['dev'])
  const path = '/api/v1/namespaces/default/configmaps'
  await rejects(alice.client.call({ method: 'GET', path }), /User "alice" cannot list resource "configmaps"/)
  await cluster.apply({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: { name: 'dev' },
    subjects: [{ kind: 'Group', name: 'dev', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'ClusterRole', name: 'view', apiGroup: 'rbac.authorization.k8s.io' },
  } as never)
  await cluster.settled()
  await alice.client.call({ method: 'GET', path })
})

test('virtual time stands still, and moves by what it is told', async () => {
  await using cluster = await startTestServer({ time: 'virtual' })
  const [map] = await cluster.apply(configMap('early'))
  equal(map?.metadata.creationTimestamp, '2026-01-01T00:00:00Z')
  await cluster.clock.advance('1h30m')
  const [later] = await cluster.apply(configMap('late'))
  equal(later?.metadata.creationTimestamp, '2026-01-01T01:30:00Z')
  await rejects(cluster.clock.advance('soon'), /no length of time/)
})

test('the same seed gives the same, and another gives another', async () => {
  const uid = async (seed: number) => {
    await using cluster = await startTestServer({ seed, time: 'virtual' })
    return (await cluster.apply(configMap('a')))[0]?.metadata.uid
  }
  equal(await uid(7), await uid(7))
  equal((await uid(7)) === (await uid(8)), false)
})

test('a request is refused as often as is said, and then it is not', async () => {
  await using cluster = await startTestServer()
  cluster.faults.refuse({ method: 'POST', path: '/configmaps' }, { status: 409, message: 'not now', times: 2 })
  const maps = cluster.resource<ConfigMap>('configmaps')
  for (let tries = 0; tries < 2; tries++) await rejects(maps.create(configMap('a')), /not now/)
  await maps.create(configMap('a'))
})

test('a watch is cut, and history is forgotten', async () => {
  await using cluster = await startTestServer()
  const maps = cluster.resource<ConfigMap>('configmaps')
  const { resourceVersion } = await maps.list()
  const { signal } = new AbortController()
  const told: string[] = []
  const watching = (async () => {
    for await (const event of maps.watch({ resourceVersion, signal })) told.push(event.type)
  })()
  await maps.create(configMap('a'))
  await cluster.settled()
  equal(cluster.faults.dropWatches({ path: '/configmaps', userAgent: 'test' }), 1)
  await watching
  deepEqual(told, ['ADDED'])
  await cluster.faults.compact()
  await rejects(
    async () => {
      for await (const event of maps.watch({ resourceVersion, signal })) told.push(event.type)
    },
    (error) => hasCode(error, 'Gone'),
  )
})

test('a fork goes its own way', async () => {
  await using cluster = await startTestServer({ crds: [spoons], time: 'virtual' })
  await cluster.apply(configMap('both', { of: 'them' }))
  await cluster.clock.advance('5m')
  await using other = await cluster.fork()
  equal(other.clock.now().getTime(), cluster.clock.now().getTime())
  const maps = other.resource<ConfigMap>('configmaps')
  equal((await maps.get(at('both'))).data?.of, 'them')
  await maps.delete(at('both'))
  await other.apply({ apiVersion: 'test.dev/v1', kind: 'Spoon', metadata: { name: 'other' } })
  await cluster.resource('configmaps').get(at('both'))
  equal((await cluster.resource('spoons.test.dev').list()).items.length, 0)
})

test('a server that listens is reached by its kubeconfig', async () => {
  await using cluster = await startTestServer({ listen: true, time: 'virtual' })
  match(cluster.url, /^https:\/\/127\.0\.0\.1:\d+$/)
  match(cluster.kubeconfig, /certificate-authority-data/)
})

test('two dozen servers in one process know nothing of each other, and each goes on when others are closed', async () => {
  const count = 24
  const servers = await Promise.all(
    Array.from({ length: count }, (_, number) => startTestServer({ seed: number, time: 'virtual' })),
  )
  const namesIn = async (server: (typeof servers)[number]) =>
    (await server.resource<ConfigMap>('configmaps').list({ namespace: 'default' })).items.map(
      ({ metadata }) => metadata.name,
    )
  const uids = await Promise.all(
    servers.map(async (server, number) => {
      const made = await server.resource<ConfigMap>('configmaps').create(configMap(`of-${number}`))
      return made.metadata.uid
    }),
  )
  equal(new Set(uids).size, count)
  for (const server of servers.slice(0, count / 2)) await server.close()
  for (const [number, server] of [...servers.entries()].slice(count / 2)) {
    deepEqual(await namesIn(server), ['kube-root-ca.crt', `of-${number}`])
    await server.close()
  }
})
