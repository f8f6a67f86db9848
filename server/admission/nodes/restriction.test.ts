import { deepEqual, equal, match } from 'node:assert/strict'
import { after, before, test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { systemClock } from '@muster/base/system.ts'
import { askMuster } from '../../oracle/ask-muster.ts'
import { openTestApi, type TestApi } from '../../testing/open-test-api.ts'
import { restrictedAmong } from './own-node.ts'

const N1 = { 'impersonate-user': 'system:node:n1', 'impersonate-group': 'system:nodes' }
const PODS = '/api/v1/namespaces/default/pods'
const MIRROR = 'kubernetes.io/config.mirror'

let api: TestApi
before(async () => {
  api = await openTestApi({ clock: systemClock })
  await ask({}, 'POST', '/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default' },
  })
})
after(() => api.close())

type Said = KubeObject & { message?: string }

async function ask(as: object, method: string, path: string, body?: object): Promise<{ status: number; said: Said }> {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const headers = { 'content-type': type, ...as }
  const answer = await askMuster(api)({
    method,
    path,
    headers,
    identity: 'admin',
    body: body && new TextEncoder().encode(JSON.stringify(body)),
  })
  return { status: answer.status, said: JSON.parse(answer.body) }
}
const refused = async (method: string, path: string, body?: object): Promise<string> => {
  const { status, said } = await ask(N1, method, path, body)
  equal(status, 403, JSON.stringify(said))
  return said.message ?? ''
}

const node = (name: string, more: object = {}) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, ...more } })
const pod = (name: string, nodeName: string, metadata: object = {}, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ...metadata },
  spec: { nodeName, containers: [{ name: 'c', image: 'i' }], ...spec },
})

test('a node writes itself, its lease and its own pods; what refuses it says why, as in Kubernetes', async () => {
  equal((await ask(N1, 'POST', '/api/v1/nodes', node('n1', { labels: { 'kubernetes.io/os': 'linux' } }))).status, 201)
  equal(
    await refused('POST', '/api/v1/nodes', node('n2')),
    'nodes "n2" is forbidden: node "n1" is not allowed to modify node "n2"',
  )
  const own = '/api/v1/nodes/n1'
  const labels = { 'node-restriction.kubernetes.io/zone': 'a', 'x.k8s.io/b': '', mine: '' }
  equal(
    await refused('PATCH', own, { metadata: { labels } }),
    'nodes "n1" is forbidden: is not allowed to modify labels: node-restriction.kubernetes.io/zone, x.k8s.io/b',
  )
  equal(
    await refused('PATCH', own, { spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }),
    'nodes "n1" is forbidden: node "n1" is not allowed to modify taints',
  )
  equal((await ask(N1, 'PATCH', `${own}/status`, { status: { phase: 'Running' } })).status, 200)

  const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases'
  const lease = (name: string) => ({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name } })
  equal((await ask(N1, 'POST', leases, lease('n1'))).status, 201)
  equal(
    await refused('POST', leases, lease('n2')),
    'leases.coordination.k8s.io "n2" is forbidden: can only access node lease with the same name as the requesting node',
  )
})

test('a node makes no pods but its own mirrors, which refer to nothing', async () => {
  const found = await ask({}, 'GET', '/api/v1/nodes/n1')
  const { uid = '' } = found.said.metadata
  const owner = { apiVersion: 'v1', kind: 'Node', name: 'n1', uid, controller: true }
  const metadata = { annotations: { [MIRROR]: 'x' }, ownerReferences: [owner] }
  const cases: readonly [object, string][] = [
    [pod('a', 'n1'), `pod does not have "${MIRROR}" annotation, node "n1" can only create mirror pods`],
    [pod('a', 'n2', metadata), 'node "n1" can only create pods with spec.nodeName set to itself'],
    [
      pod('a', 'n1', { ...metadata, ownerReferences: [] }),
      'node "n1" can only create pods with an owner reference set to itself',
    ],
    [
      pod('a', 'n1', { ...metadata, ownerReferences: [{ ...owner, uid: 'other' }] }),
      `node n1 UID mismatch: expected other got ${uid}`,
    ],
    [
      pod('a', 'n1', metadata, { volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'c' } }] }),
      'node "n1" can not create pods that reference persistentvolumeclaims',
    ],
  ]
  for (const [body, why] of cases) equal(await refused('POST', PODS, body), `pods "a" is forbidden: ${why}`)
  equal((await ask(N1, 'POST', PODS, pod('a', 'n1', metadata))).status, 201)
})

test('a node reads, tells of and deletes what is bound to it', async () => {
  for (const [name, of] of [
    ['own', 'n1'],
    ['other', 'n2'],
  ] as const) {
    const made = await ask({}, 'POST', PODS, pod(name, of, {}, { imagePullSecrets: [{ name: `pull-${name}` }] }))
    equal(made.status, 201, JSON.stringify(made.said))
  }
  for (const name of ['pull-own', 'pull-other']) {
    await ask({}, 'POST', '/api/v1/namespaces/default/secrets', {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name },
    })
  }
  // The store's watch tells authorization of pods, as it does of roles.
  await new Promise((resolve) => setTimeout(resolve, 50))
  const secrets = '/api/v1/namespaces/default/secrets'
  equal((await ask(N1, 'GET', `${secrets}/pull-own`)).status, 200)
  equal(
    await refused('GET', `${secrets}/pull-other`),
    'secrets "pull-other" is forbidden: User "system:node:n1" cannot get resource "secrets" in API group "" in the namespace "default": no relationship found between node \'n1\' and this object',
  )
  equal((await ask(N1, 'GET', '/api/v1/pods?fieldSelector=spec.nodeName%3Dn1')).status, 200)
  equal(
    await refused('GET', '/api/v1/pods'),
    'pods is forbidden: User "system:node:n1" cannot list resource "pods" in API group "" at the cluster scope: can only list/watch pods with spec.nodeName field selector',
  )
  equal((await ask(N1, 'PATCH', `${PODS}/own/status`, { status: { phase: 'Running' } })).status, 200)
  equal(
    await refused('PATCH', `${PODS}/other/status`, { status: { phase: 'Running' } }),
    'pods "other" is forbidden: node "n1" can only update pod status for pods with spec.nodeName set to itself',
  )
  equal(
    await refused('DELETE', `${PODS}/other`),
    'pods "other" is forbidden: node "n1" can only delete pods with spec.nodeName set to itself',
  )
})

test('a node gets tokens for its pods alone, and for audiences that they ask for', async () => {
  const { uid = '' } = (await ask({}, 'GET', `${PODS}/own`)).said.metadata
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token'
  const token = (spec: object) => ({ apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', metadata: {}, spec })
  const bound = { apiVersion: 'v1', kind: 'Pod', name: 'own', uid }
  const says = async (spec: object) => (await refused('POST', path, token(spec))).replace(/^.* is forbidden: /, '')
  equal(await says({}), 'node requested token not bound to a pod')
  match(await says({ boundObjectRef: { ...bound, uid: 'x' } }), /^the UID in the bound object reference \(x\) does not/)
  equal(
    await says({ boundObjectRef: bound, audiences: ['vault'] }),
    'audience "vault" not found in pod spec volume, system:node:n1 is not authorized to request tokens for this audience',
  )
  const made = await ask(N1, 'POST', path, token({ boundObjectRef: bound }))
  equal(made.status, 201, JSON.stringify(made.said))
})

test('labels that a node may not change', () => {
  const keys = ['kubernetes.io/hostname', 'a', 'b/c', 'kubernetes.io/other', 'sub.node-restriction.kubernetes.io/x']
  deepEqual(restrictedAmong([...keys, 'x.node.kubernetes.io/y', 'k8s.io/z']), [
    'k8s.io/z',
    'kubernetes.io/other',
    'sub.node-restriction.kubernetes.io/x',
  ])
})
