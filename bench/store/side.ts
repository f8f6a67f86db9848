/** One run of one side: a fresh store in a process of its own, measured, killed, opened again and compared. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type EtcdServer, startEtcd } from '../etcd/server.ts'
import { startChild } from '../harness/child.ts'
import { scratch } from '../harness/scratch.ts'
import type { EngineName } from '../harness/settings.ts'
import type { Measured, StoreCalls, Workload } from './child.ts'
import type { Address } from './subject.ts'

/** A store to compare: ours, or the peer. */
export type Side =
  | { readonly side: 'muster'; readonly engine: EngineName }
  | { readonly side: 'etcd'; readonly program: string }

/** The name of a side in tables. */
export const sideName = (side: Side): string => (side.side === 'muster' ? `muster ${side.engine}` : 'etcd')

/** What a run starts from, and the windows that follow one another on it. */
export interface SideRun {
  readonly keys: number
  readonly valueBytes: number
  readonly workloads: readonly Workload[]
}

/** What each window showed, in order. */
export interface SideResult {
  readonly measured: readonly Measured[]
  /** Keys whose every byte was compared after the kill. */
  readonly verified: number
}

/**
 * The store's process is killed with SIGKILL after its last acknowledgement, never closed; then everything that was
 * acknowledged must be there. Throws when it is not. (The engine in memory is compared before it is killed.)
 */
export async function runSide(side: Side, run: SideRun, parent: string): Promise<SideResult> {
  using temporary = scratch(parent)
  const host = await startHost(side, temporary.directory)
  try {
    await using child = startChild<StoreCalls>(CHILD)
    await child.call('open', { address: host.address, keys: run.keys, valueBytes: run.valueBytes })
    const measured: Measured[] = []
    for (const workload of run.workloads) measured.push(await child.call('run', workload))
    const promised = await child.call('promised', undefined)
    if (side.side === 'muster' && side.engine === 'memory') {
      return { measured, verified: await child.call('check', { promised }) }
    }
    await child.kill()
    await host.kill()
    await host.startAgain()
    await using checker = startChild<StoreCalls>(CHILD)
    return { measured, verified: await checker.call('check', { address: host.address, promised }) }
  } finally {
    await host.kill()
  }
}

const CHILD = new URL('./child.ts', import.meta.url)

/** Connections to etcd. Tried with 64 and 256 writers: two carried more than one, and four no more than two. */
const CHANNELS = 2

interface Host {
  readonly address: Address
  kill(): Promise<void>
  startAgain(): Promise<void>
}

/** Muster lives in the child itself; etcd needs a process beside it. */
async function startHost(side: Side, parent: string): Promise<Host> {
  const directory = join(parent, 'data')
  mkdirSync(directory)
  if (side.side === 'muster') {
    const address = { subject: 'muster', engine: side.engine, directory } as const
    return { address, kill: async () => {}, startAgain: async () => {} }
  }
  let server: EtcdServer = await startEtcd(side.program, directory)
  return {
    get address() {
      return { subject: 'etcd', port: server.port, pid: server.pid, channels: CHANNELS } as const
    },
    kill: () => server.kill(),
    async startAgain() {
      server = await startEtcd(side.program, directory)
    },
  }
}
