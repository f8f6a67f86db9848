import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, JsonObject } from '../object.ts'
import { rootAtom } from './atom.ts'
import { checkTyped, sayMisfits } from './check-typed.ts'
import { type Comparison, compare, isSame } from './compare.ts'
import { type FieldSet, pathsOf, setOf } from './field-set.ts'
import { fieldsOf } from './fields-of.ts'
import { merge } from './merge.ts'
import { type FieldPath, sayPath } from './path-element.ts'
import { extractItems, removeItems } from './remove-items.ts'
import { underSchema, withNamedFields } from './schema-fields.ts'
import { WIDGET_ATOM as ATOM, SPEC, widget, widgetWith } from './testdata/widget.ts'

/** Fields below spec, as messages say them. */
const say = (set: FieldSet): string =>
  pathsOf(set)
    .map((path) => sayPath(path).replace(/^\.spec/, ''))
    .join(' ')

const spec = (fields: Json): JsonObject => widget(fields)
const A = { name: 'a' }
const B = { name: 'b', value: '1' }
const A81 = { name: 'a', port: 81 }

/** name, old spec, next spec, and what is added, modified and removed. */
const CHANGES: readonly [string, Json, Json, string, string, string][] = [
  ['nothing', { size: 1 }, { size: 1 }, '', '', ''],
  ['a value', { size: 1 }, { size: 2 }, '', '.size', ''],
  ['a field comes and goes', { size: 1 }, { text: 'a' }, '.text', '', '.size'],
  ['numbers are numbers', { ratio: 1 }, { ratio: 1.0 }, '', '', ''],
  ['null is not absent', { size: 1 }, { size: null }, '', '.size', ''],
  ['null is not an empty map', { labels: {} }, { labels: null }, '', '.labels', ''],
  ['null is not an empty list', { parts: [] }, { parts: null }, '', '.parts', ''],
  ['an empty map comes', {}, { labels: {} }, '.labels', '', ''],
  ['a map comes with what it holds', {}, { labels: { a: '1' } }, '.labels .labels.a', '', ''],
  ['a map loses all it held', { labels: { a: '1' } }, { labels: {} }, '', '', '.labels.a'],
  ['names that objects inherit', { labels: {} }, { labels: { constructor: 'x' } }, '.labels.constructor', '', ''],
  ['an atomic map', { limits: { cpu: '1' } }, { limits: { cpu: '1', memory: '1' } }, '', '.limits', ''],
  ['an atomic map comes', {}, { limits: { cpu: '1' } }, '.limits', '', ''],
  ['an atomic list', { steps: ['a'] }, { steps: ['a', 'b'] }, '', '.steps', ''],
  [
    'an item comes',
    { parts: [A] },
    { parts: [B, A] },
    '.parts[name="b",port=80] .parts[name="b",port=80].name .parts[name="b",port=80].value',
    '',
    '',
  ],
  [
    'an item goes',
    { parts: [A, A81] },
    { parts: [A] },
    '',
    '',
    '.parts[name="a",port=81] .parts[name="a",port=81].name .parts[name="a",port=81].port',
  ],
  [
    'a key that is said where its default was',
    { parts: [A] },
    { parts: [{ name: 'a', port: 80 }] },
    '.parts[name="a",port=80].port',
    '',
    '',
  ],
  ['items in another order', { parts: [A, B] }, { parts: [B, A] }, '', '', ''],
  ['a field of an item', { parts: [B] }, { parts: [{ ...B, value: '2' }] }, '', '.parts[name="b",port=80].value', ''],
  [
    'an item of an item',
    { parts: [{ ...A, inner: [{ id: 1 }] }] },
    { parts: [{ ...A, inner: [{ id: 1, value: 'x' }] }] },
    '.parts[name="a",port=80].inner[id=1].value',
    '',
    '',
  ],
  ['a list comes', {}, { tags: ['x'] }, '.tags .tags[="x"]', '', ''],
  ['a set', { tags: ['x', 'y'] }, { tags: ['y', 'z'] }, '.tags[="z"]', '', '.tags[="x"]'],
  ['doubles stay', { tags: ['x', 'x'] }, { tags: ['x', 'x'] }, '', '', ''],
  ['doubles become more', { tags: ['x', 'x'] }, { tags: ['x', 'x', 'x'] }, '', '.tags[="x"]', ''],
  [
    'doubles come',
    { parts: [B] },
    { parts: [B, B] },
    '.parts[name="b",port=80]',
    '',
    '.parts[name="b",port=80] .parts[name="b",port=80].name .parts[name="b",port=80].value',
  ],
  [
    'doubles become one',
    { parts: [B, B] },
    { parts: [B] },
    '.parts[name="b",port=80] .parts[name="b",port=80].name .parts[name="b",port=80].value',
    '',
    '.parts[name="b",port=80]',
  ],
  ['doubles go', { tags: ['x', 'x', 'y'] }, { tags: ['y'] }, '', '', '.tags[="x"]'],
  [
    'where anything may be, an object is looked into',
    { free: { a: { b: 1 } } },
    { free: { a: { b: 2, c: [1] } } },
    '.free.a.c',
    '.free.a.b',
    '',
  ],
  [
    'where anything may be, a list is one value',
    { anything: [{ a: 1 }] },
    { anything: [{ a: 2 }] },
    '',
    '.anything',
    '',
  ],
  ['a value becomes an object', { anything: 'x' }, { anything: { a: 1 } }, '.anything.a', '.anything', ''],
  ['an object becomes a value', { anything: { a: 1 } }, { anything: 'x' }, '', '.anything', '.anything.a'],
  ['a field that the schema does not know', {}, { unknown: { a: 1 } }, '.unknown .unknown.a', '', ''],
  ['a value of the wrong shape', { labels: 'x' }, { labels: 'y' }, '', '.labels', ''],
  [
    'items without a key cannot be told apart',
    { parts: [{ ...A, inner: [{ value: 'x' }] }] },
    { parts: [{ ...A, inner: [{ value: 'y' }] }] },
    '',
    '',
    '',
  ],
]
for (const [name, old, next, added, modified, removed] of CHANGES) {
  test(`compare: ${name}`, () => {
    const said = (comparison: Comparison) => Object.values(comparison).map(say)
    assert.deepEqual(said(compare(ATOM, spec(old), spec(next))), [added, modified, removed])
    assert.equal(isSame(compare(ATOM, spec(next), spec(next))), true)
  })
}

test('compare: the way back is the mirror image, but for values that change shape', () => {
  for (const [name, old, next, added, , removed] of CHANGES) {
    if (name.includes('becomes')) continue
    const back = compare(ATOM, spec(next), spec(old))
    assert.deepEqual([say(back.removed), say(back.added)], [added, removed], name)
  }
})

/** An applied spec, and the fields that whoever applies it owns. */
const MENTIONED: readonly [string, JsonObject, string][] = [
  ['leaves, and not what leads to them', { nested: { deep: { two: 'x' } }, size: 1 }, '.size .nested.deep.two'],
  ['null and the empty map', { labels: {}, nested: null, groups: { a: null } }, '.labels .nested .groups.a'],
  ["an empty list that is merged item by item is nobody's", { parts: [], tags: [] }, ''],
  ['an empty list that is one value', { steps: [] }, '.steps'],
  ['keys of a map, and what they hold', { groups: { x: { a: '1' } } }, '.groups.x .groups.x.a'],
  [
    'items, and what they hold',
    { parts: [B] },
    '.parts[name="b",port=80] .parts[name="b",port=80].name .parts[name="b",port=80].value',
  ],
  ['items of a set', { tags: ['x'] }, '.tags[="x"]'],
  ['an atomic map', { limits: { cpu: '1' } }, '.limits'],
  ['where anything may be, everything', { free: { a: { b: [] } } }, '.free.a .free.a.b'],
  [
    'doubles are one leaf',
    { parts: [B, B, A] },
    '.parts[name="a",port=80] .parts[name="b",port=80] .parts[name="a",port=80].name',
  ],
]
for (const [name, applied, fields] of MENTIONED) {
  test(`fields of: ${name}`, () => assert.equal(say(fieldsOf(ATOM, { spec: applied })), fields))
}

test('fields of an object include its type and name', () => {
  const paths = pathsOf(fieldsOf(ATOM, widget({}, { labels: { a: '1' } }))).map(sayPath)
  assert.deepEqual(paths, [
    '.apiVersion',
    '.kind',
    '.spec',
    '.metadata.name',
    '.metadata.namespace',
    '.metadata.labels.a',
  ])
})

const item = (name: string, value?: string): JsonObject => ({ name, ...(value !== undefined && { value }) })
/** live, applied, merged. */
const MERGES: readonly [string, Json, Json, Json][] = [
  ['what is applied is as it says', { size: 1, text: 'a' }, { size: 2 }, { size: 2, text: 'a' }],
  ['maps', { labels: { a: '1', b: '2' } }, { labels: { b: '3', c: '4' } }, { labels: { a: '1', b: '3', c: '4' } }],
  ['an atomic map', { limits: { cpu: '1' } }, { limits: { memory: '1' } }, { limits: { memory: '1' } }],
  ['an atomic list', { steps: ['a', 'b'] }, { steps: ['c'] }, { steps: ['c'] }],
  ['a set keeps the items of others', { tags: ['a', 'b'] }, { tags: ['c'] }, { tags: ['a', 'b', 'c'] }],
  ['an empty list keeps them too', { tags: ['a'] }, { tags: [] }, { tags: ['a'] }],
  [
    'items by their keys',
    { parts: [item('a', '1'), A81] },
    { parts: [item('a', '2')] },
    { parts: [item('a', '2'), A81] },
  ],
  [
    'a key by its default',
    { parts: [item('a', '1')] },
    { parts: [{ name: 'a', port: 80 }] },
    { parts: [{ name: 'a', value: '1', port: 80 }] },
  ],
  [
    'items in the order of the configuration',
    { tags: ['a', 'b', 'x', 'c'] },
    { tags: ['c', 'b', 'new'] },
    { tags: ['a', 'x', 'c', 'b', 'new'] },
  ],
  [
    'an item between two that both have',
    { tags: ['a', 'b'] },
    { tags: ['a', 'new', 'b'] },
    { tags: ['a', 'new', 'b'] },
  ],
  [
    'items of others keep their place',
    { tags: ['a', 'x', 'b', 'y'] },
    { tags: ['b', 'a'] },
    { tags: ['x', 'b', 'y', 'a'] },
  ],
  ['doubles that are not mentioned stay', { tags: ['a', 'a', 'b'] }, { tags: ['c'] }, { tags: ['a', 'a', 'b', 'c'] }],
  [
    'doubles that are mentioned become one',
    { parts: [item('a', '1'), item('a', '2')] },
    { parts: [item('a')] },
    { parts: [item('a')] },
  ],
  [
    'null takes the place of a value',
    { size: 1, limits: { cpu: '1' } },
    { size: null, limits: null },
    { size: null, limits: null },
  ],
  [
    'null leaves what is merged field by field',
    { labels: { a: '1' }, tags: ['a'] },
    { labels: null, tags: null },
    { labels: { a: '1' }, tags: ['a'] },
  ],
  ['empty takes the place of null', { labels: null }, { labels: {} }, { labels: {} }],
  ['a value takes the place of an object', { anything: { a: 1 } }, { anything: 'x' }, { anything: 'x' }],
  ['an object takes the place of a value', { free: { a: 'x' } }, { free: { a: { b: 1 } } }, { free: { a: { b: 1 } } }],
  ['what the schema does not know stays', { unknown: [1] }, { size: 1 }, { unknown: [1], size: 1 }],
]
for (const [name, live, applied, merged] of MERGES) {
  test(`merge: ${name}`, () => {
    const before = [JSON.stringify(live), JSON.stringify(applied)]
    assert.deepEqual(merge(ATOM, spec(live), spec(applied)), spec(merged))
    assert.deepEqual([JSON.stringify(live), JSON.stringify(applied)], before)
  })
}

test('merge: the result shares nothing with what went in', () => {
  const live = widget({ labels: { a: '1' }, parts: [{ ...B, inner: [{ id: 1 }] }], steps: ['x'] })
  const applied = widget({ limits: { cpu: '1' }, parts: [A] })
  const text = JSON.stringify([live, applied])
  const scribble = (value: Json): void => {
    if (typeof value !== 'object' || value === null) return
    for (const inside of Object.values(value)) scribble(inside)
    if (Array.isArray(value)) value.push('scribbled')
    else value.scribbled = true
  }
  scribble(merge(ATOM, live, applied))
  assert.equal(JSON.stringify([live, applied]), text)
})

test('merge: a field may have any name', () => {
  const odd: JsonObject = JSON.parse('{"__proto__":"1","constructor":"2"}')
  const merged = merge(ATOM, spec({ labels: odd }), spec({ labels: JSON.parse('{"__proto__":"3"}') }))
  assert.equal(JSON.stringify(merged.spec), '{"labels":{"__proto__":"3","constructor":"2"}}')
})

const below = (...paths: FieldPath[]): FieldSet => setOf(...paths.map((path) => ['f:spec', ...path]))
const KEY_A = 'k:{"name":"a","port":80}'
const KEY_B = 'k:{"name":"b","port":80}'
/** an object, the fields that go, and what is left. */
const REMOVALS: readonly [string, JsonObject, FieldSet, JsonObject][] = [
  ['a field', { size: 1, text: 'a' }, below(['f:size']), { text: 'a' }],
  ['the last field of a map', { labels: { a: '1' } }, below(['f:labels', 'f:a']), { labels: {} }],
  ['an item', { parts: [A, B] }, below(['f:parts', KEY_A]), { parts: [B] }],
  ['the last item', { tags: ['x'] }, below(['f:tags', 'v:"x"']), { tags: [] }],
  ['a field of an item', { parts: [B] }, below(['f:parts', KEY_B, 'f:value']), { parts: [{ name: 'b' }] }],
  ['nothing that is there', { parts: [B] }, below(['f:parts', KEY_A], ['f:none']), { parts: [B] }],
  [
    'the inside of what is atomic empties it',
    { limits: { cpu: '1' }, steps: ['a'] },
    below(['f:limits', 'f:cpu'], ['f:steps', 'i:0']),
    { limits: {}, steps: [] },
  ],
  ['below a value', { size: 1 }, below(['f:size', 'f:a']), { size: 1 }],
]
for (const [name, object, gone, left] of REMOVALS) {
  test(`remove: ${name}`, () => assert.deepEqual(removeItems(ATOM, { spec: object }, gone), { spec: left }))
}

test('extract: nothing but what is asked for', () => {
  const object = {
    spec: {
      size: 1,
      labels: { a: '1', b: '2' },
      parts: [B, { ...A, value: 'x' }],
      limits: { cpu: '1' },
      tags: ['x', 'y'],
    },
  }
  const wanted = below(
    ['f:labels', 'f:a'],
    ['f:parts', KEY_A, 'f:name'],
    ['f:parts', KEY_A],
    ['f:limits'],
    ['f:tags', 'v:"y"'],
  )
  const extracted = { labels: { a: '1' }, parts: [{ name: 'a' }], limits: { cpu: '1' }, tags: ['y'] }
  assert.deepEqual(extractItems(ATOM, object, wanted), { spec: extracted })
  assert.deepEqual(extractItems(ATOM, object, setOf()), {})
})

/** What is wrong with an applied object. Drawn from a run of structured-merge-diff v6.3.2. */
const MISFITS: readonly [Json, string][] = [
  [{ size: 'x' }, '.spec.size: expected numeric (int or float), got string'],
  [{ size: [1] }, '.spec.size: expected numeric (int or float), got []interface {}'],
  [{ size: { a: 1 } }, '.spec.size: expected numeric (int or float), got map[string]interface {}'],
  [{ ratio: true }, '.spec.ratio: expected numeric (int or float), got bool'],
  [{ text: 5 }, '.spec.text: expected string, got &value.valueUnstructured{Value:5}'],
  [{ text: 1e6 }, '.spec.text: expected string, got &value.valueUnstructured{Value:1e+06}'],
  [
    { text: { b: 'x', a: null } },
    '.spec.text: expected string, got &value.valueUnstructured{Value:map[string]interface {}{"a":interface {}(nil), "b":"x"}}',
  ],
  [{ text: [true, 1.5] }, '.spec.text: expected string, got &value.valueUnstructured{Value:[]interface {}{true, 1.5}}'],
  [{ on: 'yes' }, '.spec.on: expected boolean, got &{yes}'],
  [{ on: { b: 1, a: [null, 'x'] } }, '.spec.on: expected boolean, got &{map[a:[<nil> x] b:1]}'],
  [{ labels: 'x' }, '.spec.labels: expected map, got &{x}'],
  [{ tags: { a: 1 } }, '.spec.tags: expected list, got &{map[a:1]}'],
  ['x', '.spec: expected map, got &{x}'],
  [{ sise: 1 }, '.spec.sise: field not declared in schema'],
  [{ nested: { deep: { three: 1 } } }, '.spec.nested.deep.three: field not declared in schema'],
  [{ labels: { a: 1 } }, '.spec.labels.a: expected string, got &value.valueUnstructured{Value:1}'],
  [{ parts: [B, B] }, '.spec.parts: duplicate entries for key [name="b",port=80]'],
  [{ parts: [A, { name: 'a', port: 80 }] }, '.spec.parts: duplicate entries for key [name="a",port=80]'],
  [{ tags: ['x', 'x'] }, '.spec.tags: duplicate entries for key [="x"]'],
  [{ tags: [null] }, ".spec.tags: element 0: associative list without keys has an element that's an explicit null"],
  [{ tags: ['x', {}] }, ".spec.tags: element 1: associative list without keys has an element that's a map type"],
  [{ tags: [[]] }, '.spec.tags: element 0: not supported: associative list with lists as elements'],
  [{ parts: [null] }, '.spec.parts: element 0: associative list with keys may not have a null element'],
  [{ parts: ['x'] }, '.spec.parts: element 0: associative list with keys may not have non-map elements'],
  [
    { parts: [{ ...A, inner: [{}] }] },
    '.spec.parts[name="a",port=80].inner: element 0: associative list with keys has an element that omits all key fields ["id"] (and doesn\'t have default values for any key fields)',
  ],
  [
    { parts: [{ ...A, value: 1 }] },
    '.spec.parts[name="a",port=80].value: expected string, got &value.valueUnstructured{Value:1}',
  ],
  [{ steps: ['a', 5] }, '.spec.steps[1]: expected string, got &value.valueUnstructured{Value:5}'],
  [{ limits: { disk: '1' } }, '.spec.limits.disk: field not declared in schema'],
  [
    { size: 'x', on: 1 },
    'errors:\n  .spec.size: expected numeric (int or float), got string\n  .spec.on: expected boolean, got &{1}',
  ],
]
for (const [applied, message] of MISFITS) {
  test(`misfit: ${message}`, () => assert.equal(sayMisfits(checkTyped(ATOM, spec(applied))), message))
}

const FITS: readonly Json[] = [
  null,
  { size: null, text: null, labels: null, parts: null, tags: null, steps: null },
  { port: 'http', free: { a: [1, { b: null }] } },
  { parts: [A, A81], labels: { 'a.b/c': 'x' }, groups: { g: {} } },
]
for (const applied of FITS) {
  test(`no misfit: ${JSON.stringify(applied)}`, () => assert.deepEqual(checkTyped(ATOM, spec(applied)), []))
}

test('named fields that lead to one in the set are in the set too', () => {
  const set = below(
    ['f:nested', 'f:deep', 'f:two'],
    ['f:groups', 'f:g', 'f:a'],
    ['f:parts', KEY_A, 'f:value'],
    ['f:free', 'f:x', 'f:y'],
  )
  const added =
    '.groups .nested .parts .free .nested.deep .free.x.y .groups.g.a .nested.deep.two .parts[name="a",port=80].value'
  const said = say(withNamedFields(ATOM, set)).split(' ').sort()
  assert.deepEqual(said, ['', ...added.split(' ')].sort())
})

test('what became atomic is owned as a whole; what became granular stays as it was', () => {
  const later = structuredClone(SPEC)
  const { labels = {}, parts = {}, limits = {}, free = {} } = later.properties ?? {}
  Object.assign(labels, { 'x-kubernetes-map-type': 'atomic' })
  Object.assign(parts, { 'x-kubernetes-list-type': 'atomic' })
  // Nobody described a field of it: what is owned in it stays as it is.
  Object.assign(free, { 'x-kubernetes-map-type': 'atomic' })
  Object.assign(limits, { 'x-kubernetes-map-type': 'granular' })
  const owned = below(
    ['f:labels', 'f:a'],
    ['f:parts', KEY_A],
    ['f:parts', KEY_A, 'f:name'],
    ['f:limits'],
    ['f:free', 'f:a', 'f:b'],
    ['f:unknown', 'f:a'],
  )
  assert.equal(underSchema(ATOM, owned), owned)
  assert.equal(say(underSchema(rootAtom(widgetWith(later)), owned)), '.labels .limits .parts .free.a.b .unknown.a')
})
