import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { DEPTH_MAX, OBJECTS_MAX } from './limits.ts'

const CORE = 'io.k8s.api.core.v1'
const POD = `${CORE}.Pod`
const SCHEMA = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps'

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex')

const refuses = (type: string, wire: Uint8Array, message: RegExp): void =>
  throws(
    () => decode(type, wire),
    (error) => {
      ok(hasCode(error, 'BadRequest'), String(error))
      ok(error instanceof Error && message.test(error.message), String(error))
      return true
    },
  )

const MALFORMED: readonly (readonly [why: string, hex: string, message: RegExp])[] = [
  ['a length beyond the end', '0a 05 0a', /^unexpected EOF$/],
  ['a varint that never ends', '0a ff', /^unexpected EOF$/],
  ['a varint of eleven bytes', 'a0 06 ff ff ff ff ff ff ff ff ff ff 01', /^proto: integer overflow$/],
  ['a negative length', '0a ff ff ff ff ff ff ff ff ff 01', /^proto: negative length found/],
  ['a field with the number 0', '00 00', /^proto: Pod: illegal tag 0 \(wire type 0\)$/],
  ['the end of a group that never began', '0c', /^proto: Pod: wiretype end group for non-group$/],
  ['a wire type that there is not', '0f', /^proto: wrong wireType = 7 for field metadata$/],
  ['the same of a field that is not known', 'a7 06', /^proto: illegal wireType 7$/],
  ['a number where a message is', '08 01', /^proto: wrong wireType = 0 for field metadata$/],
  ['a group that never ends', 'a3 06', /^unexpected EOF$/],
]

for (const [why, hex, message] of MALFORMED) {
  test(`${why} is a bad request`, () => refuses(POD, bytes(hex), message))
}

test('fields that the type does not have are passed over, groups among them', () => {
  const pod = encode(POD, { metadata: { name: 'a' } })
  //              100: varint  100: fixed64             100: bytes    100: group { 1: 5 }  100: fixed32
  const unknown = 'a0 06 01   a1 06 0000000000000000   a2 06 02 0000  a3 06 08 05 a4 06    a5 06 00000000'
  deepEqual(decode(POD, Buffer.concat([bytes(unknown), pod, bytes(unknown)])), decode(POD, pod))
})

test('numbers may be packed into one field', () => {
  const field = `${CORE}.PodSecurityContext`
  deepEqual(decode(field, bytes('22 03 01 02 03')), { supplementalGroups: [1, 2, 3] })
  deepEqual(decode(field, bytes('20 01 20 02')), { supplementalGroups: [1, 2] })
})

test('an int32 of too many bits is cut off, an int64 beyond 2^53 is rounded', () => {
  deepEqual(decode(`${CORE}.ContainerPort`, bytes('18 ff ff ff ff ff ff ff ff ff 01')).containerPort, -1)
  equal(decode(`${CORE}.PodSpec`, bytes('20 ff ff ff ff ff ff ff ff 7f')).terminationGracePeriodSeconds, 2 ** 63)
  equal(decode(`${CORE}.PodSpec`, bytes('20 81 80 80 80 80 80 80 10')).terminationGracePeriodSeconds, 2 ** 53)
})

test('a key cannot change what a map inherits', () => {
  const labels = decode(POD, encode(POD, { metadata: { labels: JSON.parse('{"__proto__":"x"}') } })).metadata
  equal(JSON.stringify(labels), '{"labels":{"__proto__":"x"}}')
})

test('what is not JSON where JSON is wanted is a bad request', () => {
  refuses('io.k8s.api.apps.v1.ControllerRevision', bytes('12 05 0a 03 6b3873'), /^failed to parse RawExtension bytes/)
  refuses(`${SCHEMA}`, bytes('49 00 00 00 00 00 00 f0 7f'), /^json: unsupported value: Infinity$/)
  refuses(`${CORE}.ServicePort`, bytes('22 02 08 02'), /^impossible IntOrString.Type$/)
})

test(`${DEPTH_MAX} messages may be in one another, and no more`, () => {
  const nested = (depth: number): object => (depth === 1 ? {} : { not: nested(depth - 1) })
  ok(decode(SCHEMA, encode(SCHEMA, nested(DEPTH_MAX))))
  const asProperties = (depth: number): object => (depth === 1 ? {} : { additionalProperties: asProperties(depth - 1) })
  ok(decode(SCHEMA, encode(SCHEMA, asProperties(DEPTH_MAX))))
  // field 27: not
  let wire: Uint8Array = new Uint8Array()
  for (let depth = 0; depth < DEPTH_MAX; depth++) {
    const length = wire.length < 0x80 ? [wire.length] : [(wire.length & 0x7f) | 0x80, wire.length >> 7]
    wire = Buffer.concat([Uint8Array.of(0xda, 0x01, ...length), wire])
  }
  refuses(SCHEMA, wire, /more than 250 messages deep/)
  throws(() => encode(SCHEMA, nested(DEPTH_MAX + 1)), /less than 250 deep/)
})

test(`no message is made into more than ${OBJECTS_MAX} objects`, () => {
  // A container of two bytes has itself and its resources.
  const containers = (count: number) => Buffer.alloc(count * 2, bytes('12 00'))
  ok(decode(`${CORE}.PodSpec`, containers(10_000)))
  refuses(`${CORE}.PodSpec`, containers(OBJECTS_MAX / 2), /more than 500000 objects in a message/)
})
