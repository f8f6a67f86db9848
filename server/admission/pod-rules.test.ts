/** Limit ranges and pod security, asked through the API. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const NAMESPACE = '/api/v1/namespaces/shop'

async function open(t: TestContext, labels: Record<string, string> = {}) {
  const { api, ask } = await openAsk({ clock: systemClock })
  t.after(() => api.close())
  await ask('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } })
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  await ask('POST', `${NAMESPACE}/serviceaccounts`, account)
  return ask
}

const pod = (name: string, container: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name },
  spec: { containers: [{ name: 'web', image: 'web', ...container }] },
})
const GOOD = {
  securityContext: {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'] },
    runAsNonRoot: true,
    seccompProfile: { type: 'RuntimeDefault' },
  },
}
const label = (mode: string) => `pod-security.kubernetes.io/${mode}`

test('a limit range fills in and refuses, also when a pod is resized', async (t) => {
  const ask = await open(t)
  const range = {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'limits' },
    spec: {
      limits: [{ type: 'Container', max: { cpu: '1' }, default: { cpu: '500m' }, defaultRequest: { cpu: '200m' } }],
    },
  }
  equal((await ask('POST', `${NAMESPACE}/limitranges`, range)).status, 201)
  const made = await ask('POST', `${NAMESPACE}/pods`, pod('web'))
  equal(made.status, 201)
  match(JSON.stringify(made.body.spec), /"resources":\{"requests":\{"cpu":"200m"\},"limits":\{"cpu":"500m"\}\}/)
  const big = await ask('POST', `${NAMESPACE}/pods`, pod('big', { resources: { limits: { cpu: '2' } } }))
  equal(big.status, 403)
  equal(big.body.message, 'pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2')
  const patch = { spec: { containers: [{ name: 'web', resources: { limits: { cpu: '3' } } }] } }
  const type = 'application/strategic-merge-patch+json'
  const resized = await ask('PATCH', `${NAMESPACE}/pods/web/resize`, patch, type)
  equal(resized.status, 403)
  match(resized.body.message, /maximum cpu usage per Container is 1, but limit is 3$/)
})

test('what is said of several is said once each', async (t) => {
  const ask = await open(t)
  const limits = [{ type: 'Container', min: { cpu: '1', memory: '1Gi' } }]
  const range = { apiVersion: 'v1', kind: 'LimitRange', metadata: { name: 'limits' }, spec: { limits } }
  await ask('POST', `${NAMESPACE}/limitranges`, range)
  const small = pod('small', { resources: { requests: { cpu: '1m', memory: '1Mi' } } })
  const { body } = await ask('POST', `${NAMESPACE}/pods`, small)
  equal(
    body.message,
    'pods "small" is forbidden: [minimum cpu usage per Container is 1, but request is 1m, minimum memory usage per Container is 1Gi, but request is 1Mi]',
  )
})

test('a namespace that enforces lets in what keeps to it', async (t) => {
  const ask = await open(t, { [label('enforce')]: 'restricted' })
  const refused = await ask('POST', `${NAMESPACE}/pods`, pod('bad'))
  equal(refused.status, 403)
  match(
    refused.body.message,
    /^pods "bad" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation/,
  )
  equal((await ask('POST', `${NAMESPACE}/pods`, pod('good', GOOD))).status, 201)
  const looker = { spec: { ephemeralContainers: [{ name: 'look', image: 'look' }] } }
  const type = 'application/strategic-merge-patch+json'
  const looked = await ask('PATCH', `${NAMESPACE}/pods/good/ephemeralcontainers`, looker, type)
  equal(looked.status, 403)
  match(looked.body.message, /container "look" must set securityContext.allowPrivilegeEscalation=false/)
})

test('labels that nobody can read are refused, and whoever asks for more hears of those who do not keep it', async (t) => {
  const ask = await open(t)
  await ask('POST', `${NAMESPACE}/pods`, pod('a'))
  await ask('POST', `${NAMESPACE}/pods`, pod('b'))
  const type = 'application/merge-patch+json'
  const wrong = await ask('PATCH', NAMESPACE, { metadata: { labels: { [label('warn')]: 'x' } } }, type)
  equal(wrong.status, 422)
  match(wrong.body.message, /must be one of privileged, baseline, restricted$/)
  const stricter = await ask('PATCH', NAMESPACE, { metadata: { labels: { [label('enforce')]: 'restricted' } } }, type)
  equal(stricter.status, 200)
  deepEqual(stricter.warnings, [
    'existing pods in namespace "shop" violate the new PodSecurity enforce level "restricted:latest"',
    'a (and 1 other pod): allowPrivilegeEscalation != false, unrestricted capabilities, runAsNonRoot != true, seccompProfile',
  ])
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: pod('x').spec },
    },
  }
  const made = await ask('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment)
  equal(made.status, 201)
  match(made.warnings.join(), /^would violate PodSecurity "restricted:latest": allowPrivilegeEscalation/)
})

test('a pod that runs does not grow beyond its node', async (t) => {
  const ask = await open(t)
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'n1' } }
  await ask('POST', '/api/v1/nodes', node)
  const merge = 'application/merge-patch+json'
  await ask('PATCH', '/api/v1/nodes/n1/status', { status: { allocatable: { cpu: '2', memory: '1Gi' } } }, merge)
  await ask('POST', `${NAMESPACE}/pods`, pod('web', { resources: { requests: { cpu: '1' } } }))
  const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'web' }, target: { kind: 'Node', name: 'n1' } }
  equal((await ask('POST', `${NAMESPACE}/pods/web/binding`, binding)).status, 201)
  const grow = (cpu: string) => {
    const patch = { spec: { containers: [{ name: 'web', resources: { requests: { cpu } } }] } }
    return ask('PATCH', `${NAMESPACE}/pods/web/resize`, patch, 'application/strategic-merge-patch+json')
  }
  const refused = await grow('2500m')
  equal(refused.status, 403)
  match(
    refused.body.message,
    /^pods "web" is forbidden: node didn't have enough allocatable resources: cpu, requested: 2500, allocatable: 2000$/,
  )
  deepEqual(refused.body.details, { kind: 'pods', name: 'web', causes: [{ reason: 'NodeCapacity' }] })
  equal((await grow('1500m')).status, 200)
})
