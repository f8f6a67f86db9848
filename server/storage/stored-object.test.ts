import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import type { Revision } from '@muster/store/store.ts'
import fc from 'fast-check'
import { listJson } from './list-json.ts'
import { atRevision, encodeObject, objectJson, parseObject, storedObject, storedVersion } from './stored-object.ts'
import { pod } from './testbed.ts'

const at = (revision: number) => revision as Revision
const stored = (object: KubeObject, revision = 7) =>
  storedVersion({
    key: 'core/pods/main/shop/web',
    bytes: encodeObject(object),
    revision: at(revision),
    createRevision: at(3),
  })
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()

test('an object is kept without its resourceVersion, and served with it', () => {
  const object = pod('web', { app: 'web' })
  const kept = stored({ ...object, metadata: { ...object.metadata, resourceVersion: '5', selfLink: '/x' } })
  equal(
    text(kept.bytes),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"web","namespace":"shop","uid":"uid-web","labels":{"app":"web"}},"spec":{"nodeName":""}}',
  )
  equal(
    text(objectJson(kept)),
    '{"kind":"Pod","apiVersion":"v1","metadata":{"resourceVersion":"7","name":"web","namespace":"shop","uid":"uid-web","labels":{"app":"web"}},"spec":{"nodeName":""}}',
  )
  deepEqual(parseObject(kept), { ...object, metadata: { ...object.metadata, resourceVersion: '7' } })
  equal(JSON.parse(text(objectJson(atRevision(kept, at(2 ** 53 - 1))))).metadata.resourceVersion, '9007199254740991')
})

test('an object that was not written has no resourceVersion', () => {
  equal(text(objectJson(stored(pod('web'), 0))), text(encodeObject(pod('web'))))
  equal(parseObject(stored(pod('web'), 0)).metadata.resourceVersion, undefined)
})

const entry = (value: string) => ({
  key: 'core/pods/main/shop/web',
  value: Buffer.from(value),
  revision: at(7),
  createRevision: at(7),
  version: 1,
})

test('bytes that are no object are none', () => {
  for (const value of [
    '',
    'x',
    '{}',
    '[]',
    'null',
    '{"kind":"Pod","metadata":{}}',
    '{"kind":"Pod","apiVersion":"v1"}',
  ]) {
    equal(storedObject(entry(value)), undefined, value)
  }
})

test('bytes in another form are served all the same', () => {
  const forms = [
    '{"metadata":{"name":"web"},"apiVersion":"v1","kind":"Pod"}',
    '{ "kind": "Pod", "apiVersion": "v1", "metadata": { "name": "web" } }',
    '{"kind":"Po\\"d","apiVersion":"v1","metadata":{"name":"web"}}',
    '{"kind":"Pod","apiVersion":"v1","metadata":{}}',
  ]
  for (const form of forms) {
    const object = storedObject(entry(form))
    ok(object)
    const { metadata, ...rest } = JSON.parse(form)
    deepEqual(JSON.parse(text(objectJson(object))), { ...rest, metadata: { ...metadata, resourceVersion: '7' } }, form)
  }
})

test('whatever an object holds comes back', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), fc.string(), fc.nat(), (spec, name, revision) => {
      // A name that a class gives to all objects is none that JSON gives.
      const object: KubeObject = {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name },
        spec: JSON.parse(JSON.stringify(spec)),
      }
      const kept = stored(object, revision + 1)
      const expected = { ...object, metadata: { name, resourceVersion: String(revision + 1) } }
      deepEqual(JSON.parse(text(objectJson(kept))), JSON.parse(JSON.stringify(expected)))
    }),
    { numRuns: 200 },
  )
})

test('a list is the bytes of its objects, in blocks', () => {
  for (const count of [0, 1, 3, 2000]) {
    const items = Array.from({ length: count }, (_, index) =>
      stored(pod(`web-${index}`, { a: 'x'.repeat(300) }), index + 1),
    )
    for (const bareItems of [true, false]) {
      const type = { apiVersion: 'v1', kind: 'PodList', bareItems }
      const blocks = [...listJson({ items, revision: at(99), continue: 'on', remaining: 2 }, type)]
      const list = JSON.parse(Buffer.concat(blocks).toString())
      deepEqual([list.kind, list.apiVersion], ['PodList', 'v1'])
      deepEqual(list.metadata, { resourceVersion: '99', continue: 'on', remainingItemCount: 2 })
      deepEqual(
        list.items,
        items.map((item) => {
          const { kind, apiVersion, ...rest } = JSON.parse(text(objectJson(item)))
          return bareItems ? rest : { kind, apiVersion, ...rest }
        }),
      )
      equal(blocks.length > 1, count === 2000)
    }
  }
})

test('an object larger than a block is a block of its own', () => {
  const large = pod('large', { a: 'x'.repeat(400_000) })
  const blocks = [
    ...listJson(
      { items: [stored(pod('a')), stored(large), stored(pod('b'))], revision: at(9) },
      {
        apiVersion: 'v1',
        kind: 'PodList',
        bareItems: false,
      },
    ),
  ]
  const list = JSON.parse(Buffer.concat(blocks).toString())
  deepEqual(
    list.items.map(({ metadata }: KubeObject) => metadata.name),
    ['a', 'large', 'b'],
  )
})

const same: readonly (readonly [unknown, unknown, boolean])[] = [
  [{ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 }, true],
  [{ a: undefined, b: 1 }, { b: 1 }, true],
  [{ b: 1 }, { a: undefined, b: 1 }, true],
  [{ a: null }, {}, false],
  [[1, 2], [2, 1], false],
  [[], {}, false],
  [{}, [], false],
  [{ a: 1 }, { b: 1 }, false],
  ['1', 1, false],
  [null, {}, false],
]

for (const [one, other, answer] of same) {
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${answer ? 'say the same' : 'differ'}`, () => {
    equal(sameJson(one, other), answer)
    equal(sameJson(other, one), answer)
  })
}
