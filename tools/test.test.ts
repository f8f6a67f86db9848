import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { needs } from './real.ts'
import { addTallies, formatTally, isGreen, NO_TESTS, type Tally } from './tally.ts'

const tally = (passed: number, failed: number, ...skippedFor: readonly string[]): Tally => ({
  passed,
  failed,
  skipped: skippedFor.length,
  reasons: new Map(skippedFor.map((reason) => [reason, 1])),
})

test('two runs add up, and a reason of both is said once', () => {
  const sum = addTallies(tally(3, 1, 'etcd', 'git'), tally(4, 0, 'etcd'))
  deepEqual(sum, {
    passed: 7,
    failed: 1,
    skipped: 3,
    reasons: new Map([
      ['etcd', 2],
      ['git', 1],
    ]),
  })
  equal(formatTally(sum), '7 passed, 1 failed, 3 skipped')
})

test('green is something that passed and nothing that failed', () => {
  equal(isGreen(tally(1, 0)), true)
  equal(isGreen(tally(1, 1)), false)
  equal(isGreen(NO_TESTS), false)
  equal(isGreen(tally(0, 0, 'etcd')), false)
})

test('a part that is missing skips its tests here, and fails them where all parts are required', () => {
  const before = process.env.MUSTER_REQUIRE_REAL
  try {
    delete process.env.MUSTER_REQUIRE_REAL
    equal(needs('etcd', true), false)
    equal(needs('etcd', false), 'needs etcd, which this machine does not have')
    process.env.MUSTER_REQUIRE_REAL = '1'
    equal(needs('etcd', true), false)
    throws(() => needs('etcd', false), /needs etcd/)
  } finally {
    if (before === undefined) delete process.env.MUSTER_REQUIRE_REAL
    else process.env.MUSTER_REQUIRE_REAL = before
  }
})
