/**
 * Plays on Muster what was played on a whole Kubernetes: its API, controllers and scheduler, with kwok for machines. Each
 * object ends the same, or `explanations.ts` says why not; a reason whose object has become the same is taken out.
 *
 * `CLUSTER_REPORT=path` writes every difference.
 */
import { deepEqual } from 'node:assert/strict'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { test } from 'node:test'
import { findDisagreements } from '../explain.ts'
import type { StepResult } from '../replay.ts'
import { comparePlayed } from './compare.ts'
import { CLUSTER_EXPLANATIONS } from './explanations.ts'
import { parsePlayed } from './fixture.ts'
import { play } from './play.ts'
import { SCENARIOS } from './scenarios/all.ts'
import { startMusterWorld } from './testing/muster-world.ts'

const folder = new URL('./fixtures/', import.meta.url)
const { CLUSTER_REPORT } = process.env
if (CLUSTER_REPORT) writeFileSync(CLUSTER_REPORT, '')

for (const scenario of SCENARIOS) {
  test(`${scenario.name}: as Kubernetes, or it is said why not`, async () => {
    const recorded = parsePlayed(readFileSync(new URL(`${scenario.name}.json`, folder), 'utf8'))
    await using world = await startMusterWorld()
    const results = comparePlayed(recorded, await play(scenario, world))
    if (CLUSTER_REPORT) appendFileSync(CLUSTER_REPORT, results.map(reportOf).join(''))
    const found = findDisagreements(results, CLUSTER_EXPLANATIONS)
    deepEqual(
      found.map(({ step, trouble }) => `${step} ${trouble}`),
      [],
    )
  })
}

function reportOf({ topic, kind, caseName, stepNumber, request, differences }: StepResult): string {
  const lines = differences.map(
    ({ path, expected, actual }) =>
      `  ${path}\n    Kubernetes ${JSON.stringify(expected)}\n    Muster     ${JSON.stringify(actual)}\n`,
  )
  if (lines.length === 0) return ''
  return `${topic} › ${kind} › ${caseName} › step ${stepNumber} (${request})\n${lines.join('')}`
}
