import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Json, OracleRequest } from './case.ts'
import { fillRequest, mergePatch } from './template.ts'

const ANSWERS = new Map<string, Json>([
  ['made', { metadata: { name: 'a', resourceVersion: '7' }, items: [{ uid: 'u' }], count: 3 }],
])

const missing = (request: Partial<OracleRequest>): string | undefined => {
  const outcome = fillRequest({ method: 'PUT', path: '/', ...request }, ANSWERS)
  return 'missing' in outcome ? outcome.missing : undefined
}
const filled = (request: Partial<OracleRequest>) => {
  const outcome = fillRequest({ method: 'PUT', path: '/', ...request }, ANSWERS)
  if ('missing' in outcome) throw new Error(`${outcome.missing} has no value`)
  const text = outcome.body && new TextDecoder().decode(outcome.body)
  return { path: outcome.path, headers: outcome.headers, text }
}
const DEFAULTS = { accept: 'application/json', 'user-agent': 'oracle/1.0' }
const JSON_HEADERS = { ...DEFAULTS, 'content-type': 'application/json' }

test('templates take values of earlier answers, wherever they stand', () => {
  deepEqual(
    filled({
      path: '/{{made.metadata.name}}?v={{made.metadata.resourceVersion}}',
      headers: { 'x-uid': '{{made.items.0.uid}}' },
      body: { '{{made.metadata.name}}': ['{{made.count}}', 5, null] },
    }),
    { path: '/a?v=7', headers: { ...JSON_HEADERS, 'x-uid': 'u' }, text: '{"a":["3",5,null]}' },
  )
})

test('a template without a value is named, and nothing is sent', () => {
  equal(missing({ path: '/{{made.metadata.uid}}' }), 'made.metadata.uid')
  equal(missing({ from: 'other' }), 'other')
  equal(missing({ path: '/{{made.metadata.name}}' }), undefined)
})

test('a body starts from an earlier answer and is changed by a merge patch', () => {
  const body = { metadata: { resourceVersion: null, labels: { l: 'm' } }, items: null }
  equal(filled({ from: 'made', body }).text, '{"metadata":{"name":"a","labels":{"l":"m"}},"count":3}')
})

test('what is long is written short', () => equal(filled({ text: '{{repeat ab 3}}' }).text, 'ababab'))

test('an empty content type is not sent', () => {
  deepEqual(filled({ text: 'x', headers: { 'content-type': '' } }).headers, DEFAULTS)
})

test('bytes are sent as they are', () => {
  const outcome = fillRequest({ method: 'POST', path: '/', base64: 'azhzAA==' }, ANSWERS)
  deepEqual('body' in outcome && outcome.body, Uint8Array.from([0x6b, 0x38, 0x73, 0]))
})

test('a merge patch is that of RFC 7386', () => {
  // The table of its appendix A.
  const table: readonly (readonly [Json, Json, Json])[] = [
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ]
  for (const [target, patch, result] of table) deepEqual(mergePatch(target, patch), result)
})
