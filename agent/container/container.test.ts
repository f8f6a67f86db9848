/** What a container runs and sees: images, variables, orders. */
import { deepEqual, equal, match, rejects, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { ConfigMap, Container, Pod, Secret, Service } from '@muster/api/types/core-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { memoryFileSystem } from '../files/memory-file-system.ts'
import { environmentOf } from './environment.ts'
import { expand } from './expand.ts'
import { commandLine, findImage, hostImages } from './image.ts'
import { withLastWords } from './last-words.ts'
import { type OrderDeps, orderOf } from './order.ts'
import type { References } from './references.ts'
import { serviceVariables } from './service-links.ts'

const pod: Pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name: 'web',
    namespace: 'shop',
    uid: 'u1',
    labels: { app: 'web', tier: 'a"b' },
    annotations: { note: 'x' },
  },
  spec: { nodeName: 'n1', serviceAccountName: 'robot', containers: [{ name: 'app' }] },
}
const config: ConfigMap = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'cfg' },
  data: { mode: 'fast', 'a.b': 'dots' },
}
const secret: Secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'key' }, data: { password: btoa('päss') } }
const references: References = {
  configMaps: new Map([['cfg', config]]),
  secrets: new Map([['key', { ...secret, data: { password: btoa('pass') } }]]),
}
const service = (name: string, namespace: string, clusterIP: string, ports: Service['spec']): Service => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace },
  spec: { clusterIP, ...ports },
})
const api = service('kubernetes', 'default', '10.96.0.1', { ports: [{ name: 'https', port: 443 }] })
const cart = service('cart-db', 'shop', '10.96.0.9', { ports: [{ name: 'sql', port: 3306, protocol: 'TCP' }] })
const sources = {
  references,
  services: [
    api,
    cart,
    service('elsewhere', 'other', '10.96.0.3', { ports: [{ port: 1 }] }),
    service('headless', 'shop', 'None', { ports: [{ port: 1 }] }),
  ],
  podIPs: ['10.0.0.1', 'fd00::1'],
  hostIPs: ['192.0.2.1'],
  allocatable: { cpu: '4', memory: '8Gi' },
}
const own = (container: Partial<Container>, of: Pod = pod) => {
  const variables = environmentOf(of, { name: 'app', ...container }, sources)
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !/^(KUBERNETES|CART_DB)_/.test(name)))
}

test('images: programs of the host, and what the node maps; all else says what to do', () => {
  const map = { 'shop/web:1': { command: ['node', 'web.js'], args: ['--port', '80'] } }
  const found = (name: string) => {
    const reading = findImage(name, map)
    return reading.found ? reading.image.command : reading.message
  }
  deepEqual(found('host/python3'), ['python3'])
  deepEqual(found('shop/web:1'), ['node', 'web.js'])
  match(String(found('nginx')), /pulls no images: use "host\/NAME" for the program NAME, or map "nginx" to a command/)
  for (const bad of ['host/', 'host/../sh', 'host/bin/sh', 'host/sh:1', 'host/-c', 'host/a b'])
    match(String(found(bad)), /no name of a program/)
  equal(findImage('toString', map).found, false)
})

test('command replaces the entry point and its arguments; args replace the arguments alone', () => {
  const image = { command: ['node', 'web.js'], args: ['--port', '80'] }
  deepEqual(commandLine(image, {}), ['node', 'web.js', '--port', '80'])
  deepEqual(commandLine(image, { args: ['-v'] }), ['node', 'web.js', '-v'])
  deepEqual(commandLine(image, { command: ['sh'] }), ['sh'])
  deepEqual(commandLine(image, { command: ['sh'], args: ['-c', 'true'] }), ['sh', '-c', 'true'])
})

// Source: kubernetes third_party/forked/golang/expansion/expand_test.go.
const expansions = [
  ['$(A)', 'one'],
  ['$$(A)', '$(A)'],
  ['$$$(A)', '$one'],
  ['___$(A)___$(B)', '___one___two'],
  ['$(NONE)', '$(NONE)'],
  ['$(A', '$(A'],
  ['$A', '$A'],
  ['$', '$'],
  ['$$', '$'],
  ['$(EMPTY)x', 'x'],
  ['$(NESTED)', '$(A)'],
] as const
test('references: known ones are replaced once, unknown ones stay', () => {
  const known: Record<string, string> = { A: 'one', B: 'two', EMPTY: '', NESTED: '$(A)' }
  for (const [text, expanded] of expansions)
    equal(
      expand(text, (name) => known[name]),
      expanded,
    )
})

test('variables: services, then envFrom, then env in its order', () => {
  const env = [
    { name: 'A', value: 'one' },
    { name: 'B', value: '$(A)-$(P_mode)-$(C)-$(CART_DB_SERVICE_HOST)' },
    { name: 'C', value: 'later' },
    { name: 'P_mode', value: 'own' },
    { name: 'EMPTY' },
  ]
  deepEqual(own({ env, envFrom: [{ prefix: 'P_', configMapRef: { name: 'cfg' } }, { secretRef: { name: 'key' } }] }), {
    P_mode: 'own',
    'P_a.b': 'dots',
    password: 'pass',
    A: 'one',
    B: 'one-fast-$(C)-10.96.0.9',
    C: 'later',
    EMPTY: '',
  })
})

test('what a pod is told of itself', () => {
  const field = (fieldPath: string) => own({ env: [{ name: 'X', valueFrom: { fieldRef: { fieldPath } } }] }).X
  const told = {
    'metadata.name': 'web',
    'metadata.namespace': 'shop',
    'metadata.uid': 'u1',
    "metadata.labels['app']": 'web',
    "metadata.annotations['none']": '',
    'metadata.labels': 'app="web"\ntier="a\\"b"',
    'spec.nodeName': 'n1',
    'spec.serviceAccountName': 'robot',
    'status.podIP': '10.0.0.1',
    'status.podIPs': '10.0.0.1,fd00::1',
    'status.hostIP': '192.0.2.1',
  }
  for (const [path, value] of Object.entries(told)) equal(field(path), value, path)
  throws(() => field('spec.none'), /unsupported fieldPath: spec.none/)

  const resources = { limits: { cpu: '1500m' }, requests: { cpu: '250m', memory: '100Mi' } }
  const amount = (resource: string, divisor?: string) =>
    own({
      resources,
      env: [{ name: 'X', valueFrom: { resourceFieldRef: { resource, ...(divisor ? { divisor } : {}) } } }],
    }).X
  deepEqual(
    [
      amount('limits.cpu'),
      amount('limits.cpu', '1m'),
      amount('requests.cpu', '0'),
      amount('requests.memory', '1Mi'),
      amount('limits.memory', '1Gi'),
    ],
    ['2', '1500', '1', '100', '8'],
  )
})

const missing = [
  { valueFrom: { configMapKeyRef: { name: 'none', key: 'x' } }, says: 'configmap "none" not found' },
  { valueFrom: { secretKeyRef: { name: 'none', key: 'x' } }, says: 'secret "none" not found' },
  { valueFrom: { configMapKeyRef: { name: 'cfg', key: 'x' } }, says: "couldn't find key x in ConfigMap shop/cfg" },
  { valueFrom: { secretKeyRef: { name: 'key', key: 'x' } }, says: "couldn't find key x in Secret shop/key" },
]
test('what is missing is said as the kubelet says it; what is optional is left out', () => {
  for (const { valueFrom, says } of missing) {
    throws(() => own({ env: [{ name: 'X', valueFrom }] }), { message: says })
    const optional = Object.fromEntries(
      Object.entries(valueFrom).map(([kind, ref]) => [kind, { ...ref, optional: true }]),
    )
    deepEqual(own({ env: [{ name: 'X', valueFrom: optional }] }), {})
  }
  throws(() => own({ envFrom: [{ configMapRef: { name: 'none' } }] }), { message: 'configmap "none" not found' })
  deepEqual(own({ envFrom: [{ secretRef: { name: 'none', optional: true } }] }), {})
})

test('service variables: all of the namespace with links, the API always', () => {
  deepEqual(serviceVariables(sources.services, 'shop', true), {
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '443',
    KUBERNETES_SERVICE_PORT_HTTPS: '443',
    KUBERNETES_PORT: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP: 'tcp://10.96.0.1:443',
    KUBERNETES_PORT_443_TCP_PROTO: 'tcp',
    KUBERNETES_PORT_443_TCP_PORT: '443',
    KUBERNETES_PORT_443_TCP_ADDR: '10.96.0.1',
    CART_DB_SERVICE_HOST: '10.96.0.9',
    CART_DB_SERVICE_PORT: '3306',
    CART_DB_SERVICE_PORT_SQL: '3306',
    CART_DB_PORT: 'tcp://10.96.0.9:3306',
    CART_DB_PORT_3306_TCP: 'tcp://10.96.0.9:3306',
    CART_DB_PORT_3306_TCP_PROTO: 'tcp',
    CART_DB_PORT_3306_TCP_PORT: '3306',
    CART_DB_PORT_3306_TCP_ADDR: '10.96.0.9',
  })
  equal(serviceVariables(sources.services, 'shop', false).CART_DB_PORT, undefined)
})

const files = memoryFileSystem()
const deps: OrderDeps = {
  findImage: hostImages({}),
  environment: { PATH: '/bin', HOSTNAME: 'lost' },
  volumes: {
    files,
    root: '/agent',
    now: () => instant(0),
    claim: async () => undefined,
    persistentVolume: async () => undefined,
  },
  find: async () => references,
  resolvers: { machine: '' },
  servicesOf: () => [],
  namesIn: () => [{ address: '10.96.0.9', names: ['cart-db'] }],
}

test('an order has everything in it', async () => {
  const full: Pod = {
    ...pod,
    spec: {
      containers: [],
      hostname: 'web-0',
      subdomain: 'web',
      hostAliases: [{ ip: '192.0.2.9', hostnames: ['old'] }],
      securityContext: { runAsUser: 1000, runAsGroup: 100 },
      volumes: [{ name: 'scratch', emptyDir: {} }],
    },
  }
  const container: Container = {
    name: 'app',
    image: 'host/node',
    args: ['$(FILE)', '$(HOME)'],
    env: [{ name: 'FILE', value: 'web.js' }],
    workingDir: '/srv',
    resources: { limits: { cpu: '250m', memory: '64Mi' } },
    volumeMounts: [{ name: 'scratch', mountPath: '/tmp', subPathExpr: 'of-$(FILE)' }],
    ports: [{ containerPort: 8080 }, { containerPort: 53, protocol: 'UDP' }],
  }
  const ordered = await orderOf(deps, full, container, 2, sources)
  deepEqual(ordered.ordered && ordered.order, {
    run: { podUid: 'u1', container: 'app', attempt: 2 },
    pod: { namespace: 'shop', name: 'web', ip: '10.0.0.1', hostname: 'web-0' },
    command: ['node', 'web.js', '$(HOME)'],
    env: { PATH: '/bin', HOSTNAME: 'web-0', POD_IP: '10.0.0.1', FILE: 'web.js' },
    workingDirectory: '/srv',
    mounts: [
      {
        volume: 'scratch',
        from: '/agent/pods/u1/volumes/kubernetes.io~empty-dir/scratch/of-web.js',
        at: '/tmp',
        readOnly: false,
      },
    ],
    hosts: [
      { address: '10.0.0.1', names: ['web-0.web.shop.svc.cluster.local', 'web-0'] },
      { address: '192.0.2.9', names: ['old'] },
      { address: '10.96.0.9', names: ['cart-db'] },
    ],
    ports: [8080],
    limits: { cpuMillis: 250, memoryBytes: 67_108_864 },
    user: { uid: 1000, gid: 100 },
    stdin: false,
    tty: false,
    annotations: { note: 'x' },
    terminationLog: { at: '/dev/termination-log', file: '/agent/pods/u1/containers/app/2' },
  })
})

test('what is wrong with a container is answered; an API that is away is thrown', async () => {
  const env = [{ name: 'X', valueFrom: { secretKeyRef: { name: 'none', key: 'x' } } }]
  const wrong = await orderOf(deps, pod, { name: 'app', image: 'host/x', env }, 0, sources)
  deepEqual(wrong, { ordered: false, trouble: 'config', message: 'secret "none" not found' })
  const root = { runAsNonRoot: true, runAsUser: 0 }
  const asRoot = await orderOf(deps, pod, { name: 'app', image: 'host/x', securityContext: root }, 0, sources)
  match(
    asRoot.ordered ? '' : asRoot.message,
    /^container's runAsUser breaks non-root policy \(pod: "web_shop\(u1\)", container: app\)$/,
  )
  const find = async () => {
    throw new ControlError('Unavailable', 'the API is away')
  }
  await rejects(orderOf({ ...deps, find }, pod, { name: 'app', image: 'host/x' }, 0, sources), { code: 'Unavailable' })
})

test('last words: from the file, and from the log where the policy says so and it failed', async () => {
  const ended = (exitCode: number) => ({
    run: { podUid: 'u1', container: 'app', attempt: 0 },
    pod: { namespace: 'shop', name: 'web', ip: '', hostname: 'web' },
    notHonoured: [],
    state: {
      state: 'ended' as const,
      startedAt: instant(0),
      finishedAt: instant(1),
      exitCode,
      reason: 'Error' as const,
      message: '',
    },
  })
  const driver = {
    async *log() {
      yield new TextEncoder().encode('it went wrong\n')
    },
  }
  const said = async (exitCode: number, terminationMessagePolicy: string) => {
    const { state } = await withLastWords(
      ended(exitCode),
      { terminationMessagePolicy },
      { files, root: '/agent', driver },
    )
    return state.state === 'ended' ? state.message : undefined
  }
  await files.makeDirectory('/agent/pods/u1/containers/app')
  equal(await said(1, 'File'), '')
  equal(await said(1, 'FallbackToLogsOnError'), 'it went wrong\n')
  equal(await said(0, 'FallbackToLogsOnError'), '')
  await files.write('/agent/pods/u1/containers/app/0', new TextEncoder().encode(`${'x'.repeat(5000)}end`), 0o644)
  const words = await said(1, 'FallbackToLogsOnError')
  deepEqual([words?.length, words?.slice(-3)], [4096, 'end'])
})
