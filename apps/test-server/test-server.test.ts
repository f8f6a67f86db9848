import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { createClient } from '@muster/client/client.ts'
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
const MAPS = '/api/v1/namespaces/default/configmaps'
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

test('elections and their fence are what Muster adds; any other Kubernetes knows no such header', async () => {
  for (const profile of ['kubernetes', 'muster'] as const) {
    await using cluster = await startTestServer({ profile })
    const isOurs = profile === 'muster'
    const inGroup = '/apis/coordination.muster.dev/v1/namespaces/default'
    const stand = async () => {
      const election = { metadata: { name: 'chair' }, spec: {} }
      await cluster.client.call({ method: 'POST', path: `${inGroup}/elections`, body: election })
      const candidate = { metadata: { name: 'chair.a' }, spec: { election: 'chair', identity: 'a' } }
      return cluster.client.call({ method: 'POST', path: `${inGroup}/candidates`, body: candidate })
    }
    let term = '1'
    if (isOurs) term = ((await stand()) as KubeObject).metadata.resourceVersion ?? ''
    else await rejects(stand(), (error) => hasCode(error, 'NotFound'))
    const { token } = cluster.users.as('leader', ['system:masters'])
    const under = (fence: string, name: string) => {
      const headers = { authorization: `Bearer ${token}`, 'muster-fence': fence }
      const leader = createClient({ send: cluster.handle, userAgent: 'leader', headers })
      return leader.call({ method: 'POST', path: MAPS, body: configMap(name) })
    }
    await under(`default/chair@${term}`, 'leads')
    for (const [fence, says] of [
      [`default/chair@${Number(term) + 1}`, /is over, or never was/],
      ['no fence', /header muster-fence/],
    ] as const) {
      if (isOurs) await rejects(under(fence, 'late'), says)
      else await under(fence, `late-${fence.length}`)
    }
  }
})

test('a lease guard knows a replica by the pod of its token, as on Muster itself', async () => {
  await using cluster = await startTestServer({ profile: 'muster' })
  const { client } = cluster
  const post = (path: string, body: object) => client.call({ method: 'POST', path, body })
  const core = '/api/v1/namespaces/default'
  const spec = { lease: 'op', serviceAccounts: ['default'] }
  const replica = async (name: string) => {
    const pod = { metadata: { name }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const { metadata } = (await post(`${core}/pods`, pod)) as KubeObject
    const bound = { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name, uid: metadata.uid } }
    const review = (await post(`${core}/serviceaccounts/default/token`, { spec: bound })) as TokenRequest
    const headers = { authorization: `Bearer ${review.status?.token}` }
    return createClient({ send: cluster.handle, userAgent: 'operator', headers })
  }
  const [holder, other] = [await replica('op-0'), await replica('op-1')]
  const rights = { kind: 'ClusterRole', name: 'edit', apiGroup: 'rbac.authorization.k8s.io' }
  await post('/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings', {
    metadata: { name: 'op' },
    roleRef: rights,
    subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
  })
  const lease = { metadata: { name: 'op' }, spec: { holderIdentity: 'op-0_x', leaseDurationSeconds: 15 } }
  await post('/apis/coordination.k8s.io/v1/namespaces/default/leases', lease)
  await post('/apis/coordination.muster.dev/v1/namespaces/default/leaseguards', { metadata: { name: 'op' }, spec })
  await cluster.settled()
  await holder.call({ method: 'POST', path: MAPS, body: configMap('held') })
  const late = other.call({ method: 'POST', path: MAPS, body: configMap('late') })
  await rejects(late, /lease default\/op is held by "op-0_x", not by pod "op-1"/)
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

test('a hundred servers in one process know nothing of each other, and each goes on when others are closed', async () => {
  const count = 100
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
