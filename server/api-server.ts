/**
 * The API server: everything in this room, put together over one store.
 *
 *     store ─► storage ─► resources ─┐
 *     identities ─► who and what ────┼─► handle ─► listen, or a call in the same process
 *     kinds ─► registry ─► documents ┘
 */
import { metricsKinds } from '@muster/api/builtin/metrics/kinds.ts'
import type { Caller } from '@muster/api/caller.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { ApiRequest, Handle } from '@muster/api/message.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { LivenessSettings } from '@muster/kernel/liveness/liveness.ts'
import type { Store } from '@muster/store/store.ts'
import type { AdmissionStep } from './admission/admission.ts'
import { webhookConditions } from './admission/policies/webhook-conditions.ts'
import { admissionReads, readsOf } from './admission/reads.ts'
import type { HookAccess } from './admission/webhooks/access.ts'
import { ADMISSION_GROUP, CONFIGURATIONS } from './admission/webhooks/hooks.ts'
import { resolveService } from './admission/webhooks/resolve-service.ts'
import type { AuditMetrics } from './audit/metrics.ts'
import type { AuditSettings } from './audit/trail.ts'
import { authenticate } from './auth/authentication.ts'
import type { Identities } from './auth/identities.ts'
import { impersonate } from './auth/impersonation.ts'
import type { RbacIndex } from './auth/rbac/index.ts'
import { RBAC_GROUP } from './auth/rbac/objects.ts'
import { CONFIGURATION_PATH, KEYS_PATH, openIdConfiguration, openIdKeys } from './auth/tokens/discovery.ts'
import type { User } from './auth/user.ts'
import { aggregateRoles } from './cluster/aggregate-roles.ts'
import { serveCustomResources } from './cluster/custom-resources.ts'
import { followFlowControl } from './cluster/flow-control.ts'
import { type Follower, follow } from './cluster/follow.ts'
import {
  type ClusterRules,
  createClusterRules,
  createLogicalCluster,
  type LogicalCluster,
  type OutsideIdentity,
} from './cluster/logical-cluster.ts'
import { type ClusterNetwork, DEFAULT_NETWORK } from './cluster/network.ts'
import { followNodeRelations } from './cluster/node-relations.ts'
import { keepElections } from './elections/keep-elections.ts'
import { keepLeaseGuards } from './elections/keep-lease-guards.ts'
import { LEASE_GUARDS } from './elections/lease-guards.ts'
import { CANDIDATES } from './elections/look.ts'
import { createFairness, type Fairness } from './fairness/fairness.ts'
import { collectGarbage, type GarbageDeps } from './garbage/garbage-collector.ts'
import { kindsIn } from './garbage/kinds.ts'
import type { HealthCheck } from './health/health.ts'
import { changesHandler } from './history/changes-between.ts'
import { historyHandlers } from './history/subresources.ts'
import { createDocuments } from './http/documents.ts'
import { endWith } from './http/end-with.ts'
import { createHandle } from './http/handle.ts'
import { DEFAULT_CLUSTER, type RequestInfo } from './http/request-info.ts'
import type { Heard } from './http/resource-call.ts'
import { createMetrics } from './metrics/metrics.ts'
import { noHeartbeats } from './nodes/heartbeats.ts'
import { keepNodes } from './nodes/keep-nodes.ts'
import { metricsHandlers } from './nodes/metrics.ts'
import { quotaAccounts } from './quota/accounts.ts'
import { createRegistry, type Registry } from './registry/registry.ts'
import type { Connectors } from './resources/pod-connections.ts'
import { reviewHandlers } from './resources/reviews.ts'
import { attributesOfKind } from './resources/select.ts'
import { passingHandlers, subresourceHandlers } from './resources/subresources.ts'
import { type RetentionSettings, retain } from './retention/retain.ts'
import { endOf, isService } from './services/commit.ts'
import { openStorage, type Storage } from './storage/storage.ts'
import { transactionHandlers } from './transactions/transact.ts'

/** What an API server is made of. */
export interface ApiServerDeps {
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
  /** Kinds that every logical cluster serves. */
  readonly kinds: readonly Kind[]
  readonly admission: readonly AdmissionStep[]
  /** Muster's own version. */
  readonly version: string
  /** Host and port under which clients reach it. */
  readonly address: () => string
  /** Of each logical cluster; that of `default` vouches for who asks over all of them. */
  readonly identities: readonly Identities[]
  /** Tokens that stand for fixed users in every logical cluster: those of the installation itself. */
  readonly fixedTokens?: ReadonlyMap<string, User>
  /** Tokens of service accounts that are asked for longer are shortened; none is when absent. */
  readonly tokenExpirationSecondsMax?: number
  /** Issuers outside whose tokens a logical cluster takes. */
  readonly outsideIdentityOf?: (cluster: string) => OutsideIdentity
  /** Whether this server deletes what belongs to nobody any more. Default true; several over one store may. */
  readonly garbageCollection?: boolean
  /** How many requests are answered at a time, lists counted by their width. Default that of kube-apiserver, 600. */
  readonly seats?: number
  /** For how long the past is kept whole. Nothing is ever forgotten when absent. */
  readonly retention?: RetentionSettings
  /** Where services of a logical cluster get their addresses from; {@link DEFAULT_NETWORK} when absent. */
  readonly networkOf?: (cluster: string) => ClusterNetwork
  /**
   * For how long nodes may be quiet. Their heartbeats then stay in the memory of this server, and those that fall silent
   * are said to be. Absent: a heartbeat is a write like any other, and nobody notices.
   */
  readonly liveness?: LivenessSettings
  /** The way to what runs on nodes. Absent where there is none. */
  readonly connectors?: Connectors
  /** Carries requests to webhooks. Without it each of them fails, and its failurePolicy says what that means. */
  readonly callWebhook?: Caller
  /** What is kept of requests, and where. Nothing when absent. */
  readonly audit?: (metrics: AuditMetrics) => AuditSettings
  /** Lets others of this thread have their turn. */
  readonly pause?: () => Promise<void>
}

/** An API server that answers. */
export interface ApiServer {
  readonly handle: Handle
  readonly objects: Storage
  readonly registry: Registry
  /** Serves one more logical cluster. */
  addCluster(identities: Identities): void
  /** Answers that it is not ready, so that nobody new comes. */
  drain(): void
  /** Ends all watches and conversations. The store is not closed: it is whoever's who opened it. */
  close(): void
}

/** Opens an API server over a store. */
export async function openApiServer(deps: ApiServerDeps): Promise<ApiServer> {
  const { store, clock, random, log, newId } = deps
  const { agents } = deps.connectors ?? {}
  const registry = createRegistry(agents ? [...deps.kinds, ...metricsKinds] : deps.kinds)
  const stored = new Map(
    deps.kinds.filter((kind) => !kind.storage).map((kind) => [`${kind.group}/${kind.plural}`, kind]),
  )
  const kindOf = ({ group, resource }: GroupResource, cluster: string): Kind | undefined =>
    stored.get(`${group}/${resource}`) ?? registry.cluster(cluster).findKind(group, resource)?.kind
  const objects = await openStorage({
    store,
    clock,
    random,
    log,
    attributesOf(object, key) {
      const kind = kindOf(key, key.cluster)
      return kind ? attributesOfKind(kind, object, key) : { labels: object.metadata.labels ?? {}, fields: {} }
    },
    indexedField: ({ group, resource }) => (group === '' && resource === 'pods' ? 'spec.nodeName' : undefined),
    accounts: (reads) =>
      quotaAccounts({ reads, clock, isServed: (resource, cluster) => kindOf(resource, cluster) !== undefined }),
    ...(deps.pause ? { pause: deps.pause } : {}),
  })
  const rules = new Map<string, ClusterRules>()
  /** Kept for whatever cluster has objects, so that one that is served from now on has its rules from the first moment. */
  const rulesOf = (cluster: string): ClusterRules => {
    const known = rules.get(cluster) ?? createClusterRules()
    rules.set(cluster, known)
    return known
  }
  const clusters = new Map<string, LogicalCluster>()
  const addCluster = (identities: Identities): void => {
    clusters.set(
      identities.cluster,
      createLogicalCluster(
        identities,
        rulesOf(identities.cluster),
        readsOf(objects, identities.cluster),
        deps.fixedTokens,
        deps.outsideIdentityOf?.(identities.cluster),
      ),
    )
  }
  for (const identities of deps.identities) addCluster(identities)
  const clusterOf = (name: string): LogicalCluster => {
    const found = clusters.get(name === '*' ? DEFAULT_CLUSTER : name)
    if (!found) throw new ControlError('NotFound', `there is no logical cluster '${name}'`)
    return found
  }

  const life = new AbortController()
  let isDraining = false
  const following = { objects, clock, log }
  await followAll(RBAC_GROUP, ROLES, 'authorization', (cluster) => rulesOf(cluster).rbac, following, life.signal)
  await followAll(ADMISSION_GROUP, CONFIGURATIONS, 'admission', (name) => rulesOf(name).hooks, following, life.signal)
  await followAll(ADMISSION_GROUP, POLICIES, 'policies', (name) => rulesOf(name).policies, following, life.signal)
  await followNodeRelations((cluster) => rulesOf(cluster).nodes, following, life.signal)
  await aggregateRoles({ objects, clock, random, log, newId }, life.signal)
  if (stored.has(`${CANDIDATES.group}/${CANDIDATES.resource}`)) {
    const { group, resource } = LEASE_GUARDS
    await followAll(group, [resource], 'writes', (name) => rulesOf(name).leaseGuards, following, life.signal)
    await keepElections({ objects, clock, random, log, newId }, life.signal)
    await keepLeaseGuards({ objects, clock, random, log, newId }, life.signal)
  }
  const heartbeats = deps.liveness
    ? await keepNodes({ objects, clock, random, log, newId }, deps.liveness, life.signal)
    : noHeartbeats
  await serveCustomResources({ objects, registry, clock, random, log, newId }, life.signal)
  if (deps.garbageCollection ?? true) {
    const alsoAtEnd: GarbageDeps['alsoAtEnd'] = async ({ cluster }, object) =>
      isService(object) ? endOf({ objects, cluster, random }, object) : []
    collectGarbage({ objects, clock, random, log, newId, alsoAtEnd, ...kindsIn(registry) }, life.signal)
  }
  const metrics = createMetrics(
    () => store.status(),
    () => fairness.levelsOf(DEFAULT_CLUSTER).all.values(),
  )
  const fairness: Fairness = createFairness({
    clock,
    random,
    metrics: metrics.fairness,
    amountOf: ({ cluster, namespace, ...resource }) =>
      objects.amountOf({ ...resource, ...(cluster === '*' ? {} : { cluster }), ...(namespace ? { namespace } : {}) }),
    ...(deps.seats === undefined ? {} : { seats: deps.seats }),
    ...(deps.pause ? { pause: deps.pause } : {}),
  })
  await followFlowControl({ objects, fairness, clock, log }, life.signal)
  const webhooksOf = (cluster: string): HookAccess => ({
    hooks: clusterOf(cluster).hooks,
    call: deps.callWebhook ?? noCaller,
    resolve: (namespace, name, port) => resolveService(admissionReads(objects, cluster), random, namespace, name, port),
    conditions: webhookConditions,
    metrics: metrics.webhooks,
    newId,
  })
  if (deps.retention) {
    const storedAs = (cluster: string, resource: GroupResource) => {
      const storage = registry.cluster(cluster).findKind(resource.group, resource.resource)?.kind.storage
      return storage ? { group: storage.group, resource: storage.plural } : resource
    }
    void retain({ store, objects, clock, log, newId, storedAs }, deps.retention, life.signal)
  }
  const handle = createHandle({
    clock,
    log,
    random,
    newId,
    registry,
    metrics,
    objects,
    sessions: store,
    admission: deps.admission,
    readsOf: (cluster) => admissionReads(objects, cluster),
    webhooksOf,
    subresources: subresourceHandlers(clusterOf, deps),
    pastSubresources: historyHandlers((cluster, { group, resource }) =>
      registry.cluster(cluster).findKind(group, resource),
    ),
    reviews: {
      ...reviewHandlers(clusterOf),
      ...passingHandlers,
      ...transactionHandlers,
      ...(agents && metricsHandlers(agents)),
    },
    generationOf: (cluster) => registry.cluster(cluster).generation,
    hasCluster: (cluster) => cluster === '*' || clusters.has(cluster),
    audit: deps.audit?.(metrics.audit) ?? { sinks: [] },
    authenticate: (request, info, heard) => identify(request, info, clusterOf(info.cluster), clock, heard),
    networkOf: deps.networkOf ?? (() => DEFAULT_NETWORK),
    heartbeats,
    authorizerOf: (cluster) => clusterOf(cluster).authorizer,
    fairness,
    rolesOf: (cluster) => clusterOf(cluster).rbac,
    policiesOf: (cluster) => clusterOf(cluster).policies,
    leaseGuardsOf: (cluster) => clusterOf(cluster).leaseGuards,
    document: createDocuments({
      registry,
      metrics,
      levelsOf: (cluster) => fairness.levelsOf(cluster),
      checks: healthChecks(store, () => isDraining),
      version: deps.version,
      address: deps.address,
      issuerDocument: async (cluster, path) => issuerDocument(clusterOf(cluster), path),
      changes: changesHandler({ store, clock, pause: deps.pause ?? (() => clock.sleep(milliseconds(0))) }),
    }),
  })
  return {
    handle: async (request) => endWith(await handle(request), life.signal),
    objects,
    registry,
    addCluster,
    drain: () => {
      isDraining = true
    },
    close() {
      life.abort()
      objects.close()
    },
  }
}

/** Who asks, or in whose name. */
async function identify(
  request: ApiRequest,
  info: RequestInfo,
  cluster: LogicalCluster,
  clock: Clock,
  { warnings, trail, attributes }: Heard,
): Promise<User> {
  const credentials = {
    path: info.path,
    authorization: request.headers.authorization,
    clientCertificate: request.clientCertificate,
  }
  const { user, warnings: ofCredentials } = await authenticate(credentials, cluster.authentication, clock.now())
  warnings.push(...ofCredentials)
  await trail.asked(user)
  if (!request.headerLists) return user
  const asked = impersonate(request.headerLists, user, attributes, cluster.authorizer)
  if (asked) trail.impersonates(asked)
  return asked?.user ?? user
}

const ROLES = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings']

/** Keeps what each logical cluster knows of some resources up to date. */
function followAll(
  group: string,
  resources: readonly string[],
  name: string,
  indexOf: (cluster: string) => Pick<RbacIndex, 'put' | 'remove'>,
  deps: Parameters<typeof follow>[2],
  signal: AbortSignal,
): Promise<unknown> {
  const follower: Follower = {
    name,
    put: (cluster, object) => indexOf(cluster).put(object),
    remove: (cluster, object) => indexOf(cluster).remove(object),
  }
  return Promise.all(resources.map((resource) => follow({ group, resource }, follower, deps, signal)))
}

const POLICIES = [
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]

const noCaller: Caller = () =>
  Promise.reject(new ControlError('Unavailable', 'this server has no connection to webhooks'))

function healthChecks(store: Store, isDraining: () => boolean): HealthCheck[] {
  let trouble: string | undefined
  const look = () => {
    store.status().then(
      ({ health }) => {
        trouble = health.state === 'ready' ? undefined : health.reason
      },
      (error) => {
        trouble = String(error)
      },
    )
    return trouble
  }
  return [
    { name: 'ping', check: () => undefined, forLiveness: true },
    { name: 'store', check: look, forLiveness: true },
    { name: 'shutdown', check: () => (isDraining() ? 'process is shutting down' : undefined), forLiveness: false },
  ]
}

function issuerDocument({ issuer, keyring }: LogicalCluster, path: string): object | undefined {
  if (path === CONFIGURATION_PATH) return openIdConfiguration(issuer, `${issuer}${KEYS_PATH}`, keyring)
  return path === KEYS_PATH ? openIdKeys(keyring) : undefined
}
