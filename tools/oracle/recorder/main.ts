/**
 * Records the oracle: `npm run record:oracle` all topics, `npm run record:oracle -- pods crd` those of these names.
 * `-- --verify` records nothing: it replays the fixtures against a fresh kube-apiserver, which must match itself.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ControlError } from '@muster/base/errors.ts'
import type { OracleTopic } from '@muster/server/oracle/case.ts'
import { formatTopic, parseTopic } from '@muster/server/oracle/fixture.ts'
import { replay } from '@muster/server/oracle/replay.ts'
import { report } from '@muster/server/oracle/report.ts'
import { buildBinaries } from './build.ts'
import { type Cluster, startCluster } from './cluster.ts'
import { recordKubectl } from './kubectl.ts'
import { recordTopic } from './record.ts'
import { summary } from './summary.ts'
import { TOPICS } from './topics.ts'

const FIXTURES = join(import.meta.dirname, '..', '..', '..', 'server', 'oracle', 'fixtures')

const words = process.argv.slice(2)
const isAsked = (topic: string): boolean => words.every((word) => word.startsWith('-')) || words.includes(topic)

const names = TOPICS.flatMap(({ cases }) => cases.map(({ kind, name }) => `${kind} ${name}`))
const twice = names.filter((name, index) => names.indexOf(name) !== index)
// Two cases of one name would share their namespace.
if (twice.length > 0) throw new ControlError('Invalid', `two cases are called ${twice.join(', ')}`)

const binaries = await buildBinaries(console.log)
const cluster = await startCluster(binaries)
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => void cluster.end().finally(() => process.exit(1)))
}
try {
  await (words.includes('--verify') ? verify(cluster) : record(cluster))
} finally {
  await cluster.end()
}

async function record(cluster: Cluster): Promise<void> {
  const recorded: OracleTopic[] = []
  const keep = async (topic: OracleTopic): Promise<void> => {
    recorded.push(topic)
    const text = formatTopic(topic)
    await writeFile(join(FIXTURES, `${topic.topic}.json`), text)
    console.log(`${topic.topic}: ${topic.cases.length} cases, ${Buffer.byteLength(text)} bytes`)
  }
  for (const draft of TOPICS.filter(({ topic }) => isAsked(topic)))
    await keep(await recordTopic(draft, cluster.connection.send))
  if (isAsked('kubectl')) await keep(await recordKubectl(binaries, cluster))
  console.log(summary(recorded))
}

async function verify({ connection }: Cluster): Promise<void> {
  const names = (await readdir(FIXTURES)).map((file) => file.replace(/\.json$/, '')).filter(isAsked)
  const topics = await Promise.all(
    names.map(async (name) => parseTopic(await readFile(join(FIXTURES, `${name}.json`), 'utf8'))),
  )
  const results = await replay(topics, connection.send, (lengthMs) => sleep(lengthMs))
  console.log(report(results))
  process.exitCode = results.every(({ differences }) => differences.length === 0) ? 0 : 1
}
