/** A control plane within this process: the API over its store, with the controllers that keep house. */
import { randomUUID, X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { RetentionPolicyKind } from '@muster/api/history/retention-policy.ts'
import type { Handle } from '@muster/api/message.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { lineLogger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { createCaller } from '@muster/client/http/post.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { membersPack } from '@muster/packs/members/pack.ts'
import { schedulingPack } from '@muster/packs/scheduling/pack.ts'
import { volumesPack } from '@muster/packs/volumes/pack.ts'
import { workloadPack } from '@muster/packs/workload/pack.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import { ADMISSION_STEPS } from '@muster/server/admission/steps.ts'
import { openApiServer } from '@muster/server/api-server.ts'
import { issueNodeCertificate } from '@muster/server/auth/identities.ts'
import { CONTROL_PLANE } from '@muster/server/auth/user.ts'
import { bootstrap } from '@muster/server/cluster/bootstrap.ts'
import { DEFAULT_NETWORK, factsOf } from '@muster/server/cluster/network.ts'
import { dialOver } from '@muster/server/listen/dial.ts'
import { type Listener, listen } from '@muster/server/listen/listener.ts'
import { withMirrors } from '@muster/server/mirror/front.ts'
import { type AgentRoster, createAgentRoster } from '@muster/server/nodes/agents.ts'
import { createConnectors } from '@muster/server/nodes/connectors.ts'
import { DEFAULT_LIVENESS } from '@muster/server/nodes/keep-nodes.ts'
import { DEFAULT_RETENTION } from '@muster/server/retention/retain.ts'
import { reseal } from '@muster/server/storage/reseal.ts'
import { sealedStore } from '@muster/server/storage/sealed-store.ts'
import { type AuditWishes, openAudit } from '../audit/open-audit.ts'
import type { Place } from '../control-plane/place.ts'
import { portHolder } from '../control-plane/port-holder.ts'
import { localVolumes } from '../fleet/node-directories.ts'
import type { MemberRanges } from '../fleet/ranges.ts'
import { withMirrorContexts } from '../members/contexts.ts'
import { createMirrors, knownMembers } from '../members/mirrors.ts'
import { openEngine } from '../store-server/open-engine.ts'
import { text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { VERSION } from '../version.ts'
import { type Credentials, loadCredentials, making, writeKubeconfigs } from './credentials.ts'
import { openEncryption } from './encryption.ts'
import { readJson, writeSecret } from './home.ts'
import { openOutsideIdentities } from './outside-identities.ts'

/** What to start, and where. */
export interface ControlPlaneDeps {
  /** Where warnings go. */
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: Random
  readonly place: Place
  readonly host: string
  /** Absent: the one of the last time, or the usual one, or a free one when others have those. */
  readonly port?: number
  /** Logical clusters, `default` first. */
  readonly clusters: readonly string[]
  /** Those of them whose nodes are on this machine, and their addresses. */
  readonly ranges: ReadonlyMap<string, MemberRanges>
  readonly access: AccessWishes
  /** No audit log is kept when absent. */
  readonly audit?: AuditWishes
}

/** A control plane that answers. */
export interface ControlPlane {
  /** `https://127.0.0.1:6443`. */
  readonly url: string
  readonly kubeconfig: string
  /** In its own name. */
  readonly client: Client
  /** A client for the agent of a node: in the name of that node, which may do what it must and nothing else. */
  nodeClient(cluster: string, node: string): Promise<Client>
  /** Where agents of nodes are put, so that they are asked for containers. */
  readonly agents: AgentRoster
  /** The port of the API, at every address. */
  readonly port: number
  /** Answers for one logical cluster at another address of this machine, at `/`, until it stops. */
  serveAt(cluster: string, host: string): Promise<void>
  /** Closes cleanly: everything acknowledged is durable, every watch is ended. */
  stop(): Promise<void>
}

/** What is served from the start. */
const KINDS = [...BUILT_IN_KINDS, RetentionPolicyKind, TransactionKind, ...ELECTION_KINDS, ...membersPack.kinds]

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

/** Opens or makes the state of a place, and serves it. Throws MUS0003 when the port that was asked for is taken. */
export async function startControlPlane(deps: ControlPlaneDeps): Promise<ControlPlane> {
  const { terminal, clock, random, place, clusters, ranges, access } = deps
  const networkOf = (cluster: string) => ranges.get(cluster)?.network ?? DEFAULT_NETWORK
  const agents = createAgentRoster()
  const controllersStop = new AbortController()
  const log = lineLogger({ clock, level: 'warn', write: (line) => terminal.notes.line(line) })
  const credentials = await loadCredentials(
    place.data,
    clusters,
    ['localhost', deps.host, 'kubernetes.default.svc', ...[...ranges.values()].flatMap(namesOf)],
    clock,
  )
  const call = createCaller()
  const audit = deps.audit && (await openAudit(deps.audit, { clock, log, call }))
  const store = await openEngine({ directory: join(place.data, 'store') }, { clock, random, log })
  const sealer = await openEncryption(place.data, access.encryptionFile)
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
    networkOf,
    liveness: DEFAULT_LIVENESS,
    connectors: createConnectors({ agents, clock, dial: dialOver(clock) }),
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
  const mirrors = createMirrors({ place, clock, random, log, address: () => address })
  const handle = withMirrors(server.handle, mirrors.handle)
  const listener = await listenSomewhere(deps, handle, credentials)
  const others: Listener[] = []
  address = `${deps.host}:${listener.port}`
  const url = `https://${address}`
  for (const { cluster, authority } of credentials.identities) {
    const facts = {
      clientAuthority: authority.certificate,
      rootAuthority: credentials.serving.authority.certificate,
      apiPort: listener.port,
      ...factsOf(networkOf(cluster)),
    }
    const beginning = { store: sealed, clock, random, isFurnished: true }
    await bootstrap({ handle: server.handle, token: ownToken, cluster, kinds: KINDS, facts, beginning })
  }
  const kubeconfig = await writeKubeconfigs(place, url, credentials, clock)
  await withMirrorContexts(kubeconfig, url, await knownMembers(place))
  const hub = { clock, random, log, send: server.handle, headers: { authorization: `Bearer ${ownToken}` } }
  const own = {
    rootCaOf: () => credentials.serving.authority.certificate,
    flowControl: flowControlObjects(),
    localVolumes: localVolumes(place, new Set(ranges.keys())),
    ...mirrors.deps,
    stop: controllersStop.signal,
  }
  const controllers = runControllers(
    [
      ...housekeepingPack.controllers,
      ...workloadPack.controllers,
      ...schedulingPack.controllers,
      ...volumesPack.controllers,
      ...membersPack.controllers,
    ],
    own,
    { ...hub, allClusters: true },
    controllersStop.signal,
  )
  return {
    url,
    kubeconfig,
    client: createClient({ send: server.handle, userAgent: `muster/${VERSION}`, headers: hub.headers }),
    async nodeClient(cluster, node) {
      const identities = credentials.identities.find((one) => one.cluster === cluster)
      if (!identities) throw new TypeError(`broken promise: ${cluster} is a cluster of this control plane`)
      const { certificate } = await issueNodeCertificate(identities, node, making(clock))
      const clientCertificate = new Uint8Array(new X509Certificate(certificate).raw)
      return createClient({
        send: (request) => server.handle({ ...request, clientCertificate }),
        cluster,
        userAgent: `muster-agent/${VERSION}`,
      })
    },
    agents,
    port: listener.port,
    async serveAt(cluster, host) {
      const tls = tlsOf(credentials)
      others.push(await listen({ host, port: listener.port, tls, handle: server.handle, clock, cluster }))
    },
    async stop() {
      controllersStop.abort()
      server.drain()
      await controllers
      server.close()
      await Promise.all([listener, ...others].map((one) => one.close(seconds(2))))
      await mirrors.close()
      await audit?.close()
      await store.close()
    },
  }
}

/** What clients recognise the API by, at every address of it. */
const tlsOf = ({ serving, identities }: Credentials) => ({
  key: serving.server.privateKey,
  certificate: serving.server.certificate,
  clientCa: identities.map(({ authority }) => authority.certificate).join('\n'),
})

/** Under which addresses those within a member cluster know the API. */
const namesOf = ({ front, network }: MemberRanges): readonly string[] => [front, factsOf(network).apiAddress]

/** The port that is asked for; else that of the last time, the usual one, or a free one when others have those. */
async function listenSomewhere(
  { terminal, host, port, place, clock }: ControlPlaneDeps,
  handle: Handle,
  credentials: Credentials,
): Promise<Listener> {
  const tls = tlsOf(credentials)
  const known = await readJson(place.data, 'port.json')
  const usual = typeof known === 'number' ? [known, DEFAULT_API_PORT] : [DEFAULT_API_PORT]
  const candidates = port === undefined ? [...new Set(usual), 0] : [port]
  for (const [at, candidate] of candidates.entries()) {
    try {
      const listener = await listen({ host, port: candidate, tls, handle, clock })
      if (at > 0) {
        terminal.notes.line(await sayTaken(terminal, candidates[0] ?? 0, listener.port))
      }
      // Kubeconfigs that were copied elsewhere stay right.
      if (port === undefined) await writeSecret(String(listener.port), place.data, 'port.json')
      return listener
    } catch (error) {
      if (!hasCode(error, 'Unavailable')) throw error
      if (at + 1 < candidates.length) continue
      throw await portTaken(host, candidate, error)
    }
  }
  throw new TypeError('broken promise: a free port is always tried')
}

async function sayTaken(terminal: Terminal, wanted: number, taken: number): Promise<string> {
  const holder = portHolder(wanted)
  const by = text(holder ? ` by ${holder}` : '', holder ? `（${holder}）` : '')
  return `${terminal.notes.colors.yellow(terminal.glyphs.degraded)} ${terminal.say(
    text(
      `port ${wanted} is in use${by.en}: this is at port ${taken}`,
      `端口 ${wanted} 已被占用${by.zh}：改用端口 ${taken}`,
    ),
  )}`
}

async function portTaken(host: string, port: number, cause: unknown) {
  const holder = portHolder(port)
  return trouble(
    'MUS0003',
    {
      what: text(
        `port ${port} is in use${holder ? ` by ${holder}` : ''}`,
        `端口 ${port} 已被占用${holder ? `：${holder}` : ''}`,
      ),
      where: text(`address ${host}`, `地址 ${host}`),
      next: ['muster up --port 0'],
    },
    cause,
  )
}
