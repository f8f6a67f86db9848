import assert from 'node:assert/strict'
import { test } from 'node:test'
import { applied, ownersOf, stored, tell, timeAt } from './testdata/story.ts'
import { otherwise, SPEC, WIDGET, widget, widgetWith } from './testdata/widget.ts'
import { type FieldVersions, oneVersion } from './versions.ts'

/** In v2 what v1 calls `text` is called `on`, and so are its type and its values. */
const TWO_VERSIONS: FieldVersions = {
  schemaOf: (apiVersion) =>
    apiVersion === 'example.com/v1' ? WIDGET : apiVersion === 'example.com/v2' ? widgetWith(V2_SPEC) : undefined,
  convert: (object, apiVersion) => {
    const { spec } = object
    if (typeof spec !== 'object' || spec === null) return { ...object, apiVersion }
    const [from, to] = apiVersion.endsWith('v2') ? ['text', 'words'] : ['words', 'text']
    const renamed = Object.entries(spec).map(([name, value]) => [name === from ? to : name, value])
    return { ...object, apiVersion, spec: Object.fromEntries(renamed) }
  },
}
const V2_SPEC = {
  ...SPEC,
  properties: { ...SPEC.properties, words: { type: 'string' }, text: { type: 'boolean' } },
} as const

test('an applier is one owner in all versions', () => {
  const v1 = { manager: 'one', versions: TWO_VERSIONS }
  const v2 = { ...v1, apiVersion: 'example.com/v2' }
  const first = applied({ ...v1, live: undefined, applied: widget({ text: 'x', size: 1, on: true }), now: timeAt(1) })
  const converted = stored(TWO_VERSIONS.convert(first, 'example.com/v2'))
  const second = otherwise(widget({ words: 'x', size: 2 }), { apiVersion: 'example.com/v2' })
  const object = applied({ ...v2, live: converted, applied: second, now: timeAt(2) })
  assert.deepEqual(object.spec, { words: 'x', size: 2 })
  assert.deepEqual(ownersOf(object), { one: 'size words' })
  assert.deepEqual(
    object.metadata.managedFields?.map(({ apiVersion }) => apiVersion),
    ['example.com/v2'],
  )
})

test('a field is in conflict under the name that it has in the version of its owner', () => {
  const first = applied({
    live: undefined,
    applied: widget({ text: 'x' }),
    manager: 'one',
    versions: TWO_VERSIONS,
    now: timeAt(1),
  })
  const live = stored(TWO_VERSIONS.convert(first, 'example.com/v2'))
  const second = otherwise(widget({ words: 'y' }), { apiVersion: 'example.com/v2' })
  const apply = () =>
    applied({
      live,
      applied: second,
      manager: 'two',
      versions: TWO_VERSIONS,
      apiVersion: 'example.com/v2',
      now: timeAt(2),
    })
  assert.throws(apply, { message: 'Apply failed with 1 conflict: conflict with "one": .spec.text' })
})

test('an object that does not fit the version of an owner is not applied to', () => {
  const versions: FieldVersions = { ...TWO_VERSIONS, convert: (object, apiVersion) => ({ ...object, apiVersion }) }
  const first = applied({ live: undefined, applied: widget({ size: 1 }), manager: 'one', versions, now: timeAt(1) })
  const second = otherwise(widget({ words: 'y' }), { apiVersion: 'example.com/v2' })
  const live = stored(versions.convert(first, 'example.com/v2'))
  const apply = () =>
    applied({ live, applied: second, manager: 'two', versions, apiVersion: 'example.com/v2', now: timeAt(2) })
  assert.throws(apply, {
    code: 'Internal',
    message: 'failed to convert new object: .spec.words: field not declared in schema',
  })
})

test('what has become atomic since is owned as a whole', () => {
  const atomic = {
    ...SPEC,
    properties: { ...SPEC.properties, labels: { ...SPEC.properties?.labels, 'x-kubernetes-map-type': 'atomic' } },
  } as const
  const live = tell([
    { by: 'one', applies: { labels: { a: '1' } } },
    { by: 'two', applies: { labels: { b: '1' } } },
  ])
  const versions = oneVersion('example.com/v1', widgetWith(atomic))
  const object = applied({
    live,
    applied: widget({ labels: { b: '1' } }),
    manager: 'two',
    force: true,
    versions,
    now: timeAt(5),
  })
  assert.deepEqual(object.spec, { labels: { b: '1' } })
  assert.deepEqual(ownersOf(object), { two: 'labels' })
})
