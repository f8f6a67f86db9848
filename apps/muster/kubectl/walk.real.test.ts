/**
 * The oldest and the newest kubectl of this machine, through everything in steps.ts, against a server that is a process
 * of its own. `npm run test:ecosystem` walks all that there are.
 *
 * With MUSTER_WALK=kubernetes it is every kubectl, and a bare kube-apiserver: what the table expects is what Kubernetes
 * does.
 */
import { equal } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { buildBinaries } from '@muster/tools/oracle/recorder/build.ts'
import { startCluster } from '@muster/tools/oracle/recorder/cluster.ts'
import { needs } from '@muster/tools/real.ts'
import { startApi } from '../api-server/api-process.ts'
import { findKubectls } from './find-kubectls.ts'
import { JOURNEYS } from './steps.ts'
import { walk } from './walk.ts'

const isKubernetes = process.env.MUSTER_WALK === 'kubernetes'
const found = await findKubectls()
// Half a minute each: two ends tell most of what all would.
const kubectls = isKubernetes ? found : found.filter((_, at) => at === 0 || at === found.length - 1)

test('there is a kubectl to walk with', { skip: needs('kubectl', kubectls.length > 0) }, () => {})

for (const kubectl of kubectls) {
  describe(`kubectl 1.${kubectl.minor}`, () => {
    const home = mkdtempSync(join(tmpdir(), 'muster-kubectl-'))
    let server: Server
    before(async () => {
      server = await start(home)
    })
    after(async () => {
      await server?.stop()
      rmSync(home, { recursive: true, force: true })
    })
    for (const journey of JOURNEYS) {
      test(journey.name, async () => {
        const ground = { kubeconfig: server.kubeconfig, home, hasControllers: !isKubernetes }
        const outcomes = await walk(kubectl, journey, ground)
        const troubles = outcomes.flatMap(({ trouble }) => trouble ?? [])
        equal(troubles.length, 0, `\n${troubles.join('\n----\n')}`)
      })
    }
  })
}

interface Server {
  readonly kubeconfig: string
  stop(): Promise<unknown>
}

async function start(home: string): Promise<Server> {
  if (!isKubernetes) return startApi(join(home, 'server'))
  const { kubeconfig, end } = await startCluster(await buildBinaries(console.log))
  return { kubeconfig, stop: end }
}
