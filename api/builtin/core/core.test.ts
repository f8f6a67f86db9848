import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sayFieldError } from '../../field-error.ts'
import type { Kind, RuleContext } from '../../kind.ts'
import type { KubeObject } from '../../object.ts'
import { configMap } from './config-map.ts'
import { endpoints } from './endpoints.ts'
import { event } from './event.ts'
import { limitRange } from './limit-range.ts'
import { namespace } from './namespace.ts'
import { node } from './node.ts'
import { persistentVolume } from './persistent-volume.ts'
import { persistentVolumeClaim } from './persistent-volume-claim.ts'
import { resourceQuota } from './resource-quota.ts'
import { secret } from './secret.ts'
import { service } from './service.ts'
import { serviceAccount } from './service-account.ts'

const context: RuleContext = { subresource: '', now: '2024-01-01T00:00:00Z' }
const NOW = Date.parse('2024-01-01T01:00:00Z')

/** An object of a kind as the rules see it: decoded and defaulted. */
function made(kind: Kind, fields: object): KubeObject {
  const object: KubeObject = {
    apiVersion: 'v1',
    kind: kind.kind,
    metadata: { name: 'a', namespace: 'default', creationTimestamp: '2024-01-01T00:00:00Z' },
    ...structuredClone(fields),
  }
  kind.versions[0]?.default?.(object)
  return object
}

const errorsOf = (kind: Kind, fields: object): string[] =>
  (kind.rules.validate?.(made(kind, fields), context) ?? []).map(sayFieldError)

const changeErrorsOf = (kind: Kind, fields: object, oldFields: object): string[] => {
  const old = made(kind, oldFields)
  return (kind.rules.validateUpdate?.(made(kind, fields), old, { ...context, old }) ?? []).map(sayFieldError)
}

const http = { ports: [{ port: 80 }], clusterIP: '10.96.0.9', clusterIPs: ['10.96.0.9'] }
const hostPath = { accessModes: ['ReadWriteOnce'], capacity: { storage: '1Gi' }, hostPath: { path: '/tmp/x' } }
const wish = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }

const RIGHT: readonly (readonly [kind: Kind, fields: object])[] = [
  [configMap, { data: { a: 'b' }, binaryData: { c: 'AA==' } }],
  [secret, { type: 'kubernetes.io/basic-auth', data: { username: 'YQ==' } }],
  [endpoints, { subsets: [{ addresses: [{ ip: '10.0.0.1' }], ports: [{ port: 80 }] }] }],
  [limitRange, { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { cpu: '100m' } }] } }],
  [resourceQuota, { spec: { hard: { pods: '10', 'requests.cpu': '1' }, scopes: ['NotBestEffort'] } }],
  [namespace, { spec: { finalizers: ['kubernetes'] } }],
  [node, { spec: { podCIDR: '10.1.0.0/24', taints: [{ key: 'a', effect: 'NoSchedule' }] } }],
  [persistentVolume, { spec: hostPath }],
  [persistentVolumeClaim, { spec: wish }],
  [service, { spec: http }],
  [event, { involvedObject: { namespace: 'default' } }],
]

for (const [kind, fields] of RIGHT) {
  test(`a right ${kind.kind} is let pass`, () => deepEqual(errorsOf(kind, fields), []))
}

const WRONG: readonly (readonly [kind: Kind, fields: object, error: string])[] = [
  [
    configMap,
    { data: { a: 'b' }, binaryData: { a: 'AA==' } },
    'data[a]: Invalid value: "a": duplicate of key present in binaryData',
  ],
  [configMap, { data: { a: 'x'.repeat(1024 * 1024 + 1) } }, '[]: Too long: may not be more than 1048576 bytes'],
  [secret, { type: 'kubernetes.io/ssh-auth' }, 'data[ssh-privatekey]: Required value'],
  [
    secret,
    { type: 'kubernetes.io/dockerconfigjson', data: { '.dockerconfigjson': btoa('xyz') } },
    `data[.dockerconfigjson]: Invalid value: "<secret contents redacted>": invalid character 'x' looking for beginning of value`,
  ],
  [endpoints, { subsets: [{}] }, 'subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`'],
  [
    endpoints,
    { subsets: [{ addresses: [{ ip: '127.0.0.1' }] }] },
    'subsets[0].addresses[0].ip: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  ],
  [
    limitRange,
    { spec: { limits: [{ type: 'Container', maxLimitRequestRatio: { cpu: '500m' } }] } },
    'spec.limits[0].maxLimitRequestRatio[cpu]: Invalid value: "500m": ratio 500m is less than 1',
  ],
  [resourceQuota, { spec: { hard: { pods: '1500m' } } }, 'spec.hard[pods]: Invalid value: "1500m": must be an integer'],
  [
    resourceQuota,
    { spec: { scopes: ['BestEffort', 'NotBestEffort'] } },
    'spec.scopes: Invalid value: ["BestEffort","NotBestEffort"]: conflicting scopes',
  ],
  [
    namespace,
    { spec: { finalizers: ['mine'] } },
    'spec.finalizers: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
  [
    node,
    { spec: { taints: [{ key: 'a', effect: 'Never' }] } },
    'metadata.taints[0].effect: Unsupported value: "Never": supported values: "NoSchedule", "PreferNoSchedule", "NoExecute"',
  ],
  [
    persistentVolume,
    { spec: { ...hostPath, hostPath: undefined } },
    'spec: Required value: must specify a volume type',
  ],
  [
    persistentVolume,
    { spec: { ...hostPath, nfs: { server: 'a', path: '/' } } },
    'spec.nfs: Forbidden: may not specify more than 1 volume type',
  ],
  [persistentVolumeClaim, { spec: { ...wish, resources: {} } }, 'spec.resources[storage]: Required value'],
  [service, { spec: { ...http, ports: [] } }, 'spec.ports: Required value'],
  [
    service,
    { spec: { ...http, ports: [{ port: 80, protocol: 'ICMP' }] } },
    'spec.ports[0].protocol: Unsupported value: "ICMP": supported values: "SCTP", "TCP", "UDP"',
  ],
  [service, { spec: { type: 'ExternalName' } }, 'spec.externalName: Required value'],
  [
    event,
    { involvedObject: {}, eventTime: '2024-01-01T00:00:00.000000Z', action: 'a', reason: 'r', reportingComponent: 'c' },
    'reportingInstance: Required value',
  ],
  [
    serviceAccount,
    { metadata: { name: 'a', finalizers: ['mine'] } },
    'metadata.finalizers[0]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ],
]

for (const [kind, fields, error] of WRONG) {
  test(`${kind.kind} is told: ${error.slice(0, 80)}`, () => deepEqual(errorsOf(kind, fields), [error]))
}

test('what is immutable stays', () => {
  const fixed = 'Forbidden: field is immutable when `immutable` is set'
  deepEqual(changeErrorsOf(configMap, { data: { a: 'c' } }, { data: { a: 'b' }, immutable: true }), [
    `immutable: ${fixed}`,
    `data: ${fixed}`,
  ])
  deepEqual(changeErrorsOf(secret, { type: 'x' }, { type: 'y' }), ['type: Invalid value: "x": field is immutable'])
  deepEqual(
    changeErrorsOf(service, { spec: { ...http, clusterIP: '10.96.0.8', clusterIPs: ['10.96.0.8'] } }, { spec: http }),
    ['spec.clusterIPs[0]: Invalid value: ["10.96.0.8"]: may not change once set'],
  )
})

test('a message about a claim shows what was changed', () => {
  const [error = ''] = changeErrorsOf(
    persistentVolumeClaim,
    { spec: { ...wish, volumeName: 'b' } },
    { spec: { ...wish, volumeName: 'a' } },
  )
  equal(error.includes('- "VolumeName": "a",\n+ "VolumeName": "b",\n'), true)
})

test('defaults are those of Kubernetes', () => {
  deepEqual(made(service, { spec: { type: 'LoadBalancer', ports: [{ port: 80 }] } }).spec, {
    type: 'LoadBalancer',
    ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    sessionAffinity: 'None',
    externalTrafficPolicy: 'Cluster',
    internalTrafficPolicy: 'Cluster',
    allocateLoadBalancerNodePorts: true,
  })
  deepEqual(
    made(limitRange, { spec: { limits: [{ type: 'Container', max: { cpu: '1' }, min: { memory: '1Mi' } }] } }).spec,
    {
      limits: [
        {
          type: 'Container',
          max: { cpu: '1' },
          min: { memory: '1Mi' },
          default: { cpu: '1' },
          defaultRequest: { memory: '1Mi', cpu: '1' },
        },
      ],
    },
  )
  deepEqual(made(secret, { stringData: { a: 'ä' } }).data, { a: 'w6Q=' })
})

const CELLS: readonly (readonly [kind: Kind, fields: object, cells: readonly unknown[]])[] = [
  [
    service,
    { spec: { ...http, type: 'LoadBalancer' } },
    ['a', 'LoadBalancer', '10.96.0.9', '<pending>', '80/TCP', '60m', '<none>'],
  ],
  [configMap, { data: { a: 'b' } }, ['a', 1, '60m']],
  [
    node,
    { status: { conditions: [{ type: 'Ready', status: 'True' }] }, spec: { unschedulable: true } },
    ['a', 'Ready,SchedulingDisabled', '<none>', '60m', '', '<none>', '<none>', '<unknown>', '<unknown>', '<unknown>'],
  ],
  [
    resourceQuota,
    { status: { hard: { pods: '2', 'limits.cpu': '1' }, used: { pods: '1' } } },
    ['a', 'pods: 1/2', 'limits.cpu: 0/1', '60m'],
  ],
  [
    persistentVolume,
    { spec: hostPath },
    ['a', '1Gi', 'RWO', 'Retain', 'Pending', '', '', '<unset>', '', '60m', 'Filesystem'],
  ],
]

for (const [kind, fields, cells] of CELLS) {
  test(`${kind.kind} is shown in a table`, () => {
    const object = made(kind, fields)
    deepEqual(
      kind.versions[0]?.columns.map((column) => column.cell(object, NOW)),
      cells,
    )
  })
}
