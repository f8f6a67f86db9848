import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import type { KubeObject } from '../object.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { decodeEnvelope, decodeObject, encodeEnvelope, encodeObject } from './envelope.ts'
import { protobufTypeOf } from './type-names.ts'

// Kubernetes' own data: each kind with every field set, as JSON and as protobuf (tools/oracle/tables/fixtures.ts).
interface Fixture {
  readonly name: string
  readonly type: string
  readonly json: KubeObject
  readonly protobuf: string
}

const packed = readFileSync(new URL('./testdata/kinds.json.gz', import.meta.url))
const FIXTURES: readonly Fixture[] = JSON.parse(gunzipSync(packed).toString())

test('there is data of every served group', () => {
  ok(FIXTURES.length > 85)
  const groups = new Set(FIXTURES.map(({ name }) => name.replace(/\.v\d+\.\w+$/, '')))
  for (const group of ['core', 'apps', 'batch', 'apiextensions.k8s.io', 'rbac.authorization.k8s.io'])
    ok(groups.has(group))
})

for (const { name, type, json, protobuf } of FIXTURES) {
  test(`${name} is byte for byte what Kubernetes makes of it, both ways`, () => {
    const bytes = Buffer.from(protobuf, 'base64')
    const { apiVersion, kind, raw } = decodeEnvelope(bytes)
    const { apiVersion: version, kind: name_, ...fields } = json
    deepEqual([apiVersion, kind], [version ?? '', name_ ?? ''])
    deepEqual(decode(type, raw), fields)
    equal(hex(encode(type, json)), hex(raw))
    equal(hex(encodeEnvelope(apiVersion, kind, raw)), hex(bytes))
    if (protobufTypeOf(apiVersion, kind) === undefined) return
    equal(hex(encodeObject(json)), hex(bytes))
    deepEqual(decodeObject(bytes), json)
  })
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
