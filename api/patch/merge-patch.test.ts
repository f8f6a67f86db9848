import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import { applyMergePatch } from './merge-patch.ts'
import { readMergePatch, readStrategicMergePatch } from './patch-object.ts'

// The object, the patch, and what comes of it. The first part is of RFC 7386, appendix A.
const MERGED: readonly [JsonObject, JsonObject, JsonObject][] = [
  [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
  [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
  [{ a: 'b' }, { a: null }, {}],
  [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
  [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
  [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
  [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
  [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
  [{ e: null }, { a: 1 }, { e: null, a: 1 }],
  [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  // As the library of Kubernetes has it.
  [{}, { a: [{ b: null }, null] }, { a: [{}, null] }],
  [{ a: { x: 1 } }, { a: [{ b: null }] }, { a: [{ b: null }] }],
  [{ a: null }, { a: { b: null, c: 1 } }, { a: { c: 1 } }],
]

for (const [object, patch, merged] of MERGED) {
  test(`${JSON.stringify(object)} with ${JSON.stringify(patch)}`, () => {
    const [before, asked] = [structuredClone(object), structuredClone(patch)]
    assert.deepEqual(applyMergePatch(object, patch), merged)
    assert.deepEqual([object, patch], [before, asked])
  })
}

test('a patch done twice is as good as once, and no name is special', () => {
  const objectOf = (held: fc.Arbitrary<Json>) =>
    fc.dictionary(fc.constantFrom('a', 'b', '__proto__', 'toString'), held, { maxKeys: 3 })
  const value = fc.letrec<{ value: Json }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom(1, 'x', null),
      fc.array(fc.constantFrom(1, 'x', null), { maxLength: 2 }),
      objectOf(tie('value')),
    ),
  })).value
  fc.assert(
    fc.property(objectOf(value), objectOf(value), (object, patch) => {
      const once = applyMergePatch(object, patch)
      assert.deepEqual(applyMergePatch(once, patch), once)
      assert.equal(Object.getPrototypeOf(once), Object.prototype)
      for (const [field, change] of Object.entries(patch)) assert.equal(Object.hasOwn(once, field), change !== null)
    }),
    { seed: 1, numRuns: 1000 },
  )
})

test('a body that is no object is refused', () => {
  const message = 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'
  assert.throws(() => readMergePatch([]), { code: 'BadRequest', message })
  assert.throws(() => readMergePatch(null), { code: 'BadRequest', message: 'Invalid JSON Patch' })
  assert.throws(() => readMergePatch(true), { message: /cannot unmarshal bool into/ })
  assert.throws(() => readStrategicMergePatch('x'), {
    message: 'json: cannot unmarshal string into Go value of type map[string]interface {}',
  })
  assert.deepEqual(readStrategicMergePatch(null), {})
  const body = { a: 1 }
  assert.equal(readMergePatch(body), body)
  assert.equal(readStrategicMergePatch(body), body)
})
