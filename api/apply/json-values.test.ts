import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isEmptyObject, sortedJson } from './json-values.ts'

test('JSON is printed as Go prints a map', () => {
  const odd = { b: [1, { z: '<&>', a: null }], '10': true, '9': 'é\u2028' }
  assert.equal(sortedJson(odd), '{"10":true,"9":"é\\u2028","b":[1,{"a":null,"z":"\\u003c\\u0026\\u003e"}]}')
})

test('an object is empty when it has no field of its own', () => {
  assert.equal(isEmptyObject({}), true)
  assert.equal(isEmptyObject(JSON.parse('{"__proto__":1}')), false)
})
