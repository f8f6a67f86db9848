import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { cellsOf, makeObject, TRIAL_NOW, tryKind } from '../testing/try-kind.ts'
import { deviceClass } from './device-class.ts'
import { resourceClaim } from './resource-claim.ts'
import { resourceClaimTemplate } from './resource-claim-template.ts'
import { resourceSlice } from './resource-slice.ts'

const gpu = { name: 'r', exactly: { deviceClassName: 'gpu' } }
const claim = (request: JsonObject) => ({ spec: { devices: { requests: [{ ...gpu, ...request }] } } })
const slice = { driver: 'gpu.example.test', nodeName: 'n', pool: { name: 'p', generation: 1, resourceSliceCount: 1 } }

test('a request is for one device, if it does not say for how many', () => {
  deepEqual(makeObject(resourceClaim, claim({})).spec, {
    devices: { requests: [{ name: 'r', exactly: { deviceClassName: 'gpu', allocationMode: 'ExactCount', count: 1 } }] },
  })
})

for (const { name, kind, body, wrong } of [
  { name: 'a claim', kind: resourceClaim, body: claim({}), wrong: [] },
  { name: 'a template', kind: resourceClaimTemplate, body: { spec: claim({}) }, wrong: [] },
  { name: 'a slice', kind: resourceSlice, body: { spec: slice }, wrong: [] },
  {
    name: 'a selector of nothing',
    kind: deviceClass,
    body: { spec: { selectors: [{}] } },
    wrong: ['spec.selectors[0].cel: Required value'],
  },
  {
    name: 'a constraint on a request that is not there',
    kind: resourceClaim,
    body: { spec: { devices: { requests: [gpu], constraints: [{ requests: ['s'], matchAttribute: 'd.test/a' }] } } },
    wrong: [
      `spec.devices.constraints[0].requests[0]: Invalid value: "s": must be the name of a request in the claim or the name of a request and a subrequest separated by '/'`,
    ],
  },
  {
    name: 'no devices at all',
    kind: resourceClaim,
    body: claim({ exactly: { deviceClassName: 'gpu', count: -1 } }),
    wrong: ['spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero'],
  },
  {
    name: 'a slice of one node and of all',
    kind: resourceSlice,
    body: { spec: { ...slice, allNodes: true } },
    wrong: [
      'spec: Invalid value: "{`nodeName`, `allNodes`}": exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required, but multiple fields are set',
    ],
  },
  {
    name: 'a device of which nothing is known, and one twice',
    kind: resourceSlice,
    body: { spec: { ...slice, devices: [{ name: 'd', attributes: { model: {} } }, { name: 'd' }] } },
    wrong: [
      'spec.devices[0].attributes[model]: Invalid value: "": exactly one value must be specified',
      'spec.devices[1]: Duplicate value: "d"',
    ],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('what a claim asks for does not change', () => {
  const old = makeObject(resourceClaim, claim({}))
  deepEqual(tryKind(resourceClaim, { spec: {} }, { old }), [
    'spec: Invalid value: {"Devices":{"Requests":null,"Constraints":null,"Config":null}}: field is immutable',
  ])
})

test('a claim is reserved once it is allocated', () => {
  const old = makeObject(resourceClaim, claim({}))
  const status = { reservedFor: [{ resource: 'pods', name: 'p', uid: 'u' }] }
  deepEqual(tryKind(resourceClaim, { ...claim({}), status }, { old, subresource: 'status' }), [
    'status.reservedFor: Forbidden: may not be specified when `allocated` is not set',
  ])
  deepEqual(cellsOf(resourceClaim, { ...claim({}), status: { ...status, allocation: {} } }).State, 'allocated,reserved')
})

test('a taint is there since the slice was written', () => {
  const body = { spec: { ...slice, devices: [{ name: 'd', taints: [{ key: 'k', effect: 'NoSchedule' }] }] } }
  const object = makeObject(resourceSlice, body)
  resourceSlice.rules.prepareForCreate?.(object, { subresource: '', now: TRIAL_NOW })
  deepEqual(Object(object.spec).devices[0].taints, [{ key: 'k', effect: 'NoSchedule', timeAdded: TRIAL_NOW }])
})
