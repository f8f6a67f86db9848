import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import Type, { type TSchema } from 'typebox'
import Value from 'typebox/value'
import type { Json, JsonObject } from '../object.ts'
import { noReferences, type Schema } from '../schema/schema.ts'
import { validate } from '../schema/validate/validate.ts'
import { toStructural } from './structural.ts'

const ANYTHING = { 'x-kubernetes-preserve-unknown-fields': true }

test('a schema is rewritten so that each field has one type', () => {
  const cases: readonly (readonly [what: string, schema: TSchema, structural: Schema])[] = [
    [
      'a text',
      Type.String({ minLength: 1, format: 'date-time' }),
      { type: 'string', minLength: 1, format: 'date-time' },
    ],
    ['a constant', Type.Literal('a'), { type: 'string', enum: ['a'] }],
    ['a list of words', Type.Enum(['A', 'B'], { default: 'A' }), { type: 'string', default: 'A', enum: ['A', 'B'] }],
    ['a list of numbers', Type.Enum([1, 2]), { type: 'integer', enum: [1, 2] }],
    [
      'a union of constants',
      Type.Union([Type.Literal('a'), Type.Union([Type.Literal('b'), Type.Literal('c')])], { description: 'which' }),
      { type: 'string', description: 'which', enum: ['a', 'b', 'c'] },
    ],
    ['a text or null', Type.Union([Type.String(), Type.Null()]), { type: 'string', nullable: true }],
    ['a port', Type.Union([Type.Integer(), Type.String()]), { 'x-kubernetes-int-or-string': true }],
    [
      'exclusive bounds',
      Type.Number({ exclusiveMinimum: 0, exclusiveMaximum: 5 }),
      { type: 'number', minimum: 0, exclusiveMinimum: true, maximum: 5, exclusiveMaximum: true },
    ],
    [
      'the narrower of two bounds',
      Type.Number({ exclusiveMinimum: 0, minimum: 1, exclusiveMaximum: 5, maximum: 5 }),
      { type: 'number', minimum: 1, maximum: 5, exclusiveMaximum: true },
    ],
    ['a list', Type.Array(Type.String(), { maxItems: 3 }), { type: 'array', maxItems: 3, items: { type: 'string' } }],
    [
      'a set',
      Type.Array(Type.String(), { uniqueItems: true }),
      { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
    ],
    [
      'an object',
      Type.Object({ a: Type.String(), b: Type.Optional(Type.Boolean()) }, { additionalProperties: false }),
      { type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'boolean' } } },
    ],
    ['an object without fields', Type.Object({}), { type: 'object' }],
    [
      'a map',
      Type.Record(Type.String(), Type.Integer()),
      { type: 'object', additionalProperties: { type: 'integer' } },
    ],
    ['a map of anything', Type.Record(Type.String(), Type.Any()), { type: 'object', additionalProperties: ANYTHING }],
    ['anything', Type.Unknown({ description: 'd' }), { description: 'd', ...ANYTHING }],
    [
      "Kubernetes' own words",
      Type.Unsafe<object>({ type: 'object', 'x-kubernetes-embedded-resource': true, ...ANYTHING }),
      { type: 'object', 'x-kubernetes-embedded-resource': true, ...ANYTHING },
    ],
    [
      'two objects in one',
      Type.Intersect([Type.Object({ a: Type.String() }), Type.Object({ b: Type.Optional(Type.String()) })]),
      { type: 'object', required: ['a'], properties: { a: { type: 'string' }, b: { type: 'string' } } },
    ],
    [
      'one object or another',
      Type.Union([
        Type.Object({ by: Type.Literal('name'), name: Type.String() }),
        Type.Object({ by: Type.Literal('size', { description: 'd' }), size: Type.Integer() }),
      ]),
      {
        type: 'object',
        required: ['by'],
        properties: {
          by: { type: 'string', enum: ['name', 'size'] },
          name: { type: 'string' },
          size: { type: 'integer' },
        },
        anyOf: [
          { required: ['by', 'name'], properties: { by: { enum: ['name'] } } },
          { required: ['by', 'size'], properties: { by: { enum: ['size'] } } },
        ],
      },
    ],
    [
      'an object with one or another',
      Type.Intersect([
        Type.Object({ a: Type.String() }),
        Type.Union([Type.Object({ b: Type.String() }), Type.Object({ c: Type.String() })]),
      ]),
      {
        type: 'object',
        required: ['a'],
        properties: { a: { type: 'string' }, b: { type: 'string' }, c: { type: 'string' } },
        anyOf: [{ required: ['b'] }, { required: ['c'] }],
      },
    ],
  ]
  for (const [what, schema, structural] of cases) {
    const before = JSON.stringify(schema)
    deepEqual(toStructural(schema, 'Foo.spec'), structural, what)
    equal(JSON.stringify(schema), before, what)
  }
})

test('what cannot be structural is refused, with its place and a way out', () => {
  const node = Type.Cyclic({ Node: Type.Object({ next: Type.Optional(Type.Ref('Node')) }) }, 'Node')
  const cases: readonly (readonly [schema: TSchema, message: RegExp])[] = [
    [Type.Tuple([Type.String()]), /^Foo\.spec\.x .*'additionalItems' has no place.* Take Type\.Object/],
    [node, /^Foo\.spec\.x .*'\$defs' has no place.* Write the levels out, or take Type\.Unknown\(\)/],
    [Type.Null(), /^Foo\.spec\.x .*the type 'null' alone: take Type\.Union/],
    [Type.BigInt(), /the type 'bigint': take Type\.Integer/],
    [Type.Never(), /'not' has no place in a structural schema: nothing can be a value here/],
    [Type.Object({ y: Type.Array(Type.Null()) }), /^Foo\.spec\.x\.y\[\] cannot be in a resource: no field can have/],
    [Type.Record(Type.String(), Type.Undefined()), /^Foo\.spec\.x\[\*\] cannot be in a resource/],
    [Type.Record(Type.String({ pattern: '^a' }), Type.String()), /keys cannot be told apart by patterns/],
    [
      Type.Object({ a: Type.String() }, { additionalProperties: Type.String() }),
      /named fields and others\. Put the others into a field of their own/,
    ],
    [Type.Union([Type.String(), Type.Boolean()]), /several things \(string, boolean\)\. Give each a field of its own/],
    [Type.Union([Type.String({ minLength: 1 }), Type.Integer()]), /several things \(string, integer\)/],
    [Type.Union([Type.Unknown(), Type.String()]), /several things \(anything, string\)/],
    [Type.Union([Type.Literal('a'), Type.Null()]), /one of several words cannot be null\. Take Type\.Optional/],
    [Type.Enum(['a', 1]), /its values have several types: string, integer/],
    [Type.Unsafe({ enum: ['a', null] }), /its values have several types: string, null/],
    [Type.Unsafe({ const: { a: 1 } }), /only texts, numbers and booleans can be constants/],
    [Type.Array(Type.Object({}), { uniqueItems: true }), /only texts, numbers and booleans can be unique/],
    [Type.Unsafe({ type: ['string', 'null'] }), /a field has one type/],
    [Type.Unsafe({ type: 'array' }), /its items need one type/],
    [Type.Intersect([Type.String(), Type.Object({})]), /only objects can be joined/],
    [
      Type.Intersect([Type.Object({ a: Type.Enum(['x']) }), Type.Object({ a: Type.Enum(['x', 'y']) })]),
      /^Foo\.spec\.x\.a .*not the same in each part/,
    ],
    [
      Type.Union([Type.Object({ a: Type.String() }), Type.Object({ a: Type.Integer() })]),
      /^Foo\.spec\.x\.a .*not the same in each part\. Give each part a field of its own/,
    ],
    [
      Type.Union([Type.Object({ a: Type.String() }), Type.Record(Type.String(), Type.String())]),
      /a map cannot be joined with others/,
    ],
    [
      Type.Union([Type.Object({ a: Type.String() }), Type.Object({ b: Type.String() }, { minProperties: 2 })]),
      /'minProperties' of a part says nothing of the whole/,
    ],
    [
      Type.Union([
        Type.Object({ a: Type.String() }),
        Type.Union([Type.Object({ b: Type.String() }), Type.Object({ c: Type.String() })], { title: 't' }),
      ]),
      /a part of a union is a union itself/,
    ],
    [Type.Refine(Type.String(), () => true), /Foo\.spec .*a function cannot be written into a schema\. Take the rules/],
    [
      Type.Codec(Type.String())
        .Decode((text) => text.length)
        .Encode((size) => 'x'.repeat(size)),
      /a function cannot be written into a schema/,
    ],
  ]
  for (const [schema, message] of cases) {
    throws(() => toStructural(Type.Object({ x: schema }), 'Foo.spec'), { name: 'TypeError', message })
  }
})

/** Schemas that structural ones can say in full. */
const { schemas } = fc.letrec<{ schemas: TSchema; named: TSchema }>((tie) => ({
  schemas: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ minLength: fc.nat(2) }).map((options) => Type.String(options)),
    fc.record({ exclusiveMinimum: fc.nat(3), maximum: fc.nat(3) }).map((options) => Type.Integer(options)),
    fc.constant(Type.Boolean()),
    fc.uniqueArray(fc.constantFrom('a', 'b', 'ab'), { minLength: 1 }).map((words) => Type.Enum(words)),
    fc.nat(2).map((maxLength) => Type.Union([Type.String({ maxLength }), Type.Null()])),
    fc.constant(Type.Unknown()),
    tie('schemas').map((items) => Type.Array(items)),
    tie('schemas').map((entry) => Type.Record(Type.String(), entry)),
    fc
      .record({ a: tie('schemas'), b: tie('schemas') })
      .map(({ a, b }) =>
        Type.Union([
          Type.Object({ kind: Type.Literal('a'), a }),
          Type.Object({ kind: Type.Literal('b'), b: Type.Optional(b) }),
        ]),
      ),
    tie('named'),
  ),
  named: fc
    .record({ a: tie('schemas'), b: tie('schemas') })
    .map(({ a, b }) => Type.Intersect([Type.Object({ a }), Type.Object({ b: Type.Optional(b) })])),
}))

const { values } = fc.letrec<{ values: Json }>((tie) => ({
  values: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, 0, 1, 2, 3, '', 'a', 'b', 'ab'),
    fc.array(tie('values'), { maxLength: 2 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'kind'), tie('values'), { maxKeys: 3 }) as fc.Arbitrary<JsonObject>,
  ),
}))

test('both forms of a schema come to the same verdict', () => {
  let [valid, refused] = [0, 0]
  fc.assert(
    fc.property(schemas, fc.array(values, { minLength: 5, maxLength: 5 }), (schema, given) => {
      const root = toStructural(Type.Object({ x: schema }), 'Foo')
      const type = { root, source: noReferences }
      for (const any of [...given, Value.Create(schema) as Json]) {
        // TypeBox lets a field that an alternative does not have be anything; here it has the type that another gives it.
        const value = Value.Clean(schema, structuredClone(any)) as Json
        const verdict = Value.Check(Type.Object({ x: schema }), { x: value })
        equal(validate(type, { x: value }).length === 0, verdict, JSON.stringify({ root, value }))
        if (verdict) valid++
        else refused++
      }
    }),
    { numRuns: 300 },
  )
  deepEqual([valid > 300, refused > 300], [true, true], `${valid} valid, ${refused} refused`)
})
