/** Helm takes a chart of ours through its life: a kind of its own, an object of it, hooks, and built-in kinds. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { startApi } from '../api-server/api-process.ts'
import { buildGo } from './build.ts'
import type { Check } from './finding.ts'
import { HELM } from './programs.ts'

interface HelmStep {
  readonly run: readonly string[]
  readonly says: RegExp
}

const CHART = join(import.meta.dirname, 'chart')

const STEPS: readonly HelmStep[] = [
  { run: ['install', 'set', CHART, '--create-namespace'], says: /STATUS: deployed/ },
  { run: ['get', 'values', 'set', '--all'], says: /polish: silver/ },
  {
    run: ['upgrade', 'set', CHART, '--set', 'polish=gold', '--set', 'replicas=2'],
    says: /STATUS: deployed\nREVISION: 2/,
  },
  { run: ['upgrade', 'set', CHART, '--set', 'polish=gold', '--dry-run=server'], says: /polish: gold/ },
  { run: ['history', 'set'], says: /1\s.*superseded.*2\s.*deployed/s },
  { run: ['rollback', 'set', '1'], says: /Rollback was a success/ },
  { run: ['get', 'manifest', 'set'], says: /polish: silver/ },
  { run: ['get', 'hooks', 'set'], says: /post-upgrade/ },
  { run: ['list'], says: /^set\s+cutlery\s+3\s/m },
  { run: ['status', 'set'], says: /REVISION: 3/ },
  { run: ['uninstall', 'set'], says: /release "set" uninstalled/ },
  { run: ['list'], says: /^(?!.*set\s+cutlery)/s },
  // What came with the chart's folder `crds` stays, as Helm has it, and is met again.
  { run: ['install', 'set', CHART], says: /REVISION: 1/ },
  { run: ['uninstall', 'set', '--cascade', 'background'], says: /uninstalled/ },
]

/** Install, upgrade, rollback, uninstall, and what is asked between them. */
export const helmCheck: Check = {
  name: 'helm',
  async run({ say, folder }) {
    const { path, version } = await buildGo(HELM, say)
    const home = join(folder, 'helm')
    const server = await startApi(join(home, 'server'))
    const began = performance.now()
    try {
      const env = {
        PATH: process.env.PATH,
        HOME: home,
        KUBECONFIG: server.kubeconfig,
        HELM_NAMESPACE: 'cutlery',
      }
      const troubles: string[] = []
      for (const { run, says } of STEPS) {
        const { said, exit } = await runHelm(path, run, env)
        if (exit !== 0 || !says.test(said)) {
          troubles.push(`helm ${run.join(' ')}\nexit ${exit}\n${said}\nexpected to say ${says}`)
        }
      }
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      const figures = `${STEPS.length - troubles.length} of ${STEPS.length} commands as expected, ${seconds} s`
      const did = 'install, upgrade, rollback and uninstall of a chart with a CRD, an object of it, and six hooks'
      return [{ client: 'helm', version, did, figures, troubles }]
    } finally {
      await server.stop()
    }
  },
}

async function runHelm(path: string, words: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(path, words, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text
    })
  }
  await once(child, 'close')
  return { said, exit: child.exitCode }
}
