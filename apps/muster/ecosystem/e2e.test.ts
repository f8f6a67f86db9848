/** What is made of a report of Ginkgo: counts, failures without a reason, and reasons without a failure. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { judge, readReport } from './e2e.ts'
import { FAILING, NOT_RUN } from './e2e-reasons.ts'

const spec = (name: string, State: string, Failure?: { Message: string }, LeafNodeType = 'It') => ({
  ContainerHierarchyTexts: ['[sig-api-machinery] Things'],
  LeafNodeText: name,
  LeafNodeType,
  State,
  RunTime: 60e9,
  Failure,
})
const report = (...SpecReports: readonly object[]) => readReport(JSON.stringify([{ SpecReports }]))
const reason = (...tests: readonly string[]) => [{ about: '', is: 'owed', why: '', tests } as const]

test('tests that were run are counted, and failures with a reason are no trouble', () => {
  const tests = report(
    spec('work [Conformance]', 'passed'),
    spec('fail', 'failed', { Message: 'no' }),
    spec('are elsewhere', 'skipped'),
    spec('', 'passed', undefined, 'ReportAfterSuite'),
  )
  const { figures, troubles } = judge(tests, reason('Things fail$'))
  equal(figures, '1 of 2 tests pass, 1 of the 1 for conformance, 1 fail with a reason, 2 min')
  deepEqual(troubles, [])
})

test('a failure without a reason is told with what was said, and a reason without a failure too', () => {
  const tests = report(spec('fail', 'failed', { Message: 'no such thing' }), spec('hang', 'interrupted'))
  deepEqual(judge(tests, reason('Things sing')).troubles, [
    '[sig-api-machinery] Things fail\nno such thing',
    '[sig-api-machinery] Things hang\ninterrupted',
    'has a reason to fail, and does not: Things sing',
  ])
})

test('a suite that cannot begin is a trouble', () => {
  match(judge(report(spec('', 'failed', { Message: 'no server' }, 'BeforeSuite')), []).troubles[0] ?? '', /no server/)
  deepEqual(judge([], []).troubles, ['no test was run'])
})

test('every reason names tests by expressions that can be read', () => {
  for (const { tests } of [...NOT_RUN, ...FAILING]) for (const pattern of tests) ok(new RegExp(pattern))
})
