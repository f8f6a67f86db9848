import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { excluding } from './field-filter.ts'
import {
  difference,
  equalSets,
  type FieldSet,
  hasPath,
  intersection,
  isEmptySet,
  leavesOf,
  NO_FIELDS,
  pathsOf,
  recursiveDifference,
  setOf,
  union,
} from './field-set.ts'
import type { FieldPath } from './path-element.ts'

/** `a.b` is the field b of the field a. */
const path = (text: string): FieldPath => text.split('.').map((step) => `f:${step}`)
const set = (...paths: string[]): FieldSet => setOf(...paths.map(path))
const names = (fields: FieldSet): string =>
  pathsOf(fields)
    .map((one) => one.map((step) => step.slice(2)).join('.'))
    .join(' ')

test('a set is a tree in which a node says whether it is in it', () => {
  assert.deepEqual(set('a.b', 'a', 'c.d'), { 'f:a': { '.': {}, 'f:b': {} }, 'f:c': { 'f:d': {} } })
  assert.deepEqual(setOf([]), NO_FIELDS)
  assert.equal(hasPath(set('a.b'), path('a')), false)
  assert.equal(hasPath(set('a.b'), path('a.b')), true)
  assert.equal(hasPath(set('a.b'), path('a.b.c')), false)
  assert.equal(hasPath(set('a.b'), []), false)
})

test('paths come level by level, and sorted', () => {
  assert.equal(names(set('b', 'a.z', 'a.y', 'a', 'c.d.e')), 'a b a.y a.z c.d.e')
})

type Operation = (one: FieldSet, other: FieldSet) => FieldSet
const CASES: readonly [string, Operation, string, string, string][] = [
  ['union', union, 'a a.b', 'a.c d', 'a d a.b a.c'],
  ['union keeps a leaf that gets children', union, 'a', 'a.b', 'a a.b'],
  ['union does not make a parent a member', union, 'a.b', 'a.c', 'a.b a.c'],
  ['intersection', intersection, 'a a.b a.c d', 'a.b d.e a', 'a a.b'],
  ['intersection of a parent and a child is nothing', intersection, 'a', 'a.b', ''],
  ['difference', difference, 'a a.b a.c', 'a.b', 'a a.c'],
  ['difference: parent - child = parent', difference, 'a', 'a.b', 'a'],
  ['difference: child - parent = child', difference, 'a.b', 'a', 'a.b'],
  ['difference of the parent alone', difference, 'a a.b', 'a', 'a.b'],
  ['difference leaves no empty branch', difference, 'a.b.c d', 'a.b.c', 'd'],
  ['recursive difference: child - parent = nothing', recursiveDifference, 'a.b.c d', 'a.b', 'd'],
  ['recursive difference: parent - child = parent', recursiveDifference, 'a', 'a.b', 'a'],
  ['recursive difference takes branches too', recursiveDifference, 'a a.b a.b.c', 'a', ''],
]
for (const [name, operation, one, other, result] of CASES) {
  const fields = (text: string): FieldSet => set(...text.split(' ').filter(Boolean))
  test(name, () => assert.equal(names(operation(fields(one), fields(other))), result))
}

test('leaves are what has nothing below it', () => {
  assert.equal(names(leavesOf(set('a', 'a.b', 'c', 'd.e'))), 'c a.b d.e')
})

test('filters', () => {
  const all = set('spec', 'spec.a', 'spec.c.x.res', 'spec.c.y.res.cpu', 'spec.c.y.other', 'status.b')
  assert.equal(names(excluding(set('status', 'spec.c'))(all)), 'spec spec.a')
})

const paths = fc.array(fc.array(fc.constantFrom('f:a', 'f:b', 'v:1', 'i:0'), { minLength: 1, maxLength: 4 }), {
  maxLength: 8,
})
const sets = paths.map((list) => setOf(...list))
const has = (fields: FieldSet): string[] =>
  pathsOf(fields)
    .map((one) => one.join())
    .sort()

test('sets are sets: every operation says of each path what it should', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      const mine = has(one)
      const its = has(other)
      const isGone = (text: string) => its.some((path) => text === path || text.startsWith(`${path},`))
      assert.deepEqual(has(union(one, other)), [...new Set([...mine, ...its])].sort())
      assert.deepEqual(
        has(intersection(one, other)),
        mine.filter((text) => its.includes(text)),
      )
      assert.deepEqual(
        has(difference(one, other)),
        mine.filter((text) => !its.includes(text)),
      )
      assert.deepEqual(
        has(recursiveDifference(one, other)),
        mine.filter((text) => !isGone(text)),
      )
    }),
  )
})

test('equal sets have the same paths, and only they', () => {
  fc.assert(
    fc.property(sets, sets, (one, other) => {
      assert.equal(equalSets(one, other), has(one).join('; ') === has(other).join('; '))
      assert.ok(equalSets(union(one, other), union(other, one)))
      assert.equal(isEmptySet(one), has(one).length === 0)
    }),
  )
})

test('what nothing is taken from is answered as it is', () => {
  fc.assert(fc.property(sets, (one) => assert.equal(difference(one, setOf(['f:none'])), one)))
})
