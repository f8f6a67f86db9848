import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import type { Schema, TypeSchema } from '../schema/schema.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { applyStrategicMergePatch } from './strategic-merge-patch.ts'

const TYPES: Readonly<Record<string, Schema>> = {
  'test.Thing': {
    type: 'object',
    properties: {
      size: { type: 'integer' },
      tags: { type: 'object', additionalProperties: { type: 'string' } },
      parts: {
        type: 'array',
        items: { $ref: 'test.Part' },
        'x-kubernetes-patch-strategy': 'merge',
        'x-kubernetes-patch-merge-key': 'name',
      },
      keepers: { type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' },
      words: { type: 'array', items: { type: 'string' } },
      mode: { $ref: 'test.Mode', 'x-kubernetes-patch-strategy': 'retainKeys' },
      choice: { $ref: 'test.Mode', 'x-kubernetes-patch-strategy': 'replace' },
      keyless: { type: 'array', items: { $ref: 'test.Part' }, 'x-kubernetes-patch-strategy': 'merge' },
    },
  },
  'test.Part': {
    type: 'object',
    properties: {
      name: { type: 'string' },
      value: { type: 'string' },
      tags: { type: 'object', additionalProperties: { type: 'string' } },
    },
  },
  'test.Mode': { type: 'object', properties: { type: { type: 'string' }, rate: { type: 'integer' } } },
}

const thing: TypeSchema = {
  root: { $ref: 'test.Thing' },
  source: (name) => {
    const found = TYPES[name]
    if (!found) throw new TypeError(name)
    return found
  },
}

const parts = (...names: string[]): Json => names.map((name) => ({ name }))

// What happens, the object, the patch, what comes of it.
const MERGED: readonly [string, JsonObject, JsonObject, JsonObject][] = [
  [
    'fields are merged',
    { size: 1, tags: { a: '1' } },
    { size: 2, tags: { b: '2' } },
    { size: 2, tags: { a: '1', b: '2' } },
  ],
  ['null deletes', { size: 1, tags: { a: '1' } }, { size: null, tags: { a: null } }, { tags: {} }],
  ['null adds nothing', {}, { tags: { a: null, b: '1' } }, { tags: { b: '1' } }],
  ['a list without a key is replaced', { words: ['a', 'b'] }, { words: ['c'] }, { words: ['c'] }],
  [
    'items are merged by their key',
    { parts: [{ name: 'a', value: '1' }, { name: 'b' }] },
    { parts: [{ name: 'a', tags: { x: 'y' } }] },
    { parts: [{ name: 'a', value: '1', tags: { x: 'y' } }, { name: 'b' }] },
  ],
  ['new items come first', { parts: parts('a') }, { parts: parts('b') }, { parts: parts('b', 'a') }],
  [
    'an item is deleted',
    { parts: parts('a', 'b') },
    { parts: [{ name: 'a', $patch: 'delete' }] },
    { parts: parts('b') },
  ],
  [
    'deleting what is not there does nothing',
    { parts: parts('a') },
    { parts: [{ name: 'x', $patch: 'delete' }] },
    { parts: parts('a') },
  ],
  [
    'a list is replaced',
    { parts: parts('a', 'b') },
    { parts: [{ name: 'c' }, { $patch: 'replace' }] },
    { parts: parts('c') },
  ],
  [
    'a directive adds nothing to a new list',
    {},
    { parts: [{ name: 'a' }, { name: 'b', $patch: 'delete' }] },
    { parts: parts('a') },
  ],
  ['an object is replaced', { tags: { a: '1' } }, { tags: { b: '2', $patch: 'replace' } }, { tags: { b: '2' } }],
  ['an object is emptied', { tags: { a: '1' } }, { tags: { $patch: 'delete' } }, { tags: {} }],
  ['a whole is replaced', { size: 1, words: [] }, { $patch: 'replace', size: 2 }, { size: 2 }],
  ['scalars are a set', { keepers: ['a', 'b'] }, { keepers: ['b', 'c'] }, { keepers: ['a', 'b', 'c'] }],
  [
    'scalars are deleted',
    { keepers: ['a', 'b'] },
    { '$deleteFromPrimitiveList/keepers': ['a', 'x'] },
    { keepers: ['b'] },
  ],
  [
    'scalars are deleted last',
    { keepers: ['a'] },
    { '$deleteFromPrimitiveList/keepers': ['b'], keepers: ['b', 'c'] },
    { keepers: ['c', 'a'] },
  ],
  [
    'fields are retained',
    { mode: { type: 'a', rate: 1 } },
    { mode: { $retainKeys: ['type'], type: 'b' } },
    { mode: { type: 'b' } },
  ],
  ['a type changes', { mode: { type: 'a' }, size: 1 }, { mode: 'x', size: {} }, { mode: 'x', size: {} }],
  ['a strategy replaces', { choice: { type: 'a', rate: 1 } }, { choice: { type: 'b' } }, { choice: { type: 'b' } }],
  [
    'an order is made',
    { parts: parts('a', 'b') },
    { '$setElementOrder/parts': parts('b', 'a') },
    { parts: parts('b', 'a') },
  ],
  [
    'an order is made of scalars',
    { keepers: ['a', 'b'] },
    { '$setElementOrder/keepers': ['c', 'b', 'a'], keepers: ['c'] },
    { keepers: ['c', 'b', 'a'] },
  ],
  [
    'what only the server has keeps its place',
    { parts: parts('s', 'a', 'b') },
    { '$setElementOrder/parts': parts('b', 'a', 'c'), parts: parts('c') },
    { parts: parts('s', 'b', 'a', 'c') },
  ],
  [
    'what is added takes the place of what is deleted',
    { parts: parts('a', 'b', 's') },
    { '$setElementOrder/parts': parts('b', 'n'), parts: [{ name: 'n' }, { name: 'a', $patch: 'delete' }] },
    { parts: parts('b', 's', 'n') },
  ],
  ['an order of nothing is nothing', { size: 1 }, { '$setElementOrder/parts': parts('a') }, { size: 1 }],
  ['unknown fields are let through', { x: 1 }, { y: { z: [null] } }, { x: 1, y: { z: [null] } }],
  [
    'no name is special',
    { tags: {} },
    JSON.parse('{"tags":{"__proto__":"x"}}'),
    JSON.parse('{"tags":{"__proto__":"x"}}'),
  ],
]

for (const [what, object, patch, merged] of MERGED) {
  test(what, () => {
    const before = JSON.stringify([object, patch])
    assert.deepEqual(applyStrategicMergePatch(object, patch, thing), merged)
    assert.equal(JSON.stringify([object, patch]), before)
  })
}

// In the words of apimachinery v0.36.1.
const REFUSED: readonly [JsonObject, JsonObject, string][] = [
  [{ parts: parts('a') }, { parts: [{ value: '1' }] }, 'map: map[value:1] does not contain declared merge key: name'],
  [
    { parts: parts('a') },
    { parts: [{ $patch: 'delete' }] },
    'map: map[$patch:delete] does not contain declared merge key: name',
  ],
  [
    { parts: parts('a') },
    { parts: [{ name: 'a', $patch: 'merge' }] },
    'merging lists cannot yet be specified in the patch',
  ],
  [
    { parts: parts('a') },
    { parts: [{ name: 'a', $patch: 'odd' }] },
    'unknown patch type: odd in map: map[$patch:odd name:a]',
  ],
  [{ tags: {} }, { tags: { $patch: 5 } }, 'unknown patch type: %!s(int64=5) in map: map[$patch:5]'],
  [{ parts: parts('a') }, { parts: ['x'] }, 'list element types are not identical: [[map[name:a]] [x]]'],
  [{ parts: parts('a') }, { parts: [null] }, 'list element types are not identical: [[map[name:a]] [<nil>]]'],
  [{ keyless: parts('a') }, { keyless: parts('b') }, 'cannot merge lists without merge key for struct'],
  [{ mode: { type: 'a' } }, { mode: { $retainKeys: ['rate'], type: 'b' } }, 'invalid patch format of retainKeys'],
  [{ mode: {} }, { mode: { $retainKeys: 'x' } }, 'invalid patch format of retainKeys'],
  [{}, { $setElementOrder: [] }, 'invalid patch format of setElementOrder list'],
  [{}, { '$deleteFromPrimitiveLists/keepers': [] }, 'invalid patch format of primitive list'],
  [{}, { '$setElementOrder/parts': 'x' }, 'expected a []interface {}, but received a string'],
  [
    {},
    { '$setElementOrder/parts': parts('a'), parts: parts('b') },
    "The order in patch list:\n[map[name:b]]\n doesn't match $setElementOrder list:\n[map[name:a]]\n",
  ],
  [{}, { '$setElementOrder/nope': [] }, 'unable to find api field in struct Thing for the json field "nope"'],
  [{ nope: {} }, { nope: {} }, 'unable to find api field in struct Thing for the json field "nope"'],
  [{ tags: { a: {} } }, { tags: { a: {} } }, 'merging an object in json but data type is not struct, instead is: map'],
  [{ tags: [1] }, { tags: [1] }, 'expected slice or array type, but got: struct'],
]

for (const [object, patch, why] of REFUSED) {
  test(`${JSON.stringify(patch)} is refused`, () => {
    assert.throws(() => applyStrategicMergePatch(object, patch, thing), { code: 'BadRequest', message: why })
  })
}

test('lists of lists are refused', () => {
  const refusal = { code: 'Invalid', cause: 'lists of lists are not supported' }
  assert.throws(() => applyStrategicMergePatch({ keepers: [['a']] }, { keepers: [['b']] }, thing), refusal)
})

test('a Deployment is patched by the tables of Kubernetes', () => {
  const deployment: JsonObject = {
    metadata: { name: 'web', finalizers: ['example.com/a'], ownerReferences: [{ uid: 'u', name: 'o' }] },
    spec: {
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } },
      template: {
        spec: {
          containers: [
            {
              name: 'web',
              image: 'web:1',
              ports: [{ containerPort: 80, name: 'http' }],
              env: [{ name: 'A', value: '1' }],
            },
            { name: 'sidecar', image: 'sidecar:1' },
          ],
          tolerations: [{ key: 'a' }],
        },
      },
    },
    status: { conditions: [{ type: 'Available', status: 'True' }] },
  }
  const patch: JsonObject = {
    metadata: { '$deleteFromPrimitiveList/finalizers': ['example.com/a'], ownerReferences: [{ uid: 'u', name: 'p' }] },
    spec: {
      strategy: { $retainKeys: ['type'], type: 'Recreate' },
      template: {
        spec: {
          '$setElementOrder/containers': [{ name: 'web' }],
          containers: [
            { name: 'web', image: 'web:2', ports: [{ containerPort: 81 }], env: [{ name: 'A', $patch: 'delete' }] },
          ],
          tolerations: [{ key: 'b' }],
        },
      },
    },
    status: { conditions: [{ type: 'Available', status: 'False' }] },
  }
  assert.deepEqual(applyStrategicMergePatch(deployment, patch, typeSchemaOf('apps', 'v1', 'Deployment')), {
    metadata: { name: 'web', finalizers: [], ownerReferences: [{ uid: 'u', name: 'p' }] },
    spec: {
      strategy: { type: 'Recreate' },
      template: {
        spec: {
          containers: [
            {
              name: 'web',
              image: 'web:2',
              ports: [{ containerPort: 81 }, { containerPort: 80, name: 'http' }],
              env: [],
            },
            { name: 'sidecar', image: 'sidecar:1' },
          ],
          tolerations: [{ key: 'b' }],
        },
      },
    },
    status: { conditions: [{ type: 'Available', status: 'False' }] },
  })
})

test('an order that names some of many items is made at once', () => {
  const many = Array.from({ length: 20_000 }, (_, at) => ({ name: `p${at}` }))
  const merged = applyStrategicMergePatch({ parts: many }, { parts: many.toReversed() }, thing)
  assert.deepEqual(merged, { parts: many.toReversed() })
})

test('whatever is asked, the answer is an object or a refusal, and a patch done twice is as good as once', () => {
  const name = fc.constantFrom('a', 'b', 'c')
  const odd = fc.constantFrom<Json>(null, 'x', 1, [], {}, [null], [[1]], { $patch: 'replace' }, { $patch: 'odd' })
  const item = fc.record(
    { name, value: fc.constantFrom('1', null), $patch: fc.constant('delete') },
    { requiredKeys: ['name'] },
  )
  const list = fc.uniqueArray(item, { selector: (one) => one.name, maxLength: 3 })
  const scalars = fc.uniqueArray(name, { maxLength: 3 })
  const patches = fc.record(
    {
      size: fc.constantFrom(1, null),
      parts: fc.oneof({ weight: 9, arbitrary: list }, { weight: 1, arbitrary: odd }),
      '$setElementOrder/parts': fc.oneof(
        { weight: 9, arbitrary: fc.uniqueArray(name).map((names) => parts(...names)) },
        { weight: 1, arbitrary: odd },
      ),
      keepers: scalars,
      '$deleteFromPrimitiveList/keepers': scalars,
      mode: fc.oneof(fc.record({ type: name, rate: fc.constant(null) }, { requiredKeys: [] }), odd),
    },
    { requiredKeys: [] },
  )
  const objects = fc.record(
    {
      size: fc.constant(5),
      parts: fc.uniqueArray(name).map((names) => parts(...names)),
      keepers: scalars,
      mode: fc.record({ type: name, rate: fc.constant(1) }),
    },
    { requiredKeys: [] },
  )
  let done = 0
  fc.assert(
    fc.property(objects, patches, (given, asked) => {
      const [object, patch]: [JsonObject, JsonObject] = [
        JSON.parse(JSON.stringify(given)),
        JSON.parse(JSON.stringify(asked)),
      ]
      try {
        const once = applyStrategicMergePatch(object, patch, thing)
        done++
        assert.deepEqual(sorted(applyStrategicMergePatch(once, patch, thing)), sorted(once))
      } catch (error) {
        if (!isControlError(error)) throw error
      }
    }),
    { seed: 1, numRuns: 2000 },
  )
  assert.ok(done > 500)
})

/** The second time there is more to merge with: lists are compared as sets, and nulls, which decoding drops, not at all. */
const sorted = (value: Json): unknown =>
  Array.isArray(value)
    ? value.map((item) => JSON.stringify(sorted(item))).toSorted()
    : value !== null && typeof value === 'object'
      ? Object.entries(value)
          .filter(([, held]) => held !== null)
          .toSorted()
          .map(([field, held]) => [field, sorted(held)])
      : value
