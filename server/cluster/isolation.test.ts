/** What clusters share because it is equal is shared in memory alone: what changes in one is seen in no other. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { type SimClock, simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { makeIdentities } from '../auth/identities.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi, type TestApi } from '../testing/open-test-api.ts'

const RBAC = '/apis/rbac.authorization.k8s.io/v1'
const FLOWS = '/apis/flowcontrol.apiserver.k8s.io/v1'

/** Long enough for roles to be gathered, one cluster after the other. */
async function settle(clock: SimClock): Promise<void> {
  for (let second = 0; second < 5; second++) await clock.advance(seconds(1))
}

/** Asks as an administrator, or in somebody's name. */
const asker = (api: TestApi) => async (method: string, path: string, body?: object, user?: string) => {
  const headers = {
    'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
    ...(user === undefined ? {} : { 'impersonate-user': user }),
  }
  const answer = await askMuster(api)({
    method,
    path,
    headers,
    identity: 'admin',
    body: body && Buffer.from(JSON.stringify(body)),
  })
  return { status: answer.status, text: String(answer.body) }
}

const bindingOf = (user: string) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRoleBinding',
  metadata: { name: `${user}-views` },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
})

test('a default role that is changed in one cluster stays what it was in the other', async () => {
  const clock = simClock()
  const api = await openTestApi({ clock, clusters: ['default', 'eu', 'us'] })
  const ask = asker(api)
  for (const cluster of ['eu', 'us']) {
    equal((await ask('POST', `/clusters/${cluster}${RBAC}/clusterrolebindings`, bindingOf('ada'))).status, 201)
  }
  await settle(clock)
  const may = async (what: string) => {
    const statuses: number[] = []
    for (const cluster of ['eu', 'us', 'default'])
      statuses.push((await ask('GET', `/clusters/${cluster}${what}`, undefined, 'ada')).status)
    return statuses
  }
  deepEqual(await may('/api/v1/pods'), [200, 200, 403])
  deepEqual(await may('/api/v1/secrets'), [403, 403, 403])

  // The role that `view` gathers from says more in eu, and then the role itself is gone from us.
  const more = { rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['secrets'] }] }
  const gathered = `${RBAC}/clusterroles/system:aggregate-to-view`
  equal((await ask('PATCH', `/clusters/eu${gathered}`, more)).status, 200)
  await settle(clock)
  deepEqual(await may('/api/v1/secrets'), [200, 403, 403])
  deepEqual(await may('/api/v1/pods'), [403, 200, 403])

  equal((await ask('DELETE', `/clusters/us${RBAC}/clusterroles/view`)).status, 200)
  await settle(clock)
  deepEqual(await may('/api/v1/pods'), [403, 403, 403])
  deepEqual(await may('/api/v1/secrets'), [200, 403, 403])
  equal((await ask('GET', `${RBAC}/clusterroles/view`)).status, 200)

  equal((await ask('DELETE', `/clusters/eu${RBAC}/clusterrolebindings/ada-views`)).status, 200)
  await settle(clock)
  deepEqual(await may('/api/v1/secrets'), [403, 403, 403])
  api.close()
})

test('a level that is changed in one cluster stays what it was in the other', async () => {
  const clock = simClock()
  const api = await openTestApi({ clock, clusters: ['default', 'eu'] })
  const ask = asker(api)
  const flowOf = async (cluster: string) => {
    const dump = await askMuster(api)({
      method: 'GET',
      path: `/clusters/${cluster}/debug/api_priority_and_fairness/dump_queues`,
      headers: {},
      identity: 'admin',
      body: undefined,
    })
    return dump.body.split('\n').filter((line) => line.startsWith('global-default')).length
  }
  const path = `/clusters/eu${FLOWS}/prioritylevelconfigurations/global-default`
  const queuing = { queues: 5, handSize: 2, queueLengthLimit: 50 }
  const spec = { limited: { limitResponse: { type: 'Queue', queuing } } }
  equal((await ask('PATCH', path, { spec })).status, 200)
  await settle(clock)
  deepEqual([await flowOf('default'), await flowOf('eu')], [128, 5])
  api.close()
})

test('a cluster that is served later has the rules that it holds from its first moment', async () => {
  const clock = simClock()
  const random = seededRandom(1)
  const store = await openMemoryStore({ clock, random })
  const before = await openTestApi({ clock, random, store, clusters: ['default', 'eu'] })
  equal((await asker(before)('POST', `/clusters/eu${RBAC}/clusterrolebindings`, bindingOf('ada'))).status, 201)
  const hook = {
    name: 'no.example.org',
    clientConfig: { service: { namespace: 'default', name: 'nobody' } },
    rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['configmaps'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
  }
  const configuration = {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'no' },
    webhooks: [hook],
  }
  const hooks = '/clusters/eu/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  equal((await asker(before)('POST', hooks, configuration)).status, 201)
  await settle(clock)
  before.close()

  const api = await openTestApi({ clock, random, store, clusters: ['default'], isBootstrapped: true })
  const ask = asker(api)
  equal((await ask('GET', '/clusters/eu/api/v1/pods')).status, 404)
  api.addCluster(await makeIdentities('eu', { now: clock.now(), entropy: (count) => new Uint8Array(count) }))
  equal((await ask('GET', '/clusters/eu/api/v1/pods', undefined, 'ada')).status, 200)
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' } }
  const refused = await ask('POST', '/clusters/eu/api/v1/namespaces/default/configmaps', map)
  equal(refused.status, 500)
  equal((await ask('POST', '/api/v1/namespaces/default/configmaps', map)).status, 201)
  api.close()
})
