import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isControlError } from '@muster/base/errors.ts'
import fc from 'fast-check'
import { equalSets, pathsOf, setOf } from './field-set.ts'
import { parseFieldsV1, toFieldsV1 } from './fields-v1.ts'
import { keyElement, valueElement } from './path-element.ts'

const read = (text: string): string => JSON.stringify(toFieldsV1(parseFieldsV1(JSON.parse(text))))

// Drawn from a run of structured-merge-diff v6.3.2: read, and written again.
const WRITTEN: readonly [string, string][] = [
  ['{}', '{}'],
  ['{".":{}}', '{}'],
  ['{"f:a":{}}', '{"f:a":{}}'],
  ['{"f:a":null}', '{"f:a":{}}'],
  ['{"f:a":{".":{}}}', '{"f:a":{}}'],
  ['{"f:a":{"f:b":{},".":{}}}', '{"f:a":{".":{},"f:b":{}}}'],
  ['{"f:a":{".":5,"f:b":{}}}', '{"f:a":{".":{},"f:b":{}}}'],
  ['{"f:b":{},"f:a":{}}', '{"f:a":{},"f:b":{}}'],
  ['{"v:10":{},"v:9":{},"f:z":{}}', '{"f:z":{},"v:9":{},"v:10":{}}'],
  ['{"k:{\\"b\\":1,\\"a\\":2}":{}}', '{"k:{\\"a\\":2,\\"b\\":1}":{}}'],
  ['{"q:later":{"f:a":{}},"f:b":{}}', '{"f:b":{}}'],
  ['{"f:a":{"q:later":{}}}', '{"f:a":{}}'],
]
for (const [sent, written] of WRITTEN) test(`${sent} is written ${written}`, () => assert.equal(read(sent), written))

const REFUSED: readonly [unknown, RegExp][] = [
  [5, /^error decoding set: expected an object$/],
  [[], /expected an object/],
  [{ 'f:a': 1 }, /expected an object/],
  [{ 'f:a': { 'f:b': [] } }, /expected an object/],
  [{ a: {} }, /key must be 2 characters long/],
  [{ name: {} }, /missing colon: name/],
  [{ 'v:{': {} }, /expected a value: v:\{/],
]
for (const [sent, why] of REFUSED) {
  test(`${JSON.stringify(sent)} is refused`, () => {
    assert.throws(() => parseFieldsV1(sent), { code: 'BadRequest', message: why })
  })
}

test('a set nests no deeper than any type does', () => {
  const nested = (depth: number): object => (depth === 0 ? {} : { 'f:a': nested(depth - 1) })
  assert.doesNotThrow(() => parseFieldsV1(nested(500)))
  assert.throws(() => parseFieldsV1(nested(502)), { code: 'BadRequest', message: /deeper than 500/ })
})

test('what is canonical is used as it is', () => {
  const canonical = { 'f:a': { '.': {}, 'f:b': {} }, 'k:{"name":"x"}': {} }
  assert.equal(parseFieldsV1(canonical), canonical)
  assert.equal(toFieldsV1(canonical), canonical)
})

const element = fc.oneof(
  fc.string().map((name) => `f:${name}`),
  fc
    .dictionary(fc.string(), fc.oneof(fc.string(), fc.integer(), fc.boolean()), { minKeys: 1, maxKeys: 3 })
    .map((keys) => keyElement(Object.entries(keys))),
  fc.oneof(fc.string(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()).map(valueElement),
  fc.nat().map((at) => `i:${at}`),
)
const sets = fc
  .array(fc.array(element, { minLength: 1, maxLength: 4 }), { maxLength: 10 })
  .map((paths) => setOf(...paths))

test('a set is what it was after being written and read', () => {
  fc.assert(
    fc.property(sets, (set) => {
      const text = JSON.stringify(toFieldsV1(set))
      const back = parseFieldsV1(JSON.parse(text))
      assert.ok(equalSets(back, set), text)
      assert.equal(JSON.stringify(back), text)
      assert.equal(pathsOf(back).length, pathsOf(set).length)
    }),
  )
})

test('any JSON is read or refused', () => {
  const keys = fc.oneof(element, fc.string(), fc.constant('.'))
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, fc.jsonValue(), fc.dictionary(keys, tie('tree'))),
  }))
  let readable = 0
  fc.assert(
    fc.property(tree, (sent) => {
      try {
        const text = JSON.stringify(toFieldsV1(parseFieldsV1(sent)))
        assert.equal(JSON.stringify(toFieldsV1(parseFieldsV1(JSON.parse(text)))), text)
        readable++
      } catch (error) {
        assert.ok(isControlError(error), String(error))
      }
    }),
    { numRuns: 500 },
  )
  assert.ok(readable > 20, 'some of it could be read')
})
