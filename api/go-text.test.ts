import assert from 'node:assert/strict'
import { test } from 'node:test'
import { byteLength, goFloat, goJson, goNumber, goPlain, goQuote } from './go-text.ts'

test('values are printed as Go prints them', () => {
  assert.equal(
    goQuote('a\u007f\u0001\b\f\v é\u00a0\u200b\u{1f600}\u{e0001}"\\'),
    '"a\\x7f\\x01\\b\\f\\v é\\u00a0\\u200b😀\\U000e0001\\"\\\\"',
  )
  assert.equal(goJson({ a: '<b>&\u2028' }), '{"a":"\\u003cb\\u003e\\u0026\\u2028"}')
  assert.deepEqual([1.5, 100000.5, 1000000.5, 0.0001, 0.00001, 2 ** 63].map(goNumber), [
    '1.5',
    '100000.5',
    '1.0000005e+06',
    '0.0001',
    '1e-05',
    '9.223372036854776e+18',
  ])
  assert.deepEqual([goNumber(1e6), goFloat(1e6), goFloat(-1234567.5)], ['1000000', '1e+06', '-1.2345675e+06'])
  assert.equal(goPlain({ b: [1, 'x', null, true], a: { c: 1.5 } }), 'map[a:map[c:1.5] b:[1 x <nil> true]]')
  assert.deepEqual([byteLength('abc'), byteLength('é'), byteLength('😀')], [3, 2, 4])
})
