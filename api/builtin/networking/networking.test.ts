import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sayFieldError } from '../../field-error.ts'
import type { Kind, RuleContext } from '../../kind.ts'
import type { KubeObject } from '../../object.ts'
import { lease } from '../coordination/lease.ts'
import { endpointSlice } from '../discovery/endpoint-slice.ts'
import { fromCoreEvent, toCoreEvent } from '../events/convert.ts'
import { event } from '../events/event.ts'
import { ingress } from './ingress.ts'
import { ingressClass } from './ingress-class.ts'
import { ipAddress } from './ip-address.ts'
import { networkPolicy } from './network-policy.ts'
import { serviceCIDR } from './service-cidr.ts'

const context: RuleContext = { subresource: '', now: '2024-01-01T00:00:00Z' }

function made(kind: Kind, fields: object): KubeObject {
  const object: KubeObject = { apiVersion: 'v1', kind: kind.kind, metadata: { name: 'a' }, ...structuredClone(fields) }
  kind.versions[0]?.default?.(object)
  return object
}

const errorsOf = (kind: Kind, fields: object): string[] =>
  (kind.rules.validate?.(made(kind, fields), context) ?? []).map(sayFieldError)

const backend = { service: { name: 'web', port: { number: 80 } } }
const path = (fields: object) => ({ spec: { rules: [{ http: { paths: [{ backend, ...fields }] } }] } })

const CASES: readonly (readonly [kind: Kind, fields: object, errors: readonly string[]])[] = [
  [ingress, path({ pathType: 'Prefix', path: '/' }), []],
  [
    ingress,
    path({ pathType: 'Exact', path: '/a//b' }),
    ['spec.rules[0].http.paths[0].path: Invalid value: "/a//b": must not contain \'//\''],
  ],
  [ingress, { spec: {} }, ['spec: Invalid value: null: either `defaultBackend` or `rules` must be specified']],
  [ingressClass, { spec: { controller: 'example.com/web' } }, []],
  [
    ingressClass,
    { spec: { controller: 'web' } },
    ['spec.controller: Invalid value: "web": must be a domain-prefixed path (such as "acme.io/foo")'],
  ],
  [
    networkPolicy,
    { spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }] }] } },
    [],
  ],
  [
    networkPolicy,
    { spec: { ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['11.0.0.0/16'] } }] }] } },
    ['spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: "11.0.0.0/16": must be a strict subset of `cidr`'],
  ],
  [networkPolicy, { spec: { egress: [{ to: [{}] }] } }, ['spec.egress[0].to[0]: Required value: must specify a peer']],
  [serviceCIDR, { spec: { cidrs: ['10.0.0.0/8', '2001:db8::/64'] } }, []],
  [serviceCIDR, { spec: {} }, ['spec.cidrs: Required value: at least one CIDR required']],
  [ipAddress, { spec: { parentRef: { resource: 'services', name: 'a' } } }, []],
  [ipAddress, { spec: { parentRef: { resource: 'services' } } }, ['spec.parentRef.name: Required value']],
  [endpointSlice, { addressType: 'IPv4', endpoints: [{ addresses: ['10.0.0.1'] }] }, []],
  [
    endpointSlice,
    { addressType: 'IPv6', endpoints: [{ addresses: ['10.0.0.1'] }] },
    ['endpoints[0].addresses: Invalid value: "10.0.0.1": must be an IPv6 address'],
  ],
  [
    endpointSlice,
    { addressType: 'IPv4', endpoints: Array.from({ length: 1001 }, () => ({ addresses: ['10.0.0.1'] })) },
    ['endpoints: Too many: 1001: must have at most 1000 items'],
  ],
  [lease, { spec: { leaseDurationSeconds: 10 } }, []],
  [
    lease,
    { spec: { leaseDurationSeconds: 0 } },
    ['spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0'],
  ],
]

for (const [kind, fields, errors] of CASES) {
  test(`${kind.kind}: ${errors[0] ?? 'right'}`, () => deepEqual(errorsOf(kind, fields), errors))
}

test('a policy is about ingress, and about egress if it has rules for that', () => {
  deepEqual(made(networkPolicy, {}).spec, { policyTypes: ['Ingress'] })
  deepEqual(made(networkPolicy, { spec: { egress: [{ ports: [{ port: 53 }] }] } }).spec, {
    egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }],
    policyTypes: ['Ingress', 'Egress'],
  })
})

test('a slice counts a change of its labels', () => {
  const old = made(endpointSlice, { metadata: { name: 'a', generation: 3 } })
  const next = made(endpointSlice, { metadata: { name: 'a', generation: 3, labels: { a: 'b' } } })
  endpointSlice.rules.prepareForUpdate?.(next, old, context)
  equal(next.metadata.generation, 4)
})

test('an event is the same in both groups', () => {
  const core = toCoreEvent({
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'default' },
    note: 'n',
    regarding: { name: 'p' },
    reportingController: 'c',
    deprecatedCount: 2,
  })
  deepEqual(core, {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'a', namespace: 'default' },
    message: 'n',
    involvedObject: { name: 'p' },
    reportingComponent: 'c',
    count: 2,
  })
  equal(fromCoreEvent(core).note, 'n')
  deepEqual(event.rules.validate?.(core, context).map(sayFieldError).includes('eventTime: Required value'), true)
})

test('an address is called what it is, as it should be written', () => {
  const { name } = ipAddress.rules
  if (typeof name !== 'function') throw new TypeError('broken promise: the kind has a rule of its own for names')
  deepEqual(name('10.0.0.1'), [])
  deepEqual(name('010.0.0.1'), ['must not have leading 0s'])
})
