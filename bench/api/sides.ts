/** The servers that stand side by side, each over TLS and with its data on the disk under test. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { builtBinaries } from '@muster/tools/oracle/recorder/build.ts'
import { startCluster } from '@muster/tools/oracle/recorder/cluster.ts'
import { type ApiProcess, startApi } from 'muster/api-server/api-process.ts'
import { startChild } from '../harness/child.ts'
import type { Settings } from '../harness/settings.ts'
import { readProcess } from '../harness/usage.ts'
import type { ApiLoadCalls } from './load.ts'
import type { PlainCalls } from './plain.ts'

/** A server that answers, with a process that asks it. Disposing ends both. */
export interface ApiSide extends AsyncDisposable {
  readonly name: string
  /** Where it stands now. */
  kubeconfig(): string
  readonly load: Load
  /** What it has cost so far, all its processes together. Undefined where they are somebody else's. */
  cost(): ServerCost | undefined
  /** Ends it in the middle of whatever it does, and starts it on the same data. Absent where it is not ours to kill. */
  restart?(): Promise<void>
}

/** Asks. */
export type Load = ReturnType<typeof startChild<ApiLoadCalls>>

/** CPU since the start, and memory now. */
export interface ServerCost {
  readonly cpuMicroseconds: number
  readonly rssBytes: number
}

/** What can be started, and what is to be said of what cannot. */
export interface ApiSides {
  readonly starts: readonly ((directory: string) => Promise<ApiSide>)[]
  readonly notes: readonly string[]
}

/** Muster, and beside it what `--kubeconfig` names or else kube-apiserver, where it has been built. */
export async function chooseApiSides({ alone, kubeconfigs }: Settings): Promise<ApiSides> {
  if (alone) return { starts: [startMuster], notes: ['nothing stands beside Muster: --alone'] }
  if (kubeconfigs.length > 0) {
    return {
      starts: [startMuster, ...kubeconfigs.map((file) => async () => foreign(file))],
      notes: ['of servers that a kubeconfig leads to, cost is not known, and they are not killed'],
    }
  }
  const binaries = await builtBinaries()
  if (!binaries) {
    return {
      starts: [startMuster],
      notes: [
        'no kube-apiserver stands beside Muster: `npm run record:oracle` builds one, or name one with --kubeconfig',
      ],
    }
  }
  return {
    starts: [startMuster, (directory) => startKubernetes(binaries, directory)],
    notes: [
      'kube-apiserver: v1.36.1 over a single etcd of the version that it requires, which syncs as by default; its cost is that of both',
    ],
  }
}

const newLoad = (): Load => startChild<ApiLoadCalls>(new URL('./load.ts', import.meta.url))

/** `muster up`, as users start it. */
async function startMuster(directory: string): Promise<ApiSide> {
  const home = join(directory, 'muster')
  mkdirSync(home, { recursive: true })
  let server = await startMusterIn(home)
  const load = newLoad()
  return {
    name: 'muster',
    kubeconfig: () => server.kubeconfig,
    load,
    cost: () => readProcess(server.pid),
    async restart() {
      await server.kill()
      server = await startMusterIn(home)
    },
    async [Symbol.asyncDispose]() {
      await load.kill()
      await server.kill()
    },
  }
}

/** It reads its stdin until that ends, so that it ends with this process. */
const startMusterIn = (home: string): Promise<ApiProcess> => startApi(home)

async function startKubernetes(
  binaries: NonNullable<Awaited<ReturnType<typeof builtBinaries>>>,
  directory: string,
): Promise<ApiSide> {
  const cluster = await startCluster(binaries, { parent: directory, durable: true })
  const load = newLoad()
  return {
    name: 'kube-apiserver',
    kubeconfig: () => cluster.kubeconfig,
    load,
    cost: () => sum(cluster.pids.map(readProcess)),
    async [Symbol.asyncDispose]() {
      await load.kill()
      await cluster.end()
    },
  }
}

function foreign(file: string): ApiSide {
  const load = newLoad()
  return { name: file, kubeconfig: () => file, load, cost: () => undefined, [Symbol.asyncDispose]: () => load.kill() }
}

/** Answers what it is asked at once: what Node's HTTP/2 and JSON cost by themselves. */
export async function startPlain(directory: string): Promise<ApiSide & { hold: (what: Held) => Promise<void> }> {
  const server = startChild<PlainCalls>(new URL('./plain.ts', import.meta.url))
  const kubeconfig = await server.call('start', { directory })
  const load = newLoad()
  return {
    name: 'plain node:http2',
    kubeconfig: () => kubeconfig,
    load,
    cost: () => readProcess(server.pid),
    hold: (what) => server.call('hold', what),
    async [Symbol.asyncDispose]() {
      await load.kill()
      await server.kill()
    },
  }
}

type Held = Parameters<PlainCalls['hold']>[0]

function sum(costs: readonly (ServerCost | undefined)[]): ServerCost | undefined {
  return costs.reduce(
    (all, one) =>
      all &&
      one && { cpuMicroseconds: all.cpuMicroseconds + one.cpuMicroseconds, rssBytes: all.rssBytes + one.rssBytes },
    { cpuMicroseconds: 0, rssBytes: 0 },
  )
}

/** What a server spent while something went on, and what it holds after that. */
export async function costOf<Result>(
  { cost }: ApiSide,
  work: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly spent?: ServerCost }> {
  const before = cost()
  const result = await work()
  const after = cost()
  if (!before || !after) return { result }
  return {
    result,
    spent: { cpuMicroseconds: after.cpuMicroseconds - before.cpuMicroseconds, rssBytes: after.rssBytes },
  }
}
