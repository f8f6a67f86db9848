/** The page of conformance: a table of all, each trouble once, and nothing else of the page touched. */
import { equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from './finding.ts'
import { printInto, printRun } from './report.ts'

const finding = (version: string, ...troubles: readonly string[]): Finding => ({
  client: 'kubectl',
  version,
  did: 'a walk',
  figures: '2 commands',
  troubles,
})
const run = (...findings: readonly Finding[]) => ({ date: '2027-01-02', muster: '0.1.0', node: '24.15.0', findings })

test('a run without trouble is a sentence and a table', () => {
  equal(
    printRun(run(finding('1.27'))),
    [
      'Last run on 2027-01-02: Muster 0.1.0 on Node 24.15.0; 1 of 1 clients without trouble.',
      '',
      '| client | version | what it did | result | figures |',
      '| --- | --- | --- | --- | --- |',
      '| kubectl | 1.27 | a walk | all well | 2 commands |',
    ].join('\n'),
  )
})

test('a trouble of two clients is told once, with both', () => {
  const printed = printRun(run(finding('1.27', 'it hangs'), finding('1.36', 'it hangs\n', 'it lies')))
  match(printed, /0 of 2 clients without trouble/)
  match(printed, /\| 1\.36 \| a walk \| 2 not \|/)
  match(printed, /kubectl 1\.27, kubectl 1\.36:\n\n```text\nit hangs\n```\n\nkubectl 1\.36:\n\n```text\nit lies\n```$/)
})

test('only what stands between the marks is printed anew, as often as one likes', () => {
  const page = 'before\n\n<!-- run -->\nold\n<!-- /run -->\n\nafter\n'
  const printed = printInto(page, run(finding('1.27')))
  match(printed, /^before\n\n<!-- run -->\n\nLast run.*\n\n<!-- \/run -->\n\nafter\n$/s)
  equal(printInto(printed, run(finding('1.27'))), printed)
})
