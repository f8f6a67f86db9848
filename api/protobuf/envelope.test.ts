import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import { decodeEnvelope, decodeObject, encodeEnvelope, encodeObject, isEnvelope } from './envelope.ts'
import { protobufTypeOf } from './type-names.ts'

const bytes = (hex: string): Uint8Array => Buffer.from(hex.replaceAll(' ', ''), 'hex')

test('an object goes into its envelope and comes back', () => {
  const pod = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'ü' } }
  const envelope = encodeObject(pod)
  ok(isEnvelope(envelope))
  equal(Buffer.from(envelope.subarray(0, 4)).toString('latin1'), 'k8s\0')
  deepEqual(decodeObject(envelope), pod)
})

test('an envelope that names no kind is what it is assumed to be', () => {
  const { raw } = decodeEnvelope(encodeObject({ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a' } }))
  const nameless = encodeEnvelope('', '', raw)
  deepEqual(decodeObject(nameless, { apiVersion: 'v1', kind: 'Pod' }).kind, 'Pod')
  throws(() => decodeObject(nameless), /Object 'Kind' is missing in 'runtime.TypeMeta\{APIVersion:"", Kind:""\}'/)
  throws(
    () => decodeObject(encodeEnvelope('', 'Pod', raw)),
    /Object 'apiVersion' is missing in 'runtime.TypeMeta\{APIVersion:"", Kind:"Pod"\}'/,
  )
})

const REFUSED: readonly (readonly [hex: string, message: string])[] = [
  ['', 'empty data'],
  ['7b7d', 'provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]'],
  ['6b387300', 'empty body'],
  ['6b387300 0a', 'unexpected EOF'],
  ['6b387300 1202', 'unexpected EOF'],
]

for (const [hex, message] of REFUSED) {
  test(`'${hex}' is refused: ${message}`, () => {
    throws(
      () => decodeObject(bytes(hex)),
      (error) => {
        ok(hasCode(error, 'BadRequest'))
        equal(error instanceof Error && error.message, message)
        return true
      },
    )
  })
}

test('what has no protobuf is told from what has', () => {
  equal(protobufTypeOf('apps/v1', 'Deployment'), 'io.k8s.api.apps.v1.Deployment')
  equal(protobufTypeOf('apps/v1', 'DeploymentList'), 'io.k8s.api.apps.v1.DeploymentList')
  equal(protobufTypeOf('apps/v1', 'DeleteOptions'), 'io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions')
  equal(protobufTypeOf('v1', 'Status'), 'io.k8s.apimachinery.pkg.apis.meta.v1.Status')
  equal(
    protobufTypeOf('meta.k8s.io/v1', 'PartialObjectMetadataList'),
    'io.k8s.apimachinery.pkg.apis.meta.v1.PartialObjectMetadataList',
  )
  for (const [apiVersion, kind] of [
    ['meta.k8s.io/v1', 'Table'],
    ['example.com/v1', 'Lamp'],
    ['v1', 'PodSpec'],
    ['a/b/c', 'Pod'],
    ['', ''],
  ] as const) {
    equal(protobufTypeOf(apiVersion, kind), undefined, `${apiVersion} ${kind}`)
  }
  throws(() => encodeObject({ apiVersion: 'example.com/v1', kind: 'Lamp', metadata: {} }), /has no form in protobuf/)
  const lamp = encodeEnvelope('example.com/v1', 'Lamp', new Uint8Array())
  throws(() => decodeObject(lamp), /no kind "Lamp" is registered for version "example.com\/v1"/)
})
