import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import fc from 'fast-check'
import type { Json, JsonObject } from '../object.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { type Field, type Message, messageNames, messageOf } from './messages.ts'
import { OWN_FORMS } from './own-forms.ts'

const POD = 'io.k8s.api.core.v1.Pod'
const CRD = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition'

test('every message is compiled, and what each of its fields refers to is there', () => {
  ok(messageNames().length > 600)
  for (const name of messageNames()) {
    const { fields } = messageOf(name)
    deepEqual(
      fields.map(({ number }) => number),
      fields.map(({ number }) => number).sort((one, other) => one - other),
    )
    for (const { type } of fields) if (type.is === 'message') ok(type.message().name)
  }
})

test('the empty object of every type comes back from what it is encoded as', () => {
  for (const name of messageNames().filter((one) => !messageOf(one).isList)) {
    const empty = decode(name, new Uint8Array())
    deepEqual(decode(name, encode(name, {})), empty, name)
    deepEqual(decode(name, encode(name, empty)), empty, name)
  }
})

test('whatever object of a type there is, it comes back as it was', () => {
  const names = messageNames().filter((name) => !messageOf(name).isList)
  const objects = fc
    .constantFrom(...names)
    .chain((name) => objectOf(messageOf(name), 3).map((object) => ({ name, object })))
  let fields = 0
  fc.assert(
    fc.property(objects, ({ name, object }) => {
      const bytes = encode(name, object)
      const decoded = decode(name, bytes)
      deepEqual(decoded, object)
      equal(Buffer.compare(encode(name, decoded), bytes), 0)
      fields += Object.keys(object).length
    }),
    { numRuns: 150 },
  )
  ok(fields > 150, 'the objects had something in them')
})

test('any bytes are an object or a bad request', () => {
  let objects = 0
  const tally = (type: string, bytes: Uint8Array) => {
    try {
      decode(type, bytes)
      objects++
    } catch (error) {
      ok(hasCode(error, 'BadRequest'), String(error))
    }
  }
  const types = fc.constantFrom(POD, CRD, 'io.k8s.api.core.v1.Secret')
  fc.assert(fc.property(types, fc.uint8Array({ maxLength: 200 }), tally), { numRuns: 2000 })
  const pod = encode(POD, { metadata: { name: 'a', labels: { a: 'b' } }, spec: { containers: [{ name: 'c' }] } })
  const hurt = fc.record({ at: fc.nat(pod.length - 1), byte: fc.nat(255), cut: fc.nat(pod.length) })
  fc.assert(
    fc.property(hurt, ({ at, byte, cut }) => {
      const bytes = Uint8Array.from(pod)
      bytes[at] = byte
      tally(POD, bytes)
      tally(POD, pod.subarray(0, cut))
    }),
    { numRuns: 2000 },
  )
  ok(objects > 100, 'some of them were objects')
})

/** Objects as Kubernetes prints them: nothing empty that it leaves out, everything that it keeps. */
function objectOf(message: Message, depth: number): fc.Arbitrary<JsonObject> {
  const parts = message.fields.map((field) => fieldOf(field, depth).map((value) => ({ field, value })))
  return fc.tuple(...parts).map((values) => {
    const object: JsonObject = {}
    for (const { field, value } of values) {
      if (field.json === '') Object.assign(object, value)
      else if (value !== undefined) object[field.json] = value
    }
    return object
  })
}

function fieldOf(field: Field, depth: number): fc.Arbitrary<Json | undefined> {
  const { shape, type, keep } = field
  const isDeep = depth === 0 && type.is === 'message'
  if (shape === 'value') {
    if (type.is === 'message') return objectOf(type.message(), Math.max(0, depth - 1))
    const value = jsonOf(field, depth)
    return keep ? value : value.map((one) => (isEmpty(one) ? undefined : one))
  }
  const absent = fc.constant(keep ? null : undefined)
  if (isDeep) return absent
  const one = jsonOf(field, depth - 1)
  const given =
    shape === 'list'
      ? fc.array(one, { minLength: 1, maxLength: 2 })
      : shape === 'map'
        ? fc.dictionary(fc.string({ unit: 'binary', maxLength: 5 }), one, {
            minKeys: 1,
            maxKeys: 3,
            noNullPrototype: true,
          })
        : one.map((value) =>
            value === '' && type.is === 'scalar' && type.scalar === 'bytes' && !keep ? undefined : value,
          )
  return fc.oneof({ weight: 2, arbitrary: absent }, { weight: 1, arbitrary: given })
}

function jsonOf({ type }: Field, depth: number): fc.Arbitrary<Json> {
  if (type.is === 'own') return ownOf(type.form)
  if (type.is === 'message') {
    const message = type.message()
    const [items] = message.fields
    if (message.isList && items) return fc.array(jsonOf(items, depth), { minLength: 1, maxLength: 2 })
    return objectOf(message, depth)
  }
  switch (type.scalar) {
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 60 })
    case 'bytes':
      return fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes).toString('base64'))
    case 'bool':
      return fc.boolean()
    case 'int32':
      return fc.integer()
    case 'int64':
      return fc.maxSafeInteger()
    case 'double':
      return fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value))
    default:
      return type.scalar satisfies never
  }
}

const time = fc
  .date({ min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString())

const SCHEMA: Json = { type: 'string' }

function ownOf(form: unknown): fc.Arbitrary<Json> {
  const name = Object.keys(OWN_FORMS).find((key) => OWN_FORMS[key] === form) ?? ''
  switch (name.slice(name.lastIndexOf('.') + 1)) {
    case 'Time':
      return time.map((text) => text.replace(/\.\d+Z$/, 'Z'))
    case 'MicroTime':
      return time.map((text) => text.replace(/Z$/, '123Z'))
    case 'Quantity':
      return fc.constantFrom('0', '100m', '1Gi')
    case 'IntOrString':
      return fc.oneof(fc.integer(), fc.string())
    case 'JSONSchemaPropsOrBool':
      return fc.oneof(fc.boolean(), fc.constant(SCHEMA))
    case 'JSONSchemaPropsOrArray':
      return fc.constantFrom<Json>(SCHEMA, [SCHEMA, SCHEMA])
    case 'JSONSchemaPropsOrStringArray':
      return fc.constantFrom<Json>(SCHEMA, ['a', 'b'])
    default:
      return fc.constantFrom<Json>({ a: [1, null, 'ü'] }, {}, [true])
  }
}

const isEmpty = (value: Json): boolean => value === '' || value === 0 || value === false || value === null
