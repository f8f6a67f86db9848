import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  compareElements,
  fieldElement,
  indexElement,
  keyElement,
  parseElement,
  sayElement,
  sayPath,
  valueElement,
} from './path-element.ts'

test('elements are made in canonical form', () => {
  assert.equal(fieldElement('a.b/c'), 'f:a.b/c')
  assert.equal(keyElement([['name', 'nginx']]), 'k:{"name":"nginx"}')
  const ports = [
    ['protocol', 'TCP'],
    ['containerPort', 80],
  ] as const
  assert.equal(keyElement(ports), 'k:{"containerPort":80,"protocol":"TCP"}')
  assert.equal(valueElement('a<b>&'), 'v:"a\\u003cb\\u003e\\u0026"')
  assert.equal(valueElement('say "hi"\\'), 'v:"say \\"hi\\"\\\\"')
  assert.equal(valueElement(2.5), 'v:2.5')
  assert.equal(valueElement(true), 'v:true')
  assert.equal(indexElement(3), 'i:3')
})

const CANONICAL: readonly [string, string][] = [
  ['k:{"b":1,"a":2}', 'k:{"a":2,"b":1}'],
  ['k: {"a" : "x"}', 'k:{"a":"x"}'],
  ['k:null', 'k:{}'],
  ['v:1.0', 'v:1'],
  ['v:1e2', 'v:100'],
  ['v:"<"', 'v:"\\u003c"'],
  ['v:"\\u0041"', 'v:"A"'],
  ['i:+07', 'i:7'],
  ['f:', 'f:'],
  ['f:k:{"a"', 'f:k:{"a"'],
]
for (const [written, canonical] of CANONICAL) {
  test(`${written} is ${canonical}`, () => {
    const parsed = parseElement(written)
    assert.equal('text' in parsed && parsed.text, canonical)
  })
}

const NOT_ELEMENTS: readonly [string, 'unknown' | 'invalid'][] = [
  ['', 'invalid'],
  ['f', 'invalid'],
  ['name', 'invalid'],
  ['k:[1]', 'invalid'],
  ['k:{', 'invalid'],
  ['v:', 'invalid'],
  ['v:{', 'invalid'],
  ['i:x', 'invalid'],
  ['i:1.5', 'invalid'],
  ['q:later', 'unknown'],
]
for (const [written, is] of NOT_ELEMENTS) {
  test(`'${written}' is ${is}`, () => assert.equal(parseElement(written).is, is))
}

test('elements come in the order of Kubernetes', () => {
  const inOrder = [
    'f:Z',
    'f:a',
    'f:a0',
    'f:b',
    'f:\ue000',
    'f:\u{10000}',
    'k:{"containerPort":9}',
    'k:{"containerPort":80,"protocol":"TCP"}',
    'k:{"containerPort":80,"protocol":"UDP"}',
    'k:{"containerPort":443}',
    'k:{"name":"a"}',
    'k:{"name":"a!"}',
    'k:{"name":"ab"}',
    'k:{"name":true}',
    'v:9',
    'v:10',
    'v:10.5',
    'v:"10"',
    'v:"9"',
    'v:false',
    'v:true',
    'v:[1]',
    'v:[1,2]',
    'v:{"a":1}',
    'v:null',
    'i:2',
    'i:10',
  ]
  for (const [at, one] of inOrder.entries()) {
    for (const [against, other] of inOrder.entries()) {
      assert.equal(Math.sign(compareElements(one, other)), Math.sign(at - against), `${one} and ${other}`)
    }
  }
})

test('paths are said as messages say them', () => {
  const key = keyElement([
    ['name', 'a"b'],
    ['port', 8080],
    ['on', true],
    ['none', null],
  ])
  assert.equal(
    sayPath(['f:spec', key, 'f:x.y', 'v:"v"', 'i:0']),
    '.spec[name="a\\"b",none=null,on=true,port=8080].x.y[="v"][0]',
  )
  assert.equal(sayElement('v:1000000'), '[=1e+06]')
  assert.equal(sayElement('v:[1,"a"]'), '[=[1,"a"]]')
  assert.equal(sayElement('nonsense'), '{{invalid path element}}')
})

test('canonical text is its own canonical text, and any text is read without an exception', () => {
  const key = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom('f', 'k', 'v', 'i', 'q'), fc.oneof(fc.string(), fc.json()))
      .map((parts) => parts.join(':')),
  )
  fc.assert(
    fc.property(key, (written) => {
      const parsed = parseElement(written)
      if (!('text' in parsed)) return
      const again = parseElement(parsed.text)
      assert.equal('text' in again && again.text, parsed.text)
      assert.equal(compareElements(parsed.text, parsed.text), 0)
      sayElement(parsed.text)
    }),
  )
})
