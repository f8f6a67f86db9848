import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { typeSchemaOf } from '../../tables/schemas.ts'
import { readBase64 } from './base64.ts'
import { decode, sayUnknownField } from './decode.ts'

test('built-in kinds are read, refused and printed as Kubernetes does it', () => {
  const text = readFileSync(new URL('../fixtures/decode.jsonl', import.meta.url), 'utf8')
  let refused = 0
  for (const line of text.trim().split('\n')) {
    const { question, answer } = JSON.parse(line)
    const { apiVersion, kind } = question.object
    const [version = '', group = ''] = apiVersion.split('/').reverse()
    const decoding = decode(typeSchemaOf(group, version, kind), question.object, { unknown: 'list' })
    const came = decoding.decoded
      ? { strict: decoding.unknown.map(sayUnknownField), written: decoding.object }
      : { error: decoding.why }
    deepEqual(came, answer, JSON.stringify(question.object))
    if (!decoding.decoded) refused++
  }
  ok(refused > 20)
})

test('unknown fields are listed only when asked for, and a hundred at most', () => {
  const pod = typeSchemaOf('', 'v1', 'Pod')
  const spec = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`x${at}`, at]))
  const listed = decode(pod, { spec }, { unknown: 'list' })
  const dropped = decode(pod, { spec }, { unknown: 'drop' })
  equal(listed.decoded && listed.unknown.length, 100)
  equal(dropped.decoded && dropped.unknown.length, 0)
})

test('the object that was given is left alone', () => {
  const given = { metadata: { name: 'a', labels: {} }, spec: { containers: null, foo: 1 } }
  const before = structuredClone(given)
  decode(typeSchemaOf('', 'v1', 'Pod'), given, { unknown: 'drop' })
  deepEqual(given, before)
})

test('what is no object is refused', () => {
  deepEqual(decode(typeSchemaOf('', 'v1', 'Pod'), [], { unknown: 'drop' }), {
    decoded: false,
    why: 'json: cannot unmarshal array into Go value of type v1.Pod',
  })
})

test('three megabytes of base64 are read at once', () => {
  const text = 'YWJj'.repeat(750_000)
  deepEqual(readBase64(text), { read: true, text })
})
