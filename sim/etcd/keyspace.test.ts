/**
 * One worked history, and every question about it:
 *
 *     revision   2        3                  4        5            6        7
 *                put a=1  put b=1, put c=1   del a    put a=2      put b=2  del c, put d=1
 *                         └ one transaction ┘                              └ one transaction ┘
 */
import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { type Keyspace, newKeyspace, TXN_OPS_MAX } from './keyspace.ts'
import type { Compare, EtcdEvent, KeyValue, Op } from './words.ts'

const put = (key: string, value: string, lease = 0): Op => ({ op: 'put', key, value: Buffer.from(value), lease })
const del = (key: string, end?: string): Op => ({ op: 'delete', key, ...(end !== undefined && { end }) })
const ALL = { key: '\0', end: '\xff' }

const then = (keyspace: Keyspace, ...success: Op[]) =>
  keyspace.txn({ compare: [], success, failure: [] }, (lease) => lease === 7)

function history(): Keyspace {
  const keyspace = newKeyspace()
  then(keyspace, put('a', '1'))
  then(keyspace, put('b', '1'), put('c', '1'))
  then(keyspace, del('a'))
  then(keyspace, put('a', '2'))
  then(keyspace, put('b', '2'))
  then(keyspace, del('c'), put('d', '1'))
  return keyspace
}

const show = ({ key, value, createRevision, modRevision, version }: KeyValue) =>
  `${key}=${Buffer.from(value)} create ${createRevision} mod ${modRevision} version ${version}`

const tell = (event: EtcdEvent) =>
  event.type === 'put'
    ? `${event.kv.modRevision} ${event.kv.key}=${Buffer.from(event.kv.value)}${event.previous ? ' was' : ''}`
    : `${event.kv.modRevision} -${event.kv.key}${event.previous ? ' was' : ''}`

test('a range at each revision shows what the picture shows', () => {
  const keyspace = history()
  const at = (revision: number) => keyspace.range({ ...ALL, revision }).kvs.map(show)
  deepEqual(at(1), [])
  deepEqual(at(2), ['a=1 create 2 mod 2 version 1'])
  deepEqual(at(3), ['a=1 create 2 mod 2 version 1', 'b=1 create 3 mod 3 version 1', 'c=1 create 3 mod 3 version 1'])
  deepEqual(at(4), ['b=1 create 3 mod 3 version 1', 'c=1 create 3 mod 3 version 1'])
  deepEqual(at(5)[0], 'a=2 create 5 mod 5 version 1', 'a key that comes back begins anew')
  deepEqual(at(6)[1], 'b=2 create 3 mod 6 version 2')
  deepEqual(at(7), ['a=2 create 5 mod 5 version 1', 'b=2 create 3 mod 6 version 2', 'd=1 create 7 mod 7 version 1'])
  deepEqual(at(0), at(7), 'revision 0 is now')
})

test('a limit cuts the keys and not their count', () => {
  const { kvs, more, count, revision } = history().range({ ...ALL, limit: 2 })
  deepEqual([kvs.map(({ key }) => key), more, count, revision], [['a', 'b'], true, 3, 7])
  equal(history().range({ ...ALL, limit: 3 }).more, false)
})

test('events of one transaction share its revision, in the order of its operations', () => {
  deepEqual(history().eventsFrom(ALL, 3).map(tell), [
    '3 b=1',
    '3 c=1',
    '4 -a was',
    '5 a=2',
    '6 b=2 was',
    '7 -c was',
    '7 d=1',
  ])
  deepEqual(history().eventsFrom({ key: 'b' }, 0).map(tell), ['3 b=1', '6 b=2 was'])
})

test('compaction keeps what is exact at its revision and above, a deletion there included', () => {
  const keyspace = history()
  keyspace.compact(4)
  throws(() => keyspace.range({ ...ALL, revision: 3 }), { code: 'Gone' })
  throws(() => keyspace.eventsFrom(ALL, 3), { code: 'Gone' })
  deepEqual(keyspace.range({ ...ALL, revision: 4 }).count, 2)
  deepEqual(keyspace.eventsFrom(ALL, 4).map(tell), ['4 -a', '5 a=2', '6 b=2 was', '7 -c was', '7 d=1'])
  throws(() => keyspace.compact(4), { code: 'Gone' })
  throws(() => keyspace.compact(8), { code: 'RevisionAhead' })
  keyspace.compact(7)
  deepEqual(keyspace.range(ALL).kvs.map(show), history().range(ALL).kvs.map(show))
})

test('what writes nothing takes no revision', () => {
  const keyspace = history()
  deepEqual(then(keyspace, del('nobody')), { succeeded: true, responses: [{ op: 'delete', deleted: 0 }], revision: 7 })
  equal(then(keyspace, { op: 'range', ...ALL }).revision, 7)
  equal(then(keyspace, put('a', '2')).revision, 8, 'the same value is a write')
})

test('a read after a write in one transaction sees it', () => {
  const keyspace = history()
  const { responses } = then(
    keyspace,
    { op: 'range', key: 'e' },
    put('e', '1'),
    { op: 'range', key: 'e' },
    del('a', 'c'),
  )
  deepEqual(
    responses.map((response) =>
      'count' in response ? response.count : 'deleted' in response ? response.deleted : '-',
    ),
    [0, '-', 1, 2],
  )
})

const number = (
  target: 'version' | 'create' | 'mod' | 'lease',
  key: string,
  is: Compare['is'],
  to: number,
): Compare => ({
  key,
  is,
  target,
  number: to,
})

const compares: readonly { readonly name: string; readonly compare: Compare; readonly succeeded: boolean }[] = [
  { name: 'an absent key has version 0', compare: number('version', 'z', 'equal', 0), succeeded: true },
  { name: 'a deleted key has create revision 0', compare: number('create', 'c', 'equal', 0), succeeded: true },
  { name: 'create revision stays under puts', compare: number('create', 'b', 'equal', 3), succeeded: true },
  { name: 'mod revision does not', compare: number('mod', 'b', 'greater', 3), succeeded: true },
  { name: 'less is less', compare: number('mod', 'b', 'less', 6), succeeded: false },
  { name: 'a key without lease has lease 0', compare: number('lease', 'b', 'not-equal', 7), succeeded: true },
  { name: 'a value', compare: { key: 'b', is: 'equal', target: 'value', value: Buffer.from('2') }, succeeded: true },
  {
    name: 'an absent key has no value, not even another one',
    compare: { key: 'z', is: 'not-equal', target: 'value', value: Buffer.from('2') },
    succeeded: false,
  },
]

for (const { name, compare, succeeded } of compares) {
  test(`compare: ${name}`, () => {
    const keyspace = history()
    const answer = keyspace.txn({ compare: [compare], success: [put('x', '1')], failure: [put('y', '1')] }, () => false)
    deepEqual([answer.succeeded, answer.revision], [succeeded, 8])
    equal(keyspace.range({ key: succeeded ? 'x' : 'y' }).count, 1)
  })
}

const many = (count: number) => Array.from({ length: count }, (_, index) => put(`k${index}`, ''))

const refused: readonly { readonly name: string; readonly ops: Op[]; readonly code: string }[] = [
  { name: 'more operations than fit', ops: many(TXN_OPS_MAX + 1), code: 'Invalid' },
  { name: 'a key put twice', ops: [put('a', '1'), put('a', '2')], code: 'Invalid' },
  { name: 'a key put and deleted', ops: [put('b', '1'), del('a', 'c')], code: 'Invalid' },
  { name: 'no key', ops: [put('', '1')], code: 'Invalid' },
  { name: 'a lease that nobody granted', ops: [put('a', '1'), put('b', '1', 8)], code: 'NotFound' },
  { name: 'a read of the future', ops: [put('a', '1'), { op: 'range', key: 'a', revision: 8 }], code: 'RevisionAhead' },
]

for (const { name, ops, code } of refused) {
  test(`refused, and nothing written: ${name}`, () => {
    const keyspace = history()
    throws(() => then(keyspace, ...ops), { code })
    equal(keyspace.revision, 7)
    deepEqual(keyspace.eventsFrom(ALL, 8), [])
  })
}

test('as many operations as fit are taken, and deletions may overlap', () => {
  const keyspace = history()
  equal(then(keyspace, ...many(TXN_OPS_MAX)).revision, 8)
  then(keyspace, del('a', 'c'), del('b', 'd'))
  equal(keyspace.range({ key: 'a', end: 'c' }).count, 0)
})

test('the end of a lease deletes its keys in one revision', () => {
  const keyspace = history()
  then(keyspace, put('b', '3', 7), put('e', '1', 7))
  then(keyspace, put('b', '4'))
  then(keyspace, put('f', '1', 7))
  keyspace.endLease(7)
  deepEqual(keyspace.eventsFrom(ALL, 11).map(tell), ['11 -e was', '11 -f was'], 'b was put again without it')
  keyspace.endLease(7)
  equal(keyspace.revision, 11)
})
