/** The fleet of `muster up --demo`, as packed: how soon it is ready, what it holds, and how soon it is whole again. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Pod } from '@muster/api/types/core-v1.ts'
import { assert } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import { packageMuster } from '@muster/tools/package.ts'
import { type ApiProcess, startPackaged } from 'muster/api-server/api-process.ts'
import { connectBy } from 'muster/api-tour/stage.ts'
import { kubeconfigPath, placeOf } from 'muster/control-plane/place.ts'
import type { Bench } from '../harness/bench.ts'
import { medians } from '../harness/pairs.ts'
import { figure, type Row } from '../harness/result.ts'
import { scratch } from '../harness/scratch.ts'

const SHOP = { cluster: 'cn-sh-1', namespace: 'shop', pods: 10 }
/** Garbage of the start is collected within this, or it counts. */
const SETTLE_MS = 5_000
const PATIENCE_MS = 60_000

/** Start, memory and recovery. */
export const demoBench: Bench = {
  name: 'demo',
  group: 'api',
  about: 'the demonstration fleet as packed: ready, memory of all its processes, and back after kills with SIGKILL',
  run: async ({ settings, directory, progress }) => {
    const dist = join(directory, 'dist')
    await packageMuster(dist)
    const runs: Row[] = []
    for (let round = 0; round < settings.pairs; round++) {
      using own = scratch(directory)
      const row = await tell(join(dist, 'muster.js'), own.directory, settings.quick)
      progress(`run ${round + 1}: ${JSON.stringify(row)}`)
      runs.push(row)
    }
    return [
      {
        title: 'demonstration fleet',
        columns: [
          figure('ready', 's', 1),
          figure('all', 'MB'),
          figure('control plane', 'MB'),
          figure('keepers', 'MB'),
          figure('pods', 'MB'),
          figure('pod', 's', 1),
          figure('keeper', 's', 1),
          figure('up', 's', 1),
          figure('all killed', 's', 1),
        ],
        rows: [medians(runs)],
        runs,
        notes: [
          'ready: from spawn until all pods of the shop are ready; memory: proportional set size after some seconds',
          'pod: from the kill of the process of a pod until it is ready again; keeper: of a keeper, which takes the pods of its node along, until all are',
          'up: after a kill of the control plane, from spawn until it answers and knows all pods as ready; no pod ends by that',
          'all killed: control plane and keepers, and so everything; from spawn until all pods are ready',
        ],
      },
    ]
  },
}

async function tell(program: string, home: string, quick: boolean): Promise<Row> {
  const up = async () => {
    const began = performance.now()
    const control = await startPackaged(program, home, '--demo')
    const fleet = await reach(control, home)
    await fleet.whole()
    return { ...fleet, control, seconds: (performance.now() - began) / 1000 }
  }
  let fleet = await up()
  try {
    const ready = fleet.seconds
    await sleep(quick ? 0 : SETTLE_MS)
    const memory = memoryOf(fleet.control.pid)
    const pod = await secondsOf(async () => {
      const before = await fleet.restarts()
      kill(
        descendantsOf(fleet.control.pid)
          .filter(({ words }) => /services\/web\.js/.test(words))
          .slice(-1),
      )
      await until(async () => (await fleet.restarts()) > before)
      await fleet.whole()
    })
    const keeper = await secondsOf(async () => {
      const before = await fleet.restarts()
      kill(
        keepersOf(fleet.control.pid)
          .filter(({ below }) => below > 0)
          .slice(0, 1),
      )
      await until(async () => (await fleet.restarts()) > before)
      await fleet.whole()
    })
    const keepers = keepersOf(fleet.control.pid)
    await fleet.close()
    await fleet.control.kill()
    fleet = await up()
    const again = fleet.seconds
    await fleet.close()
    await fleet.control.kill()
    kill(keepers.filter(({ pid }) => isThere(pid)))
    fleet = await up()
    return { ready, ...memory, pod, keeper, up: again, 'all killed': fleet.seconds }
  } finally {
    await fleet.close()
    await fleet.control.stop()
  }
}

/** The shop, through its own cluster's kubeconfig. */
async function reach(_control: ApiProcess, home: string) {
  const way = await connectBy(kubeconfigPath(placeOf(home), SHOP.cluster), systemClock)
  const client = way.client.inCluster(SHOP.cluster)
  const pods = async (): Promise<readonly Pod[]> =>
    (await client.resource(PODS).list({ namespace: SHOP.namespace })).items
  return {
    whole: () => until(async () => (await pods()).filter(isReady).length === SHOP.pods),
    restarts: async () =>
      (await pods()).reduce((sum, { status }) => sum + (status?.containerStatuses?.[0]?.restartCount ?? 0), 0),
    close: async () => way.connection.close(),
  }
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: says }) => type === 'Ready' && says === 'True') === true

async function until(holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS
  while (!(await holds())) {
    assert(performance.now() < deadline, 'the fleet is whole again within a minute')
    await sleep(20)
  }
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

interface Found {
  readonly pid: number
  readonly parent: number
  readonly words: string
}

/** Every process of this machine. */
const processes = (): readonly Found[] =>
  readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
      return [{ pid: Number(name), parent, words: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') }]
    } catch {
      return []
    }
  })

function descendantsOf(pid: number, all: readonly Found[] = processes()): readonly Found[] {
  const own = all.filter(({ parent }) => parent === pid)
  return own.flatMap((one) => [one, ...descendantsOf(one.pid, all)])
}

/** Keepers are started by the control plane, and pods by keepers. */
function keepersOf(control: number): readonly (Found & { readonly below: number })[] {
  const all = processes()
  return all
    .filter(({ parent }) => parent === control)
    .map((one) => ({ ...one, below: descendantsOf(one.pid, all).length }))
}

function memoryOf(control: number): Row {
  const keepers = keepersOf(control).map(({ pid }) => pid)
  const pods = keepers.flatMap((pid) => descendantsOf(pid).map((one) => one.pid))
  const sum = (pids: readonly number[]) => pids.reduce((total, pid) => total + proportionalBytes(pid), 0) / 1e6
  const [plane, held, run] = [sum([control]), sum(keepers), sum(pods)]
  return { all: plane + held + run, 'control plane': plane, keepers: held, pods: run }
}

/** What a process holds, of shared pages its share. Source: proc(5), smaps_rollup. */
function proportionalBytes(pid: number): number {
  try {
    const [, kilobytes = '0'] = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? []
    return Number(kilobytes) * 1024
  } catch {
    return 0
  }
}

function kill(found: readonly { readonly pid: number }[]): void {
  assert(found.length > 0, 'there is a process to kill')
  for (const { pid } of found) process.kill(pid, 'SIGKILL')
}

const isThere = (pid: number): boolean => readdirSync('/proc').includes(String(pid))
