import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import type { Json } from '../object.ts'
import { applyJsonPatch, COPIED_BYTES_MAX, OPERATIONS_MAX, readJsonPatch } from './json-patch.ts'

const DOCUMENT: Json = { name: 'web', list: ['a', 'b', 'c'], deep: { 'a/b': { 'm~n': 1 } }, nothing: null }

const patched = (patch: Json, document: Json = DOCUMENT): Json => applyJsonPatch(document, readJsonPatch(patch))

const DONE: readonly [string, Json, Json][] = [
  ['add sets a field', { op: 'add', path: '/deep', value: 1 }, { ...DOCUMENT, deep: 1 }],
  ['add sets what was set', { op: 'add', path: '/name', value: 'db' }, { ...DOCUMENT, name: 'db' }],
  ['add goes before an item', { op: 'add', path: '/list/1', value: 'x' }, { ...DOCUMENT, list: ['a', 'x', 'b', 'c'] }],
  ['add goes after the last', { op: 'add', path: '/list/-', value: 'x' }, { ...DOCUMENT, list: ['a', 'b', 'c', 'x'] }],
  ['add counts from the end', { op: 'add', path: '/list/-1', value: 'x' }, { ...DOCUMENT, list: ['a', 'b', 'c', 'x'] }],
  ['add without a value is null', { op: 'add', path: '/name' }, { ...DOCUMENT, name: null }],
  ['remove takes a field', { op: 'remove', path: '/deep/a~1b/m~0n' }, { ...DOCUMENT, deep: { 'a/b': {} } }],
  ['remove takes an item', { op: 'remove', path: '/list/-3' }, { ...DOCUMENT, list: ['b', 'c'] }],
  [
    'replace sets an item',
    { op: 'replace', path: '/list/2', value: { x: 1 } },
    { ...DOCUMENT, list: ['a', 'b', { x: 1 }] },
  ],
  ['replace makes a field', { op: 'replace', path: '/new', value: 1 }, { ...DOCUMENT, new: 1 }],
  ['replace takes the whole', { op: 'replace', path: '', value: { x: 1 } }, { x: 1 }],
  ['move takes it along', { op: 'move', from: '/list/0', path: '/list/2' }, { ...DOCUMENT, list: ['b', 'c', 'a'] }],
  [
    'copy leaves it',
    { op: 'copy', from: '/list', path: '/deep/list' },
    { ...DOCUMENT, deep: { 'a/b': { 'm~n': 1 }, list: ['a', 'b', 'c'] } },
  ],
  ['copy of nothing is null', { op: 'copy', from: '/none', path: '/name' }, { ...DOCUMENT, name: null }],
  ['test passes', { op: 'test', path: '/deep', value: { 'a/b': { 'm~n': 1 } } }, DOCUMENT],
  ['test for null passes where nothing is', { op: 'test', path: '/none', value: null }, DOCUMENT],
  ['test of the whole passes', { op: 'test', path: '', value: DOCUMENT }, DOCUMENT],
  ['the first part of a path is not looked at', { op: 'add', path: 'x/name', value: 1 }, { ...DOCUMENT, name: 1 }],
]

for (const [what, operation, result] of DONE) {
  test(what, () => assert.deepEqual(patched([operation]), result))
}

// The client is told no more than that the request cannot be done; this is for those who run the server.
const REFUSED: readonly [Json, string][] = [
  [{ op: 'add', path: '', value: 1 }, 'add operation does not apply: doc is missing path: "": missing value'],
  [{ op: 'add', value: 1 }, 'add operation failed to decode path: missing value'],
  [
    { op: 'add', path: '/name/x', value: 1 },
    'add operation does not apply: doc is missing path: "/name/x": missing value',
  ],
  [
    { op: 'add', path: '/nothing/x', value: 1 },
    'add operation does not apply: doc is missing path: "/nothing/x": missing value',
  ],
  [
    { op: 'add', path: '/list/4', value: 1 },
    "error in add for path: '/list/4': Unable to access invalid index: 4: invalid index referenced",
  ],
  [
    { op: 'add', path: '/list/x', value: 1 },
    "error in add for path: '/list/x': value was not a proper array index: 'x': strconv.Atoi: parsing \"x\": invalid syntax",
  ],
  [
    { op: 'remove', path: '/none' },
    "error in remove for path: '/none': Unable to remove nonexistent key: none: missing value",
  ],
  [
    { op: 'remove', path: '/toString' },
    "error in remove for path: '/toString': Unable to remove nonexistent key: toString: missing value",
  ],
  [
    { op: 'remove', path: '/list/-' },
    'error in remove for path: \'/list/-\': strconv.Atoi: parsing "-": invalid syntax',
  ],
  [
    { op: 'replace', path: '/list/3', value: 1 },
    'replace operation does not apply: doc is missing key: /list/3: missing value',
  ],
  [{ op: 'replace', path: '', value: 1 }, 'replace operation value must be object or array'],
  [{ op: 'move', path: '/name' }, 'move operation failed to decode from: operation, missing from field: missing value'],
  [
    { op: 'move', from: '/deep', path: '/deep/a' },
    'move operation does not apply: doc is missing destination path: /deep/a: missing value',
  ],
  [{ op: 'test', path: '/name', value: 'db' }, 'testing value /name failed: test failed'],
  [{ op: 'test', path: '/name' }, 'testing value /name failed: test failed'],
  [{ op: 'grow', path: '/name' }, 'Unexpected kind: grow'],
  [{ path: '/name' }, 'Unexpected kind: unknown'],
  [null, 'Unexpected kind: unknown'],
]

for (const [operation, why] of REFUSED) {
  test(`${JSON.stringify(operation)} is refused`, () => {
    const message = 'the server rejected our request due to an error in our request'
    assert.throws(() => patched([operation]), { code: 'Invalid', message, cause: why })
  })
}

test('all operations are done, or none', () => {
  const before = structuredClone(DOCUMENT)
  assert.throws(
    () =>
      patched([
        { op: 'remove', path: '/name' },
        { op: 'remove', path: '/none' },
      ]),
    { code: 'Invalid' },
  )
  assert.deepEqual(DOCUMENT, before)
})

test('a body that is no list of operations is refused', () => {
  const message = 'error decoding patch: json: cannot unmarshal object into Go value of type []handlers.jsonPatchOp'
  assert.throws(() => readJsonPatch({}), { code: 'BadRequest', message })
  assert.throws(() => readJsonPatch(['x']), {
    message: /cannot unmarshal string into Go value of type handlers.jsonPatchOp$/,
  })
  assert.throws(() => readJsonPatch([{ op: 1 }]), {
    message: /cannot unmarshal number into Go struct field jsonPatchOp.op of type string$/,
  })
  assert.deepEqual(patched(null), DOCUMENT)
})

test('fields that no operation has are complained of', () => {
  assert.deepEqual(readJsonPatch([{ op: 'test', foo: 1 }]).complaints, ['json patch unknown field "[0].foo"'])
})

test('there is a limit to operations, and to what they copy', () => {
  const operations = (count: number): Json =>
    Array.from({ length: count }, () => ({ op: 'test', path: '/x', value: null }))
  assert.deepEqual(patched(operations(OPERATIONS_MAX)), DOCUMENT)
  const message = 'Request entity too large: The allowed maximum operations in a JSON patch is 10000, got 10001'
  assert.throws(() => readJsonPatch(operations(OPERATIONS_MAX + 1)), { code: 'TooLarge', message })
  const half = 'x'.repeat(COPIED_BYTES_MAX / 2 - 2)
  const copies = (count: number) =>
    Array.from({ length: count }, (_, at) => ({ op: 'copy', from: '/half', path: `/${at}` }))
  assert.ok(patched(copies(2), { half }))
  assert.throws(() => patched(copies(3), { half }), { cause: /exceeding the limit 3145728$/ })
})

test('no name is special', () => {
  const result = JSON.stringify(patched([{ op: 'add', path: '/__proto__', value: { x: 1 } }], {}))
  assert.equal(result, '{"__proto__":{"x":1}}')
})

test('whatever is asked, the answer is a document or a refusal, and nothing given is changed', () => {
  const part = fc.constantFrom('a', 'b', '0', '-1', '-', 'a~1b', '')
  const path = fc.array(part, { maxLength: 3 }).map((parts) => parts.map((one) => `/${one}`).join(''))
  const value = fc.jsonValue({ maxDepth: 2 }).map((one): Json => JSON.parse(JSON.stringify(one)))
  const operation = fc.record(
    { op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test'), path, from: path, value },
    { requiredKeys: ['op', 'path'] },
  )
  let done = 0
  fc.assert(
    fc.property(
      fc.dictionary(fc.constantFrom('a', 'b', 'a/b'), value),
      fc.array(operation, { maxLength: 4 }),
      (document, patch) => {
        const [before, asked] = [JSON.stringify(document), JSON.stringify(patch)]
        try {
          patched(JSON.parse(asked), document)
          done++
        } catch (error) {
          assert.ok(isControlError(error) && error.code === 'Invalid')
        }
        assert.equal(JSON.stringify(document), before)
      },
    ),
    { seed: 1, numRuns: 2000 },
  )
  assert.ok(done > 200)
})
