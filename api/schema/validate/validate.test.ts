import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { between, chance, pick, type Random, seededRandom } from '@muster/base/random.ts'
import { Ajv } from 'ajv'
import fc from 'fast-check'
import { sayFieldError, sayPath } from '../../field-error.ts'
import type { Json, JsonObject } from '../../object.ts'
import { noReferences, type Schema } from '../schema.ts'
import { validate } from './validate.ts'

const typeOf = (root: Schema) => ({ root, source: noReferences })
const said = (root: Schema, value: Json, old?: Json) =>
  validate(typeOf(root), value, old === undefined ? {} : { old }).map(sayFieldError)

test('verdicts and words are those of Kubernetes', () => {
  const text = readFileSync(new URL('../fixtures/validate.jsonl', import.meta.url), 'utf8')
  const cases = text.trim().split('\n')
  let refused = 0
  for (const line of cases) {
    const { question, answer } = JSON.parse(line)
    const errors = validate(typeOf(question.schema), question.object)
    const lines = errors.map((error) => `${sayPath(error)} ${error.reason} ${error.message}`)
    const wanted = answer.errors.map((error: JsonObject) => `${error.path} ${error.reason} ${error.message}`)
    // Where Kubernetes goes over a map, the order is chance.
    deepEqual(answer.unordered ? lines.toSorted() : lines, answer.unordered ? wanted.toSorted() : wanted, line)
    if (wanted.length > 0) refused++
  }
  ok(cases.length > 250 && refused > 100 && refused < cases.length - 50)
})

/** Schemas of which ajv and Kubernetes think alike: what only one of them knows, or knows differently, is left out. */
const { schemas } = fc.letrec((tie) => ({
  schemas: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ type: fc.constant('boolean'), nullable: fc.boolean() }, { requiredKeys: ['type'] }),
    fc.record(
      {
        type: fc.constant('string'),
        minLength: fc.nat(3),
        maxLength: fc.nat(3),
        pattern: fc.constantFrom('^a', 'b$', '^[a-z]+$'),
        nullable: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constantFrom('integer', 'number'),
        minimum: fc.integer({ min: -3, max: 3 }),
        maximum: fc.integer({ min: -3, max: 3 }),
        multipleOf: fc.constantFrom(1, 2, 3),
        exclusiveMinimum: fc.boolean(),
        exclusiveMaximum: fc.boolean(),
      },
      { requiredKeys: ['type'] },
    ),
    fc.record(
      {
        type: fc.constant('string'),
        enum: fc.uniqueArray(fc.constantFrom('a', 'b', 'ab', ''), { minLength: 1, maxLength: 3 }),
      },
      { requiredKeys: ['type', 'enum'] },
    ),
    fc.record(
      {
        type: fc.constant('array'),
        items: tie('schemas'),
        minItems: fc.nat(2),
        maxItems: fc.nat(3),
        uniqueItems: fc.boolean(),
      },
      { requiredKeys: ['type', 'items'] },
    ),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('schemas'), { maxKeys: 3 }),
        required: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }),
        minProperties: fc.nat(1),
        maxProperties: fc.nat(3),
        anyOf: fc.array(fc.record({ required: fc.uniqueArray(fc.constantFrom('a', 'b', 'c'), { maxLength: 2 }) }), {
          minLength: 1,
          maxLength: 2,
        }),
        oneOf: fc.array(fc.record({ minProperties: fc.nat(2) }), { minLength: 1, maxLength: 2 }),
        not: fc.record({ maxProperties: fc.nat(1) }),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schemas') }),
  ),
}))

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<Json>(null, true, false, 0, 1, 2, -3, 1.5, '', 'a', 'b', 'ab', 'éé', '😀'),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
})).value as fc.Arbitrary<Json>

/** The same in the JSON schema of today: bounds are exclusive by their number, and null is a type. */
function modern(schema: unknown): unknown {
  if (typeof schema !== 'object' || schema === null) return schema
  if (Array.isArray(schema)) return schema.map(modern)
  const { exclusiveMinimum, exclusiveMaximum, nullable, minimum, maximum, type, ...rest } = schema as JsonObject
  const bounds = {
    ...(minimum === undefined ? {} : { [exclusiveMinimum ? 'exclusiveMinimum' : 'minimum']: minimum }),
    ...(maximum === undefined ? {} : { [exclusiveMaximum ? 'exclusiveMaximum' : 'maximum']: maximum }),
  }
  const types = type === undefined ? {} : { type: nullable ? [type, 'null'] : type }
  return {
    ...Object.fromEntries(Object.entries(rest).map(([name, inner]) => [name, modern(inner)])),
    ...bounds,
    ...types,
  }
}

/** A value that is likely to be what the schema wants; chance decides the rest. */
function fit(schema: Schema, random: Random, other: Json): Json {
  if (chance(random, 0.05)) return other
  switch (schema.type) {
    case 'object': {
      const entry = typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
      const fields = ['a', 'b', 'c'].filter((name) => chance(random, schema.required?.includes(name) ? 0.95 : 0.5))
      const known = fields.map((name) => [name, fit(schema.properties?.[name] ?? entry ?? {}, random, other)])
      return Object.fromEntries(known)
    }
    case 'array':
      return Array.from({ length: between(random, 0, 3) }, () => fit(schema.items ?? {}, random, other))
    case 'string':
      return pick(random, ['a', ...(schema.enum ?? ['', 'ab', 'b', 'éé', '😀'])])
    case 'boolean':
      return chance(random, 0.5)
    default:
      return between(random, -3, 3)
  }
}

test('a validator by other hands comes to the same verdict', () => {
  let [valid, refused] = [0, 0]
  const property = fc.property(schemas as fc.Arbitrary<Schema>, values, fc.nat(), (schema, other, seed) => {
    const random = seededRandom(seed)
    const judge = new Ajv({ strict: false, allowUnionTypes: true }).compile(modern(schema) as object)
    for (const value of [other, ...Array.from({ length: 10 }, () => fit(schema, random, other))]) {
      const theirs = judge(value)
      equal(said(schema, value).length === 0, theirs, JSON.stringify({ schema, value }))
      if (theirs) valid++
      else refused++
    }
  })
  fc.assert(property, { numRuns: 80 })
  ok(valid > 100 && refused > 100, `${valid} valid, ${refused} refused`)
})

const spec: Schema = {
  type: 'object',
  properties: {
    old: { type: 'integer' },
    kept: { type: 'object', properties: { a: { type: 'integer' }, b: { type: 'integer' } } },
    set: { type: 'array', items: { type: 'integer' } },
    map: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: { type: 'object', properties: { name: { type: 'string' }, size: { type: 'integer' } } },
    },
  },
}

const WRONG = 'in body must be of type integer: "string"'

test('what was wrong before an update and is unchanged is let pass', () => {
  const cases: readonly (readonly [what: string, old: Json, value: Json, errors: readonly string[]])[] = [
    ['unchanged', { old: 'x' }, { old: 'x' }, []],
    ['changed', { old: 'x' }, { old: 'y' }, [`old: Invalid value: "string": old ${WRONG}`]],
    ['new', {}, { old: 'x' }, [`old: Invalid value: "string": old ${WRONG}`]],
    ['a neighbour of what is wrong changed', { kept: { a: 'x', b: 1 } }, { kept: { a: 'x', b: 2 } }, []],
    [
      'a plain list changed elsewhere',
      { set: ['x', 1] },
      { set: ['x', 2] },
      [`set[0]: Invalid value: "string": set[0] ${WRONG}`],
    ],
    [
      'an item with a key moved',
      {
        map: [
          { name: 'a', size: 'x' },
          { name: 'b', size: 1 },
        ],
      },
      {
        map: [
          { name: 'b', size: 2 },
          { name: 'a', size: 'x' },
        ],
      },
      [],
    ],
    [
      'an item with a key is new',
      { map: [{ name: 'a', size: 'x' }] },
      {
        map: [
          { name: 'a', size: 'x' },
          { name: 'c', size: 'x' },
        ],
      },
      [`map[1].size: Invalid value: "string": map[1].size ${WRONG}`],
    ],
  ]
  for (const [what, old, value, errors] of cases) deepEqual(said(spec, value, old), errors, what)
})

test('paths start where the value is', () => {
  deepEqual(validate(typeOf(spec), { old: 'x' }, { at: 'status' }).map(sayFieldError), [
    `status.old: Invalid value: "string": old ${WRONG}`,
  ])
})

test('a pattern that would never end takes no longer than the text', () => {
  const schema: Schema = { type: 'string', pattern: '^(a+)+$' }
  const text = `${'a'.repeat(100_000)}b`
  equal(said(schema, text).length, 1)
  deepEqual(said(schema, 'aaa'), [])
})
