/** Where requests lead that somebody else answers: what runs on nodes is told of it as a destination. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { answerText } from '@muster/api/message.ts'
import { notFound } from '@muster/api/status.ts'
import { milliseconds } from '@muster/base/clock.ts'
import { systemClock } from '@muster/base/system.ts'
import type { User } from '../auth/user.ts'
import { askMuster } from '../oracle/ask-muster.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import type { Connectors, Destination } from './pod-connections.ts'

const SPACE = '/api/v1/namespaces/proxy'
const TURN = milliseconds(5)

/** Pods `web` (on a node, one container), `two` (two containers), `idle` (on no node); a service with two addresses. */
async function open(t: TestContext, given?: Connectors) {
  const led: Destination[] = []
  const connectors: Connectors = given ?? {
    async connect(destination, call) {
      led.push(destination)
      return answerText(200, `${call.request.method} was carried there`)
    },
  }
  const tokens = new Map<string, User>([['reader', { username: 'reader', groups: [] }]])
  const api = await openTestApi({ clock: systemClock, tokens, connectors })
  t.after(() => api.close())
  const send = askMuster(api)
  const ask = async (method: string, path: string, body?: object, headers: Record<string, string> = {}) => {
    const type = { 'content-type': 'application/json', ...headers }
    const bytes = body === undefined ? undefined : Buffer.from(JSON.stringify(body))
    return send({ method, path, headers: type, identity: 'admin', body: bytes })
  }
  const write = async (method: string, path: string, body: object) => {
    const answer = await ask(method, path, body)
    equal(answer.status < 300, true, answer.body)
    return JSON.parse(answer.body)
  }
  await write('POST', '/api/v1/namespaces', { metadata: { name: 'proxy' } })
  await write('POST', `${SPACE}/serviceaccounts`, { metadata: { name: 'default' } })
  for (const name of ['n1', 'proxy-n2']) await write('POST', '/api/v1/nodes', { metadata: { name } })
  const container = (name: string) => ({ name, image: 'example.test/app:1', ports: [{ containerPort: 8080 }] })
  const addPod = async (name: string, spec: object, podIP = '10.1.2.3') => {
    const pod = await write('POST', `${SPACE}/pods`, { metadata: { name }, spec })
    await write('PUT', `${SPACE}/pods/${name}/status`, { ...pod, status: { podIP, podIPs: [{ ip: podIP }] } })
    return { namespace: 'proxy', name, uid: String(pod.metadata.uid) }
  }
  const web = await addPod('web', { nodeName: 'n1', containers: [container('main')] })
  await addPod('two', { nodeName: 'n1', containers: [container('one'), container('other')] })
  await addPod('idle', { containers: [container('main')] })
  await addPod('lost', { nodeName: 'n9', containers: [container('main')] }, '127.0.0.1')
  await addPod('proxy-1', { nodeName: 'n1', containers: [container('main')] }, '10.1.2.4')
  const ports = [
    { name: 'http', port: 80 },
    { name: 'admin', port: 81 },
  ]
  await write('POST', `${SPACE}/services`, { metadata: { name: 'shop' }, spec: { ports } })
  await write('POST', `${SPACE}/services`, { metadata: { name: 'empty' }, spec: { ports } })
  await write('POST', `${SPACE}/endpoints`, {
    metadata: { name: 'shop' },
    subsets: [
      {
        addresses: [{ ip: '10.1.0.1' }, { ip: '10.1.0.2' }],
        ports: [
          { name: 'http', port: 8080 },
          { name: 'admin', port: 8081 },
        ],
      },
    ],
  })
  await write('POST', `${SPACE}/endpoints`, { metadata: { name: 'empty' }, subsets: [] })
  return { api, ask, write, web, led }
}

test('logs, streams and ports lead to the node of their pod', async (t) => {
  const { ask, web, led } = await open(t)
  const inContainer = { to: 'container', node: 'n1', pod: web, container: 'main' }
  for (const [method, path, destination] of [
    ['GET', 'log?follow=true&tailLines=5', { ...inContainer, how: 'log' }],
    ['POST', 'exec?command=ls', { ...inContainer, how: 'exec' }],
    ['GET', 'exec?command=ls&container=main', { ...inContainer, how: 'exec' }],
    ['POST', 'attach', { ...inContainer, how: 'attach' }],
    ['POST', 'portforward', { to: 'ports', node: 'n1', pod: web }],
  ] as const) {
    const { status, body } = await ask(method, `${SPACE}/pods/web/${path}`)
    deepEqual([path, status, body], [path, 200, `${method} was carried there`])
    deepEqual([path, led.pop()], [path, destination])
  }
})

/** The address of a pod is 10.1.2.3, its first port 8080. */
const toPod = { to: 'address', scheme: '', host: '10.1.2.3', port: '8080', path: '/' } as const
const toNode = { to: 'node', node: 'n1', scheme: '', port: '', path: '/' } as const
const PROXIED: readonly (readonly [path: string, Destination])[] = [
  [`${SPACE}/pods/web/proxy`, toPod],
  [`${SPACE}/pods/web/proxy/`, toPod],
  [`${SPACE}/pods/https:web:9/proxy/a/b/?x=y`, { ...toPod, scheme: 'https', port: '9', path: '/a/b/' }],
  // What is behind a proxy may call its own things as it likes.
  [`${SPACE}/pods/web/proxy/namespaces/proxy/x`, { ...toPod, path: '/namespaces/proxy/x' }],
  [`${SPACE}/pods/web/proxy/a%20b//c`, { ...toPod, path: '/a%20b//c' }],
  [`${SPACE}/pods/proxy-1/proxy/x`, { ...toPod, host: '10.1.2.4', path: '/x' }],
  [`/clusters/default${SPACE}/pods/web/proxy/x`, { ...toPod, path: '/x' }],
  ['/api/v1/nodes/n1/proxy', toNode],
  ['/api/v1/nodes/https:n1:10250/proxy/pods', { ...toNode, scheme: 'https', port: '10250', path: '/pods' }],
  ['/api/v1/nodes/proxy-n2/proxy/stats/', { ...toNode, node: 'proxy-n2', path: '/stats/' }],
]
test('a proxy leads to an address and a path', async (t) => {
  const { ask, led } = await open(t)
  for (const [path, destination] of PROXIED) {
    const { status, body } = await ask('GET', path)
    deepEqual([path, status, body], [path, 200, 'GET was carried there'])
    deepEqual([path, led.pop()], [path, destination])
  }
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS']) {
    deepEqual([method, (await ask(method, `${SPACE}/pods/web/proxy/x`)).status], [method, 200])
    deepEqual(led.pop(), { ...toPod, path: '/x' })
  }
})

test('a service is as many addresses as are ready, by the name or the number of its port', async (t) => {
  const { ask, led } = await open(t)
  for (const [name, port] of [
    ['shop:http', '8080'],
    ['shop:80', '8080'],
    ['shop:81', '8081'],
    ['http:shop:admin', '8081'],
  ]) {
    for (let asked = 0; asked < 20; asked++) equal((await ask('GET', `${SPACE}/services/${name}/proxy/x`)).status, 200)
    const destinations = led.splice(0)
    const scheme = name?.startsWith('http:') ? 'http' : ''
    for (const host of ['10.1.0.1', '10.1.0.2']) {
      const here = destinations.find((one) => 'host' in one && one.host === host)
      deepEqual(here, { to: 'address', scheme, host, port, path: '/x' }, `${name} never leads to ${host}`)
    }
  }
})

const REFUSED: readonly (readonly [method: string, path: string, code: number, message: string])[] = [
  ['GET', 'pods/nobody/log', 404, 'pods "nobody" not found'],
  ['GET', 'pods/web/log?tailLines=-1', 422, 'tailLines: Invalid value: -1'],
  ['POST', 'pods/web/log', 405, 'the server does not allow this method on the requested resource'],
  ['GET', 'pods/web/log?container=x', 400, 'container x is not valid for pod web'],
  ['POST', 'pods/two/exec', 400, 'a container name must be specified for pod two, choose one of: [one other]'],
  ['POST', 'pods/idle/exec', 400, 'pod idle does not have a host assigned'],
  ['POST', 'pods/idle/portforward', 400, 'pod idle does not have a host assigned'],
  ['PUT', 'pods/web/exec', 405, 'the server does not allow this method on the requested resource'],
  ['POST', 'pods/lost/exec', 404, 'nodes "n9" not found'],
  ['GET', 'pods/lost/proxy', 400, 'address not allowed'],
  ['GET', 'pods/a:b:c:d/proxy', 400, 'invalid pod request "a:b:c:d"'],
  ['GET', 'services/empty:http/proxy', 503, 'no endpoints available for service "empty"'],
  ['GET', 'services/shop:99/proxy', 503, 'no service port 99 found for service "shop"'],
  ['GET', 'services/shop:nothing/proxy', 503, 'no endpoints available for service "shop:nothing"'],
]
test('what leads nowhere is refused, and nobody is asked', async (t) => {
  const { ask, led } = await open(t)
  for (const [method, path, code, message] of REFUSED) {
    const { status, body } = await ask(method, `${SPACE}/${path}`)
    const said: string = JSON.parse(body).message
    deepEqual([path, status, said.includes(message) ? message : said], [path, code, message])
  }
  equal((await ask('GET', '/api/v1/nodes/n9/proxy')).status, 404)
  deepEqual(led, [])
})

test('the log of a pod on no node is empty, not an error', async (t) => {
  const { ask, led } = await open(t)
  const { status, body } = await ask('GET', `${SPACE}/pods/idle/log`)
  deepEqual([status, body, led], [204, '', []])
})

test('who opens a stream by GET must be allowed to create it', async (t) => {
  const { ask, write, led } = await open(t)
  const RBAC = '/apis/rbac.authorization.k8s.io/v1/namespaces/proxy'
  const rules = [{ apiGroups: [''], resources: ['pods/exec', 'pods/log'], verbs: ['get'] }]
  await write('POST', `${RBAC}/roles`, { metadata: { name: 'look' }, rules })
  await write('POST', `${RBAC}/rolebindings`, {
    metadata: { name: 'look' },
    subjects: [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }],
    roleRef: { kind: 'Role', name: 'look', apiGroup: 'rbac.authorization.k8s.io' },
  })
  const asReader = (path: string) =>
    ask('GET', `${SPACE}/pods/web/${path}`, undefined, { authorization: 'Bearer reader' })
  for (let tried = 0; tried < 100 && (await asReader('log')).status !== 200; tried++) await systemClock.sleep(TURN)
  equal((await asReader('log')).status, 200)
  led.length = 0
  const refused = await asReader('exec?command=ls')
  equal(refused.status, 403)
  match(JSON.parse(refused.body).message, /^pods "web" is forbidden|pods\/exec "web" is forbidden/)
  deepEqual(led, [])
})

test('a policy is shown what is asked of whoever one connects with, and may refuse it', async (t) => {
  const { ask, write, led } = await open(t)
  const ADMISSION = '/apis/admissionregistration.k8s.io/v1'
  const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CONNECT'], resources: ['pods/exec'] }
  await write('POST', `${ADMISSION}/validatingadmissionpolicies`, {
    metadata: { name: 'no-shells' },
    spec: {
      matchConstraints: { resourceRules: [rule] },
      validations: [{ expression: "!('sh' in object.command)", message: 'no shells here' }],
    },
  })
  await write('POST', `${ADMISSION}/validatingadmissionpolicybindings`, {
    metadata: { name: 'no-shells' },
    spec: { policyName: 'no-shells', validationActions: ['Deny'] },
  })
  const exec = (command: string) => ask('POST', `${SPACE}/pods/web/exec?command=${command}`)
  for (let tried = 0; tried < 100 && (await exec('sh')).status === 200; tried++) await systemClock.sleep(TURN)
  led.length = 0
  const { status, body } = await exec('sh')
  equal(status, 422)
  match(JSON.parse(body).message, /no shells here/)
  deepEqual(led, [])
  equal((await exec('ls')).status, 200)
})

test('a server without a way to nodes says so', async (t) => {
  const api = await openTestApi({ clock: systemClock })
  t.after(() => api.close())
  const send = askMuster(api)
  const ask = (method: string, path: string, body = '') =>
    send({ method, path, headers: { 'content-type': 'application/json' }, identity: 'admin', body: Buffer.from(body) })
  equal((await ask('POST', '/api/v1/nodes', JSON.stringify({ metadata: { name: 'n1' } }))).status, 201)
  const { status, body } = await ask('GET', '/api/v1/nodes/n1/proxy/')
  equal(status, 503)
  equal(JSON.parse(body).message, 'this server has no connection to nodes')
})

test('what the way to nodes refuses is refused in its words', async (t) => {
  const { ask } = await open(t, {
    connect: () => Promise.reject(notFound({ group: '', resource: 'sandboxes' }, 'web')),
  })
  const { status, body } = await ask('GET', `${SPACE}/pods/web/log`)
  equal(status, 404)
  equal(JSON.parse(body).message, 'sandboxes "web" not found')
})
