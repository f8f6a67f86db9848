import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { apiService } from './apiregistration/api-service.ts'
import { runtimeClass } from './node/runtime-class.ts'
import { priorityClass } from './scheduling/priority-class.ts'
import { cellsOf, makeObject, tryKind } from './testing/try-kind.ts'

const local = { group: 'example.test', version: 'v1', groupPriorityMinimum: 100, versionPriority: 10 }
const named = (name: string) => ({ metadata: { name } })

for (const { name, kind, body, wrong } of [
  { name: 'a priority', kind: priorityClass, body: { value: 1_000_000_000 }, wrong: [] },
  {
    name: 'a priority above all',
    kind: priorityClass,
    body: { value: 1_000_000_001, preemptionPolicy: 'Sometimes' },
    wrong: [
      'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
      'preemptionPolicy: Unsupported value: "Sometimes": supported values: "PreemptLowerPriority", "Never"',
    ],
  },
  {
    name: 'the highest priority',
    kind: priorityClass,
    body: { ...named('system-node-critical'), value: 2_000_001_000 },
    wrong: [],
  },
  {
    name: 'a false system priority',
    kind: priorityClass,
    body: { ...named('system-node-critical'), value: 1 },
    wrong: [
      "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
    ],
  },
  {
    name: 'a class that costs less than nothing',
    kind: runtimeClass,
    body: {
      overhead: { podFixed: { memory: '-1' } },
      scheduling: { tolerations: [{ key: 'k' }, { key: 'k', tolerationSeconds: 3 }] },
    },
    wrong: [
      'handler: Required value',
      'overhead.limits[memory]: Invalid value: "-1": must be greater than or equal to 0',
      'scheduling.tolerations[1].effect: Invalid value: "": effect must be \'NoExecute\' when `tolerationSeconds` is set',
      'scheduling.tolerations[1]: Duplicate value: {"Key":"k","Operator":"","Value":"","Effect":"","TolerationSeconds":3}',
    ],
  },
  { name: 'an API', kind: apiService, body: { ...named('v1.example.test'), spec: local }, wrong: [] },
  {
    name: 'an API of another name, with a caBundle of nobody',
    kind: apiService,
    body: { spec: { ...local, caBundle: 'AAAA' } },
    wrong: [
      'metadata.name: Invalid value: "a": must be `spec.version+"."+spec.group`: "v1.example.test"',
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
    ],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('a priority does not change', () => {
  const old = makeObject(priorityClass, { value: 1 })
  deepEqual(tryKind(priorityClass, { value: 2, preemptionPolicy: 'Never' }, { old }), [
    'value: Forbidden: may not be changed in an update.',
    'preemptionPolicy: Invalid value: "Never": field is immutable',
  ])
})

test('an API that is served here is available at once', () => {
  const service = makeObject(apiService, { ...named('v1.example.test'), spec: local })
  apiService.rules.prepareForCreate?.(service, { subresource: '', now: '2026-01-02T03:04:05Z' })
  equal(Object(service.status).conditions[0].reason, 'Local')
  equal(cellsOf(apiService, { spec: local }).Service, 'Local')
})

test('labels of nodes that had their day are warned of', () => {
  const scheduling = { nodeSelector: { 'beta.kubernetes.io/os': 'linux' } }
  deepEqual(runtimeClass.rules.warnings?.(makeObject(runtimeClass, { handler: 'h', scheduling })), [
    'scheduling.nodeSelector: deprecated since v1.14; use "kubernetes.io/os" instead',
  ])
})
