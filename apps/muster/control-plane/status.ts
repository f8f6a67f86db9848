/** `muster status`: what runs, since when, where, which versions, and how much is in it. */
import type { Clock } from '@muster/base/clock.ts'
import type { Client } from '@muster/client/client.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import { tableLines } from '../terminal/table.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import type { Place } from './place.ts'
import { findRunning, type RunFile } from './run-file.ts'
import { wayIn } from './way-in.ts'

/** Of what, and how to tell. */
export interface StatusDeps {
  readonly terminal: Terminal
  readonly place: Place
  readonly clock: Clock
  readonly json: boolean
}

/** What is counted in each logical cluster, by the head of its column. */
const COUNTED = {
  NAMESPACES: '/api/v1/namespaces',
  NODES: '/api/v1/nodes',
  PODS: '/api/v1/pods',
  DEPLOYMENTS: '/apis/apps/v1/deployments',
  SERVICES: '/api/v1/services',
} as const

interface ClusterStatus {
  readonly name: string
  readonly version: string
  readonly counts: Readonly<Record<string, number>>
}

/** Prints it. Exits with 1 when nothing runs, and when what runs does not answer. */
export async function status(deps: StatusDeps): Promise<ExitCode> {
  const { terminal, place, json } = deps
  const found = await findRunning(place)
  if (found.state === 'none' || found.state === 'left') {
    if (json) {
      terminal.data.line(JSON.stringify({ running: false, name: place.name, directory: place.directory }))
      return EXIT.error
    }
    throw notRunning(place, found.state === 'left' ? found.run : undefined)
  }
  const { run } = found
  const clusters: ClusterStatus[] = []
  for (const name of run.clusters) clusters.push(await clusterStatus(deps, run, name))
  if (json) {
    const { process: identity, ...rest } = run
    const all = { running: true, name: place.name, directory: place.directory, pid: identity.pid, ...rest, clusters }
    terminal.data.line(JSON.stringify(all))
  } else print(deps, run, clusters)
  return EXIT.ok
}

/** The error of everything that needs a control plane. */
export function notRunning(place: Place, left?: RunFile) {
  return trouble('MUS0109', {
    what: text(`no control plane "${place.name}" runs`, `控制平面 "${place.name}" 没有运行`),
    where: same(place.directory),
    ...(left
      ? {
          why: text(
            `process ${left.process.pid} served it since ${left.since}, and ended without a word`,
            `进程 ${left.process.pid} 自 ${left.since} 起提供服务，后来未作说明就结束了`,
          ),
        }
      : {}),
    next: ['muster up --detach'],
  })
}

async function clusterStatus({ place, clock }: StatusDeps, run: RunFile, name: string): Promise<ClusterStatus> {
  const { client, close } = await wayIn(place, run.url, name, clock)
  try {
    const { gitVersion = '' } = (await client.call({ method: 'GET', path: '/version' })) as { gitVersion?: string }
    const counts = await Promise.all(
      Object.entries(COUNTED).map(async ([head, path]) => [head.toLowerCase(), await countOf(client, path)] as const),
    )
    return { name, version: gitVersion, counts: Object.fromEntries(counts) }
  } finally {
    close()
  }
}

/** How many there are: one is asked for, and how many remain. */
async function countOf(client: Client, path: string): Promise<number> {
  const page = (await client.call({ method: 'GET', path, query: { limit: '1' } })) as {
    items?: readonly unknown[]
    metadata?: { remainingItemCount?: number }
  }
  return (page.items?.length ?? 0) + (page.metadata?.remainingItemCount ?? 0)
}

function print({ terminal, place, clock }: StatusDeps, run: RunFile, clusters: readonly ClusterStatus[]): void {
  const { data, glyphs, say } = terminal
  const seconds = Math.max(0, Math.round((clock.now() - Date.parse(run.since)) / 1000))
  const runs = text(`runs for ${ageOf(seconds)} (since ${run.since})`, `已运行 ${ageOf(seconds)}（自 ${run.since}）`)
  data.line(`${data.colors.green(glyphs.healthy)} ${data.colors.bold(place.name)}  ${say(runs)}`)
  const rows: readonly (readonly [string, string])[] = [
    ['API', run.url],
    ['kubeconfig', run.kubeconfig],
    [say(text('version', '版本')), `muster ${run.version} · Kubernetes ${clusters[0]?.version} · Node ${run.node}`],
    [say(text('process', '进程')), String(run.process.pid)],
    ...(run.log ? [[say(text('log', '日志')), run.log] as const] : []),
    ...Object.entries(run.parts),
  ]
  for (const [name, value] of rows) data.line(`  ${name.padEnd(12)}${value}`)
  data.line('')
  const table = clusters.map(({ name, counts }) => [name, ...Object.values(counts).map(String)])
  for (const line of tableLines(['CLUSTER', ...Object.keys(COUNTED)], table, terminal.columns)) data.line(`  ${line}`)
}

/** As kubectl writes ages. */
export function ageOf(seconds: number): string {
  if (seconds < 120) return `${seconds}s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)}m`
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`
}
