import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Json } from '../object.ts'
import { copyJson, equalJson, sortKeys } from './json.ts'
import { countJson, duplicateFields, sayDuplicateField } from './json-text.ts'

test('fields that are given twice are told by their paths', () => {
  const cases: readonly (readonly [text: string, paths: readonly string[]])[] = [
    ['{"a":1,"b":{"a":1}}', []],
    ['{"a":1,"a":2,"a":3}', ['a']],
    ['{"a":{"b":[{"c":1,"c":2},{"c":1}]},"a":{}}', ['a.b[0].c', 'a']],
    ['{"\\u0061":1,"a":2}', ['a']],
    ['{"a:{\\"":"\\\\","b":"\\\\\\"x"}', []],
    ['[{"a":1,"a":2}]', ['[0].a']],
    ['{"__proto__":1,"__proto__":2}', ['__proto__']],
  ]
  for (const [text, paths] of cases) deepEqual(duplicateFields(text, JSON.parse(text)), paths, text)
  equal(sayDuplicateField('spec.a'), 'duplicate field "spec.a"')
})

test('counting a text agrees with parsing it', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.boolean(), (value, spaced) => {
      const text = JSON.stringify(value, null, spaced ? 2 : 0)
      deepEqual(duplicateFields(text, JSON.parse(text)), [])
      equal(countJson(text).depth, depthOf(JSON.parse(text)))
    }),
  )
})

const depthOf = (value: Json): number =>
  typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0

test('a copy is equal, shares nothing, and survives its keys being sorted', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (given) => {
      const value: Json = JSON.parse(JSON.stringify(given))
      const copy = copyJson(value)
      equal(equalJson(copy, value), true)
      equal(equalJson(sortKeys(value), value), true)
      if (typeof value === 'object' && value !== null) equal(copy === value, false)
    }),
  )
  equal(equalJson({ a: 1 }, { b: 1 }), false)
  equal(equalJson([1, 2], [2, 1]), false)
  equal(equalJson(JSON.parse('{"__proto__":1}'), {}), false)
})
