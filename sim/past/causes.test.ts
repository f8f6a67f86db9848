/**
 * Invariant: no write of a program without a cause. Every controller and every writer within the server is at work while
 * people write; then the whole log is gone through.
 */
import { equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectWhy } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { runController, shareInformers } from '@muster/runtime/run-controller.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import { CONTROL_PLANE } from '@muster/server/auth/user.ts'
import { BEGINS } from '@muster/server/cluster/beginning.ts'
import { accountOf } from '@muster/server/history/cause.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { simClock } from '../clock.ts'

const CONTROLLERS = [...housekeepingPack.controllers]
const core = { group: '', version: 'v1' }
const NAMESPACES: ResourceRef = { ...core, kind: 'Namespace', plural: 'namespaces', namespaced: false }
const MAPS: ResourceRef = { ...core, kind: 'ConfigMap', plural: 'configmaps', namespaced: true }
const SECRETS: ResourceRef = { ...core, kind: 'Secret', plural: 'secrets', namespaced: true }
const QUOTAS: ResourceRef = { ...core, kind: 'ResourceQuota', plural: 'resourcequotas', namespaced: true }
const flow = { group: 'flowcontrol.apiserver.k8s.io', version: 'v1', namespaced: false }
const SCHEMAS: ResourceRef = { ...flow, kind: 'FlowSchema', plural: 'flowschemas' }
const LEVELS: ResourceRef = { ...flow, kind: 'PriorityLevelConfiguration', plural: 'prioritylevelconfigurations' }
const CRDS: ResourceRef = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  kind: 'CustomResourceDefinition',
  plural: 'customresourcedefinitions',
  namespaced: false,
}
const ROLES: ResourceRef = {
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
}
const CLAIMS: ResourceRef = {
  ...core,
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
}
const VOLUMES: ResourceRef = { ...core, kind: 'PersistentVolume', plural: 'persistentvolumes', namespaced: false }
const CLASSES: ResourceRef = {
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttributesClass',
  plural: 'volumeattributesclasses',
  namespaced: false,
}
const SPOONS: ResourceRef = { group: 'test.io', version: 'v1', kind: 'Spoon', plural: 'spoons', namespaced: true }

const object = (metadata: KubeObject['metadata'], more: object = {}): KubeObject => ({
  apiVersion: '',
  kind: '',
  metadata,
  ...more,
})

test('no write of a controller or of the server itself is without a cause', async () => {
  const clock = simClock()
  const random = seededRandom(7)
  const store = await openMemoryStore({ clock, random })
  const api = await openTestApi({ clock, store, admin: { username: CONTROL_PLANE, groups: ['system:masters'] } })
  const clientOf = (userAgent: string, headers: Record<string, string> = {}) =>
    createClient({ send: api.handle, userAgent, headers: { authorization: `Bearer ${api.adminToken}`, ...headers } })
  const life = new AbortController()
  const home = (userAgent: string) => ({ clock, random, log: noLog, client: clientOf(userAgent), allClusters: true })
  const informers = shareInformers(home('informers'), life.signal)
  const running = CONTROLLERS.map((controller) =>
    runController(
      controller,
      { rootCaOf: () => 'CA', flowControl: flowControlObjects() },
      home(controller.name),
      informers,
      life.signal,
    ),
  )
  // A person, in whose name the administrator asks.
  const person = createClient({
    send: (request) =>
      api.handle({ ...request, headerLists: { 'impersonate-user': ['ada'], 'impersonate-group': ['system:masters'] } }),
    userAgent: 'kubectl/v1.36.1',
    headers: { authorization: `Bearer ${api.adminToken}` },
  })

  await person.resource(NAMESPACES).create(object({ name: 'shop' }))
  await clock.advance(seconds(5))
  await person
    .resource(QUOTAS)
    .create(object({ name: 'few', namespace: 'shop' }, { spec: { hard: { configmaps: '5' } } }))
  const level = { priorityLevelConfiguration: { name: 'mine' }, rules: [] }
  await person.resource(SCHEMAS).create(object({ name: 'mine' }, { spec: level }))
  await clock.advance(seconds(5))
  await person
    .resource(LEVELS)
    .create(object({ name: 'mine' }, { spec: { type: 'Limited', limited: { limitResponse: { type: 'Reject' } } } }))
  await clock.advance(seconds(5))
  const maps = person.resource(MAPS)
  const owner = await maps.create(object({ name: 'owner', namespace: 'shop' }))
  const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: owner.metadata.uid ?? '' }]
  await maps.create(object({ name: 'child', namespace: 'shop', ownerReferences }))
  await person.resource(SECRETS).create(object({ name: 'grandchild', namespace: 'shop', ownerReferences }))
  await person
    .resource(ROLES)
    .create(
      object(
        { name: 'spoons', labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } },
        { rules: [{ apiGroups: ['test.io'], resources: ['spoons'], verbs: ['get'] }] },
      ),
    )
  await person.resource(CRDS).create(
    object(
      { name: 'spoons.test.io' },
      {
        spec: {
          group: 'test.io',
          scope: 'Namespaced',
          names: { plural: 'spoons', singular: 'spoon', kind: 'Spoon', listKind: 'SpoonList' },
          versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
        },
      },
    ),
  )
  const storage = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/disk' } }
  await person.resource(VOLUMES).create(object({ name: 'disk' }, { spec: storage }))
  await person.resource(CLASSES).create(object({ name: 'gold' }, { driverName: 'd', parameters: { speed: 'high' } }))
  const wanted = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
  await person.resource(CLAIMS).create(object({ name: 'goods', namespace: 'shop' }, { spec: wanted }))
  await clock.advance(seconds(5))
  await person.resource(CLAIMS).delete({ namespace: 'shop', name: 'goods' })
  for (const [ref, name] of [
    [VOLUMES, 'disk'],
    [CLASSES, 'gold'],
  ] as const) {
    await person.resource(ref).delete({ namespace: '', name })
  }
  await clock.advance(seconds(5))
  await person.resource(SPOONS).create(object({ name: 'one', namespace: 'shop' }))
  await maps.delete({ namespace: 'shop', name: 'owner' }, { propagationPolicy: 'Background' })
  await clock.advance(seconds(5))
  await person.resource(CRDS).delete({ namespace: '', name: 'spoons.test.io' })
  await clock.advance(seconds(5))
  await person.resource(NAMESPACES).delete({ namespace: '', name: 'shop' })
  await clock.advance(seconds(30))

  let programs = 0
  const unexplained: string[] = []
  const watch = store.watch('', 0 as Parameters<typeof store.watch>[1])
  const head = await store.head()
  const keys = new Set<string>()
  while (watch.revision < head) for (const { key } of (await watch.next(head)) ?? []) keys.add(key)
  const beginnings = new Set<string>()
  for (const key of keys) {
    const named = parseKey(key)
    for (const { cause, revision } of named ? await store.history(key) : []) {
      const { user, client, because, reason, claimed } = accountOf(cause)
      if (user === 'ada') continue
      programs++
      beginnings.add(client ?? user)
      ok(!claimed, `${key}@${revision}: the control plane's own causes are known`)
      if (!because && reason !== BEGINS) unexplained.push(`${key}@${revision} by ${user} with ${client}: ${reason}`)
    }
  }
  equal(unexplained.join('\n'), '')
  ok(programs > 150, `${programs} writes were made by programs`)
  for (const writer of [
    // The recounter mends what went wrong, and nothing has.
    ...CONTROLLERS.map(({ name }) => name).filter((name) => name !== 'resourcequota-recounter'),
    'system:serviceaccount:kube-system:generic-garbage-collector',
    'system:serviceaccount:kube-system:clusterrole-aggregation-controller',
    'system:muster:custom-resources',
  ]) {
    ok(beginnings.has(writer), `${writer} has written something`)
  }

  // And each of them leads back to the person.
  const origin = async (path: string) =>
    ((await person.call({ method: 'GET', path: `${path}/why` })) as ObjectWhy).origin
  const inShop = '/api/v1/namespaces/shop'
  for (const path of [
    `${inShop}/configmaps/child`,
    `${inShop}/secrets/grandchild`,
    `${inShop}/serviceaccounts/default`,
    '/api/v1/namespaces/shop',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/spoons.test.io',
    '/apis/rbac.authorization.k8s.io/v1/clusterroles/view',
  ]) {
    equal(await origin(path), 'human', path)
  }
  life.abort()
  await clock.advance(seconds(1))
  await Promise.all(running)
  api.close()
})
