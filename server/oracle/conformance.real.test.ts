/**
 * Asks Muster everything that a real kube-apiserver was asked, and counts the answers that are the same.
 *
 * `floor.json` says for each topic how many matched when it was last written; fewer is a step back, and fails.
 * `ORACLE_REPORT=path` writes the whole report, with the first difference of every answer that differs.
 */
import { deepEqual } from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { systemClock } from '@muster/base/system.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { askMuster } from './ask-muster.ts'
import { ADMIN } from './case.ts'
import { parseTopic } from './fixture.ts'
import { replay, type StepResult } from './replay.ts'
import { report } from './report.ts'

const folder = new URL('./fixtures/', import.meta.url)
const floorFile = new URL('./floor.json', import.meta.url)
const floor = JSON.parse(readFileSync(floorFile, 'utf8')) as Record<string, number>

/** What kube-apiserver was given time for, Muster notices at once; what it does by itself takes a moment. */
const PAUSE_MAX_MS = 300

test('answers as kube-apiserver does', async () => {
  const { name: username, uid, groups } = ADMIN
  const all: StepResult[] = []
  const below: string[] = []
  const matched: Record<string, number> = {}
  for (const file of readdirSync(folder).sort()) {
    const topic = parseTopic(readFileSync(new URL(file, folder), 'utf8'))
    // A server of its own for each topic: what one leaves behind is nothing to another.
    const api = await openTestApi({ clock: systemClock, admin: { username, uid, groups } })
    const results = await replay([topic], askMuster(api), (lengthMs) => setTimeout(Math.min(lengthMs, PAUSE_MAX_MS)))
    api.close()
    all.push(...results)
    const count = results.filter(({ differences }) => differences.length === 0).length
    matched[topic.topic] = count
    const least = floor[topic.topic] ?? results.length
    if (count < least) below.push(`${topic.topic}: ${count} of ${results.length} match, and ${least} did before`)
  }
  if (process.env.ORACLE_REPORT) writeFileSync(process.env.ORACLE_REPORT, report(all))
  if (process.env.ORACLE_FLOOR) writeFileSync(floorFile, `${JSON.stringify(withSlack(matched), undefined, 2)}\n`)
  deepEqual(below, [])
})

/** Watches of a second and conditions that come by themselves differ from run to run on a busy machine. */
const withSlack = (matched: Readonly<Record<string, number>>): Record<string, number> =>
  Object.fromEntries(Object.entries(matched).map(([topic, count]) => [topic, Math.floor(count * 0.97)]))
