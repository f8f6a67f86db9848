/**
 * Goal: what is written down of a member is what happened there, each change once and in order, whoever was cut off
 *       meanwhile; and the member is never written to.
 */
import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { ObjectHistory, ObjectWhy } from '@muster/api/history/types.ts'
import type { ApiRequest, Handle } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { formatInstant, hours, minutes, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { metadataOnly } from '@muster/client/metadata-only.ts'
import { refOf } from '@muster/client/resource-ref.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import type { ChangeDigest } from '@muster/server/history/changes-between.ts'
import { openMirrorServer } from '@muster/server/mirror/mirror-server.ts'
import { createRecorder } from '@muster/server/mirror/recorder.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { membersPack } from './pack.ts'
import { type Cluster, ClusterKind } from './types.ts'

const MAPS = { group: '', version: 'v1', kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const DEPLOYMENTS = { group: 'apps', version: 'v1', kind: 'Deployment', plural: 'deployments', namespaced: true }
const REPLICA_SETS = { group: 'apps', version: 'v1', kind: 'ReplicaSet', plural: 'replicasets', namespaced: true }
const SECRETS = { group: '', version: 'v1', kind: 'Secret', plural: 'secrets', namespaced: true }

/** A hub, one member, and a way between them that the test cuts. */
async function open(seed = 1, spec: Cluster['spec'] = {}) {
  const clock = simClock()
  const random = seededRandom(seed)
  const memberStore = await openMemoryStore({ clock, random })
  const member = await openTestApi({ clock, seed, store: memberStore, garbageCollection: false })
  const asked: ApiRequest[] = []
  const way = { isCut: false, isRefused: (_request: ApiRequest) => false, forgottenUpTo: 0 }
  const token = { authorization: `Bearer ${member.adminToken}` }
  const send: Handle = async (request) => {
    asked.push(request)
    if (way.isCut) throw new ControlError('Unavailable', 'the way is cut')
    if (way.isRefused(request)) throw new ControlError('Forbidden', 'not for you')
    const from = Number(request.query.get('resourceVersion') ?? '')
    if (request.query.get('watch') === 'true' && from <= way.forgottenUpTo) {
      throw new ControlError('Gone', `too old resource version: ${from} (${way.forgottenUpTo})`)
    }
    return member.handle(request)
  }
  const clientOf = (handle: Handle) => createClient({ send: handle, userAgent: 'muster-mirror', headers: token })
  const atMember = (agent: string): Client => createClient({ send: member.handle, userAgent: agent, headers: token })

  const store = await openMemoryStore({ clock, random })
  const mirror = await openMirrorServer({
    store,
    clock,
    random,
    log: noLog,
    newId: () => newId(random),
    kinds: BUILT_IN_KINDS,
    version: '0',
    address: () => 'mirror:1',
    // A sleep would wait for the test to move the time.
    pause: async () => {},
  })
  const hub = await openTestApi({ clock, seed: seed + 1, kinds: [...BUILT_IN_KINDS, ClusterKind] })
  const headers = { authorization: `Bearer ${hub.adminToken}` }
  const hubClient = createClient({ send: hub.handle, userAgent: 'test', headers })
  let stop = new AbortController()
  const startControllers = () => {
    const recorder = createRecorder({ store, random })
    const deps = {
      recorder,
      versionOf: mirror.versionOf,
      stop: stop.signal,
      connect: async () => ({ client: clientOf(send), metadata: clientOf(metadataOnly(send)), close() {} }),
    }
    return runControllers(
      membersPack.controllers,
      deps,
      { clock, random, log: noLog, send: hub.handle, headers, allClusters: true },
      stop.signal,
    )
  }
  let running = startControllers()
  await hubClient.resource(refOf<Cluster>(ClusterKind)).create({
    apiVersion: 'fleet.muster.dev/v1',
    kind: 'Cluster',
    metadata: { name: 'eu' },
    spec,
  })
  const read = createClient({ send: mirror.handle, userAgent: 'reader', cluster: 'eu' })
  return {
    clock,
    way,
    asked,
    atMember,
    member,
    memberStore,
    store,
    read,
    everywhere: createClient({ send: mirror.handle, userAgent: 'reader', cluster: '*' }),
    cluster: () => hubClient.resource(refOf<Cluster>(ClusterKind)).get({ namespace: '', name: 'eu' }),
    hubClient,
    pass: (length = seconds(30)) => clock.advance(length),
    start() {
      stop = new AbortController()
      running = startControllers()
    },
    async end() {
      stop.abort()
      await clock.advance(seconds(1))
      await running
    },
  }
}

const map = (name: string, x: string): KubeObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data: { x },
})

const historyOf = async (client: Client, path: string): Promise<ObjectHistory> =>
  (await client.call({ method: 'GET', path: `${path}/history`, query: { includeObject: 'Object' } })) as ObjectHistory

const HOME = '/api/v1/namespaces/default'

test('what a member has is there to be read, and every change of it is told with who made it', async () => {
  const world = await open()
  const { atMember, read, pass } = world
  await atMember('kubectl').resource(MAPS).create(map('a', '1'))
  await pass()
  const { status } = await world.cluster()
  deepEqual(
    status?.conditions?.map(({ type, status: is, message }) => [type, is, type === 'Mirrored' ? 0 : message]),
    [
      ['Connected', 'True', `its API server answers: ${status?.version}`],
      ['Mirrored', 'True', 0],
    ],
    JSON.stringify(status, null, 1),
  )
  equal((await read.resource(MAPS).get({ namespace: 'default', name: 'a' })).data && 'there', 'there')

  const there = await atMember('kubectl').resource(MAPS).get({ namespace: 'default', name: 'a' })
  await atMember('argocd')
    .resource(MAPS)
    .update({ ...there, data: { x: '2' } })
  await pass()
  await atMember('argocd').resource(MAPS).delete({ namespace: 'default', name: 'a' })
  await pass()
  const { versions } = await historyOf(read, `${HOME}/configmaps/a`)
  deepEqual(
    versions.map(({ change, by }) => [change, by.user, by.reason, by.inferred]),
    [
      ['deleted', 'unknown', 'delete', true],
      ['updated', 'argocd', 'update', true],
      ['created', 'kubectl', 'create (first seen in a list)', true],
    ],
  )
  deepEqual(versions[1]?.fields, [{ field: '.data.x', from: '1', to: '2' }])
  equal(versions[1]?.by.memberVersion, String(Number(there.metadata.resourceVersion) + 1))
  await world.end()
})

test('it lists, watches and looks, and writes nothing', async () => {
  const world = await open()
  await world.pass(minutes(20))
  const methods = new Set(world.asked.map(({ method }) => method))
  deepEqual([...methods], ['GET'])
  ok(world.asked.length < 600, `${world.asked.length} requests`)
  await world.end()
})

test('a chain of causes goes from a pod’s set to its deployment, and to who wrote that', async () => {
  const world = await open()
  const { atMember, read, pass } = world
  await pass()
  const selector = { matchLabels: { app: 'web' } }
  const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'a', image: 'a:1' }] } }
  const deployment = await atMember('kubectl')
    .resource(DEPLOYMENTS)
    .create({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'web', namespace: 'default' },
      spec: { selector, template },
    })
  await pass(seconds(5))
  await atMember('kube-controller-manager')
    .resource(REPLICA_SETS)
    .create({
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: {
        name: 'web-1',
        namespace: 'default',
        ownerReferences: [
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            name: 'web',
            uid: deployment.metadata.uid ?? '',
            controller: true,
          },
        ],
      },
      spec: { selector, template },
    })
  await pass(seconds(5))
  const path = '/apis/apps/v1/namespaces/default/replicasets/web-1/why'
  const why = (await read.call({ method: 'GET', path })) as ObjectWhy
  deepEqual(
    why.chain.map(({ object, version }) => [object.resource, object.name, version?.by.user]),
    [
      ['replicasets', 'web-1', 'kube-controller-manager'],
      ['deployments', 'web', 'kubectl'],
    ],
  )
  deepEqual([why.origin, why.inferred], ['human', true])
  await world.end()
})

test('values of Secrets are not asked for; they are where that is wished', async () => {
  const secret = {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: {
      name: 'db',
      namespace: 'default',
      annotations: { 'kubectl.kubernetes.io/last-applied-configuration': '{"data":{"password":"aHVudGVyMg=="}}' },
    },
    data: { password: 'aHVudGVyMg==' },
  }
  for (const [secrets, seen] of [
    ['Metadata', false],
    ['Values', true],
    ['None', false],
  ] as const) {
    const world = await open(1, { mirror: { secrets } })
    await world.atMember('kubectl').resource(SECRETS).create(secret)
    await world.pass(minutes(1))
    const { items } = await world.read.resource(SECRETS).list()
    deepEqual(
      items.filter(({ metadata }) => metadata.name === 'db').map(({ kind, data }) => [kind, data !== undefined]),
      secrets === 'None' ? [] : [['Secret', seen]],
    )
    equal(JSON.stringify(items).includes('aHVudGVyMg'), seen)
    await world.end()
  }
})

test('custom resources are mirrored and read as soon as they are defined', async () => {
  const world = await open()
  await world.pass()
  const kettles = { group: 'kitchen.dev', version: 'v1', kind: 'Kettle', plural: 'kettles', namespaced: true }
  await world.atMember('kubectl').call({
    method: 'POST',
    path: '/apis/apiextensions.k8s.io/v1/customresourcedefinitions',
    body: {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'kettles.kitchen.dev' },
      spec: {
        group: 'kitchen.dev',
        names: { kind: 'Kettle', plural: 'kettles' },
        scope: 'Namespaced',
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    },
  })
  await world.pass(seconds(2))
  await world
    .atMember('cook')
    .resource(kettles)
    .create({
      apiVersion: 'kitchen.dev/v1',
      kind: 'Kettle',
      metadata: { name: 'tea', namespace: 'default' },
      spec: { litres: 2 },
    })
  await world.pass(minutes(2))
  deepEqual((await world.read.resource(kettles).get({ namespace: 'default', name: 'tea' })).spec, { litres: 2 })
  await world.end()
})

test('a member that is away for hours is followed from where it was; a hub that stops for an hour too', async () => {
  const world = await open()
  const { atMember, read, pass, way } = world
  await atMember('kubectl').resource(MAPS).create(map('a', '0'))
  await pass()
  const write = async (x: string) => {
    const there = await atMember('kubectl').resource(MAPS).get({ namespace: 'default', name: 'a' })
    await atMember('kubectl')
      .resource(MAPS)
      .update({ ...there, data: { x } })
  }
  way.isCut = true
  for (const x of ['1', '2', '3']) {
    await write(x)
    await pass(hours(2))
  }
  const away = await world.cluster()
  match(away.status?.conditions?.find(({ type }) => type === 'Connected')?.message ?? '', /the way is cut/)
  way.isCut = false
  await pass(minutes(10))
  await world.end()
  await write('4')
  await pass(hours(1))
  world.start()
  await pass(minutes(2))
  const { versions } = await historyOf(read, `${HOME}/configmaps/a`)
  deepEqual(
    versions.map(({ object }) => (object as { data?: { x: string } } | undefined)?.data?.x),
    ['4', '3', '2', '1', '0'],
  )
  deepEqual((await world.cluster()).status?.gaps, undefined)
  await world.end()
})

test('where the member has forgotten what happened, a list is merged, nothing is deleted that is there, and the gap is told', async () => {
  const world = await open()
  const { atMember, read, pass, way } = world
  for (const name of ['kept', 'changed', 'gone', 'replaced'])
    await atMember('kubectl').resource(MAPS).create(map(name, '0'))
  await pass()
  way.isCut = true
  await pass(minutes(10))
  const maps = atMember('someone').resource(MAPS)
  await maps.update({ ...(await maps.get({ namespace: 'default', name: 'changed' })), data: { x: '1' } })
  await maps.delete({ namespace: 'default', name: 'gone' })
  await maps.delete({ namespace: 'default', name: 'replaced' })
  await maps.create(map('replaced', '1'))
  await pass(hours(3))
  way.forgottenUpTo = (await world.memberStore.head()) - 1
  way.isCut = false
  await pass(minutes(5))
  const told = async (name: string) =>
    (await historyOf(read, `${HOME}/configmaps/${name}`)).versions.map(({ change, by }) => [
      change,
      by.reason.replace(/\d{4}-\S+Z/, 'T'),
    ])
  const first = ['created', 'create (first seen in a list)']
  deepEqual(await told('kept'), [first])
  deepEqual(await told('changed'), [['updated', 'update (some time after T)'], first])
  deepEqual(await told('gone'), [['deleted', 'delete (gone when it was listed)'], first])
  deepEqual(await told('replaced'), [
    ['created', 'update (some time after T)'],
    ['deleted', 'gone: another has its name'],
    first,
  ])
  const { gaps = [] } = (await world.cluster()).status ?? {}
  const gap = gaps.find(({ resource }) => resource === 'configmaps')
  match(gap?.why ?? '', /too old resource version/)
  ok(Date.parse(gap?.to ?? '') - Date.parse(gap?.from ?? '') >= hours(3))
  await world.end()
})

test('another cluster behind the same way is refused, and nothing of it is written down', async () => {
  const world = await open()
  await world.pass()
  const { hubClient } = world
  await world.end()
  const before = await world.cluster()
  await hubClient
    .resource(refOf<Cluster>(ClusterKind))
    .updateStatus({ ...before, status: { ...before.status, uid: 'another' } })
  world.start()
  const head = await world.store.head()
  await world.atMember('kubectl').resource(MAPS).create(map('a', '0'))
  await world.pass(minutes(1))
  match(
    (await world.cluster()).status?.conditions?.find(({ type }) => type === 'Connected')?.message ?? '',
    /another cluster answers/,
  )
  equal(await world.store.head(), head)
  await world.end()
})

test('what the member does not let us see is told, and the rest is mirrored', async () => {
  const world = await open()
  world.way.isRefused = ({ path }) => path.endsWith('/configmaps')
  await world.pass(minutes(1))
  const { status } = await world.cluster()
  deepEqual(status?.refused, [{ resource: 'configmaps', why: 'not for you' }])
  equal(status?.conditions?.find(({ type }) => type === 'Mirrored')?.status, 'True')
  world.way.isRefused = () => false
  await world.pass(minutes(2))
  equal((await world.cluster()).status?.refused, undefined)
  await world.end()
})

test('all clusters are read at once, each object with the name of its own', async () => {
  const world = await open()
  await world.pass()
  const table = (await world.everywhere.call({
    method: 'GET',
    path: '/api/v1/namespaces',
    query: { as: 'Table' },
  })) as { columnDefinitions: { name: string }[]; rows: { cells: string[] }[] }
  deepEqual(
    [table.columnDefinitions[0]?.name, table.columnDefinitions[1]?.name, table.rows[0]?.cells.slice(0, 2)],
    ['Cluster', 'Name', ['eu', 'default']],
  )
  await world.end()
})

test('nothing is written to a mirror through its API', async () => {
  const world = await open()
  await world.pass()
  const head = await world.store.head()
  await rejects(world.read.resource(MAPS).create(map('a', '1')), /this is a mirror/)
  await rejects(
    world.read.resource(MAPS).delete({ namespace: 'kube-system', name: 'kube-root-ca.crt' }),
    /this is a mirror/,
  )
  equal(await world.store.head(), head)
  await world.end()
})

test('what happened is told by who did it: one change in the cluster, and what it led to', async () => {
  const world = await open()
  await world.pass(minutes(2))
  const since = formatInstant(world.clock.now())
  const maps = world.atMember('argocd').resource(MAPS)
  await maps.create(map('a', '1'))
  await maps.update({ ...(await maps.get({ namespace: 'default', name: 'a' })), data: { x: '2' } })
  await world
    .atMember('kubectl')
    .resource(SECRETS)
    .create({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'db', namespace: 'default' },
      data: {},
    })
  await world.pass(minutes(1))
  const changes = async (query: Record<string, string>) =>
    (await world.everywhere.call({ method: 'GET', path: '/changes', query })) as ChangeDigest
  equal((await changes({ from: '-10m' })).groups.length, 3, 'what was there before is no change')
  const { groups, clusters } = await changes({ from: since })
  deepEqual(clusters, ['eu'])
  deepEqual(groups.map(({ by, change, object }) => [by.user, change, `${object.resource}/${object.name}`]).toSorted(), [
    ['argocd', 'created', 'configmaps/a'],
    ['argocd', 'updated', 'configmaps/a'],
    ['kubectl', 'created', 'secrets/db'],
  ])
  equal((await changes({ from: since, clusters: 'us-*' })).writes, 0)
  equal((await changes({ from: since, clusters: 'e?' })).writes, 3)
  equal((await changes({ from: since, namespace: 'kube-system' })).writes, 0)
  await rejects(changes({ from: 'soon' }), /from: "soon" is no time such as/)
  await rejects(changes({ from: '-1s', to: '-1h' }), /lies after to/)
  await world.end()
})
