/** P5: pods that wait get their nodes, durably: Muster's scheduler and kube-scheduler, each over either API. */
import { spawn } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ControlError } from '@muster/base/errors.ts'
import { kubernetesProgram } from 'muster/ecosystem/kubernetes.ts'
import { type ApiSide, chooseApiSides, costOf } from '../api/sides.ts'
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import { onEnd } from '../harness/cleanup.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row, words } from '../harness/result.ts'
import { scratch } from '../harness/scratch.ts'
import { readProcess } from '../harness/usage.ts'
import type { FillCalls } from './fill.ts'
import { KINDS, SCHEDULER } from './objects.ts'
import type { SchedulerCalls } from './scheduler.ts'

const NODES = 5_000
const PODS = 10_000
const QUICK = { nodes: 50, pods: 200 }

/** A scheduler as a process of its own. Disposing kills it. */
interface Scheduler extends AsyncDisposable {
  readonly pid: number
}

interface SchedulerKind {
  readonly name: string
  start(kubeconfig: string, directory: string): Promise<Scheduler>
}

/** Pods bound a second, and what that costs. */
export const bindsBench: Bench = {
  name: 'scheduling-binds',
  group: 'api',
  about: 'pods that wait get their nodes through an API that makes it durable; the scheduler is another process',
  run: async ({ settings, directory, progress }) => {
    const { nodes, pods } = settings.quick ? QUICK : { nodes: NODES, pods: PODS }
    const { starts, notes } = await chooseApiSides(settings)
    const program = kubernetesProgram('kube-scheduler')
    const schedulers = [musterScheduler, ...(existsSync(program) && !settings.alone ? [kubeScheduler(program)] : [])]
    const runs: Row[] = []
    for (let round = 0; round < settings.pairs; round++) {
      for (const startSide of starts) {
        for (const { name, start } of schedulers) {
          using own = scratch(directory)
          await using side = await startSide(own.directory)
          await using fill = startChild<FillCalls>(new URL('./fill.ts', import.meta.url))
          const kubeconfig = side.kubeconfig()
          await fill.call('fill', { kubeconfig, pods, nodes })
          progress(`run ${round + 1}: ${side.name} has ${pods} pods, ${name} begins`)
          const bound = fill.call('untilBound', { kubeconfig, pods })
          // What goes wrong before it is waited for is told as what went wrong.
          bound.catch(() => {})
          await using scheduler = await start(kubeconfig, own.directory)
          runs.push({ API: side.name, scheduler: name, ...(await measure(side, scheduler, () => bound)) })
        }
      }
    }
    const keys = [...new Set(runs.map(({ API, scheduler }) => `${API} ${scheduler}`))]
    return [
      {
        title: 'pods bound',
        columns: [
          words('API'),
          words('scheduler'),
          figure('pace', 'pods/s'),
          figure('API cpu', 'µs/pod'),
          figure('scheduler cpu', 'µs/pod'),
          figure('scheduler memory', 'MiB'),
        ],
        rows: keys.map((key) => medians(runs.filter(({ API, scheduler }) => `${API} ${scheduler}` === key))),
        runs,
        notes: [
          `${pods} pods, ${nodes} nodes; a quarter of the pods each: ${KINDS.join('; ')}`,
          'from the first pod bound to the last, as a watch of the API tells it; cpu of the scheduler from its start',
          'the same connection limits for both: kube-scheduler without its usual 50 requests a second',
          ...notes,
        ],
      },
    ]
  },
}

async function measure(side: ApiSide, { pid }: Scheduler, work: () => Promise<{ bound: number; seconds: number }>) {
  const { result, spent } = await costOf(side, work)
  const used = readProcess(pid)
  const { bound, seconds } = result
  return {
    pace: bound / seconds,
    ...(spent && { 'API cpu': spent.cpuMicroseconds / bound }),
    ...(used && { 'scheduler cpu': used.cpuMicroseconds / bound, 'scheduler memory': used.rssBytes / 2 ** 20 }),
  }
}

const musterScheduler: SchedulerKind = {
  name: 'muster',
  async start(kubeconfig) {
    const child = startChild<SchedulerCalls>(new URL('./scheduler.ts', import.meta.url))
    await child.call('begin', { kubeconfig })
    return child
  },
}

const kubeScheduler = (program: string): SchedulerKind => ({
  name: 'kube-scheduler',
  async start(kubeconfig, directory) {
    const file = join(directory, 'scheduler.json')
    writeFileSync(file, JSON.stringify(configuration(kubeconfig)))
    const child = spawn(program, [`--config=${file}`, '--secure-port=0'], { stdio: 'ignore' })
    const forget = onEnd(() => child.kill('SIGKILL'))
    if (child.pid === undefined) throw new ControlError('Unavailable', `${program} cannot be started`)
    return {
      pid: child.pid,
      async [Symbol.asyncDispose]() {
        forget()
        child.kill('SIGKILL')
      },
    }
  },
})

const configuration = (kubeconfig: string) => ({
  apiVersion: 'kubescheduler.config.k8s.io/v1',
  kind: 'KubeSchedulerConfiguration',
  leaderElection: { leaderElect: false },
  clientConnection: { kubeconfig, qps: 100_000, burst: 100_000 },
  profiles: [{ schedulerName: SCHEDULER }],
})
