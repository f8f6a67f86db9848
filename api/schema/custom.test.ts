import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { sayFieldError, sayPath } from '../field-error.ts'
import type { JsonObject } from '../object.ts'
import { readCustom, validateCustom, validateCustomStatus } from './custom.ts'
import { noReferences, type Schema } from './schema.ts'

const typeOf = (root: Schema) => ({ root, source: noReferences })

test('reading and validating a custom resource does what Kubernetes does', () => {
  const text = readFileSync(new URL('./fixtures/custom.jsonl', import.meta.url), 'utf8')
  const seen = { unreadable: 0, unknown: 0, refused: 0, updates: 0 }
  for (const line of text.trim().split('\n')) {
    const { question, answer } = JSON.parse(line)
    const type = typeOf(question.schema)
    const object: JsonObject = question.object
    const why = JSON.stringify({ schema: question.schema, object })
    const reading = readCustom(type, object)
    if (!reading.read) {
      // Of several things that cannot be read, Go tells one by chance.
      ok(answer.coercion !== undefined, why)
      seen.unreadable++
      continue
    }
    equal(answer.coercion, undefined, why)
    deepEqual(object, answer.decoded, why)
    deepEqual([...reading.unknown].sort(), answer.unknown, why)
    const errors = validateCustom(type, object, { old: question.old })
    const said = errors.map((error) => `${sayPath(error)} ${error.reason} ${error.message}`)
    const wanted = answer.errors.map((error: JsonObject) => `${error.path} ${error.reason} ${error.message}`)
    deepEqual(answer.unordered ? said.toSorted() : said, answer.unordered ? wanted.toSorted() : wanted, why)
    if (answer.unknown.length > 0) seen.unknown++
    if (wanted.length > 0) seen.refused++
    if (question.old) seen.updates++
  }
  ok(
    Object.values(seen).every((count) => count > 4),
    JSON.stringify(seen),
  )
})

const spec = (schema: Schema): Schema => ({ type: 'object', properties: { spec: schema } })

test('what a schema makes of an object, field by field', () => {
  const cases: readonly (readonly [
    what: string,
    schema: Schema,
    given: JsonObject,
    made: JsonObject,
    unknown: string[],
  ])[] = [
    [
      'an unknown field is dropped and listed',
      { type: 'object', properties: { a: { type: 'string' } } },
      { spec: { a: 'x', b: 1 } },
      { spec: { a: 'x' } },
      ['spec.b'],
    ],
    [
      'unless it is preserved',
      { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      { spec: { b: { c: 1 } } },
      { spec: { b: { c: 1 } } },
      [],
    ],
    [
      'in a list',
      { type: 'array', items: { type: 'object', properties: {} } },
      { spec: [{}, { b: 1 }] },
      { spec: [{}, {}] },
      ['spec[1].b'],
    ],
    [
      'a default is filled in, and the defaults inside of it',
      { type: 'object', default: {}, properties: { a: { type: 'integer', default: 3 } } },
      {},
      { spec: { a: 3 } },
      [],
    ],
    [
      'null is absent',
      { type: 'object', properties: { a: { type: 'string' } } },
      { spec: { a: null } },
      { spec: {} },
      [],
    ],
    [
      'null becomes the default',
      { type: 'object', properties: { a: { type: 'string', default: 'x' } } },
      { spec: { a: null } },
      { spec: { a: 'x' } },
      [],
    ],
    [
      'null stays where it may be',
      { type: 'object', properties: { a: { type: 'string', default: 'x', nullable: true } } },
      { spec: { a: null } },
      { spec: { a: null } },
      [],
    ],
    [
      'keys of a map are no fields',
      { type: 'object', additionalProperties: { type: 'string' } },
      { spec: { x: 'y' } },
      { spec: { x: 'y' } },
      [],
    ],
  ]
  for (const [what, schema, given, made, unknown] of cases) {
    const object = structuredClone(given)
    deepEqual(readCustom(typeOf(spec(schema)), object), { read: true, unknown }, what)
    deepEqual(object, made, what)
  }
})

test('metadata is that of every object', () => {
  const object: JsonObject = {
    metadata: { name: 'a', labels: {}, creationTimestamp: null, foo: 1, ownerReferences: [{ name: 'b', bar: 1 }] },
  }
  deepEqual(readCustom(typeOf(spec({ type: 'object' })), object), {
    read: true,
    unknown: ['metadata.foo', 'metadata.ownerReferences[0].bar'],
  })
  deepEqual(object.metadata, { name: 'a', ownerReferences: [{ apiVersion: '', kind: '', name: 'b', uid: '' }] })
  deepEqual(readCustom(typeOf(spec({ type: 'object' })), { metadata: { labels: { a: 1 } } }), {
    read: false,
    why: 'json: cannot unmarshal number into Go struct field ObjectMeta.labels of type string',
  })
})

test('keys that objects inherit are keys like others', () => {
  const object: JsonObject = JSON.parse('{"spec":{"__proto__":{"a":1},"constructor":1,"toString":"x"}}')
  const known: Schema = JSON.parse('{"type":"object","properties":{"toString":{"type":"string"}}}')
  deepEqual(readCustom(typeOf(spec(known)), object), { read: true, unknown: ['spec.__proto__', 'spec.constructor'] })
  equal(JSON.stringify(object), '{"spec":{"toString":"x"}}')
  const map: JsonObject = JSON.parse('{"spec":{"__proto__":"x"}}')
  const schema: Schema = {
    type: 'object',
    additionalProperties: { type: 'object', default: { a: 1 }, properties: { a: {} } },
  }
  deepEqual(validateCustom(typeOf(spec(schema)), map).length, 1)
})

test('rules in CEL are said to be unchecked where what they speak of is wrong', () => {
  const rules = [{ rule: 'self.size > 1' }]
  const properties: Record<string, Schema> = { size: { type: 'integer', maximum: 3 } }
  const withRules = typeOf(spec({ type: 'object', required: ['size'], properties, 'x-kubernetes-validations': rules }))
  const without = typeOf(spec({ type: 'object', required: ['size'], properties }))
  const note =
    '<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
  const notes = (type: typeof withRules, object: JsonObject) => {
    const said = validateCustom(type, object).map(sayFieldError)
    return [said.length, said.includes(note), validateCustomStatus(type, object).map(sayFieldError)]
  }
  // A write to the status asks all rules, and its own part is right.
  const asked = 'spec: Invalid value: "object": no such key: size evaluating rule: self.size > 1'
  deepEqual(notes(withRules, { spec: {} }), [2, true, [asked]])
  deepEqual(notes(without, { spec: {} }), [1, false, []])
  // A value that is merely too large is something that rules can speak of.
  deepEqual(notes(withRules, { spec: { size: 4 } }), [1, false, []])
})

test('a write to the status is judged by the status and by all lists', () => {
  const list: Schema = { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } }
  const type = typeOf({
    type: 'object',
    properties: { spec: { type: 'object', properties: { list } }, status: { type: 'object', properties: { list } } },
  })
  const object: JsonObject = { spec: { list: ['a', 'a'], other: 1 }, status: { list: ['b', 1] } }
  deepEqual(validateCustomStatus(type, object).map(sayFieldError), [
    'status.list[1]: Invalid value: "integer": list[1] in body must be of type string: "integer"',
    'spec.list[1]: Duplicate value: "a"',
  ])
  deepEqual(validateCustomStatus(type, object, { old: structuredClone(object) }), [])
  const mended: JsonObject = { ...object, status: { list: ['b', 'c'] } }
  deepEqual(validateCustomStatus(type, mended, { old: structuredClone(object) }), [])
})
