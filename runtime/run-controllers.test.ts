/** What a controller may rely on, against an API: on Muster and on any Kubernetes. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap, Event, Secret } from '@muster/api/types/core-v1.ts'
import { byController, byNamespace } from '@muster/client/picture.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { startTestServer } from '@muster/test-server/start.ts'
import { type Controller, keyOf, ownerKey, waitForChange } from './controller.ts'
import { createEventRecorder } from './events.ts'

const core = { group: '', version: 'v1', namespaced: true }
const MAPS: ResourceRef<ConfigMap> = { ...core, kind: 'ConfigMap', plural: 'configmaps' }
const SECRETS: ResourceRef<Secret> = { ...core, kind: 'Secret', plural: 'secrets' }
const shown = { namespace: 'default' }
const map = (name: string, data: Record<string, string> = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: 'default' },
  data,
})

/** Notes what it looks at, and fails as often as it is told to. */
function lookout(failures = 0) {
  const looks: string[] = []
  let [atOnce, most, left] = [0, 0, failures]
  const controller: Controller = {
    name: 'lookout',
    watches: MAPS,
    alsoWatches: [{ resource: SECRETS, only: shown, keysOf: (secret) => ownerKey(secret, MAPS) }],
    async reconcile(key, { client }) {
      if (key.namespace !== 'default' || key.name === 'kube-root-ca.crt') return waitForChange
      most = Math.max(most, ++atOnce)
      try {
        const found = await client.resource(MAPS).find(key)
        looks.push(`${key.name} ${found?.data?.word ?? 'gone'}`)
        if (left-- > 0) throw new Error('not this time')
      } finally {
        atOnce--
      }
      return waitForChange
    },
  }
  return { controller, looks, most: () => most }
}

for (const profile of ['kubernetes', 'muster'] as const) {
  const start = () => startTestServer({ profile, time: 'virtual', controllers: false })

  test(`${profile}: what is there, what changes and what goes is looked at, by one worker at a time`, async () => {
    await using cluster = await start()
    const { controller, looks, most } = lookout()
    await cluster.apply(map('a', { word: 'one' }))
    cluster.run([controller], {})
    await cluster.settled()
    await cluster.apply(map('a', { word: 'two' }))
    await cluster.settled()
    await cluster.resource('configmaps').delete({ namespace: 'default', name: 'a' })
    await cluster.settled()
    deepEqual(looks, ['a one', 'a two', 'a gone'])
    equal(most(), 1)
  })

  test(`${profile}: one that keeps something of its own is told each change before its look, and looks where it says`, async () => {
    await using cluster = await start()
    const told: string[] = []
    const everything: Controller = {
      name: 'everything',
      watches: MAPS,
      only: shown,
      keysOf: () => [{ cluster: '', namespace: '', name: 'all' }],
      begin: () => ({
        changed: (_resource, change) =>
          told.push(
            change.change === 'deleted' ? `no ${change.previous.metadata.name}` : `${change.object.metadata.name}`,
          ),
        async reconcile({ name }) {
          told.push(`look at ${name}`)
          return waitForChange
        },
      }),
    }
    await cluster.apply(map('a'), map('b'))
    cluster.run([everything], {})
    await cluster.settled()
    await cluster.resource('configmaps').delete({ namespace: 'default', name: 'a' })
    await cluster.settled()
    deepEqual(told, ['a', 'b', 'kube-root-ca.crt', 'look at all', 'no a', 'look at all'])
  })

  test(`${profile}: what has no owner leads to those that are known, unless its change means nothing`, async () => {
    await using cluster = await start()
    const { controller, looks } = lookout()
    const all: Controller = {
      ...controller,
      alsoWatches: [
        {
          resource: SECRETS,
          only: shown,
          keysOf: (_, informer) => Array.from(informer(MAPS).by(byNamespace, 'default'), keyOf),
          ignores: (previous: Secret, secret: Secret) => previous.type === secret.type && previous.data === secret.data,
        },
      ],
    }
    await cluster.apply(map('a', { word: 'one' }), map('b', { word: 'one' }))
    cluster.run([all], {})
    await cluster.settled()
    looks.length = 0
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'default' } }
    await cluster.apply(secret)
    await cluster.settled()
    deepEqual(looks.toSorted(), ['a one', 'b one'])
    await cluster.apply({ ...secret, metadata: { ...secret.metadata, labels: { of: 'nobody' } } })
    await cluster.settled()
    deepEqual(looks.length, 2)
    await cluster.resource('secrets').delete({ namespace: 'default', name: 's' })
    await cluster.settled()
    deepEqual(looks.length, 4)
  })

  test(`${profile}: a change of what belongs to an object makes another look at it`, async () => {
    await using cluster = await start()
    const { controller, looks } = lookout()
    const [owner] = await cluster.apply(map('a', { word: 'one' }))
    cluster.run([controller], {})
    await cluster.settled()
    const reference = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      name: 'a',
      uid: owner?.metadata.uid ?? '',
      controller: true,
    }
    const metadata = { name: 's', namespace: 'default', ownerReferences: [reference] }
    await cluster.resource<Secret>('secrets').create({ apiVersion: 'v1', kind: 'Secret', metadata })
    await cluster.settled()
    deepEqual(looks, ['a one', 'a one'])
  })

  test(`${profile}: a look that fails is made again, and a server that was away is caught up with`, async () => {
    await using cluster = await start()
    const { controller, looks } = lookout(2)
    cluster.run([controller], {})
    await cluster.settled()
    await cluster.apply(map('a', { word: 'one' }))
    await cluster.clock.advance('1m')
    deepEqual(looks, ['a one', 'a one', 'a one'])
    await cluster.faults.restart()
    await cluster.apply(map('a', { word: 'two' }))
    await cluster.clock.advance('2m')
    equal(looks.at(-1), 'a two')
    await cluster.faults.compact()
    await cluster.apply(map('a', { word: 'three' }))
    await cluster.clock.advance('2m')
    equal(looks.at(-1), 'a three')
  })

  test(`${profile}: an event that is said again is counted, though its server refuses it at first`, async () => {
    await using cluster = await start()
    await cluster.apply(map('a'))
    cluster.faults.refuse({ method: 'POST', path: '/events' }, { status: 503, times: 1 })
    const speaker: Controller = {
      name: 'speaker',
      watches: MAPS,
      async reconcile(key, { client, ...context }) {
        const about = key.name === 'a' && (await client.resource(MAPS).find(key))
        const events = createEventRecorder({ ...context, component: 'speaker' })
        for (let said = 0; about && said < 2; said++) {
          events.say(client, about, { type: 'Warning', reason: 'Failed', message: 'no room' })
        }
        return waitForChange
      },
    }
    cluster.run([speaker], {})
    await cluster.clock.advance('1m')
    await cluster.settled()
    const { items } = await cluster.resource<Event>('events').list({ namespace: 'default' })
    deepEqual(
      items.map(({ count, message, involvedObject }) => [count, message, involvedObject.name]),
      [[2, 'no room', 'a']],
    )
  })
}

for (const profile of ['kubernetes', 'muster'] as const)
  test(`${profile}: a look sees what the look before it wrote, also when the streams are cut`, async () => {
    await using cluster = await startTestServer({ profile, time: 'virtual', controllers: false })
    /** Wants one Secret for each map, and no second one; writes its count into the map, which leads to the next look. */
    const careful: Controller = {
      name: 'careful',
      watches: MAPS,
      alsoWatches: [{ resource: SECRETS, keysOf: (secret) => ownerKey(secret, MAPS) }],
      async reconcile(key, { client, informer }) {
        const found = informer(MAPS).get(key)
        const { uid = '', labels = {} } = found?.metadata ?? {}
        if (!found || labels.one === undefined) return waitForChange
        const [secret, second] = [...informer(SECRETS).by(byController, uid)]
        equal(second, undefined)
        const wanted = found.data?.word === 'none' ? 'none' : 'some'
        if (wanted === 'none' && secret)
          await client.resource(SECRETS).delete({ namespace: key.namespace, name: secret.metadata.name ?? '' })
        if (wanted === 'some' && !secret) {
          const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: key.name, uid, controller: true }
          const metadata = { generateName: 'one-', namespace: key.namespace, ownerReferences: [owner] }
          await client.resource(SECRETS).create({ apiVersion: 'v1', kind: 'Secret', metadata })
        }
        const looks = String(Number(found.data?.looks ?? 0) + 1)
        if (Number(looks) <= 5) await client.resource(MAPS).patch(key, { patch: 'merge', value: { data: { looks } } })
        return waitForChange
      },
    }
    const labelled = (data: Record<string, string>): ConfigMap => {
      const one = map('a', data)
      return { ...one, metadata: { ...one.metadata, labels: { one: 'true' } } }
    }
    const secrets = async () => (await cluster.resource('secrets').list({ namespace: 'default' })).items.length
    cluster.run([careful], {})
    await cluster.settled()
    for (const word of ['some', 'none', 'some']) {
      cluster.faults.dropWatches({ path: '/secrets' })
      await cluster.apply(labelled({ word, looks: '0' }))
      await cluster.clock.advance('20s')
      equal(await secrets(), word === 'none' ? 0 : 1)
      equal((await cluster.resource<ConfigMap>('configmaps').get({ namespace: 'default', name: 'a' })).data?.looks, '5')
    }
  })
