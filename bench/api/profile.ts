/** Where the time of a create goes: by thread, by folder of the house, and by function. */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startApi } from 'muster/api-server/api-process.ts'
import type { Bench } from '../harness/bench.ts'
import { startChild } from '../harness/child.ts'
import {
  type CpuProfile,
  connectProfiler,
  freePort,
  nodeOptions,
  type Place,
  sharesOf,
} from '../harness/cpu-profile.ts'
import { type Column, figure, type Table, words } from '../harness/result.ts'
import { TICKS_PER_SECOND } from '../harness/usage.ts'
import type { ApiLoadCalls } from './load.ts'
import { SAMPLES, type Sample } from './samples.ts'

const CLIENTS = 64
const OBJECT_BYTES = 1024
/** What is compiled while it runs is so after some thousands of requests. */
const WARM_UP_OBJECTS = 10_000
const FUNCTIONS_SHOWN = 40

const SHARES: readonly Column[] = [
  figure('self', 'µs/create', 1),
  figure('with what it calls', 'µs/create', 1),
  figure('share', '%', 1),
]

/** Creates of three kinds, profiled. */
export const apiProfile: Bench = {
  name: 'api-profile',
  group: 'api',
  about: 'where the time of a create goes: threads, folders and functions, for ConfigMaps, Pods and Deployments',
  run: async ({ settings, directory, progress }) => {
    const home = join(directory, 'profiled')
    mkdirSync(home, { recursive: true })
    const port = await freePort()
    process.env.NODE_OPTIONS = nodeOptions(port)
    const server = await startApi(home).finally(() => delete process.env.NODE_OPTIONS)
    const { kubeconfig, pid } = server
    await using stack = new AsyncDisposableStack()
    stack.defer(() => server.kill())
    const load = stack.use(startChild<ApiLoadCalls>(new URL('./load.ts', import.meta.url)))
    using profiler = await connectProfiler(port)
    const count = settings.quick ? 100 : WARM_UP_OBJECTS
    progress(`warming up: ${count} creates`)
    await load.call('fillWith', { kubeconfig, prefix: 'p', count, objectBytes: OBJECT_BYTES })
    await load.call('connectClients', { kubeconfig, clients: CLIENTS })
    const tables: Table[] = []
    for (const sample of settings.quick ? SAMPLES.slice(0, 1) : SAMPLES) {
      const work = (prefix: string, seconds: number) =>
        load.call('work', { act: 'create', prefix, sample, clients: CLIENTS, seconds, objectBytes: OBJECT_BYTES })
      progress(`${sample}: a first second, then ${settings.seconds} s with the profiler`)
      await work(`w-${sample}`, Math.min(1, settings.seconds))
      const before = threadsOf(pid)
      await profiler.start()
      const { operations } = await work(`x-${sample}`, settings.seconds)
      const profile = await profiler.stop()
      tables.push(...tablesOf(sample, profile, operations, spentSince(before, threadsOf(pid))))
    }
    return tables
  },
}

function tablesOf(sample: Sample, profile: CpuProfile, creates: number, threads: readonly Spent[]): Table[] {
  const each = (microseconds: number) => microseconds / Math.max(1, creates)
  const tableOf = (what: string, nameOf: (place: Place) => string | undefined, shown = Number.POSITIVE_INFINITY) => {
    const shares = sharesOf(profile, nameOf)
    const total = shares.reduce((sum, { selfMicroseconds }) => sum + selfMicroseconds, 0)
    const rows = shares.slice(0, shown).map(({ name, selfMicroseconds, wholeMicroseconds }) => ({
      [what]: name,
      self: each(selfMicroseconds),
      'with what it calls': each(wholeMicroseconds),
      share: (100 * selfMicroseconds) / total,
    }))
    const title = `a create of ${sample}, by ${what}: the main thread, ${creates} creates`
    return { title, columns: [words(what), ...SHARES], rows, runs: rows, notes: [] }
  }
  const rows = threads.map(({ thread, user, system }) => ({ thread, user: each(user), system: each(system) }))
  return [
    {
      title: `a create of ${sample}, by thread`,
      columns: [words('thread'), figure('user', 'µs/create'), figure('system', 'µs/create')],
      rows,
      runs: rows,
      notes: ['the profiler has a thread of its own, and takes some of the main thread too'],
    },
    tableOf('folder', folderOf),
    tableOf('function', functionOf, FUNCTIONS_SHOWN),
  ]
}

/** Time without work is nobody's; what is no JavaScript is TLS, HTTP/2 and the system. */
function folderOf({ file, function: name }: Place): string | undefined {
  if (name === '(idle)' || name === '(root)') return undefined
  if (file === '') return name.startsWith('(') ? name : '(built in)'
  return file.split('/').slice(0, 2).join('/')
}

function functionOf({ file, function: name, line }: Place): string | undefined {
  if (name === '(idle)' || name === '(root)') return undefined
  return file === '' ? name : `${name || 'a function'} ${file}:${line}`
}

/** Processor time of the threads of one name, in microseconds. */
interface Spent {
  readonly thread: string
  readonly user: number
  readonly system: number
}

/** Source: proc(5). A process without /proc has no threads here. */
function threadsOf(pid: number): ReadonlyMap<string, Spent> {
  const threads = new Map<string, Spent>()
  for (const id of entriesOf(`/proc/${pid}/task`)) {
    try {
      const stat = readFileSync(`/proc/${pid}/task/${id}/stat`, 'utf8')
      const end = stat.lastIndexOf(')')
      const fields = stat.slice(end + 2).split(' ')
      const name = id === String(pid) ? 'main' : stat.slice(stat.indexOf('(') + 1, end)
      const [user, system] = [Number(fields[11]), Number(fields[12])].map((ticks) => (ticks / TICKS_PER_SECOND) * 1e6)
      const sum = threads.get(name) ?? { user: 0, system: 0 }
      threads.set(name, { thread: name, user: sum.user + (user ?? 0), system: sum.system + (system ?? 0) })
    } catch {
      // It has ended since.
    }
  }
  return threads
}

function entriesOf(directory: string): readonly string[] {
  try {
    return readdirSync(directory)
  } catch {
    return []
  }
}

const spentSince = (before: ReadonlyMap<string, Spent>, after: ReadonlyMap<string, Spent>): Spent[] =>
  [...after.values()]
    .map(({ thread, user, system }) => {
      const { user: userBefore = 0, system: systemBefore = 0 } = before.get(thread) ?? {}
      return { thread, user: user - userBefore, system: system - systemBefore }
    })
    .filter(({ user, system }) => user + system > 0)
    .sort((one, other) => other.user + other.system - one.user - one.system)
