import { deepEqual, equal, ok } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { test } from 'node:test'
import type { JsonObject } from '../case.ts'
import { comparePlayed } from './compare.ts'
import { formatPlayed, parsePlayed } from './fixture.ts'
import { pictures } from './picture.ts'
import type { Played, Scenario } from './scenario.ts'
import { SCENARIOS } from './scenarios/all.ts'

const scenario: Scenario = { name: 'one', nodes: [{ name: 'node-a' }, { name: 'node-b' }], steps: [] }
const pod = (suffix: string, nodeName: string, uid: string): JsonObject => ({
  metadata: { name: `web-${suffix}`, generateName: 'web-', uid, namespace: 'one', resourceVersion: uid },
  spec: { nodeName, containers: [{ image: 'web:1' }] },
  status: { phase: 'Running', podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }] },
})
const set = (hash: string, since = 1) => ({
  kind: 'ReplicaSet',
  name: `web-${hash}`,
  object: { since, metadata: { labels: { 'pod-template-hash': hash } } },
})
const played = (...objects: Played['steps'][number]['objects']): Played => ({
  scenario: 'one',
  kubernetes: 'v1',
  steps: [{ name: 'first', answers: ['201'], objects }],
})
const unlike = (one: Played, two: Played) =>
  comparePlayed(one, two).flatMap(({ kind, caseName, differences }) =>
    differences.map(({ path }) => `${kind} ${caseName} ${path}`),
  )

test('a picture is the same whatever names, uids, addresses and nodes chance has given', () => {
  const one = pictures(scenario)([], { pods: [pod('bcdfg', 'node-a', '1'), pod('x2456', 'node-b', '2')] })
  const two = pictures(scenario)([], { pods: [pod('zzzzz', 'node-b', '9'), pod('vvvvv', 'node-b', '8')] })
  deepEqual(one, two)
  equal(one.objects[0]?.name, 'web-{{name}}')
})

test('a picture tells nodes where there is one right node, and which pods are new', () => {
  const take = pictures({ ...scenario, isPlacementTold: true })
  const first = take([], { pods: [pod('bcdfg', 'node-a', '1')] })
  const second = take([], { pods: [pod('bcdfg', 'node-a', '1'), pod('x2456', 'node-b', '2')] })
  ok(JSON.stringify(first).includes('node-a'))
  deepEqual(
    second.objects.map(({ object }) => (object as JsonObject).since),
    [1, 2],
  )
})

test('events of machines are not in a picture, and others are there once', () => {
  const event = (component: string, count: number): JsonObject => ({
    metadata: { uid: `${component}${count}` },
    involvedObject: { kind: 'Pod', name: 'web' },
    reason: 'Pulled',
    message: `web came ${'again'}`,
    source: { component },
    count,
  })
  const events = [event('kubelet', 1), event('default-scheduler', 1), event('default-scheduler', 2)]
  equal(pictures(scenario)([], { events }).objects.length, 1)
})

test('hashes may differ, but not which template has which', () => {
  deepEqual(unlike(played(set('bcd')), played(set('xyz'))), [])
  ok(unlike(played(set('bcd')), played(set('xyz', 2))).length > 0)
})

test('what is there on one side alone differs, and so does an answer', () => {
  deepEqual(unlike(played(), played(set('bcd'))), ['ReplicaSet web-{{hash-1}} '])
  const refused: Played = { ...played(), steps: [{ name: 'first', answers: ['409 no'], objects: [] }] }
  deepEqual(unlike(played(), refused), ['Request answers [0]'])
})

test('a fixture reads back as it was, and every scenario has one', () => {
  const one = played(set('bcd'), set('bcd'), set('xyz'))
  deepEqual(parsePlayed(formatPlayed(one)), one)
  const files = readdirSync(new URL('./fixtures/', import.meta.url)).sort()
  deepEqual(files, SCENARIOS.map(({ name }) => `${name}.json`).sort())
})
