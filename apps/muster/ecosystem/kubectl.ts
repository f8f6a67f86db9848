/** Every kubectl, each against a server of its own, through every journey of `kubectl/steps.ts`. */
import { join } from 'node:path'
import { startApi } from '../api-server/api-process.ts'
import { findKubectls, type Kubectl } from '../kubectl/find-kubectls.ts'
import { JOURNEYS } from '../kubectl/steps.ts'
import { walk } from '../kubectl/walk.ts'
import { buildGo } from './build.ts'
import type { Check, Finding } from './finding.ts'
import { KUBECTLS } from './programs.ts'

/** The walk of `kubectl/walk.real.test.ts`, counted. */
export const kubectlCheck: Check = {
  name: 'kubectl',
  async run({ say, folder }) {
    for (const program of KUBECTLS) await buildGo(program, say)
    const findings: Finding[] = []
    for (const kubectl of await findKubectls()) {
      say(`walking kubectl 1.${kubectl.minor}`)
      findings.push(await walkAll(kubectl, folder))
    }
    return findings
  },
}

async function walkAll(kubectl: Kubectl, folder: string): Promise<Finding> {
  const home = join(folder, `kubectl-${kubectl.minor}`)
  const server = await startApi(join(home, 'server'))
  const began = performance.now()
  try {
    const ground = { kubeconfig: server.kubeconfig, home, hasControllers: true }
    const outcomes = []
    for (const journey of JOURNEYS) outcomes.push(...(await walk(kubectl, journey, ground)))
    const troubles = outcomes.flatMap(({ trouble }) => trouble ?? [])
    const seconds = ((performance.now() - began) / 1000).toFixed(0)
    return {
      client: 'kubectl',
      version: `1.${kubectl.minor}`,
      did: `${JOURNEYS.length} journeys of what people do with it`,
      figures: `${outcomes.length - troubles.length} of ${outcomes.length} commands as expected, ${seconds} s`,
      troubles,
    }
  } finally {
    await server.stop()
  }
}
