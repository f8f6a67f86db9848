import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Revision } from './store.ts'
import { type Committed, TOKENS_REMEMBERED_MIN, Tokens } from './tokens.ts'

const committed = (...revisions: (number | undefined)[]): Committed => ({
  outcome: 'committed',
  revision: Math.max(...revisions.map((at) => at ?? 0)) as Revision,
  revisions: revisions as (Revision | undefined)[],
})

test('tokens: each commit is answered as it ended, with gaps for what it did not write', () => {
  const tokens = new Tokens()
  const answers = [committed(1), committed(2, 3, 4), committed(5, undefined), committed(undefined, 6), committed(7)]
  for (const [at, answer] of answers.entries()) tokens.remember(`t${at}`, answer)
  for (const [at, answer] of answers.entries()) deepEqual(tokens.find(`t${at}`), answer)
  equal(tokens.find('t5'), undefined)
  deepEqual(
    [...tokens.upTo(4 as Revision)].map(({ token }) => token),
    ['t0', 't1'],
  )
})

test('tokens: a known one keeps its first answer', () => {
  const tokens = new Tokens()
  tokens.remember('t', committed(1))
  tokens.remember('t', committed(2))
  deepEqual(tokens.find('t'), committed(1))
})

test('tokens: the newest are all there and the oldest go, however many come', () => {
  const tokens = new Tokens()
  const nameOf = (at: number) => `some-server/${at}`
  const total = 5 * TOKENS_REMEMBERED_MIN + 7
  for (let at = 1; at <= total; at++) {
    // Every thousandth wrote nothing first, so that what is kept beside the numbers goes as well.
    tokens.remember(nameOf(at), at % 1000 === 0 ? committed(undefined, at) : committed(at))
    if (at % 9973 === 0) deepEqual(tokens.find(nameOf(at - 5000)), committed(at - 5000))
  }
  for (let at = total - TOKENS_REMEMBERED_MIN + 1; at <= total; at++) {
    equal(tokens.find(nameOf(at))?.revision, at)
  }
  equal(tokens.find(nameOf(total - 2 * TOKENS_REMEMBERED_MIN)), undefined)
  equal([...tokens.upTo(total as Revision)].length, TOKENS_REMEMBERED_MIN)
})

test('tokens: what compaction writes again comes late in a replay, and pushes out none of the newest', () => {
  const tokens = new Tokens()
  const nameOf = (at: number) => `some-server/${at}`
  const half = TOKENS_REMEMBERED_MIN / 2
  for (let at = half; at < TOKENS_REMEMBERED_MIN; at++) tokens.remember(nameOf(at), committed(at + 1))
  for (let at = 0; at < half; at++) tokens.remember(nameOf(at), committed(at + 1))
  for (let at = TOKENS_REMEMBERED_MIN; at < TOKENS_REMEMBERED_MIN + half; at++) {
    tokens.remember(nameOf(at), committed(at + 1))
  }
  for (let at = half; at < TOKENS_REMEMBERED_MIN + half; at++) equal(tokens.find(nameOf(at))?.revision, at + 1)
})
