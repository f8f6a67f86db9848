// Which flow a request belongs to, by Kubernetes' own schemas.
import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { flowControlObjects } from '../admission/bootstrap/flow-control.ts'
import { serviceAccountGroups, serviceAccountUsername, type User } from '../auth/user.ts'
import { requestInfoOf } from '../http/request-info.ts'
import { isFlowSchema } from './levels.ts'
import { distinguisherOf, firstFitting, inOrder } from './match.ts'

const account = (namespace: string, name: string): User => ({
  username: serviceAccountUsername(namespace, name),
  groups: [...serviceAccountGroups(namespace), 'system:authenticated'],
})
const person = (username: string, ...groups: string[]): User => ({
  username,
  groups: [...groups, 'system:authenticated'],
})

const rows: readonly [user: User, method: string, path: string, schema: string, distinguisher: string][] = [
  [person('root', 'system:masters'), 'GET', '/api/v1/pods', 'exempt', ''],
  [person('ada'), 'GET', '/api/v1/pods', 'global-default', 'ada'],
  [person('ada'), 'GET', '/readyz', 'probes', ''],
  [person('ada'), 'GET', '/readyz/ping', 'probes', ''],
  [person('ada'), 'GET', '/apis', 'global-default', 'ada'],
  [{ username: 'system:anonymous', groups: ['system:unauthenticated'] }, 'GET', '/livez', 'probes', ''],
  [account('shop', 'bot'), 'GET', '/api/v1/namespaces/shop/pods', 'service-accounts', 'system:serviceaccount:shop:bot'],
  [account('kube-system', 'x'), 'GET', '/api/v1/namespaces/shop/pods', 'kube-system-service-accounts', 'shop'],
  [
    account('kube-system', 'x'),
    'PUT',
    '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/x',
    'system-leader-election',
    'system:serviceaccount:kube-system:x',
  ],
  [person('system:node:n1', 'system:nodes'), 'PATCH', '/api/v1/nodes/n1/status', 'system-node-high', 'system:node:n1'],
  [person('system:node:n1', 'system:nodes'), 'GET', '/api/v1/pods', 'system-nodes', 'system:node:n1'],
  [person('system:kube-scheduler'), 'GET', '/api/v1/namespaces/shop/pods', 'kube-scheduler', 'shop'],
]

const schemas = inOrder(flowControlObjects().filter(isFlowSchema))

for (const [user, method, path, name, distinguisher] of rows) {
  test(`${method} ${path} of ${user.username}: ${name}`, () => {
    const info = requestInfoOf({ method, path, query: new URLSearchParams() })
    const schema = info && firstFitting(schemas, user, info)
    equal(schema?.metadata.name, name)
    equal(schema && info && distinguisherOf(schema, user, info), distinguisher)
  })
}
