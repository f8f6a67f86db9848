/** `muster up`: a control plane in one process, until it is told to stop. */

import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { RetentionPolicyKind } from '@muster/api/history/retention-policy.ts'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { lineLogger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createCaller } from '@muster/client/http/post.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import { ADMISSION_STEPS } from '@muster/server/admission/steps.ts'
import { type ApiServer, openApiServer } from '@muster/server/api-server.ts'
import { CONTROL_PLANE } from '@muster/server/auth/user.ts'
import { bootstrap } from '@muster/server/cluster/bootstrap.ts'
import { DEFAULT_NETWORK, factsOf } from '@muster/server/cluster/network.ts'
import { type Listener, listen } from '@muster/server/listen/listener.ts'
import { DEFAULT_RETENTION } from '@muster/server/retention/retain.ts'
import { reseal } from '@muster/server/storage/reseal.ts'
import { sealedStore } from '@muster/server/storage/sealed-store.ts'
import { type AuditWishes, openAudit } from '../audit/open-audit.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { openEngine } from '../store-server/open-engine.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { VERSION } from '../version.ts'
import { type Credentials, loadCredentials, writeKubeconfigs } from './credentials.ts'
import { openEncryption } from './encryption.ts'
import { openOutsideIdentities } from './outside-identities.ts'

/** What to start, where, and until when. */
export interface UpDeps {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: Random
  readonly home: string
  readonly host: string
  /** Absent: the usual one, or a free one when that is taken. */
  readonly port?: number
  /** Logical clusters, `default` first. */
  readonly clusters: readonly string[]
  readonly access: AccessWishes
  /** No audit log is kept when absent. */
  readonly audit?: AuditWishes
  /** The summary as one line of JSON. */
  readonly json: boolean
  readonly stop: AbortSignal
}

/** What is served from the start. */
const KINDS = [...BUILT_IN_KINDS, RetentionPolicyKind, TransactionKind, ...ELECTION_KINDS]

/** Who may come in, how much of the server is theirs, and what is sealed. */
export interface AccessWishes {
  /** AuthenticationConfigurations, each for the logical cluster before its `=`, or for `default`. */
  readonly authenticationFiles: readonly string[]
  /** Tokens of service accounts that are asked for longer are shortened. */
  readonly tokenExpirationSecondsMax?: number
  /** Requests answered at a time; see `ApiServerDeps`. */
  readonly seats?: number
  /** Which resources are sealed on the disk; Secrets, with keys of the installation's own, when absent. */
  readonly encryptionFile?: string
}

/** Where kubectl expects an API server. */
export const DEFAULT_API_PORT = 6443

/** Serves until told to stop, then closes cleanly: everything acknowledged is durable, every watch is ended. */
export async function up(deps: UpDeps): Promise<ExitCode> {
  const { terminal, clock, random, home, clusters, access, json, stop } = deps
  const began = clock.elapsed()
  const log = lineLogger({ clock, level: 'warn', write: (line) => terminal.notes.line(line) })
  const credentials = await loadCredentials(home, clusters, ['localhost', deps.host, 'kubernetes.default.svc'], clock)
  const call = createCaller()
  const audit = deps.audit && (await openAudit(deps.audit, { clock, log, call }))
  const store = await openEngine({ directory: join(home, 'store') }, { clock, random, log })
  const sealer = await openEncryption(home, access.encryptionFile)
  await reseal({ store, sealer, clock, random })
  const ownToken = randomUUID()
  let address = ''
  const sealed = sealedStore(store, { sealer, clock, random })
  const server = await openApiServer({
    store: sealed,
    clock,
    random,
    log,
    newId: randomUUID,
    kinds: KINDS,
    retention: DEFAULT_RETENTION,
    admission: ADMISSION_STEPS,
    version: VERSION,
    address: () => address,
    identities: credentials.identities,
    outsideIdentityOf: await openOutsideIdentities(access.authenticationFiles, clusters, { clock, random }),
    ...(access.seats === undefined ? {} : { seats: access.seats }),
    ...(access.tokenExpirationSecondsMax === undefined
      ? {}
      : { tokenExpirationSecondsMax: access.tokenExpirationSecondsMax }),
    callWebhook: call,
    ...(audit ? { audit: audit.begin } : {}),
    fixedTokens: new Map([[ownToken, { username: CONTROL_PLANE, groups: ['system:masters'] }]]),
    pause: () => setImmediate(),
  })
  const listener = await listenSomewhere(deps, server, credentials)
  address = `${deps.host}:${listener.port}`
  const url = `https://${address}`
  for (const { cluster, authority } of credentials.identities) {
    const facts = {
      clientAuthority: authority.certificate,
      rootAuthority: credentials.serving.authority.certificate,
      apiPort: listener.port,
      ...factsOf(DEFAULT_NETWORK),
    }
    const beginning = { store: sealed, clock, random, isFurnished: true }
    await bootstrap({ handle: server.handle, token: ownToken, cluster, kinds: KINDS, facts, beginning })
  }
  const kubeconfig = await writeKubeconfigs(home, url, credentials, clock)
  const hub = { clock, random, log, send: server.handle, headers: { authorization: `Bearer ${ownToken}` } }
  const own = {
    rootCaOf: () => credentials.serving.authority.certificate,
    flowControl: flowControlObjects(),
  }
  const controllers = runControllers(housekeepingPack.controllers, own, { ...hub, allClusters: true }, stop)
  if (json) terminal.data.line(JSON.stringify({ url, kubeconfig, pid: process.pid }))
  else printSummary(terminal, { url, kubeconfig, home, clusters, tookMs: clock.elapsed() - began })

  if (!stop.aborted) await new Promise((resolve) => stop.addEventListener('abort', resolve, { once: true }))
  server.drain()
  await controllers
  server.close()
  await listener.close(seconds(2))
  await audit?.close()
  await store.close()
  if (!json) terminal.notes.line(terminal.say(text(`stopped; all is in ${home}`, `已停止；全部内容位于 ${home}`)))
  return EXIT.ok
}

/** The port that is asked for; the usual one when none is, or a free one when others have that. */
async function listenSomewhere(
  { host, port, clock }: UpDeps,
  { handle }: ApiServer,
  { serving, identities }: Credentials,
): Promise<Listener> {
  const tls = {
    key: serving.server.privateKey,
    certificate: serving.server.certificate,
    clientCa: identities.map(({ authority }) => authority.certificate).join('\n'),
  }
  try {
    return await listen({ host, port: port ?? DEFAULT_API_PORT, tls, handle, clock })
  } catch (error) {
    if (port !== undefined || !hasCode(error, 'Unavailable')) throw error
    return listen({ host, port: 0, tls, handle, clock })
  }
}

interface Summary {
  readonly url: string
  readonly kubeconfig: string
  readonly home: string
  readonly clusters: readonly string[]
  readonly tookMs: number
}

function printSummary(terminal: Terminal, { url, kubeconfig, home, clusters, tookMs }: Summary): void {
  const { data, glyphs, say } = terminal
  const { bold, green, cyan } = data.colors
  const row = (name: string, value: string) => data.line(`  ${green(glyphs.healthy)} ${name}    ${value}`)
  data.line(
    bold(
      `muster ${VERSION} · Kubernetes ${KUBERNETES_VERSION} API · Node ${process.versions.node}   ${(tookMs / 1000).toFixed(1)}s`,
    ),
  )
  row(say(text('API    ', '接口  ')), url)
  row(say(text('state  ', '状态  ')), home)
  row(say(text('cluster', '集群  ')), clusters.join(', '))
  data.line('')
  data.line(`  ${say(text('In another terminal:', '在另一个终端中：'))}`)
  const commands = [
    [`export KUBECONFIG=${kubeconfig}`, text('the way in', '访问凭据')],
    ['kubectl get namespaces', text('what is there', '查看现有内容')],
    ['kubectl create deployment web --image=host/web', text('write something', '写入内容')],
    ['kubectl get all', text('and read it', '再读取')],
  ] as const
  const width = Math.max(...commands.map(([command]) => command.length))
  for (const [command, what] of commands) data.line(`    ${cyan(command.padEnd(width))}   # ${say(what)}`)
  data.line(`  ${say(text('Ctrl-C stops it.', 'Ctrl-C 停止。'))}`)
}
