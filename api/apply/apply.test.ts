import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject, KubeObject } from '../object.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { emptyObject } from './empty-object.ts'
import { resetFieldsOf } from './reset-fields.ts'
import { applied, type Deed, ownersOf, stored, tell, timeAt } from './testdata/story.ts'
import { widget } from './testdata/widget.ts'
import { oneVersion } from './versions.ts'

const part = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more })
const A = 'parts[name="a",port=80]'
const B = 'parts[name="b",port=80]'

/** What is done, the spec afterwards, and who owns what of it. */
const STORIES: readonly [string, readonly Deed[], Json, Record<string, string>][] = [
  [
    'who applies creates',
    [{ by: 'one', applies: { size: 1, labels: { a: '1' } } }],
    { size: 1, labels: { a: '1' } },
    { one: 'size labels.a' },
  ],
  [
    'the same again changes nothing',
    [
      { by: 'one', applies: { size: 1 } },
      { by: 'one', applies: { size: 1 } },
    ],
    { size: 1 },
    { one: 'size' },
  ],
  [
    'an applier changes what it owns',
    [
      { by: 'one', applies: { size: 1 } },
      { by: 'one', applies: { size: 2 } },
    ],
    { size: 2 },
    { one: 'size' },
  ],
  [
    'two own different fields',
    [
      { by: 'one', applies: { size: 1 } },
      { by: 'two', applies: { text: 'x' } },
    ],
    { size: 1, text: 'x' },
    { one: 'size', two: 'text' },
  ],
  [
    'two own the same value',
    [
      { by: 'one', applies: { size: 1 } },
      { by: 'two', applies: { size: 1 } },
    ],
    { size: 1 },
    { one: 'size', two: 'size' },
  ],
  [
    'force takes a field',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'two', forces: { size: 2 } },
    ],
    { size: 2, text: 'x' },
    { one: 'text', two: 'size' },
  ],
  [
    'force takes the last field of another',
    [
      { by: 'one', applies: { size: 1 } },
      { by: 'two', forces: { size: 2 } },
    ],
    { size: 2 },
    { two: 'size' },
  ],
  [
    'a field that is no longer mentioned goes',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'one', applies: { size: 1 } },
    ],
    { size: 1 },
    { one: 'size' },
  ],
  [
    '…but not when another applier owns it',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'two', applies: { text: 'x' } },
      { by: 'one', applies: { size: 1 } },
    ],
    { size: 1, text: 'x' },
    { one: 'size', two: 'text' },
  ],
  [
    '…until that one no longer mentions it either',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'two', applies: { text: 'x', on: true } },
      { by: 'one', applies: { size: 1 } },
      { by: 'two', applies: { on: true } },
    ],
    { size: 1, on: true },
    { one: 'size', two: 'on' },
  ],
  [
    '…nor when an updater changed it since',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'up', writes: { size: 1, text: 'y' } },
      { by: 'one', applies: { size: 1 } },
    ],
    { size: 1, text: 'y' },
    { one: 'size', 'up (updates)': 'text' },
  ],
  [
    'a map goes with its last field',
    [
      { by: 'one', applies: { size: 1, labels: { a: '1' } } },
      { by: 'one', applies: { size: 1 } },
    ],
    { size: 1 },
    { one: 'size' },
  ],
  [
    'a map of which others own a part stays',
    [
      { by: 'one', applies: { labels: { a: '1', b: '2' } } },
      { by: 'two', applies: { labels: { b: '2' } } },
      { by: 'one', applies: {} },
    ],
    { labels: { b: '2' } },
    { two: 'labels.b', one: '' },
  ],
  [
    'keys of a map',
    [
      { by: 'one', applies: { groups: { x: { a: '1' }, y: { a: '1' } } } },
      { by: 'one', applies: { groups: { x: { a: '2' } } } },
    ],
    { groups: { x: { a: '2' } } },
    { one: 'groups.x groups.x.a' },
  ],
  [
    'items of a list',
    [
      { by: 'one', applies: { parts: [part('a', { value: '1' })] } },
      { by: 'two', applies: { parts: [part('b')] } },
      { by: 'one', applies: { parts: [part('a')] } },
    ],
    { parts: [part('a'), part('b')] },
    { one: `${A} ${A}.name`, two: `${B} ${B}.name` },
  ],
  [
    'an item of which another owns a field stays',
    [
      { by: 'one', applies: { parts: [part('a', { value: '1' })] } },
      { by: 'two', applies: { parts: [part('a', { inner: [{ id: 1 }] })] } },
      { by: 'one', applies: { size: 1 } },
    ],
    { parts: [part('a', { inner: [{ id: 1 }] })], size: 1 },
    { one: 'size', two: `${A} ${A}.name ${A}.inner[id=1] ${A}.inner[id=1].id` },
  ],
  [
    'a key that says its default is the same item',
    [
      { by: 'one', applies: { parts: [part('a', { value: '1' })] } },
      { by: 'two', applies: { parts: [part('a', { port: 80 })] } },
    ],
    { parts: [part('a', { value: '1', port: 80 })] },
    { one: `${A} ${A}.name ${A}.value`, two: `${A} ${A}.name ${A}.port` },
  ],
  [
    'values of a set',
    [
      { by: 'one', applies: { tags: ['x', 'y'] } },
      { by: 'two', applies: { tags: ['y', 'z'] } },
      { by: 'one', applies: { tags: [] } },
    ],
    { tags: ['y', 'z'] },
    { two: 'tags[="y"] tags[="z"]' },
  ],
  [
    'an atomic list is owned as a whole',
    [
      { by: 'one', applies: { steps: ['a'] } },
      { by: 'two', forces: { steps: ['b'] } },
    ],
    { steps: ['b'] },
    { two: 'steps' },
  ],
  [
    'an atomic map is owned as a whole',
    [
      { by: 'one', applies: { limits: { cpu: '1' } } },
      { by: 'two', forces: { limits: { memory: '1' } } },
    ],
    { limits: { memory: '1' } },
    { two: 'limits' },
  ],
  [
    'where anything may be, fields are owned one by one',
    [
      { by: 'one', applies: { free: { a: { b: 1 } } } },
      { by: 'two', applies: { free: { a: { c: [1] } } } },
      { by: 'one', applies: { size: 1 } },
    ],
    { free: { a: { c: [1] } }, size: 1 },
    { one: 'size', two: 'free.a free.a.c' },
  ],
  [
    'null is a value like another',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'one', applies: { size: null, text: 'x' } },
    ],
    { size: null, text: 'x' },
    { one: 'size text' },
  ],
  [
    'what was there before anybody applied',
    [
      { by: 'up', writes: { size: 1, text: 'x' } },
      { by: 'one', applies: { size: 1 } },
      { by: 'one', applies: {} },
    ],
    { size: 1, text: 'x' },
    { 'up (updates)': 'size text', one: '' },
  ],
  [
    'an update takes from an applier',
    [
      { by: 'one', applies: { size: 1, text: 'x' } },
      { by: 'one', writes: { size: 2, text: 'x' } },
    ],
    { size: 2, text: 'x' },
    { one: 'text', 'one (updates)': 'size' },
  ],
  [
    'three of them',
    [
      { by: 'one', applies: { size: 1, tags: ['x'] } },
      { by: 'two', applies: { size: 1, tags: ['y'] } },
      { by: 'three', forces: { size: 3 } },
      { by: 'one', applies: { tags: ['x'] } },
    ],
    { size: 3, tags: ['x', 'y'] },
    { one: 'tags[="x"]', two: 'tags[="y"]', three: 'size' },
  ],
]
for (const [name, deeds, spec, owners] of STORIES) {
  test(name, () => {
    const object = tell(deeds)
    assert.deepEqual(object?.spec, spec)
    assert.deepEqual(ownersOf(object), owners)
  })
}

test('what nobody owned is owned by somebody before it is first applied', () => {
  const found = stored({ ...widget({ size: 1, text: 'x' }, { labels: { a: '1' } }), status: { ready: 1 } })
  const same = applied({ live: found, applied: widget({ size: 1 }), manager: 'one', now: timeAt(5) })
  assert.deepEqual(ownersOf(same), {
    one: 'size',
    'before-first-apply (updates)': '.status .metadata.labels .metadata.labels.a size text .status.ready',
  })
  assert.throws(() => tell([{ by: 'one', applies: { size: 2 } }], found), {
    message: 'Apply failed with 1 conflict: conflict with "before-first-apply" using example.com/v1: .spec.size',
  })
  const reset = applied({
    live: found,
    applied: widget({ size: 1 }),
    manager: 'one',
    now: timeAt(5),
    resetFields: () => resetFieldsOf({ group: 'example.com', plural: 'widgets', hasStatus: true }, ''),
  })
  assert.deepEqual(ownersOf(reset), {
    one: 'size',
    'before-first-apply (updates)': '.metadata.labels .metadata.labels.a size text',
  })
})

const timesOf = (object: KubeObject | undefined) =>
  object?.metadata.managedFields?.map(({ time }) => time?.slice(14, 16))

test('an apply has its time where it changed something', () => {
  const one = tell([{ by: 'one', applies: { size: 1 } }])
  assert.deepEqual(timesOf(one), ['01'])
  assert.deepEqual(timesOf(tell([{ by: 'one', applies: { size: 1 } }], one, 7)), ['01'])
  assert.deepEqual(timesOf(tell([{ by: 'one', applies: { size: 2 } }], one, 7)), ['07'])
  // As in Kubernetes, who changes nothing and yet becomes an owner has no time.
  assert.deepEqual(timesOf(tell([{ by: 'two', applies: { size: 1 } }], one, 7)), [undefined, '01'])
})

test('an apply of the same gives the same bytes', () => {
  const once = tell([
    { by: 'up', writes: { text: 'y' } },
    { by: 'one', applies: { size: 1, parts: [part('a')] } },
  ])
  assert.equal(
    JSON.stringify(tell([{ by: 'one', applies: { size: 1, parts: [part('a')] } }], once, 9)),
    JSON.stringify(once),
  )
})

test('nothing that goes in is changed, and nothing of it is in what comes out', () => {
  const live = tell([{ by: 'one', applies: { parts: [part('a')], steps: ['x'], labels: { a: '1' } } }])
  const configuration = widget({ parts: [part('b')], limits: { cpu: '1' } })
  const text = JSON.stringify([live, configuration])
  const result = applied({ live, applied: configuration, manager: 'two', now: timeAt(9) })
  assert.equal(JSON.stringify([live, configuration]), text)
  assert.deepEqual(result.spec, {
    parts: [part('a'), part('b')],
    steps: ['x'],
    labels: { a: '1' },
    limits: { cpu: '1' },
  })
})

test('the type and the metadata of an object are never taken away', () => {
  const entry = { manager: 'one', operation: 'Apply', apiVersion: 'example.com/v1', fieldsType: 'FieldsV1' } as const
  const fieldsV1 = {
    'f:apiVersion': {},
    'f:kind': {},
    'f:metadata': { '.': {}, 'f:uid': {}, 'f:labels': { 'f:a': {} } },
  }
  const labelled = widget({ size: 1 }, { labels: { a: '1' } })
  const live = stored({ ...labelled, metadata: { ...labelled.metadata, managedFields: [{ ...entry, fieldsV1 }] } })
  const configuration = { apiVersion: 'example.com/v1', kind: 'Widget', spec: { size: 1 } }
  const { metadata } = applied({ live, applied: configuration, manager: 'one', now: timeAt(2) })
  assert.deepEqual([metadata.uid, metadata.name, metadata.labels], ['u', 'w', undefined])
})

test('what an applied null left standing goes at the second time, if nobody owns what is in it', () => {
  const entry = { manager: 'one', operation: 'Apply', apiVersion: 'example.com/v1', fieldsType: 'FieldsV1' } as const
  const fieldsV1 = { 'f:spec': { 'f:size': {}, 'f:tags': {} } }
  const live = stored(widget({ size: 1, tags: ['x'] }, { managedFields: [{ ...entry, fieldsV1 }] }))
  const object = applied({ live, applied: widget({ size: 1, tags: null }), manager: 'one', now: timeAt(2) })
  assert.deepEqual(object.spec, { size: 1 })
})

test('metadata is applied like anything else', () => {
  const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: '1' }
  const labelled = widget({}, { labels: { a: '1' }, finalizers: ['x'], ownerReferences: [owner] })
  const live = applied({ live: undefined, applied: labelled, manager: 'one', now: timeAt(1) })
  const other = widget({}, { finalizers: ['y'], ownerReferences: [{ ...owner, uid: '2' }] })
  const both = applied({ live, applied: other, manager: 'two', now: timeAt(2) })
  assert.deepEqual(both.metadata.finalizers, ['x', 'y'])
  const rest = applied({ live: both, applied: widget({}), manager: 'one', now: timeAt(3) })
  assert.deepEqual(rest.metadata.finalizers, ['y'])
  assert.deepEqual(
    rest.metadata.ownerReferences?.map(({ uid }) => uid),
    ['2'],
  )
  assert.equal(rest.metadata.labels, undefined)
})

test('a built-in object is created', () => {
  const configuration = { apiVersion: 'v1', kind: 'Service', metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } }
  const service = applied({
    live: undefined,
    empty: emptyObject({ group: '', version: 'v1' }, 'Service'),
    applied: configuration,
    apiVersion: 'v1',
    kind: 'Service',
    manager: 'one',
    now: timeAt(1),
    versions: oneVersion('v1', typeSchemaOf('', 'v1', 'Service')),
  })
  assert.deepEqual(ownersOf(service), { one: 'ports[port=80,protocol="TCP"] ports[port=80,protocol="TCP"].port' })
  assert.deepEqual(service.spec, configuration.spec)
})
