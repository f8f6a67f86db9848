import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import fc from 'fast-check'
import { readAsOf } from './as-of.ts'
import { causeHeaders, formatObjectRevision, parseObjectRevision, REJECTED_MAX, statedCause } from './cause.ts'

test('a version of an object is written and read back, whatever its names', () => {
  const at = { group: 'apps', resource: 'deployments', namespace: 'shop', name: 'web', revision: '42' }
  equal(formatObjectRevision(at), 'apps/deployments/shop/web@42')
  equal(formatObjectRevision({ ...at, group: '', resource: 'namespaces', namespace: '' }), '/namespaces//web@42')
  const name = fc.string({ minLength: 1, unit: 'grapheme' }).filter((text) => text.isWellFormed())
  fc.assert(
    fc.property(name, name, fc.nat(), (namespace, named, revision) => {
      const one = { group: '', resource: 'roles', namespace, name: named, revision: String(revision) }
      deepEqual(parseObjectRevision(formatObjectRevision(one)), one)
    }),
  )
  for (const wrong of [
    '',
    'web',
    'apps/deployments/shop/web',
    'deployments/shop/web@1',
    'apps//shop/web@1',
    'a/b/c/d@x',
    'a/b/c/%zz@1',
  ]) {
    equal(parseObjectRevision(wrong), undefined, wrong)
  }
})

test('a cause survives its headers, which are ASCII', () => {
  const object = { group: '', resource: 'pods', namespace: 'shop', name: 'web-1', revision: '7' }
  const cause = { object, why: '副本不足 𝄞', rejected: [{ choice: 'node-1', why: '磁盘已满' }], timer: true } as const
  const headers = causeHeaders(cause)
  for (const value of Object.values(headers)) equal(/^[\x20-\x7e]*$/.test(value), true, value)
  deepEqual(statedCause(headers), cause)
  deepEqual(causeHeaders({}), {})
  deepEqual(statedCause({}), {})
  const many = Array.from({ length: REJECTED_MAX + 5 }, (_one, at) => ({ choice: `node-${at}`, why: 'full' }))
  equal(statedCause(causeHeaders({ rejected: many })).rejected?.length, REJECTED_MAX)
})

test('what cannot be read is refused by the name of its header', () => {
  for (const value of ['{', '1', '{"why":1}', '{"rejected":[{"choice":1}]}', '{"rejected":{}}']) {
    throws(() => statedCause({ 'muster-decision': value }), /header muster-decision: /, value)
  }
  throws(() => statedCause({ 'muster-cause': 'web' }), /header muster-cause: "web" is not GROUP\/RESOURCE/)
})

test('a moment in the past is a time, or a length of time ago', () => {
  const now = instant(Date.UTC(2026, 10, 23, 4))
  const at = (text: string) => {
    const read = readAsOf(text, now)
    return 'why' in read ? read.why.replace(/^"[^"]*" /, '') : new Date(read.at).toISOString()
  }
  equal(at('2026-11-23T03:00:00Z'), '2026-11-23T03:00:00.000Z')
  equal(at('2026-11-23T05:00:00 02:00'), '2026-11-23T03:00:00.000Z')
  equal(at('-10m'), '2026-11-23T03:50:00.000Z')
  equal(at('-1h30m'), '2026-11-23T02:30:00.000Z')
  equal(at('-2d'), '2026-11-21T04:00:00.000Z')
  equal(at('2027-01-01T00:00:00Z'), 'lies in the future')
  for (const wrong of ['', '10m', '-10', '-', 'now', '2026-11-23'])
    equal(at(wrong).startsWith('is no time such as'), true, wrong)
})
