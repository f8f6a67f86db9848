/**
 * What has been written down of other clusters, as an API that is read: each is a logical cluster, `*` all of them.
 *
 * The objects in it are not this server's: nothing here settles, collects or judges them, and no request writes. Who may
 * ask is the business of whoever stands in front; see `front.ts`.
 */
import type { Kind } from '@muster/api/kind.ts'
import type { Handle } from '@muster/api/message.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Revision, Store } from '@muster/store/store.ts'
import { createPolicyIndex } from '../admission/policies/index.ts'
import { admissionReads } from '../admission/reads.ts'
import type { Authorizer } from '../auth/authorization.ts'
import { createRbacIndex } from '../auth/rbac/index.ts'
import { MASTERS } from '../auth/user.ts'
import { serveEstablished } from '../cluster/custom-resources.ts'
import { DEFAULT_NETWORK } from '../cluster/network.ts'
import { createLeaseGuardIndex } from '../elections/lease-guards.ts'
import { createFairness } from '../fairness/fairness.ts'
import { changesHandler } from '../history/changes-between.ts'
import { historyHandlers } from '../history/subresources.ts'
import { createDocuments } from '../http/documents.ts'
import { endWith } from '../http/end-with.ts'
import { createHandle } from '../http/handle.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { noHeartbeats } from '../nodes/heartbeats.ts'
import { createRegistry } from '../registry/registry.ts'
import { attributesOfKind } from '../resources/select.ts'
import { type RetentionSettings, retain } from '../retention/retain.ts'
import { openStorage, type Storage } from '../storage/storage.ts'

/** What it is made of. */
export interface MirrorServerDeps {
  /** Written to by a recorder, and by nobody else. */
  readonly store: Store
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
  /** Kinds that every cluster has. */
  readonly kinds: readonly Kind[]
  readonly version: string
  readonly address: () => string
  readonly pause?: () => Promise<void>
  /** For how long the past is kept whole. Nothing is ever forgotten when absent. */
  readonly retention?: RetentionSettings
}

/** A mirror that answers. */
export interface MirrorServer {
  /** Answers whoever asks: see `front.ts`. */
  readonly handle: Handle
  readonly objects: Storage
  /** The version in which a resource is kept; undefined for one that no cluster has had so far. */
  versionOf(resource: GroupResource): string | undefined
  close(): void
}

/** Opens it over a store. */
export async function openMirrorServer(deps: MirrorServerDeps): Promise<MirrorServer> {
  const { store, clock, random, log, newId, pause } = deps
  const registry = createRegistry(deps.kinds)
  const kindOf = ({ group, resource }: GroupResource, cluster: string): Kind | undefined =>
    registry.cluster(cluster).findKind(group, resource)?.kind
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
    ...(pause ? { pause } : {}),
  })
  const life = new AbortController()
  await serveEstablished({ objects, registry, clock, log }, new Map(), () => {}, life.signal)
  if (deps.retention)
    void retain({ store, objects: NO_POLICIES, clock, log, newId, storedAs }, deps.retention, life.signal)
  const metrics = createMetrics(
    () => store.status(),
    () => [],
  )
  const fairness = createFairness({
    clock,
    random,
    metrics: metrics.fairness,
    amountOf: ({ cluster, namespace, ...resource }) =>
      objects.amountOf({ ...resource, ...(cluster === '*' ? {} : { cluster }), ...(namespace ? { namespace } : {}) }),
    ...(pause ? { pause } : {}),
  })
  const handle = createHandle({
    clock,
    log,
    random,
    newId,
    registry,
    metrics,
    objects,
    sessions: store,
    admission: [],
    readsOf: (cluster) => admissionReads(objects, cluster),
    webhooksOf: () => {
      throw new TypeError('broken promise: nothing is written to a mirror through its API')
    },
    subresources: {},
    pastSubresources: historyHandlers((cluster, { group, resource }) =>
      registry.cluster(cluster).findKind(group, resource),
    ),
    reviews: {},
    generationOf: (cluster) => registry.cluster(cluster).generation,
    hasCluster: () => true,
    audit: { sinks: [] },
    authenticate: async () => READER,
    networkOf: () => DEFAULT_NETWORK,
    heartbeats: noHeartbeats,
    authorizerOf: () => READS_ONLY,
    fairness,
    rolesOf: () => createRbacIndex(),
    policiesOf: () => createPolicyIndex(),
    leaseGuardsOf: () => createLeaseGuardIndex(),
    document: createDocuments({
      registry,
      metrics,
      levelsOf: (cluster) => fairness.levelsOf(cluster),
      checks: [{ name: 'ping', check: () => undefined, forLiveness: true }],
      version: deps.version,
      address: deps.address,
      issuerDocument: async () => undefined,
      changes: changesHandler({ store, clock, pause: pause ?? (() => clock.sleep(milliseconds(0))) }),
    }),
  })
  return {
    async handle(request) {
      return endWith(await handle(request), life.signal)
    },
    objects,
    versionOf: ({ group, resource }) => kindOf({ group, resource }, '*')?.storedAs,
    close() {
      life.abort()
      objects.close()
    },
  }
}

/** Retention policies of the clusters are about their own stores. */
const NO_POLICIES: Pick<Storage, 'list' | 'update'> = {
  list: async () => ({ items: [], revision: 0 as Revision }),
  update: () => Promise.reject(new TypeError('broken promise: there is no policy to report on')),
}
const storedAs = (_cluster: string, resource: GroupResource): GroupResource => resource

/** Whoever stands in front has asked who it is. */
const READER = { username: 'system:muster:mirror-reader', groups: [MASTERS] }

/** Why nothing is written. */
export const NOT_WRITTEN = 'this is a mirror, and is read: write to the cluster itself'

const READING: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'head'])

const READS_ONLY: Authorizer = {
  authorize: (_user, { verb }) =>
    READING.has(verb) ? { allowed: true, reason: '' } : { allowed: false, reason: NOT_WRITTEN },
  rulesFor: () => ({ rules: [], error: 'who may read a mirror is said by the hub', incomplete: true }),
}
