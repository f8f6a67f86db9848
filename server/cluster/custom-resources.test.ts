import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { type Clock, milliseconds, seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { plainStore } from '../storage/testbed.ts'
import { openTestApi, type TestApi } from '../testing/open-test-api.ts'

const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

test('a definition whose objects are held by finalizers keeps no other from being served, and goes when they do', async () => {
  const clock = simClock()
  const api = await openTestApi({ clock })
  const ask = async (method: string, path: string, body?: object) => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const { status, body: text } = await askMuster(api)({
      method,
      path,
      headers: { 'content-type': type },
      identity: 'admin',
      body: body && Buffer.from(JSON.stringify(body)),
    })
    return { status, text }
  }
  const isServed = async (group: string) =>
    (await ask('GET', `/apis/${group}/v1/namespaces/default/kettles`)).status === 200

  equal((await ask('POST', DEFINITIONS, kettles('held.test'))).status, 201)
  await clock.advance(seconds(1))
  const held = { apiVersion: 'held.test/v1', kind: 'Kettle', metadata: { name: 'one', finalizers: ['held.test/hot'] } }
  equal((await ask('POST', '/apis/held.test/v1/namespaces/default/kettles', held)).status, 201)
  equal((await ask('DELETE', `${DEFINITIONS}/kettles.held.test`)).status, 200)
  await clock.advance(seconds(1))

  const late = await ask('POST', '/apis/held.test/v1/namespaces/default/kettles', held)
  equal(late.status, 405)
  match(String(late.text), /create not allowed while custom resource definition is terminating/)

  equal((await ask('POST', DEFINITIONS, kettles('other.test'))).status, 201)
  await clock.advance(seconds(1))
  equal(await isServed('other.test'), true)

  const release = { metadata: { finalizers: null } }
  equal((await ask('PATCH', '/apis/held.test/v1/namespaces/default/kettles/one', release)).status, 200)
  await clock.advance(seconds(5))
  equal((await ask('GET', `${DEFINITIONS}/kettles.held.test`)).status, 404)
  equal(await isServed('held.test'), false)
  equal(await isServed('other.test'), true)
  api.close()
})

test('what is created keeps its status where the version that is asked has none to be written by itself', async () => {
  const { ask, close } = await twoServers()
  const { metadata, spec } = kettles('tea.test')
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } }
  const versions = [
    { name: 'v1', served: true, storage: true, schema, subresources: { status: {} } },
    { name: 'v2', served: true, storage: false, schema },
  ]
  const definition = { ...kettles('tea.test'), metadata, spec: { ...spec, versions } }
  equal((await ask('POST', DEFINITIONS, definition)).status, 201)
  for (const [version, kept] of [
    ['v1', undefined],
    ['v2', { isHot: true }],
  ] as const) {
    const object = {
      apiVersion: `tea.test/${version}`,
      kind: 'Kettle',
      metadata: { name: version },
      status: { isHot: true },
    }
    const created = await ask('POST', `/apis/tea.test/${version}/namespaces/default/kettles`, object)
    equal(created.status, 201, created.text)
    deepEqual(JSON.parse(created.text).status, kept, version)
  }
  await close()
})

/** Two servers over one store; what the late one hears of the store waits until it is let go. */
async function twoServers() {
  const clock = simClock()
  const random = seededRandom(1)
  const store = await openMemoryStore({ clock, random })
  const prompt = await openTestApi({ clock, store })
  const gate = { isOpen: true }
  const late = await openTestApi({ clock, store: behind(store, clock, gate), isBootstrapped: true, seed: 2 })
  const sendTo =
    (api: TestApi) =>
    async (method: string, path: string, body?: object): Promise<{ status: number; text: string }> => {
      const types: Record<string, string> = {
        PATCH: 'application/merge-patch+json',
        APPLY: 'application/apply-patch+yaml',
      }
      const headers = { 'content-type': types[method] ?? 'application/json' }
      const bytes = body && Buffer.from(JSON.stringify(body))
      const answer = await askMuster(api)({
        method: method === 'APPLY' ? 'PATCH' : method,
        path,
        headers,
        identity: 'admin',
        body: bytes,
      })
      return { status: answer.status, text: String(answer.body) }
    }
  const ask = async (method: string, path: string, body?: object) => {
    const answered = sendTo(prompt)(method, path, body)
    await clock.advance(seconds(1))
    return answered
  }
  const close = async () => {
    prompt.close()
    late.close()
    await store.close()
  }
  /** Asks the late one while it has not heard of what was done last, which it does only then. */
  const askLate = async (method: string, path: string, body: object) => {
    const answered = sendTo(late)(method, path, body)
    await clock.advance(seconds(1))
    gate.isOpen = true
    await clock.advance(seconds(1))
    return answered
  }
  return { clock, ask, askLate, gate, close }
}

const behind = (store: Store, clock: Clock, gate: { readonly isOpen: boolean }): Store => ({
  ...plainStore(store),
  watch(prefix, after) {
    const watch = store.watch(prefix, after)
    return {
      get revision() {
        return watch.revision
      },
      async next(upTo) {
        const events = await watch.next(upTo)
        while (!gate.isOpen) await clock.sleep(milliseconds(10))
        return events
      },
      close: () => watch.close(),
      [Symbol.asyncIterator]: () => watch[Symbol.asyncIterator](),
    }
  },
})

const POTS = '/apis/tea.test/v1/namespaces/default/kettles'
const pot = (name: string, more: object = {}) => ({
  apiVersion: 'tea.test/v1',
  kind: 'Kettle',
  metadata: { name, ...more },
  litres: 3,
})

test('nothing is made of a definition that is being deleted, also where that is not known yet', async () => {
  const { ask, askLate, gate, close } = await twoServers()
  equal((await ask('POST', DEFINITIONS, kettles('tea.test'))).status, 201)
  equal((await ask('POST', POTS, pot('one', { finalizers: ['tea.test/hot'] }))).status, 201)
  gate.isOpen = false
  equal((await ask('DELETE', `${DEFINITIONS}/kettles.tea.test`)).status, 200)
  const refused = await askLate('POST', POTS, pot('two'))
  equal(refused.status, 405)
  match(refused.text, /create not allowed while custom resource definition is terminating/)
  // Nor is it by an apply, which creates what is not there.
  const { litres: _litres, ...three } = pot('three')
  const applied = await ask('APPLY', `${POTS}/three?fieldManager=test`, three)
  equal(applied.status, 405, applied.text)
  await close()
})

test('an object is made by its definition of now, also where a change of that is not known yet', async () => {
  const { ask, askLate, gate, close } = await twoServers()
  equal((await ask('POST', DEFINITIONS, kettles('tea.test'))).status, 201)
  gate.isOpen = false
  const litres = { type: 'integer', maximum: 2 }
  const { spec } = kettles('tea.test')
  const [version] = spec.versions
  const versions = [{ ...version, schema: { openAPIV3Schema: { type: 'object', properties: { litres } } } }]
  equal((await ask('PATCH', `${DEFINITIONS}/kettles.tea.test`, { spec: { versions } })).status, 200)
  const refused = await askLate('POST', POTS, pot('one'))
  equal(refused.status, 422)
  match(refused.text, /litres in body should be less than or equal to 2/)
  await close()
})

test('whoever cleans up late leaves another definition of the same name alone', async () => {
  const { ask, clock, gate, close } = await twoServers()
  const path = `${DEFINITIONS}/kettles.tea.test`
  equal((await ask('POST', DEFINITIONS, kettles('tea.test'))).status, 201)
  equal((await ask('POST', POTS, pot('one', { finalizers: ['tea.test/hot'] }))).status, 201)
  equal((await ask('DELETE', path)).status, 200)
  // Both are at it now, and one hears late of how it ends.
  gate.isOpen = false
  equal((await ask('PATCH', `${POTS}/one`, { metadata: { finalizers: null } })).status, 200)
  equal((await ask('GET', path)).status, 404)
  equal((await ask('POST', DEFINITIONS, kettles('tea.test'))).status, 201)
  equal((await ask('POST', POTS, pot('two'))).status, 201)
  gate.isOpen = true
  await clock.advance(seconds(10))
  equal((await ask('GET', `${POTS}/two`)).status, 200)
  equal((await ask('GET', path)).text.includes('Terminating'), false)
  await close()
})

const kettles = (group: string) => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `kettles.${group}` },
  spec: {
    group,
    scope: 'Namespaced',
    names: { plural: 'kettles', singular: 'kettle', kind: 'Kettle', listKind: 'KettleList' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
})
