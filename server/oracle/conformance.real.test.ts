/**
 * Asks Muster everything that a real kube-apiserver was asked. Each answer is the same, or `explanations.ts` says why
 * it is not; a reason whose answer has become the same is taken out of that table.
 *
 * `ORACLE_REPORT=path` writes the whole report, with the first difference of every answer that differs.
 */
import { deepEqual } from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@muster/base/system.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { askMuster } from './ask-muster.ts'
import { ADMIN, type OracleTopic } from './case.ts'
import { findDisagreements } from './explain.ts'
import { EXPLANATIONS } from './explanations.ts'
import { parseTopic } from './fixture.ts'
import { replay, type StepResult } from './replay.ts'
import { report } from './report.ts'

const folder = new URL('./fixtures/', import.meta.url)

/** What kube-apiserver was given time for, Muster notices at once; what it does by itself takes a moment. */
const PAUSE_MAX_MS = 300

test('answers as kube-apiserver does, or it is said why not', async () => {
  const topics = readdirSync(folder)
    .sort()
    .map((file) => parseTopic(readFileSync(new URL(file, folder), 'utf8')))
  const results = (await Promise.all(topics.map(askTopic))).flat()
  if (process.env.ORACLE_REPORT) writeFileSync(process.env.ORACLE_REPORT, report(results, EXPLANATIONS))
  const found = findDisagreements(results, EXPLANATIONS)
  // A watch of a second may end too soon on a busy machine: what does not come twice is nothing.
  const again: string[] = []
  for (const topic of topics.filter(({ topic }) => found.some((one) => one.topic === topic))) {
    again.push(...findDisagreements(await askTopic(topic), EXPLANATIONS).map(say))
  }
  deepEqual(
    found.map(say).filter((line) => again.includes(line)),
    [],
  )
})

const say = ({ step, trouble }: { step: string; trouble: string }): string => `${step} ${trouble}`

/** A server of its own for each topic: what one leaves behind is nothing to another, and most of the time is waiting. */
async function askTopic(topic: OracleTopic): Promise<readonly StepResult[]> {
  const { name: username, uid, groups } = ADMIN
  const api = await openTestApi({ clock: systemClock, admin: { username, uid, groups } })
  const results = await replay([topic], askMuster(api), (lengthMs) => setTimeout(Math.min(lengthMs, PAUSE_MAX_MS)))
  api.close()
  return results
}
