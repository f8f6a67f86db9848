import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { instant, minutes } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { makeIdentities } from '../auth/identities.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { beginCluster } from './beginning.ts'
import { DEFAULT_NETWORK, factsOf } from './network.ts'

const FACTS = {
  clientAuthority: 'who "vouches"\nfor clients',
  rootAuthority: 'who vouches for the API',
  apiPort: 7443,
  ...factsOf(DEFAULT_NETWORK),
}
const START = instant(Date.parse('2026-11-23T08:00:00Z'))

async function open() {
  const clock = simClock({ start: START })
  const random = seededRandom(1)
  const store = await openMemoryStore({ clock, random })
  return { clock, random, store }
}

test('each cluster begins with ids, times and facts of its own, in versions that say why', async () => {
  const deps = await open()
  const own = { ...deps, serves: () => true, isFurnished: true }
  await beginCluster(own, 'eu', FACTS)
  await deps.clock.advance(minutes(1))
  await beginCluster(own, 'us', { ...FACTS, apiPort: 8443 })

  const identities = ['eu', 'us'].map((name) =>
    makeIdentities(name, { now: START, entropy: (count) => crypto.getRandomValues(new Uint8Array(count)) }),
  )
  const api = await openTestApi({ ...deps, identities: await Promise.all(identities), isBootstrapped: true })
  const ask = async (path: string) => {
    const answer = await askMuster(api)({ method: 'GET', path, headers: {}, identity: 'admin', body: undefined })
    equal(answer.status, 200, path)
    return JSON.parse(String(answer.body))
  }
  const uids = new Set<string>()
  let count = 0
  for (const [cluster, time, port] of [
    ['eu', '2026-11-23T08:00:00Z', 7443],
    ['us', '2026-11-23T08:01:00Z', 8443],
  ]) {
    const within = `/clusters/${cluster}`
    const service = await ask(`${within}/api/v1/namespaces/default/services/kubernetes`)
    equal(service.spec.ports[0].targetPort, port)
    equal(service.metadata.managedFields[0].time, time)
    const maps = (await ask(`${within}/api/v1/configmaps`)).items
    for (const { metadata, data } of maps) {
      const isRoot = metadata.name === 'kube-root-ca.crt'
      deepEqual(
        data,
        isRoot ? { 'ca.crt': FACTS.rootAuthority } : { 'client-ca-file': FACTS.clientAuthority },
        metadata.name,
      )
    }
    equal(maps.length, 5)
    const schemas = (await ask(`${within}/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas`)).items
    equal(schemas[0].status.conditions[0].lastTransitionTime, time)
    const lists = BUILT_IN_KINDS.filter(({ storage }) => !storage).map(({ group, plural, versions }) =>
      ask(`${within}/${group === '' ? 'api' : `apis/${group}`}/${versions[0]?.name}/${plural}`).catch(() => undefined),
    )
    for (const list of await Promise.all(lists)) {
      for (const { metadata } of list?.items ?? []) {
        equal(metadata.creationTimestamp, time)
        uids.add(metadata.uid)
        count++
      }
    }
    const { versions: told } = await ask(`${within}/api/v1/namespaces/kube-system/history`)
    equal(told.length, 1)
    equal(told[0].by.reason, 'what a logical cluster holds from its first moment')
  }
  equal(uids.size, count)
  notEqual(count, 0)
  api.close()
})

test('nothing is written where there is anything already, and a beginning that was cut off is made up for', async () => {
  const { store, ...deps } = await open()
  const own = { ...deps, store, serves: () => true, isFurnished: false }
  let commits = 0
  const cut = { ...own, store: { commit: (commit: never) => (commits++ === 0 ? store.commit(commit) : cutOff()) } }
  const cutOff = () => Promise.reject(new Error('cut off'))
  await beginCluster(cut, 'default', FACTS).catch(() => undefined)
  equal((await store.range('core/namespaces/')).entries.length, 0)
  const head = await store.head()
  notEqual(head, 0)
  equal(await beginCluster(own, 'default', FACTS), undefined)
  equal(await store.head(), head)

  const api = await openTestApi({ ...deps, store })
  equal((await store.range('core/namespaces/default/')).entries.length, 4)
  equal((await store.range('rbac.authorization.k8s.io/clusterrolebindings/default/')).entries.length, 50)
  api.close()
})

test('a server begins with what it serves', async () => {
  const deps = await open()
  const kinds = BUILT_IN_KINDS.filter(({ group }) => group !== 'flowcontrol.apiserver.k8s.io')
  const api = await openTestApi({ ...deps, kinds })
  equal((await deps.store.range('flowcontrol.apiserver.k8s.io/')).entries.length, 0)
  equal((await deps.store.range('core/namespaces/')).entries.length, 4)
  api.close()
})
