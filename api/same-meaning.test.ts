import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sameMeaning } from './same-meaning.ts'

const PAIRS: readonly [unknown, unknown, boolean][] = [
  [{}, undefined, true],
  [[], null, true],
  [{ a: {} }, {}, true],
  [{ a: null }, {}, true],
  [{ x: 1, a: { b: [] } }, { x: 1, a: {} }, true],
  ['', undefined, false],
  [0, undefined, false],
  [false, undefined, false],
  [[1], { 0: 1 }, false],
  [[1, 2], [2, 1], false],
  [[{}], [], false],
  [{ x: 1, y: 2 }, { y: 2, x: 1 }, true],
  [{ x: 1 }, { x: '1' }, false],
]
for (const [one, other, same] of PAIRS) {
  test(`${JSON.stringify(one)} and ${JSON.stringify(other)} ${same ? 'mean the same' : 'differ'}`, () => {
    equal(sameMeaning(one, other), same)
    equal(sameMeaning(other, one), same)
  })
}
