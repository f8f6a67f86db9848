/**
 * Records what a whole Kubernetes comes to: `npm run record:cluster` all scenarios, `-- deployment-rolls` those of these
 * names. `-- --verify` writes nothing: it plays them again, and Kubernetes must come to the same as it did.
 */
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { comparePlayed } from '@muster/server/oracle/cluster/compare.ts'
import { formatPlayed, parsePlayed } from '@muster/server/oracle/cluster/fixture.ts'
import { play } from '@muster/server/oracle/cluster/play.ts'
import type { Scenario } from '@muster/server/oracle/cluster/scenario.ts'
import { SCENARIOS } from '@muster/server/oracle/cluster/scenarios/all.ts'
import { buildClusterBinaries } from './build.ts'
import { type KubernetesWorld, startWorld } from './world.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'server', 'oracle', 'cluster', 'fixtures')

const words = process.argv.slice(2)
const names = words.filter((word) => !word.startsWith('-'))
const isAsked = ({ name }: Scenario): boolean => names.length === 0 || names.includes(name)

const binaries = await buildClusterBinaries(console.log)
for (const scenario of SCENARIOS.filter(isAsked)) {
  // A cluster of its own for each: what one leaves behind is nothing to another.
  const world = await startWorld(binaries)
  const end = () => void world.end().finally(() => process.exit(1))
  process.once('SIGINT', end).once('SIGTERM', end)
  try {
    await (words.includes('--verify') ? verify(scenario, world) : record(scenario, world))
  } finally {
    process.off('SIGINT', end).off('SIGTERM', end)
    await world.end()
  }
}

async function record(scenario: Scenario, world: KubernetesWorld): Promise<void> {
  const text = formatPlayed(await play(scenario, world))
  await writeFile(join(FIXTURES, `${scenario.name}.json`), text)
  console.log(`${scenario.name}: ${Buffer.byteLength(text)} bytes`)
}

async function verify(scenario: Scenario, world: KubernetesWorld): Promise<void> {
  const recorded = parsePlayed(await readFile(join(FIXTURES, `${scenario.name}.json`), 'utf8'))
  const unlike = comparePlayed(recorded, await play(scenario, world)).filter(
    ({ differences }) => differences.length > 0,
  )
  for (const { kind, caseName, stepNumber, differences } of unlike)
    console.log(`${scenario.name} › ${kind} › ${caseName} › step ${stepNumber}: ${JSON.stringify(differences[0])}`)
  console.log(`${scenario.name}: ${unlike.length === 0 ? 'the same' : `${unlike.length} differ`}`)
  if (unlike.length > 0) process.exitCode = 1
}
