import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../../object.ts'
import { cellsOf, makeObject, tryKind } from '../testing/try-kind.ts'
import { flowSchema } from './flow-schema.ts'
import { priorityLevelConfiguration } from './priority-level-configuration.ts'

const anybody = [{ kind: 'Group', group: { name: 'system:authenticated' } }]
const flow = (rule: JsonObject) => ({
  spec: { priorityLevelConfiguration: { name: 'l' }, rules: [{ subjects: anybody, ...rule }] },
})
const queued = (queuing: JsonObject) => ({
  spec: { type: 'Limited', limited: { limitResponse: { type: 'Queue', queuing } } },
})

test('defaults are filled in', () => {
  equal(Object(makeObject(flowSchema, { spec: {} }).spec).matchingPrecedence, 1000)
  deepEqual(Object(makeObject(priorityLevelConfiguration, queued({})).spec).limited, {
    nominalConcurrencyShares: 30,
    lendablePercent: 0,
    limitResponse: { type: 'Queue', queuing: { handSize: 8, queues: 64, queueLengthLimit: 50 } },
  })
})

for (const { name, kind, body, wrong } of [
  {
    name: 'a rule about paths',
    kind: flowSchema,
    body: flow({ nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/apis/*'] }] }),
    wrong: [],
  },
  {
    name: 'a rule about nothing',
    kind: flowSchema,
    body: flow({}),
    wrong: ['spec.rules[0]: Required value: at least one of resourceRules and nonResourceRules has to be non-empty'],
  },
  {
    name: 'a path with a star inside',
    kind: flowSchema,
    body: flow({ nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['/a*b'] }] }),
    wrong: [
      'spec.rules[0].nonResourceRules[0].nonResourceURLs[0]: Invalid value: "/a*b": wildcard can only do suffix matching',
    ],
  },
  {
    name: 'a subject of one kind with the field of another',
    kind: flowSchema,
    body: flow({
      subjects: [{ kind: 'User', group: { name: 'g' } }],
      nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
    }),
    wrong: [
      "spec.rules[0].subjects[0].user: Required value: user is required when subject kind is 'User'",
      "spec.rules[0].subjects[0].group: Forbidden: group is forbidden when subject kind is not 'Group'",
    ],
  },
  {
    name: 'a hand larger than the deck',
    kind: priorityLevelConfiguration,
    body: queued({ queues: 4, handSize: 5 }),
    wrong: ['spec.limited.limitResponse.queuing.handSize: Invalid value: 5: should not be greater than queues (4)'],
  },
  {
    name: 'a hand that no hash deals',
    kind: priorityLevelConfiguration,
    body: queued({ queues: 1024, handSize: 7 }),
    wrong: [
      'spec.limited.limitResponse.queuing.handSize: Invalid value: 7: required entropy bits of deckSize 1024 and handSize 7 should not be greater than 60',
    ],
  },
  {
    name: 'an exempt level of any name',
    kind: priorityLevelConfiguration,
    body: { spec: { type: 'Exempt' } },
    wrong: ["spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"],
  },
]) {
  test(`wrong or right: ${name}`, () => deepEqual(tryKind(kind, body), wrong))
}

test('a status holds each condition once', () => {
  const old = makeObject(flowSchema, flow({}))
  const status = { conditions: [{ type: 'Dangling', status: 'True' }, { type: 'Dangling' }] }
  deepEqual(tryKind(flowSchema, { ...flow({}), status }, { old, subresource: 'status' }), [
    'status.conditions[1].type: Duplicate value: "Dangling"',
  ])
  equal(cellsOf(flowSchema, { ...flow({}), status }).MissingPL, 'True')
})
