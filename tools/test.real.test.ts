// Runs the runner on files that exist, in a process of its own, and reads what a person would read.
import { equal, match } from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { ROOT } from './tree.ts'

function runTests(...words: readonly string[]) {
  // A test runner within a test runner would otherwise take itself for a part of the outer one, and run nothing.
  const { NODE_TEST_CONTEXT: _, ...env } = process.env
  const { status, stdout } = spawnSync(process.execPath, ['tools/test.ts', ...words], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
  })
  return { status, lines: stdout.trimEnd().split('\n') }
}

test('the last line of a run is its count', () => {
  const { status, lines } = runTests('tools/test.test.ts')
  equal(status, 0)
  equal(lines.at(-1), '3 passed, 0 failed, 0 skipped')
  match(lines.at(-2) ?? '', /^pure tests: 1 files in \d+\.\d s; real: 0 in 0\.0 s$/)
})

test('a run of nothing is no success, and says why', () => {
  const { status, lines } = runTests('no-such-path')
  equal(status, 1)
  equal(lines[0], 'no test has a path that contains no-such-path')
  equal(lines.at(-1), '0 passed, 0 failed, 0 skipped')
})
