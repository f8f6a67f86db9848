/** An eviction deletes a pod if its disruption budget lets it go, and spends from the budget in the same commit. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const SPACE = '/api/v1/namespaces/default'
const PODS = `${SPACE}/pods`
const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'

const LABELS = { app: 'web' }
const POD_SPEC = { containers: [{ name: 'main', image: 'example.test/web:1' }], nodeName: 'n1' }

/** With running pods of these names, and a budget that allows so many disruptions. */
async function open(
  t: TestContext,
  { pods = ['a', 'b'], allowed }: { pods?: readonly string[]; allowed?: number } = {},
) {
  const { api, ask } = await openAsk({ clock: systemClock })
  t.after(() => api.close())
  const write = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, body)
    ok(answer.status < 300, answer.body.message)
    return answer.body
  }
  await write('POST', `${SPACE}/serviceaccounts`, { metadata: { name: 'default' } })
  for (const name of pods) {
    const pod = await write('POST', PODS, { metadata: { name, labels: LABELS }, spec: POD_SPEC })
    const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] }
    await write('PUT', `${PODS}/${name}/status`, { ...pod, status })
  }
  const addBudget = async (name: string, disruptionsAllowed: number) => {
    const spec = { minAvailable: 1, selector: { matchLabels: LABELS } }
    const budget = await write('POST', BUDGETS, { metadata: { name }, spec })
    const counts = { disruptionsAllowed, currentHealthy: 1, desiredHealthy: 1, expectedPods: 2 }
    await write('PUT', `${BUDGETS}/${name}/status`, { ...budget, status: { observedGeneration: 1, ...counts } })
  }
  if (allowed !== undefined) await addBudget('pdb', allowed)
  const evict = (name: string, more: object = {}, query = '') =>
    ask('POST', `${PODS}/${name}/eviction${query}`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name },
      ...more,
    })
  const get = async (path: string) => (await ask('GET', path)).body
  const isGoing = async (name: string) => (await get(`${PODS}/${name}`)).metadata.deletionTimestamp !== undefined
  return { ask, write, addBudget, evict, get, isGoing }
}

test('without a budget a pod goes with its grace, and says why', async (t) => {
  const { evict, get } = await open(t)
  const { status, body } = await evict('a')
  equal(status, 201, body.message)
  deepEqual(body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
  const { metadata, status: says } = await get(`${PODS}/a`)
  ok(metadata.deletionTimestamp)
  equal(metadata.deletionGracePeriodSeconds, 30)
  const conditions = Array.isArray(says.conditions) ? says.conditions : []
  deepEqual(
    conditions.map(({ type, status, reason }) => [type, status, reason]),
    [
      ['Ready', 'True', undefined],
      ['DisruptionTarget', 'True', 'EvictionByEvictionAPI'],
    ],
  )
})

test('a budget of one lets one go, is spent with it, and holds the other', async (t) => {
  const { evict, get, isGoing } = await open(t, { allowed: 1 })
  equal((await evict('a')).status, 201)
  const { metadata, status } = await get(`${BUDGETS}/pdb`)
  equal(status.disruptionsAllowed, 0)
  deepEqual(Object.keys(Object(status.disruptedPods)), ['a'])
  // One commit: nothing was written between the two.
  const pod = await get(`${PODS}/a`)
  equal(Math.abs(Number(pod.metadata.resourceVersion) - Number(metadata.resourceVersion)), 1)

  const refused = await evict('b')
  equal(refused.status, 429)
  equal(refused.body.message, "Cannot evict pod as it would violate the pod's disruption budget.")
  equal(await isGoing('b'), false)
  equal((await get(`${BUDGETS}/pdb`)).metadata.resourceVersion, metadata.resourceVersion)
})

test('of many who evict at once, as many pass as the budget allows', async (t) => {
  const pods = ['a', 'b', 'c', 'd', 'e', 'f']
  const { evict, get, isGoing } = await open(t, { pods, allowed: 2 })
  const codes = await Promise.all(pods.map(async (name) => (await evict(name)).status))
  deepEqual(codes.toSorted(), [201, 201, 429, 429, 429, 429])
  const gone = pods.filter((_name, at) => codes[at] === 201)
  for (const name of pods) equal(await isGoing(name), gone.includes(name), name)
  const { status } = await get(`${BUDGETS}/pdb`)
  equal(status.disruptionsAllowed, 0)
  deepEqual(Object.keys(Object(status.disruptedPods)).toSorted(), gone)
})

test('a pod that goes at once spends once, and one that is going already spends nothing', async (t) => {
  const { ask, evict, get } = await open(t, { allowed: 2 })
  const now = { deleteOptions: { gracePeriodSeconds: 0 } }
  equal((await evict('a', now)).status, 201)
  equal((await ask('GET', `${PODS}/a`)).status, 404)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptionsAllowed, 1)
  equal((await evict('b')).status, 201)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptionsAllowed, 0)
  equal((await evict('b')).status, 201)
  equal((await evict('b', now)).status, 201)
  equal((await ask('GET', `${PODS}/b`)).status, 404)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptionsAllowed, 0)
})

test('a pod that has not begun goes freely', async (t) => {
  const { write, evict, get, ask } = await open(t, { allowed: 0 })
  await write('POST', PODS, { metadata: { name: 'new', labels: LABELS }, spec: { ...POD_SPEC, nodeName: '' } })
  equal((await evict('new')).status, 201)
  // It is on no node, so that nobody has to confirm.
  equal((await ask('GET', `${PODS}/new`)).status, 404)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptedPods, undefined)
})

test('nobody can say which of two budgets counts', async (t) => {
  const { addBudget, evict, isGoing } = await open(t, { allowed: 1 })
  await addBudget('another', 1)
  const { status, body } = await evict('a')
  equal(status, 500)
  match(body.message, /^This pod has more than one PodDisruptionBudget/)
  equal(await isGoing('a'), false)
})

test('an eviction that is tried, by its query or its body, deletes and spends nothing', async (t) => {
  const { evict, get, isGoing } = await open(t, { allowed: 1 })
  equal((await evict('a', {}, '?dryRun=All')).status, 201)
  equal((await evict('a', { deleteOptions: { dryRun: ['All'] } })).status, 201)
  equal(await isGoing('a'), false)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptionsAllowed, 1)
})

test('an eviction of another version or object of that name is refused, and spends nothing', async (t) => {
  const { evict, get, isGoing } = await open(t, { allowed: 1 })
  for (const preconditions of [{ uid: 'another' }, { resourceVersion: '1' }]) {
    const { status, body } = await evict('a', { deleteOptions: { preconditions } })
    equal(status, 409, body.message)
  }
  equal(await isGoing('a'), false)
  equal((await get(`${BUDGETS}/pdb`)).status.disruptionsAllowed, 1)
})

test('an eviction must name its pod, which must be there', async (t) => {
  const { ask, evict } = await open(t)
  const other = await evict('a', { metadata: { name: 'b' } })
  equal(other.status, 400)
  equal(other.body.message, 'name in URL does not match name in Eviction object')
  equal((await evict('nobody')).status, 404)
  equal((await ask('GET', `${PODS}/a/eviction`)).status, 405)
})
