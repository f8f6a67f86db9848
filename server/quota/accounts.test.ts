import { deepEqual, equal, match } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const SPACE = '/api/v1/namespaces/default'
const QUOTAS = `${SPACE}/resourcequotas`

const quota = (name: string, hard: object, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name },
  spec: { hard, ...more },
})
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const pod = (name: string, resources: object = {}, more: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'web', image: 'web', resources }], ...more },
})

async function open(t: TestContext) {
  const { api, ask } = await openAsk({ clock: systemClock })
  t.after(() => api.close())
  await ask('POST', `${SPACE}/serviceaccounts`, {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
  const used = async (name: string) => (await ask('GET', `${QUOTAS}/${name}`)).body.status.used
  return { ask, used }
}

test('a quota counts from the moment at which it is there, what was there before included', async (t) => {
  const { ask, used } = await open(t)
  equal((await ask('POST', `${SPACE}/configmaps`, configMap('a'))).status, 201)
  equal((await ask('POST', QUOTAS, quota('q', { configmaps: '2' }))).status, 201)
  equal((await ask('POST', `${SPACE}/configmaps`, configMap('b'))).status, 201)
  deepEqual(await used('q'), { configmaps: '2' })
  const refused = await ask('POST', `${SPACE}/configmaps`, configMap('c'))
  equal(refused.status, 403)
  equal(
    refused.body.message,
    'configmaps "c" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2',
  )
  equal((await ask('POST', `${SPACE}/configmaps?dryRun=All`, configMap('c'))).status, 403)
})

test('what goes is free at once', async (t) => {
  const { ask, used } = await open(t)
  await ask('POST', QUOTAS, quota('q', { 'count/configmaps': '1' }))
  equal((await ask('POST', `${SPACE}/configmaps`, configMap('a'))).status, 201)
  equal((await ask('POST', `${SPACE}/configmaps?dryRun=All`, configMap('b'))).status, 403)
  equal((await ask('DELETE', `${SPACE}/configmaps/a`)).status, 200)
  deepEqual(await used('q'), { 'count/configmaps': '0' })
  equal((await ask('POST', `${SPACE}/configmaps?dryRun=All`, configMap('b'))).status, 201)
  deepEqual(await used('q'), { 'count/configmaps': '0' })
  equal((await ask('POST', `${SPACE}/configmaps`, configMap('b'))).status, 201)
})

test('many at once never take more than there is, and take all of it', async (t) => {
  const { ask, used } = await open(t)
  await ask('POST', QUOTAS, quota('q', { configmaps: '20' }))
  const asked = Array.from({ length: 50 }, (_, at) => ask('POST', `${SPACE}/configmaps`, configMap(`c${at}`)))
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  equal(statuses.filter((status) => status === 201).length, 20)
  equal(statuses.filter((status) => status === 403).length, 30)
  deepEqual(await used('q'), { configmaps: '20' })
  const deleted = await Promise.all(
    statuses.map((status, at) => (status === 201 ? ask('DELETE', `${SPACE}/configmaps/c${at}`) : undefined)),
  )
  equal(deleted.filter((one) => one?.status === 200).length, 20)
  deepEqual(await used('q'), { configmaps: '0' })
})

test('a pod must say what is limited, and what has ended takes nothing', async (t) => {
  const { ask, used } = await open(t)
  await ask('POST', QUOTAS, quota('compute', { 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '3' }))
  const silent = await ask('POST', `${SPACE}/pods`, pod('a'))
  equal(silent.status, 403)
  match(silent.body.message, /failed quota: compute: must specify limits.memory for: web; requests.cpu for: web$/)
  const asks = { requests: { cpu: '600m' }, limits: { memory: '256Mi' } }
  equal((await ask('POST', `${SPACE}/pods`, pod('a', asks))).status, 201)
  deepEqual(await used('compute'), { 'limits.memory': '256Mi', pods: '1', 'requests.cpu': '600m' })
  const tooMuch = await ask('POST', `${SPACE}/pods`, pod('b', asks))
  match(
    tooMuch.body.message,
    /exceeded quota: compute, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1$/,
  )
  const running = (await ask('GET', `${SPACE}/pods/a`)).body
  const ended = { ...running, status: { ...running.status, phase: 'Succeeded' } }
  equal((await ask('PUT', `${SPACE}/pods/a/status`, ended)).status, 200)
  deepEqual(await used('compute'), { 'limits.memory': '0', pods: '0', 'requests.cpu': '0' })
  equal((await ask('POST', `${SPACE}/pods`, pod('b', asks))).status, 201)
})

test('a quota that limits one thing more counts that anew, and one with scopes counts its own', async (t) => {
  const { ask, used } = await open(t)
  await ask('POST', QUOTAS, quota('q', { configmaps: '5' }))
  await ask('POST', `${SPACE}/configmaps`, configMap('a'))
  await ask('POST', `${SPACE}/pods`, pod('endless'))
  const q = (await ask('GET', `${QUOTAS}/q`)).body
  equal((await ask('PUT', `${QUOTAS}/q`, { ...q, spec: { hard: { configmaps: '5', pods: '2' } } })).status, 200)
  await ask('POST', QUOTAS, quota('short', { pods: '1' }, { scopes: ['Terminating'] }))
  equal((await ask('POST', `${SPACE}/pods`, pod('job', {}, { activeDeadlineSeconds: 60 }))).status, 201)
  deepEqual(await used('q'), { configmaps: '1', pods: '2' })
  deepEqual(await used('short'), { pods: '1' })
  const refused = await ask('POST', `${SPACE}/pods`, pod('job-2', {}, { activeDeadlineSeconds: 60 }))
  match(refused.body.message, /exceeded quota: q, /)
})

test('quotas count each other, and services their ports', async (t) => {
  const { ask, used } = await open(t)
  await ask('POST', QUOTAS, quota('q', { resourcequotas: '2', 'services.nodeports': '2', services: '5' }))
  equal((await ask('POST', QUOTAS, quota('r', { pods: '1' }))).status, 201)
  equal((await ask('POST', QUOTAS, quota('s', { pods: '1' }))).status, 403)
  const service = (name: string, type: string) => ({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name },
    spec: { type, ports: [{ port: 80 }] },
  })
  const made = await Promise.all(
    ['a', 'b', 'c'].map((name) => ask('POST', `${SPACE}/services`, service(name, 'NodePort'))),
  )
  deepEqual(made.map(({ status }) => status).sort(), [201, 201, 403])
  equal((await ask('POST', `${SPACE}/services`, service('d', 'ClusterIP'))).status, 201)
  // The service `kubernetes` was there before.
  deepEqual(await used('q'), { resourcequotas: '2', services: '4', 'services.nodeports': '2' })
  equal((await ask('DELETE', `${QUOTAS}/r`)).status, 200)
  equal((await ask('DELETE', `${SPACE}/services/d`)).status, 200)
  deepEqual(await used('q'), { resourcequotas: '1', services: '3', 'services.nodeports': '2' })
})
