import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, KubeObject, ManagedFieldsEntry } from '../object.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { capUpdaters, UPDATERS_MAX } from './cap-updaters.ts'
import { emptyObject } from './empty-object.ts'
import { setOf } from './field-set.ts'
import { type Owner, ownerId, readOwners, writeOwners } from './owners.ts'
import { recordUpdate, type Update } from './record-update.ts'
import { resetFieldsOf } from './reset-fields.ts'
import { WIDGET, WIDGET_VERSIONS, widget } from './testdata/widget.ts'
import { type FieldVersions, oneVersion } from './versions.ts'

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00Z`
const stored = (object: KubeObject, managedFields?: ManagedFieldsEntry[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, uid: 'u', ...(managedFields && { managedFields }) },
})
const base: Omit<Update, 'live' | 'next'> = { manager: 'm', subresource: '', now: at(9), versions: WIDGET_VERSIONS }
const record = (live: KubeObject | undefined, next: KubeObject, more: Partial<Update> = {}) =>
  recordUpdate({ ...base, live, next, ...more })

type Mine = Partial<Omit<ManagedFieldsEntry, 'fieldsV1'>> & { fieldsV1: ManagedFieldsEntry['fieldsV1'] | undefined }
const entry = (manager: string, time: number, { fieldsV1, ...more }: Mine): ManagedFieldsEntry => ({
  manager,
  operation: 'Update',
  apiVersion: 'example.com/v1',
  time: at(time),
  fieldsType: 'FieldsV1',
  ...(fieldsV1 && { fieldsV1 }),
  ...more,
})
const specFields = (...names: string[]) => ({ 'f:spec': Object.fromEntries(names.map((name) => [`f:${name}`, {}])) })

test('who creates an object owns all of it but its type and name', () => {
  const made = widget({ size: 1, labels: { a: '1' } }, { labels: { l: '1' }, generation: 1, resourceVersion: '5' })
  const fieldsV1 = {
    'f:metadata': { 'f:labels': { '.': {}, 'f:l': {} } },
    'f:spec': { '.': {}, 'f:labels': { '.': {}, 'f:a': {} }, 'f:size': {} },
  }
  assert.deepEqual(record(undefined, made), [entry('m', 9, { fieldsV1 })])
})

test('the bytes are those of Kubernetes', () => {
  const [created] = record(undefined, widget({ tags: ['b', 'a'] })) ?? []
  assert.equal(
    JSON.stringify(created),
    '{"manager":"m","operation":"Update","apiVersion":"example.com/v1","time":"2026-01-01T00:09:00Z","fieldsType":"FieldsV1",' +
      '"fieldsV1":{"f:spec":{".":{},"f:tags":{".":{},"v:\\"a\\"":{},"v:\\"b\\"":{}}}}}',
  )
})

test('who creates a built-in object does not own what every object of the kind has', () => {
  const made: KubeObject = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 's' },
    spec: { ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }] },
    status: { loadBalancer: {} },
  }
  const versions = oneVersion('v1', typeSchemaOf('', 'v1', 'Service'))
  const live = emptyObject({ group: '', version: 'v1' }, 'Service')
  const [created] = record(live, made, { versions }) ?? []
  assert.equal(
    JSON.stringify(created?.fieldsV1),
    '{"f:spec":{"f:ports":{".":{},"k:{\\"port\\":80,\\"protocol\\":\\"TCP\\"}":{".":{},"f:port":{},"f:protocol":{},"f:targetPort":{}}}}}',
  )
})

const BOTH = [entry('a', 1, { fieldsV1: specFields('size', 'text') }), entry('b', 2, { fieldsV1: specFields('on') })]
const LIVE = { size: 1, text: 'x', on: true }
/** what is written, by whom, and who owns what of the spec afterwards; time in minutes. */
const WRITES: readonly [string, Json, string, Record<string, string>][] = [
  ['nothing changes', LIVE, 'c', { 'a 1': 'size text', 'b 2': 'on' }],
  ['nothing changes for its owner', LIVE, 'a', { 'a 1': 'size text', 'b 2': 'on' }],
  ['a field is taken over', { ...LIVE, size: 2 }, 'b', { 'a 1': 'text', 'b 9': 'on size' }],
  ['a newcomer takes a field over', { ...LIVE, size: 2 }, 'c', { 'a 1': 'text', 'b 2': 'on', 'c 9': 'size' }],
  ['an owner changes its own field', { ...LIVE, size: 2 }, 'a', { 'a 9': 'size text', 'b 2': 'on' }],
  ['who owned one thing owns nothing', { ...LIVE, on: false }, 'a', { 'a 9': 'on size text' }],
  ['a field goes', { text: 'x', on: true }, 'c', { 'a 1': 'text', 'b 2': 'on' }],
  ['all fields of one go', { size: 1, text: 'x' }, 'c', { 'a 1': 'size text' }],
  ['a field comes', { ...LIVE, ratio: 1 }, 'b', { 'a 1': 'size text', 'b 9': 'on ratio' }],
]
const summary = (entries: ManagedFieldsEntry[] | undefined): Record<string, string> =>
  Object.fromEntries(
    (entries ?? []).map(({ manager, time, fieldsV1 }) => {
      const fields = fieldsV1?.['f:spec']
      const names =
        typeof fields === 'object' && fields !== null ? Object.keys(fields).map((name) => name.slice(2)) : []
      return [`${manager} ${Number(time?.slice(14, 16))}`, names.join(' ')]
    }),
  )
for (const [name, next, manager, owners] of WRITES) {
  test(name, () => assert.deepEqual(summary(record(stored(widget(LIVE), BOTH), widget(next), { manager })), owners))
}

test('entries that nothing happened to keep their bytes, and so a write of nothing writes nothing', () => {
  const live = stored(widget(LIVE), BOTH)
  for (const next of [widget(LIVE), structuredClone(live)]) {
    assert.equal(JSON.stringify(record(live, next)), JSON.stringify(BOTH))
  }
})

test('nothing that goes in is changed', () => {
  const live = stored(widget(LIVE), BOTH)
  const next = widget({ size: 5 })
  const text = JSON.stringify([live, next])
  record(live, next)
  assert.equal(JSON.stringify([live, next]), text)
})

test('one manager owns by itself in each version and through each subresource', () => {
  const live = stored(widget({ size: 1 }), [entry('m', 1, { fieldsV1: specFields('size') })])
  const next = { ...widget({ size: 1 }), status: { ready: 1 } }
  const entries = record(live, next, { subresource: 'status' })
  const ready = { '.': {}, 'f:ready': {} }
  const status = entry('m', 9, { fieldsV1: { 'f:status': ready }, subresource: 'status' })
  assert.deepEqual(entries, [entry('m', 1, { fieldsV1: specFields('size') }), status])
  // …and takes from itself, by name the same and yet another.
  const taken = record(stored(next, entries), { ...next, status: { ready: 2 } })
  assert.deepEqual(taken, [
    entry('m', 9, { fieldsV1: { ...specFields('size'), 'f:status': { 'f:ready': {} } } }),
    entry('m', 9, { fieldsV1: { 'f:status': {} }, subresource: 'status' }),
  ])
})

test('whoever has no name is unknown', () => {
  assert.equal(record(undefined, widget({ size: 1 }), { manager: '' })?.[0]?.manager, 'unknown')
})

test('what a kind of write resets is neither taken nor lost', () => {
  const kind = { group: 'example.com', plural: 'widgets', hasStatus: true }
  const owners = [entry('c', 1, { fieldsV1: { 'f:status': { 'f:ready': {} } }, subresource: 'status' })]
  const live = stored({ ...widget({ size: 1 }), status: { ready: 1 } }, owners)
  const object = record(live, widget({ size: 2 }), { resetFields: () => resetFieldsOf(kind, '') })
  assert.deepEqual(summary(object), { 'c 1': '', 'm 9': 'size' })
  const next = { ...widget({ size: 3 }, { labels: { a: '1' } }), status: { ready: 2 } }
  const status = record(live, next, { subresource: 'status', resetFields: () => resetFieldsOf(kind, 'status') })
  assert.deepEqual(
    status?.map(({ manager, fieldsV1 }) => [manager, fieldsV1]),
    [['m', { 'f:status': { 'f:ready': {} } }]],
  )
})

test('an object without managedFields stays without, until it is applied', () => {
  assert.equal(record(stored(widget({ size: 1 })), widget({ size: 2 })), undefined)
})

/** What a client sends as managedFields, and who owns the spec afterwards. */
const SENT: readonly [string, unknown, Record<string, string> | undefined][] = [
  ['nothing: the stored ones stay', undefined, { 'a 1': 'size text', 'b 2': 'on' }],
  ['null: the stored ones stay', null, { 'a 1': 'size text', 'b 2': 'on' }],
  ['an empty list does away with them', [], undefined],
  ['one empty entry does too', [{}], undefined],
  ['others take their place', [entry('z', 3, { fieldsV1: specFields('size') })], { 'z 3': 'size' }],
  ['an entry that owns nothing is dropped', [entry('z', 3, { fieldsV1: {} }), BOTH[0]], { 'a 1': 'size text' }],
  ['an entry without fields is dropped', [entry('z', 3, { fieldsV1: undefined }), BOTH[0]], { 'a 1': 'size text' }],
  [
    'of two entries of one name the later counts',
    [BOTH[0], entry('a', 4, { fieldsV1: specFields('on') })],
    { 'a 4': 'on' },
  ],
  [
    'what cannot be read is ignored',
    [entry('z', 3, { fieldsV1: { nonsense: {} } })],
    { 'a 1': 'size text', 'b 2': 'on' },
  ],
  ['an unknown operation is ignored', [{ ...BOTH[0], operation: 'Patch' }], { 'a 1': 'size text', 'b 2': 'on' }],
  [
    'an entry of a version that is no more is dropped',
    [{ ...BOTH[0], apiVersion: 'example.com/v0' }, BOTH[1]],
    { 'b 2': 'on' },
  ],
  ['not even a list', 'nonsense', { 'a 1': 'size text', 'b 2': 'on' }],
]
for (const [name, sent, owners] of SENT) {
  test(`a client sends managedFields: ${name}`, () => {
    const next: KubeObject = JSON.parse(
      JSON.stringify({ ...widget(LIVE), metadata: { name: 'w', managedFields: sent } }),
    )
    const entries = record(stored(widget(LIVE), BOTH), next)
    assert.deepEqual(entries && summary(entries), owners)
  })
}

test('managedFields cannot be sent through a subresource', () => {
  const next = { ...widget(LIVE), metadata: { name: 'w', managedFields: [] } }
  assert.deepEqual(record(stored(widget(LIVE), BOTH), next, { subresource: 'status' }), BOTH)
})

test('kubectl takes a client-side apply over by a patch of managedFields', () => {
  // What csaupgrade of client-go sends: the entry of the updater under the name of the applier.
  const sent = [entry('kubectl', 1, { fieldsV1: specFields('size', 'text'), operation: 'Apply' }), ...BOTH.slice(1)]
  const next: KubeObject = {
    ...widget(LIVE),
    metadata: { name: 'w', uid: 'u', resourceVersion: '7', managedFields: sent },
  }
  assert.deepEqual(record(stored(widget(LIVE), BOTH), next, { manager: 'kubectl' }), sent)
})

test('times are read as Kubernetes reads them', () => {
  const sent = [entry('z', 1, { fieldsV1: specFields('size'), time: '2026-01-01T02:00:00.9+01:00' })]
  const next = { ...widget(LIVE), metadata: { name: 'w', managedFields: sent } }
  assert.equal(record(stored(widget(LIVE)), next)?.[0]?.time, '2026-01-01T01:00:00Z')
})

test('entries come sorted: appliers first, then by age, name, version and subresource', () => {
  const fieldsV1 = { 'f:x': {} }
  const sorted = [
    entry('z', 5, { fieldsV1, operation: 'Apply' }),
    { ...entry('y', 0, { fieldsV1 }), time: undefined },
    entry('z', 1, { fieldsV1 }),
    entry('a', 2, { fieldsV1 }),
    entry('b', 2, { fieldsV1, apiVersion: 'example.com/v0' }),
    entry('b', 2, { fieldsV1 }),
    entry('b', 2, { fieldsV1, subresource: 'status' }),
  ]
  const owners = readOwners(JSON.parse(JSON.stringify(sorted)).reverse())
  assert.deepEqual(JSON.stringify(writeOwners(owners)), JSON.stringify(sorted))
})

test('beyond ten updaters the oldest are joined', () => {
  let object: KubeObject = stored(widget({}), record(undefined, widget({ size: 0 }), { now: at(0), manager: 'm0' }))
  for (let minute = 1; minute <= 14; minute++) {
    const labels = { ...object.metadata.labels, [`l${minute}`]: 'x' }
    const next = widget({ size: 0 }, { labels })
    const entries = record(object, next, { now: at(minute), manager: `m${minute}` })
    object = stored(next, entries)
    const updaters = entries?.filter(({ operation }) => operation === 'Update') ?? []
    assert.equal(updaters.length, Math.min(minute + 1, UPDATERS_MAX))
    const owned = new Set(updaters.flatMap(({ fieldsV1 }) => labelsIn(fieldsV1)))
    assert.deepEqual(owned, new Set(Object.keys(labels)), 'every label has an owner still')
  }
  const [oldest] = object.metadata.managedFields ?? []
  assert.equal(oldest?.manager, 'ancient-changes')
  assert.equal(oldest?.time, at(5))
  assert.deepEqual(labelsIn(oldest?.fieldsV1).sort(), ['l1', 'l2', 'l3', 'l4', 'l5'])
})

const labelsIn = (fields: ManagedFieldsEntry['fieldsV1']): string[] =>
  (JSON.stringify(fields ?? {}).match(/f:l\d+/g) ?? []).map((name) => name.slice(2))

test('the oldest are joined version by version, whatever became of an earlier bucket', () => {
  const owner = (manager: string, minute: number, version = 'v1'): [string, Owner] => {
    const fields = setOf([`f:${manager}`])
    const made: Owner = {
      manager,
      operation: 'Update',
      apiVersion: `example.com/${version}`,
      subresource: '',
      time: at(minute),
      fields,
    }
    return [ownerId(made), made]
  }
  const young = Array.from({ length: 8 }, (_, n) => owner(`y${n}`, 20 + n))
  const capped = capUpdaters(
    new Map([owner('a', 1, 'v2'), owner('b', 2), owner('c', 3, 'v2'), owner('d', 4), ...young]),
  )
  const ancient = [...capped.values()].filter(({ manager }) => manager === 'ancient-changes')
  assert.deepEqual(
    ancient.map(({ apiVersion, fields, time }) => [apiVersion, Object.keys(fields).sort().join(), time]),
    [
      ['example.com/v2', 'f:a,f:c', at(3)],
      ['example.com/v1', 'f:b,f:d', at(4)],
    ],
  )
  const again = capUpdaters(new Map([owner('a', 1), owner('ancient-changes', 2), ...young, owner('z', 40)]))
  assert.equal(again.size, UPDATERS_MAX)
  const [bucket] = [...again.values()].filter(({ manager }) => manager === 'ancient-changes')
  assert.deepEqual(Object.keys(bucket?.fields ?? {}).sort(), ['f:a', 'f:ancient-changes'])
})

test('owners in other versions lose fields by the names that those have there', () => {
  const versions: FieldVersions = {
    schemaOf: () => WIDGET,
    // v2 calls text what v1 calls size.
    convert: ({ spec, ...object }, apiVersion) => {
      const { text } = { text: undefined, ...(typeof spec === 'object' ? spec : {}) }
      return { ...object, apiVersion, spec: text === undefined ? {} : { size: text } }
    },
  }
  const live = stored({ ...widget({ text: 7, on: true }), apiVersion: 'example.com/v2' }, [
    entry('old', 1, { fieldsV1: specFields('on', 'size') }),
  ])
  const next = { ...widget({ text: 8, on: true }), apiVersion: 'example.com/v2' }
  const entries = record(live, next, { versions })
  assert.deepEqual(
    entries?.map(({ manager, apiVersion, fieldsV1 }) => [manager, apiVersion, fieldsV1]),
    [
      ['old', 'example.com/v1', specFields('on')],
      ['m', 'example.com/v2', specFields('text')],
    ],
  )
})

test('managedFields are done away with when the object does not fit a version in which somebody owns fields', () => {
  const versions: FieldVersions = {
    schemaOf: () => WIDGET,
    convert: (object, apiVersion) => ({ ...object, apiVersion, unknown: 1 }),
  }
  const live = stored(widget({ size: 1 }), [
    entry('old', 1, { fieldsV1: specFields('size'), apiVersion: 'example.com/v2' }),
  ])
  assert.equal(record(live, widget({ size: 2 }), { versions }), undefined)
})
