/** Walks one kubectl through journeys of steps.ts and tells, step by step, what came of it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Kubectl } from './find-kubectls.ts'
import type { Journey, Step } from './steps.ts'

/** Where the walk goes. */
export interface Ground {
  readonly kubeconfig: string
  /** Kubectl keeps its cache of discovery here: one of its own for each walk, so that none sees what another left. */
  readonly home: string
  /** False for a bare kube-apiserver: nobody empties namespaces there, or makes their service accounts. */
  readonly hasControllers: boolean
}

/** What came of one step. */
export interface Outcome {
  readonly step: Step
  /** What was not as expected, with all that kubectl said; undefined when nothing. */
  readonly trouble: string | undefined
}

/** Every step that this kubectl can do, in a namespace named after the journey; goes on after a trouble. */
export async function walk({ path, minor }: Kubectl, journey: Journey, ground: Ground): Promise<readonly Outcome[]> {
  const env = { PATH: process.env.PATH, KUBECONFIG: ground.kubeconfig, HOME: ground.home, LANG: 'C' }
  const { name } = journey
  const outcomes: Outcome[] = []
  const take = async (step: Step, namespace?: string) => {
    outcomes.push({ step, trouble: await troubleOf(path, step, { ...env, ...step.env }, namespace) })
  }
  await take({ run: `create namespace ${name}`, says: /created/ })
  if (ground.hasControllers) await waitForFurniture(path, name, env)
  else for (const step of FURNITURE) await take(step, name)
  for (const step of journey.steps) {
    if ((step.since ?? 0) > minor || (step.until ?? minor) < minor) continue
    if (step.needsControllers && !ground.hasControllers) continue
    await take(step, name)
  }
  await take({ run: `delete namespace ${name} --wait=${ground.hasControllers}`, says: /deleted/ })
  return outcomes
}

/** What controllers put into each namespace: pods cannot be made before it has its service account. */
const FURNITURE: readonly Step[] = [
  { run: 'create serviceaccount default' },
  { run: 'create configmap kube-root-ca.crt' },
]

/** Five seconds, where a tenth of one is usual. */
const FURNITURE_TRIES_MAX = 50
const FURNITURE_PAUSE_MS = 100

async function waitForFurniture(path: string, namespace: string, env: NodeJS.ProcessEnv): Promise<void> {
  for (let tries = 0; tries < FURNITURE_TRIES_MAX; tries++) {
    const run = 'get serviceaccount/default configmap/kube-root-ca.crt -o name'
    if ((await kubectl(path, { run }, env, namespace)).exit === 0) return
    await sleep(FURNITURE_PAUSE_MS)
  }
}

/** A watch is open by then. */
const MEANWHILE_AFTER_MS = 1_500

async function troubleOf(
  path: string,
  step: Step,
  env: NodeJS.ProcessEnv,
  namespace: string | undefined,
): Promise<string | undefined> {
  const running = kubectl(path, step, env, namespace)
  if (step.meanwhile) {
    await sleep(MEANWHILE_AFTER_MS)
    await kubectl(path, { run: step.meanwhile }, env, namespace)
  }
  const { out, err, exit } = await running
  const expected = step.exit ?? (step.complains ? 1 : 0)
  const wrong = [
    ...(expected === -1 || exit === expected ? [] : [`expected exit ${expected}`]),
    ...(step.says === undefined || step.says.test(out) ? [] : [`expected to say ${step.says}`]),
    ...(step.complains === undefined || step.complains.test(err) ? [] : [`expected to complain ${step.complains}`]),
  ]
  return wrong.length === 0 ? undefined : `kubectl ${step.run}\nexit ${exit}\n${out}\n${err}\n${wrong.join('\n')}`
}

/** Waits for the longest that a step waits by itself, and then some. */
const STEP_TIMEOUT_MS = 60_000

/** Runs one command. Words are split at spaces; `|` stands for a space inside a word. */
async function kubectl(
  path: string,
  { run, stdin }: Pick<Step, 'run' | 'stdin'>,
  env: NodeJS.ProcessEnv,
  namespace?: string,
) {
  const words = run.split(' ').map((word) => word.replaceAll('|', ' '))
  const flags = namespace === undefined ? [] : ['--namespace', namespace]
  const child = spawn(path, [...flags, ...words], { env, timeout: STEP_TIMEOUT_MS })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said.err += text
  })
  // It may end before it has read all.
  child.stdin.on('error', () => {})
  child.stdin.end(stdin ?? '')
  await once(child, 'close')
  return { ...said, exit: child.exitCode }
}
