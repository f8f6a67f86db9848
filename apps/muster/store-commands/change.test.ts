import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import type { Revision, Version } from '@muster/store/store.ts'
import { isRevision } from '../store-api/fields.ts'
import { describeChange } from './change.ts'

function revision(number: number): Revision {
  if (isRevision(number)) return number
  throw new TypeError(`${number} is no revision`)
}

const about = { key: 'a', time: instant(0), token: 't', cause: { actor: 'li', reason: 'test' }, gapBefore: false }

const put = (value: string | Uint8Array): Version => {
  const at = revision(2)
  const entry = { key: 'a', value: Buffer.from(value), revision: at, createRevision: at, version: 1 }
  return { ...about, revision: at, version: 'put', entry }
}

const deleted: Version = { ...about, revision: revision(3), version: 'deleted' }

for (const [what, before, version, says] of [
  ['a first version', undefined, put('x'), 'created x'],
  ['a new life', deleted, put('x'), 'created x'],
  ['text', put('x'), put('y'), 'x -> y'],
  ['no change', put('x'), put('x'), 'same value'],
  ['a field', put('{"a":1,"b":2}'), put('{"a":1,"b":3}'), '.b: 2 -> 3'],
  ['a field within', put('{"a":{"b":[1]}}'), put('{"a":{"b":[1,2]}}'), '.a.b: [1] -> [1,2]'],
  ['fields that come and go', put('{"a":1}'), put('{"b":"x"}'), '.a: 1 -> nothing, .b: nothing -> "x"'],
  [
    'many fields',
    put('{}'),
    put('{"a":1,"b":1,"c":1,"d":1,"e":1}'),
    '.a: nothing -> 1, .b: nothing -> 1, .c: nothing -> 1, and 2 more',
  ],
  ['bytes', put('x'), put(Uint8Array.of(0xff, 0xfe)), 'x -> <2 bytes>'],
  ['a deletion', put('x'), deleted, 'deleted x'],
  ['what follows a gap', put('x'), { ...put('y'), gapBefore: true }, '(gap) y'],
] as const) {
  test(`${what} is described`, () => {
    equal(describeChange(version, before, { arrow: '->' }), says)
  })
}
