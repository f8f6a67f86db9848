import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManagedFieldsEntry } from '../object.ts'
import type { FieldPath } from './path-element.ts'
import { fieldsAfterScale, fieldsOfScale } from './scale-fields.ts'
import { timeAt } from './testdata/story.ts'

const REPLICAS: FieldPath = ['f:spec', 'f:replicas']
const paths = new Map<string, FieldPath | undefined>([
  ['apps/v1', REPLICAS],
  ['apps/v0', ['f:spec', 'f:old', 'f:count']],
  ['apps/unscaled', undefined],
])

const entry = (
  manager: string,
  fields: readonly string[],
  more: Partial<ManagedFieldsEntry> = {},
): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  fieldsV1: { 'f:spec': Object.fromEntries(fields.map((field) => [`f:${field}`, {}])) },
  ...more,
})
const ofScale = (manager: string, more: Partial<ManagedFieldsEntry> = {}): ManagedFieldsEntry =>
  entry(manager, ['replicas'], { apiVersion: 'autoscaling/v1', ...more })
const APPLY = { operation: 'Apply' } as const
const SCALE = { subresource: 'scale' } as const

test('a Scale is owned by the owners of the replicas', () => {
  const old = { 'f:spec': { 'f:old': { 'f:count': {} } } }
  const entries = [
    entry('one', ['replicas', 'selector'], { time: timeAt(1) }),
    entry('two', ['selector']),
    entry('three', ['replicas'], APPLY),
    entry('four', [], { apiVersion: 'apps/v0', fieldsV1: old }),
    entry('five', ['replicas'], { apiVersion: 'apps/unscaled' }),
    entry('six', ['replicas'], { apiVersion: 'apps/gone' }),
  ]
  assert.deepEqual(fieldsOfScale(entries, paths), [
    ofScale('three', APPLY),
    ofScale('four'),
    ofScale('one', { time: timeAt(1) }),
  ])
  assert.equal(fieldsOfScale([entry('two', ['selector'])], paths), undefined)
  assert.equal(fieldsOfScale(undefined, paths), undefined)
})

/** The object's entries, those of its Scale after a write, and the object's then. */
const WRITES: readonly [string, ManagedFieldsEntry[], ManagedFieldsEntry[], ManagedFieldsEntry[]][] = [
  [
    'an updater takes from an applier',
    [entry('one', ['replicas', 'selector'], APPLY)],
    [ofScale('hpa', SCALE)],
    [entry('one', ['selector'], APPLY), entry('hpa', ['replicas'], SCALE)],
  ],
  [
    'an updater takes from an updater',
    [entry('one', ['replicas', 'selector'])],
    [ofScale('hpa', SCALE)],
    [entry('hpa', ['replicas'], SCALE), entry('one', ['selector'])],
  ],
  [
    'an applier takes from an applier',
    [entry('one', ['replicas', 'selector'], APPLY)],
    [ofScale('hpa', { ...APPLY, ...SCALE })],
    [entry('hpa', ['replicas'], { ...APPLY, ...SCALE }), entry('one', ['selector'], APPLY)],
  ],
  [
    'one takes from oneself',
    [entry('one', ['replicas', 'selector'])],
    [ofScale('one', SCALE)],
    [entry('one', ['selector']), entry('one', ['replicas'], SCALE)],
  ],
  [
    'who owned the replicas alone owns nothing',
    [entry('one', ['replicas'])],
    [ofScale('hpa', SCALE)],
    [entry('hpa', ['replicas'], SCALE)],
  ],
  [
    'two own them',
    [entry('one', ['replicas', 'selector'], APPLY)],
    [ofScale('one', APPLY), ofScale('hpa', { ...APPLY, ...SCALE })],
    [entry('hpa', ['replicas'], { ...APPLY, ...SCALE }), entry('one', ['replicas', 'selector'], APPLY)],
  ],
  [
    'nothing was written',
    [entry('one', ['replicas', 'selector'], { time: timeAt(1) })],
    [ofScale('one', { time: timeAt(1) })],
    [entry('one', ['replicas', 'selector'], { time: timeAt(1) })],
  ],
  [
    'nothing was written, again through the scale',
    [entry('hpa', ['replicas'], { ...SCALE, time: timeAt(1) })],
    [ofScale('hpa', { ...SCALE, time: timeAt(1) })],
    [entry('hpa', ['replicas'], { ...SCALE, time: timeAt(1) })],
  ],
  [
    'a newcomer has no time',
    [entry('one', ['selector'])],
    [ofScale('hpa', { ...SCALE, time: timeAt(5) })],
    [entry('hpa', ['replicas'], SCALE), entry('one', ['selector'])],
  ],
  ['nobody owns them any more', [entry('one', ['replicas', 'selector'])], [], [entry('one', ['selector'])]],
  [
    'versions that are no more are dropped, those without a scale are not',
    [
      entry('gone', ['replicas'], { apiVersion: 'apps/gone' }),
      entry('un', ['replicas'], { apiVersion: 'apps/unscaled' }),
    ],
    [],
    [entry('un', ['replicas'], { apiVersion: 'apps/unscaled' })],
  ],
]
for (const [name, entries, scaleEntries, after] of WRITES) {
  test(`after a write of the Scale: ${name}`, () => {
    assert.deepEqual(fieldsAfterScale({ entries, scaleEntries, apiVersion: 'apps/v1', paths }), after)
  })
}

test('the replicas are where the version has them through which they were written', () => {
  const after = fieldsAfterScale({ entries: [], scaleEntries: [ofScale('hpa', SCALE)], apiVersion: 'apps/v0', paths })
  const fieldsV1 = { 'f:spec': { 'f:old': { 'f:count': {} } } }
  assert.deepEqual(after, [entry('hpa', [], { ...SCALE, apiVersion: 'apps/v0', fieldsV1 })])
})
