/**
 * `muster connect`: an existing cluster becomes a member, and is mirrored. `muster disconnect` undoes it.
 *
 *     look at it ──► say what will be asked of it ──► keep the way to it ──► a Cluster at the hub ──► wait for the mirror
 *
 * Nothing is written to the cluster, before or after.
 */
import { rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { discoverResources } from '@muster/client/discovery.ts'
import { refOf } from '@muster/client/resource-ref.ts'
import { type Cluster, ClusterKind } from '@muster/packs/members/types.ts'
import { writeSecret } from '../api-server/home.ts'
import type { Place } from '../control-plane/place.ts'
import { findRunning, type RunFile } from '../control-plane/run-file.ts'
import { stepsOn } from '../control-plane/steps.ts'
import { wayIn } from '../control-plane/way-in.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { VERSION } from '../version.ts'
import { mirrorContext, withMirrorContexts } from './contexts.ts'
import { readWay, type Way, writeWay } from './kubeconfig.ts'
import { connectToMember } from './member-connection.ts'
import { knownMembers, wayFile } from './mirrors.ts'

/** What is asked for. */
export interface ConnectAsked {
  readonly kubeconfig?: string
  readonly context?: string
  readonly name?: string
  readonly region?: string
  readonly zone?: string
  readonly secrets: 'None' | 'Metadata' | 'Values'
  readonly exclude: readonly string[]
  readonly requestsPerSecond: number
  /** How long to wait for the first whole picture, in milliseconds. */
  readonly patienceMs: number
}

/** What both commands take. */
export interface MembersCommand {
  readonly terminal: Terminal
  readonly place: Place
  readonly clock: Clock
  readonly env: Readonly<Record<string, string | undefined>>
}

const CLUSTERS = refOf<Cluster>(ClusterKind)

/** Connects one. Throws MUS0109 when no control plane runs, MUS0118 when the cluster cannot be reached. */
export async function connect(deps: MembersCommand, asked: ConnectAsked): Promise<ExitCode> {
  const { terminal, place, clock, env } = deps
  const { say, data } = terminal
  const run = await runningOf(deps)
  const file = asked.kubeconfig ?? env.KUBECONFIG?.split(':')[0] ?? join(homedir(), '.kube', 'config')
  const way = await readWay(file, asked.context)
  const name = asked.name ?? memberName(way.name)
  const steps = stepsOn(terminal)
  const title = same(name)
  steps.begin(title)
  const seen = await lookAt(way, clock, asked)
  steps.end('healthy', title, `${way.server.replace(/^https:\/\//, '')}   Kubernetes ${seen.version}`)
  data.line(
    `  ${say(
      text(
        `asked of it: list and watch of ${seen.resources} resources, ${asked.requestsPerSecond} requests a second at most; nothing is written`,
        `对它的请求：列出并监视 ${seen.resources} 种资源，每秒最多 ${asked.requestsPerSecond} 个请求；不写入任何内容`,
      ),
    )}`,
  )
  data.line(`  ${say(SECRETS[asked.secrets])}`)
  await writeSecret(writeWay(way), wayFile(place, name))
  const { client, close } = await wayIn(place, run.url, 'default', clock)
  try {
    await declare(client, name, asked)
    await withMirrorContexts(run.kubeconfig, run.url, await knownMembers(place))
    return await untilMirrored(deps, client, name, asked.patienceMs)
  } finally {
    close()
  }
}

const SECRETS = {
  None: text('Secrets: left alone', 'Secret：不读取'),
  Metadata: text(
    'Secrets: their names and labels, never their values (--secrets none leaves them alone)',
    'Secret：只读取名称和标签，绝不读取其值（--secrets none 则完全不读取）',
  ),
  Values: text('Secrets: with their values, as --secrets values says', 'Secret：按 --secrets values 的要求读取其值'),
}

/** Disconnects one: its way is forgotten, and nothing more is asked of it. What is written down stays. */
export async function disconnect(deps: MembersCommand, name: string): Promise<ExitCode> {
  const { terminal, place, clock } = deps
  const run = await runningOf(deps)
  const { client, close } = await wayIn(place, run.url, 'default', clock)
  try {
    const found = await client.resource(CLUSTERS).find({ namespace: '', name })
    if (!found) {
      throw trouble('MUS0119', {
        what: text(`there is no member "${name}"`, `没有成员 "${name}"`),
        next: ['kubectl get clusters'],
      })
    }
    await client
      .because({ why: 'muster disconnect' })
      .resource(CLUSTERS)
      .delete({ namespace: '', name }, { uid: found.metadata.uid ?? '' })
  } finally {
    close()
  }
  await rm(wayFile(place, name), { force: true })
  terminal.data.line(
    `${terminal.data.colors.green(terminal.glyphs.healthy)} ${terminal.say(
      text(
        `${name} is asked for nothing any more; in it there is nothing of ours. What was written down stays: kubectl --context ${mirrorContext(name)}`,
        `不再向 ${name} 请求任何内容；其中没有留下我们的任何东西。已记录的内容保留：kubectl --context ${mirrorContext(name)}`,
      ),
    )}`,
  )
  return EXIT.ok
}

async function runningOf({ place }: MembersCommand): Promise<RunFile> {
  const found = await findRunning(place)
  if (found.state === 'running' || found.state === 'starting') return found.run
  throw trouble('MUS0109', {
    what: text('no control plane runs here', '这里没有控制平面在运行'),
    next: ['muster up --detach'],
  })
}

/** Whether it answers, and how much there is to ask for. */
async function lookAt(way: Way, clock: Clock, { exclude, secrets }: ConnectAsked) {
  const connection = connectToMember(way, clock)
  const client = createClient({ send: connection.send, userAgent: `muster-mirror/${VERSION}` })
  try {
    const { gitVersion = '' } = (await client.call({ method: 'GET', path: '/version' })) as { gitVersion?: string }
    const { resources } = await discoverResources(client, ['list', 'watch'])
    const isWanted = ({ group, plural }: { group: string; plural: string }) =>
      !exclude.includes(group === '' ? plural : `${plural}.${group}`) &&
      !(group === '' && plural === 'secrets' && secrets === 'None')
    return { version: gitVersion, resources: resources.filter(isWanted).length }
  } catch (error) {
    if (!isControlError(error)) throw error
    throw trouble(
      'MUS0118',
      {
        what: text(`context "${way.name}" leads nowhere`, `上下文 "${way.name}" 无法连通`),
        where: same(way.server),
        why: same(error.message),
        next: [`kubectl --context ${way.name} version`],
      },
      error,
    )
  } finally {
    connection.close()
  }
}

async function declare(client: Client, name: string, asked: ConnectAsked): Promise<void> {
  const { region, zone, secrets, exclude, requestsPerSecond } = asked
  await client
    .because({ why: 'muster connect' })
    .resource(CLUSTERS)
    .apply(
      {
        apiVersion: 'fleet.muster.dev/v1',
        kind: 'Cluster',
        metadata: { name },
        spec: {
          ...(region === undefined ? {} : { region }),
          ...(zone === undefined ? {} : { zone }),
          mirror: { secrets, requestsPerSecond, ...(exclude.length > 0 ? { exclude: [...exclude] } : {}) },
        },
      },
      { fieldManager: 'muster-connect', force: true },
    )
}

async function untilMirrored(
  { terminal, clock }: MembersCommand,
  client: Client,
  name: string,
  patienceMs: number,
): Promise<ExitCode> {
  const { say, data } = terminal
  const began = clock.elapsed()
  const steps = stepsOn(terminal)
  const title = text('mirror', '镜像')
  steps.begin(title)
  const stop = new AbortController()
  const late = clock.sleep(patienceMs as never, stop.signal).then(
    () => stop.abort(),
    () => {},
  )
  let last: Cluster | undefined
  const fieldSelector = `metadata.name=${name}`
  try {
    while (!stop.signal.aborted && !isMirrored(last)) {
      for await (const event of client.resource(CLUSTERS).watch({ fieldSelector, signal: stop.signal })) {
        if (event.type === 'BOOKMARK') continue
        last = event.object
        if (isMirrored(last)) break
      }
    }
  } finally {
    stop.abort()
    await late
  }
  const { status } = last ?? {}
  const took = clock.elapsed() - began
  if (!isMirrored(last)) {
    const why =
      status?.conditions?.find(({ status: is }) => is !== 'True')?.message ??
      say(text('nothing is said of it', '没有任何说明'))
    steps.end('degraded', title, why)
    data.line(`\n  ${terminal.command(`kubectl get cluster ${name} -o wide`)}`)
    return EXIT.timeout
  }
  const { objects = 0, kinds = 0, nodes = 0, refused = [] } = status ?? {}
  steps.end(
    refused.length > 0 ? 'degraded' : 'healthy',
    title,
    say(
      text(
        `${objects} objects of ${kinds} resources, ${nodes} nodes`,
        `${kinds} 种资源的 ${objects} 个对象，${nodes} 个节点`,
      ),
    ),
    took,
  )
  for (const { resource, why } of refused.slice(0, REFUSED_MAX)) data.line(`    ${resource}: ${why}`)
  if (refused.length > REFUSED_MAX)
    data.line(`    … ${refused.length - REFUSED_MAX} more: kubectl get cluster ${name} -o yaml`)
  const context = mirrorContext(name)
  data.line('')
  for (const [command, what] of [
    [`kubectl --context ${context} get pods -A`, text('what is there', '现在有什么')],
    ['kubectl --context fleet get pods -A', text('in all members', '所有成员中的内容')],
    [`kubectl muster history deployment/NAME -n NAMESPACE --context ${context}`, text('what it was', '它的历史')],
    [`muster disconnect ${name}`, text('undo', '撤销')],
  ] as const) {
    data.line(`  ${terminal.command(command)}   ${data.colors.dim(say(what))}`)
  }
  return EXIT.ok
}

/** Refusals that are printed. */
const REFUSED_MAX = 5

const isMirrored = (cluster: Cluster | undefined): boolean =>
  cluster?.status?.conditions?.some(({ type, status }) => type === 'Mirrored' && status === 'True') ?? false

/** A context's name as the name of an object: lower-case letters, digits and dashes. */
export const memberName = (context: string): string =>
  context
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63)
    .replace(/-+$/, '') || 'member'
