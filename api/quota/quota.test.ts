import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import type { KubeObject } from '../object.ts'
import type { GroupResource } from '../status.ts'
import type { Pod, ResourceQuota, ScopedResourceSelectorRequirement } from '../types/core-v1.ts'
import { writeAmounts } from './amounts.ts'
import { chargeQuota, takesIn } from './charge.ts'
import { countUse } from './count.ts'
import { counterOf, resourcesOf } from './counters.ts'

const NOW = instant(Date.parse('2026-01-01T00:00:00Z'))
const core = (resource: string): GroupResource => ({ group: '', resource })
const usage = (resource: GroupResource, object: KubeObject) =>
  writeAmounts(counterOf(resource)?.usage(object, NOW) ?? new Map())

const pod = (spec: object, more: object = {}): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web' },
  spec: { containers: [], ...spec },
  ...more,
})
const container = (name: string, requests = {}, limits = {}) => ({
  name,
  image: 'web',
  resources: { requests, limits },
})

const taken: readonly (readonly [name: string, pod: Pod, takes: object])[] = [
  [
    'containers together, and the largest init container when it is more',
    pod({
      containers: [container('a', { cpu: '1', 'example.com/gpu': '2' }, { cpu: '2' }), container('b', { cpu: '1' })],
      initContainers: [container('i', { cpu: '3', memory: '1Gi', 'hugepages-2Mi': '4Mi' })],
    }),
    {
      'count/pods': '1',
      cpu: '3',
      'hugepages-2Mi': '4Mi',
      'limits.cpu': '2',
      memory: '1Gi',
      pods: '1',
      'requests.cpu': '3',
      'requests.example.com/gpu': '2',
      'requests.hugepages-2Mi': '4Mi',
      'requests.memory': '1Gi',
    },
  ],
  [
    'what the pod says as a whole, and its overhead',
    pod({
      containers: [container('a', { cpu: '1' })],
      resources: { requests: { cpu: '4' }, limits: { cpu: '5' } },
      overhead: { cpu: '100m' },
    }),
    { 'count/pods': '1', cpu: '4100m', 'limits.cpu': '5100m', pods: '1', 'requests.cpu': '4100m' },
  ],
  [
    'what a container still holds while it shrinks',
    pod(
      { containers: [container('a', { cpu: '1' })] },
      {
        status: {
          containerStatuses: [
            { name: 'a', resources: { requests: { cpu: '2' } }, allocatedResources: { cpu: '1500m' } },
          ],
        },
      },
    ),
    { 'count/pods': '1', cpu: '2', pods: '1', 'requests.cpu': '2' },
  ],
  ['nothing once it has ended, but that it is there', pod({}, { status: { phase: 'Failed' } }), { 'count/pods': '1' }],
  [
    'nothing once it is overdue to go',
    pod({}, { metadata: { deletionTimestamp: '2025-12-31T23:59:00Z', deletionGracePeriodSeconds: 30 } }),
    { 'count/pods': '1' },
  ],
  [
    'as before while it has time to go',
    pod({}, { metadata: { deletionTimestamp: '2026-01-01T00:00:10Z', deletionGracePeriodSeconds: 30 } }),
    { 'count/pods': '1', pods: '1' },
  ],
]
for (const [name, one, takes] of taken) test(`a pod takes ${name}`, () => deepEqual(usage(core('pods'), one), takes))

test('services, claims and all others are counted by their own names', () => {
  const service = (spec: object): KubeObject => ({ apiVersion: 'v1', kind: 'Service', metadata: {}, spec })
  const ports = [{ port: 1, nodePort: 30001 }, { port: 2 }]
  const of = (spec: object) => {
    const all = usage(core('services'), service({ ports, ...spec }))
    return [all['services.nodeports'], all['services.loadbalancers']]
  }
  deepEqual(of({ type: 'ClusterIP' }), ['0', '0'])
  deepEqual(of({ type: 'NodePort' }), ['2', '0'])
  deepEqual(of({ type: 'LoadBalancer' }), ['2', '1'])
  deepEqual(of({ type: 'LoadBalancer', allocateLoadBalancerNodePorts: false }), ['1', '1'])
  const claim = {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {},
    spec: { storageClassName: 'gold', resources: { requests: { storage: '1500m' } } },
    status: { allocatedResources: { storage: '10' } },
  }
  deepEqual(usage(core('persistentvolumeclaims'), claim), {
    'count/persistentvolumeclaims': '1',
    'gold.storageclass.storage.k8s.io/persistentvolumeclaims': '1',
    'gold.storageclass.storage.k8s.io/requests.storage': '10',
    persistentvolumeclaims: '1',
    'requests.storage': '10',
  })
  const widget = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: {} }
  deepEqual(usage({ group: 'example.com', resource: 'widgets' }, widget), { 'count/widgets.example.com': '1' })
  deepEqual(usage(core('secrets'), widget), { 'count/secrets': '1', secrets: '1' })
  equal(counterOf(core('events')), undefined)
})

test('a claim for devices counts the most that it may get of each class', () => {
  const claim = {
    apiVersion: 'resource.k8s.io/v1',
    kind: 'ResourceClaim',
    metadata: {},
    spec: {
      devices: {
        requests: [
          { name: 'a', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 2 } },
          {
            name: 'b',
            firstAvailable: [
              { name: '1', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 },
              { name: '2', deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 3 },
              { name: '3', deviceClassName: 'tpu', allocationMode: 'All' },
            ],
          },
        ],
      },
    },
  }
  deepEqual(usage({ group: 'resource.k8s.io', resource: 'resourceclaims' }, claim), {
    'count/resourceclaims.resource.k8s.io': '1',
    'gpu.deviceclass.resource.k8s.io/devices': '5',
    'tpu.deviceclass.resource.k8s.io/devices': '32',
  })
})

test('names say which resources a quota is about', () => {
  const of = (...names: string[]) => resourcesOf(names).map(({ group, resource }) => `${resource}.${group}`)
  deepEqual(of('limits.cpu', 'pods', 'requests.example.com/gpu'), ['pods.'])
  deepEqual(of('count/deployments.apps', 'count/secrets', 'secrets'), ['deployments.apps', 'secrets.'])
  deepEqual(of('gold.storageclass.storage.k8s.io/requests.storage'), ['persistentvolumeclaims.'])
  deepEqual(of('count/events', 'example.com/gpu', 'gold'), [])
})

const scope = (scopeName: string, operator = 'Exists', ...values: string[]): ScopedResourceSelectorRequirement => ({
  scopeName,
  operator,
  ...(values.length > 0 ? { values } : {}),
})
const scopes: readonly (readonly [scope: ScopedResourceSelectorRequirement, spec: object, isIn: boolean])[] = [
  [scope('Terminating'), { activeDeadlineSeconds: 0 }, true],
  [scope('Terminating'), {}, false],
  [scope('NotTerminating'), {}, true],
  [scope('BestEffort'), { containers: [container('a')] }, true],
  [scope('BestEffort'), { containers: [container('a', { cpu: '1' })] }, false],
  [scope('NotBestEffort'), { containers: [container('a', { cpu: '1' })] }, true],
  [scope('PriorityClass'), { priorityClassName: 'high' }, true],
  [scope('PriorityClass', 'In', 'high'), { priorityClassName: 'low' }, false],
  [scope('PriorityClass', 'NotIn', 'high'), {}, true],
  [scope('PriorityClass', 'DoesNotExist'), {}, true],
  [
    scope('CrossNamespacePodAffinity'),
    {
      affinity: {
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: { topologyKey: 'zone', namespaces: ['other'] } },
          ],
        },
      },
    },
    true,
  ],
  [scope('CrossNamespacePodAffinity'), { affinity: {} }, false],
  [scope('VolumeAttributesClass'), {}, false],
]
for (const [one, spec, isIn] of scopes) {
  test(`${one.scopeName} ${one.operator} of ${JSON.stringify(spec)}: ${isIn}`, () => {
    const counter = counterOf(core('pods'))
    equal(counter && takesIn({ scopeSelector: { matchExpressions: [one] } }, counter, pod(spec)), isIn)
  })
}

test('a claim is in the scope of any class that it has or is to have', () => {
  const counter = counterOf(core('persistentvolumeclaims'))
  const claim = (spec: object, status: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {},
    spec,
    status,
  })
  const is = (one: ScopedResourceSelectorRequirement, object: KubeObject) =>
    counter && takesIn({ scopeSelector: { matchExpressions: [one] } }, counter, object)
  const both = claim({ volumeAttributesClassName: 'fast' }, { currentVolumeAttributesClassName: 'slow' })
  equal(is(scope('VolumeAttributesClass', 'In', 'slow'), both), true)
  equal(is(scope('VolumeAttributesClass', 'In', 'other'), both), false)
  equal(is(scope('VolumeAttributesClass'), claim({})), false)
})

const quota = (hard: Record<string, string>, used: Record<string, string>, more: object = {}): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q' },
  spec: { hard, ...more },
  status: { hard, used },
})
const charge = (one: ResourceQuota, before: Pod | undefined, after: Pod | undefined, mayRefuse = true) => {
  const counter = counterOf(core('pods'))
  if (!counter) return undefined
  const charged = chargeQuota(one, counter, {
    ...(before ? { before } : {}),
    ...(after ? { after } : {}),
    now: NOW,
    mayRefuse,
  })
  if (charged.charge === 'refused') return charged.why
  return charged.charge === 'changed' ? writeAmounts(charged.used) : charged.charge
}
const asking = (cpu: string) => pod({ containers: [container('a', { cpu })] })

test('a quota takes what comes, gives back what goes, and refuses what is too much', () => {
  const one = quota({ cpu: '2', pods: '2' }, { cpu: '1500m', pods: '1' })
  deepEqual(charge(one, undefined, asking('500m')), { cpu: '2', pods: '2' })
  equal(
    charge(one, undefined, asking('501m')),
    'exceeded quota: q, requested: cpu=501m, used: cpu=1500m, limited: cpu=2',
  )
  deepEqual(charge(one, undefined, asking('501m'), false), { cpu: '2001m', pods: '2' })
  deepEqual(charge(one, asking('500m'), undefined), { cpu: '1', pods: '0' })
  deepEqual(charge(one, asking('500m'), asking('1')), { cpu: '2', pods: '1' })
  equal(charge(one, asking('500m'), asking('500m')), 'none')
  equal(charge(one, undefined, pod({ containers: [container('a')] })), 'failed quota: q: must specify cpu for: a')
})

test('a quota that is over its limit refuses more and takes back', () => {
  const over = quota({ pods: '1' }, { pods: '3' })
  equal(charge(over, undefined, asking('1')), 'exceeded quota: q, requested: pods=1, used: pods=3, limited: pods=1')
  deepEqual(charge(over, asking('1'), undefined), { pods: '2' })
})

test('what moves into a scope is charged as new, what moves out is given back', () => {
  const short = quota({ pods: '1' }, { pods: '1' }, { scopes: ['Terminating'] })
  const brief = pod({ activeDeadlineSeconds: 5 })
  equal(charge(short, pod({}), brief), 'exceeded quota: q, requested: pods=1, used: pods=1, limited: pods=1')
  deepEqual(charge(short, brief, pod({})), { pods: '0' })
  equal(charge(short, undefined, pod({})), 'none')
})

test('a name that is limited no more is kept true while its use is known', () => {
  const given = { ...quota({ cpu: '5' }, { cpu: '1', pods: '1' }), spec: { hard: { cpu: '5' } } }
  deepEqual(charge(given, undefined, asking('1')), { cpu: '2', pods: '2' })
})

test('counting all comes to what charging each comes to', () => {
  const pods = [
    asking('1'),
    asking('250m'),
    pod({ activeDeadlineSeconds: 5, containers: [container('a', { cpu: '1' })] }),
  ]
  const hard = { cpu: '9', pods: '9', 'count/pods': '9', secrets: '1' }
  const spec = { hard, scopes: ['NotTerminating'] }
  const counted = countUse(spec, [{ resource: core('pods'), objects: pods }], NOW)
  deepEqual(writeAmounts(counted), { 'count/pods': '2', cpu: '1250m', pods: '2', secrets: '0' })
  const counter = counterOf(core('pods'))
  let one: ResourceQuota = { ...quota(hard, { 'count/pods': '0', cpu: '0', pods: '0', secrets: '0' }), spec }
  for (const after of pods) {
    const charged = counter && chargeQuota(one, counter, { after, now: NOW, mayRefuse: true })
    if (charged?.charge === 'changed') one = { ...one, status: { used: writeAmounts(charged.used) } }
  }
  deepEqual(one.status?.used, writeAmounts(counted))
})
