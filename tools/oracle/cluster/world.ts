/** A whole Kubernetes on loopback: its API, its controllers, its scheduler, and a kwok for each node. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { ControlError } from '@muster/base/errors.ts'
import type { Answer, World } from '@muster/server/oracle/cluster/play.ts'
import type { Binaries } from '../recorder/build.ts'
import { startCluster } from '../recorder/cluster.ts'
import { writeStages } from './stages.ts'

/** What runs beside the API. */
export interface ClusterBinaries extends Binaries {
  readonly controllerManager: string
  readonly scheduler: string
  readonly kwok: string
  /** Where the module of kwok is, which has its usual stages. */
  readonly kwokModule: string
}

/** A cluster to play on, and how to end it. */
export interface KubernetesWorld extends World {
  /** Ends everything; with a list of what ended by itself before, and its last words. */
  end(): Promise<void>
}

/** Longer than controllers take between two writes when they still have something to do. */
const QUIET_MS = 4_000
const LOOK_EVERY_MS = 500
/** Whoever is not quiet by then never will be. */
const PATIENCE_MS = 120_000
/** Pictures of controllers are filled by then; they tell nobody. */
const READY_AFTER_MS = 5_000

/** Starts all of it, without nodes: some fifteen seconds. */
export async function startWorld(binaries: ClusterBinaries): Promise<KubernetesWorld> {
  const cluster = await startCluster(binaries)
  const { kubeconfig, folder, connection } = cluster
  const stages = await writeStages(binaries.kwokModule, folder)
  const machines = new Map<string, ChildProcess>()
  const common = [`--kubeconfig=${kubeconfig}`, '--leader-elect=false', '--secure-port=0']
  const configuration = join(folder, 'scheduler.json')
  await writeFile(configuration, JSON.stringify(schedulerConfiguration(kubeconfig)))
  const programs = [
    start(binaries.controllerManager, [...common, '--use-service-account-credentials=false', '--controllers=*']),
    start(binaries.scheduler, [`--config=${configuration}`, '--secure-port=0']),
  ]
  const ask: World['ask'] = async (method, path, body, contentType = 'application/json'): Promise<Answer> => {
    const headers = { accept: 'application/json', 'content-type': contentType, 'user-agent': 'oracle/1.0' }
    const bytes = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body))
    const answer = await connection.send({ method, path, headers, identity: 'admin', body: bytes })
    return { status: answer.status, body: JSON.parse(answer.body) }
  }
  await sleep(READY_AFTER_MS)
  return {
    ask,
    async startMachine({ name }) {
      machines.set(
        name,
        start(binaries.kwok, [
          `--kubeconfig=${kubeconfig}`,
          `--manage-single-node=${name}`,
          `--config=${stages}`,
          '--node-lease-duration-seconds=40',
          '--cidr=10.0.0.1/24',
        ]),
      )
    },
    async stopMachine(name) {
      const machine = machines.get(name)
      machines.delete(name)
      if (machine) await stop(machine)
    },
    async endPod(pod, exitCode) {
      const { namespace, name } = pod.metadata as { namespace: string; name: string }
      const path = `/api/v1/namespaces/${namespace}/pods/${name}/status`
      const answer = await ask(
        'PATCH',
        path,
        { status: endedStatus(exitCode) },
        'application/strategic-merge-patch+json',
      )
      if (answer.status !== 200) throw new ControlError('Invalid', `PATCH ${path}: ${JSON.stringify(answer.body)}`)
    },
    async waitForSecond(second) {
      await sleep(((60 + second - ((Date.now() / 1000) % 60)) % 60) * 1000)
    },
    async settle(seconds, look) {
      if (programs.some(({ exitCode }) => exitCode !== null)) {
        throw new ControlError('Unavailable', 'a program of the cluster has ended: see what it said above')
      }
      await sleep((seconds ?? 0) * 1000)
      const began = Date.now()
      let seen = ''
      for (let quietSince = began; Date.now() - quietSince < QUIET_MS; await sleep(LOOK_EVERY_MS)) {
        const sight = await look()
        if (sight !== seen) quietSince = Date.now()
        seen = sight
        if (seconds !== undefined) return
        if (Date.now() - began > PATIENCE_MS) throw new ControlError('Timeout', 'the cluster does not become quiet')
      }
    },
    async end() {
      for (const child of [...machines.values(), ...programs]) await stop(child)
      await cluster.end()
    },
  }
}

/** What a kubelet says of a pod whose only container has ended. */
function endedStatus(exitCode: number) {
  const now = new Date().toISOString().replace(/\.\d+/, '')
  const reason = exitCode === 0 ? 'PodCompleted' : 'PodFailed'
  const terminated = { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: now, finishedAt: now }
  return {
    phase: exitCode === 0 ? 'Succeeded' : 'Failed',
    conditions: ['Ready', 'ContainersReady'].map((type) => ({
      type,
      status: 'False',
      reason,
      lastTransitionTime: now,
    })),
    containerStatuses: [{ name: 'web', ready: false, started: false, state: { running: null, terminated } }],
  }
}

const schedulerConfiguration = (kubeconfig: string) => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  leaderElection: { leaderElect: false },
  clientConnection: { kubeconfig },
})

function start(program: string, flags: readonly string[]): ChildProcess {
  const child = spawn(program, flags, { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said = `${said}${text}`.slice(-LOG_CHARACTERS_MAX)
  })
  child.once('exit', (code) => code && console.error(`${program} ended with ${code}:\n${said}`))
  return child
}

const LOG_CHARACTERS_MAX = 3_000

/** At once: a machine that falls silent says no last word. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}
