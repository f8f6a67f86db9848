import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { test } from 'node:test'
import { needs } from '@muster/tools/real.ts'
import { findEtcd } from './etcd/server.ts'
import { cleanUpAtEnd } from './harness/cleanup.ts'
import { parseSettings } from './harness/settings.ts'
import { chosenBenches, type Report, runBenches } from './run.ts'

// No figure is judged here: a test that asserts speed fails on somebody else's busy machine.
const SMALLEST = ['--quick', '--seconds', '0.1', '--pairs', '1', '--keys', '500', '--revisions', '2000']

// A run that is stopped half way must not leave an etcd behind.
cleanUpAtEnd()

const run = (words: readonly string[]): Promise<Report> =>
  runBenches(parseSettings([...words, ...SMALLEST]), { progress() {}, finished() {} })

function everyNumberIsFinite({ benches }: Report): void {
  for (const { name, tables } of benches) {
    ok(tables.length > 0, name)
    for (const { title, rows } of tables) {
      ok(rows.length > 0, title)
      for (const row of rows) {
        for (const [column, cell] of Object.entries(row)) ok(typeof cell === 'string' || Number.isFinite(cell), column)
      }
    }
  }
}

test('every limit of the machine can be measured', async () => {
  const report = await run(['limits'])
  everyNumberIsFinite(report)
  equal(report.benches.length, 5)
  ok(
    report.benches
      .flatMap(({ tables }) => tables)
      .every(({ rows }) => rows.every((row) => Object.keys(row).length > 1)),
  )
})

// One run for both tests below: most of its time goes into starting and killing processes.
let shared: Promise<Report> | undefined
const store = () => {
  shared ??= run(['commit', 'age'])
  return shared
}

test('the store is measured, killed, and found whole', async () => {
  const report = await store()
  everyNumberIsFinite(report)
  equal(report.benches[0]?.tables[0]?.rows[0]?.verified, 500)
})

test('etcd stands beside it', { skip: needs('etcd', findEtcd() !== undefined) }, async () => {
  const [muster, etcd] = (await store()).benches[0]?.tables[0]?.rows ?? []
  equal(etcd?.store, 'etcd')
  equal(etcd?.verified, 500)
  ok(typeof muster?.ratio === 'number')
})

test('the API is measured, killed, and found whole', async () => {
  const report = await run(['api', '--alone'])
  everyNumberIsFinite(report)
  deepEqual(
    report.benches.map(({ name }) => name),
    [
      'api-objects',
      'api-lists',
      'api-watch',
      'api-start',
      'api-profile',
      'test-server',
      'scheduling',
      'scheduling-binds',
      'demo',
    ],
  )
})

test('a PATH without etcd has none, and a word that names no bench is refused', () => {
  equal(findEtcd(''), undefined)
  equal(findEtcd('/nowhere:/nor/here'), undefined)
  throws(() => chosenBenches(['limits', 'comit']), /comit/)
})

test('nothing is left behind', () => {
  equal(readdirSync(tmpdir()).filter((name) => name.startsWith(`muster-bench-${process.pid}-`)).length, 0)
})
