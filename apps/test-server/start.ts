/** Starts a Kubernetes API inside a test: the parts of this folder, put together. */
import { type KubeObject, parseApiVersion } from '@muster/api/object.ts'
import type { Instant } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { lineLogger, noLog } from '@muster/base/log.ts'
import { fork as forkRandom, seededRandom } from '@muster/base/random.ts'
import { createClient } from '@muster/client/client.ts'
import type { InformerDeps } from '@muster/client/informer.ts'
import { type ResourceRef, refOf } from '@muster/client/resource-ref.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import type { Controller } from '@muster/runtime/controller.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import type { User } from '@muster/server/auth/user.ts'
import { DEFAULT_LIVENESS } from '@muster/server/nodes/keep-nodes.ts'
import { openTestApi, type TestApi } from '@muster/server/testing/open-test-api.ts'
import { imageOf, openMemoryStore, type StoreImage } from '@muster/store/memory/open.ts'
import { createDoor } from './door.ts'
import { createFaults } from './faults.ts'
import { clusterImage, fillCluster } from './image.ts'
import { type ObjectSource, readObjects } from './objects.ts'
import { openPort, type Port } from './port.ts'
import { kindsOf, withProfile } from './profile.ts'
import { settle } from './settle.ts'
import type { LogicalClusterAccess, Snapshot, TestServer, TestServerSettings } from './test-server.ts'
import { realTime, shortSleeps, turn, VIRTUAL_START, virtualTime } from './time.ts'
import { createUsers } from './users.ts'

/** What a snapshot holds: of this package alone. */
interface Held extends Snapshot {
  readonly image: StoreImage
  readonly at: Instant
  readonly clusters: readonly string[]
}

/** Starts one. Resolves when it answers, with everything that a new cluster holds. */
export const startTestServer = async (settings: TestServerSettings = {}): Promise<TestServer> =>
  (await openTestServer(settings)).server

/** The same, with what lives by its clock. */
export async function openTestServer(
  settings: TestServerSettings = {},
): Promise<{ readonly server: TestServer; readonly deps: InformerDeps }> {
  const { profile = 'kubernetes', seed = 1, controllers = true, liveness = false, crds = [] } = settings
  const from = settings.from as Held | undefined
  const beginning = await clusterImage()
  const time = settings.time === 'virtual' ? virtualTime(from?.at ?? VIRTUAL_START) : realTime
  const { clock } = time
  const random = seededRandom(seed)
  const log = settings.log ? lineLogger({ clock, level: 'warn', write: settings.log }) : noLog
  const deps = { clock, random, log }
  const store = await openMemoryStore({ ...deps, clock: shortSleeps(clock), image: from?.image ?? beginning.store })
  const tokens = new Map<string, User>()
  const clusters = new Set(from?.clusters)
  const identitiesOf = (cluster: string) => ({ ...beginning.identities, cluster })
  const identities = () => ['default', ...clusters].map(identitiesOf)

  const openApi = (): Promise<TestApi> =>
    openTestApi({
      ...deps,
      kinds: kindsOf(profile),
      store,
      tokens,
      identities: identities(),
      isBootstrapped: true,
      garbageCollection: controllers,
      ...(liveness ? { liveness: DEFAULT_LIVENESS } : {}),
      pause: turn,
    })
  let api: TestApi | undefined = await openApi()
  const { adminToken } = api
  const door = createDoor(() => api && withProfile(profile, api.handle))
  const stop = new AbortController()
  const headers = { authorization: `Bearer ${adminToken}` }
  const client = createClient({ send: door.handle, userAgent: 'test', headers })
  const run = <Deps extends object>(these: readonly Controller<Deps>[], own: Deps) => {
    const hub = { ...deps, random: forkRandom(random), send: door.handle, headers, allClusters: profile === 'muster' }
    void runControllers(these, own, hub, stop.signal)
  }
  if (controllers)
    run(housekeepingPack.controllers, {
      rootCaOf: () => beginning.identities.authority.certificate,
      flowControl: flowControlObjects(),
    })

  let port: Port | undefined
  const open = () => {
    if (!port)
      throw new ControlError('Invalid', 'this server is on no port: start with startTestServer({ listen: true })')
    return port
  }
  const settled: TestServer['settled'] = (options = {}) =>
    settle({ door, store, quietMs: port ? 50 : 0, withinMs: 10_000, ...options })

  const servedIn = () => {
    if (!api) throw new ControlError('Unavailable', 'the server is restarting')
    return api.registry.cluster('default')
  }
  const resource: TestServer['resource'] = (name) => {
    const [plural = '', ...group] = name.split('.')
    const found = servedIn().findKind(group.join('.'), plural)
    if (!found) throw new ControlError('NotFound', `'${name}' is no resource here: name it as in 'deployments.apps'`)
    return client.resource(refOf(found.kind) as ResourceRef<never>)
  }
  const refOfObject = ({ apiVersion, kind }: KubeObject): ResourceRef | undefined => {
    const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' }
    const versions = servedIn()
      .groups()
      .find(({ name }) => name === group)?.versions
    const served = versions?.find(({ name }) => name === version)?.resources.find((one) => one.kind.kind === kind)
    return served && refOf(served.kind, version)
  }
  const apply = async (...sources: readonly ObjectSource[]) => {
    const applied: KubeObject[] = []
    for (const object of await readObjects(sources)) {
      // A definition that was applied just now is served in a moment.
      if (!refOfObject(object)) await settled()
      const ref = refOfObject(object)
      if (!ref) {
        const { apiVersion, kind } = object
        throw new ControlError('NotFound', `no ${kind} of ${apiVersion} is served here: apply its definition first`)
      }
      const { namespace } = object.metadata
      const placed = ref.namespaced && !namespace ? inNamespace(object, 'default') : object
      applied.push(await client.resource(ref).apply(placed, { fieldManager: 'test', force: true }))
    }
    return applied
  }

  const reopen = async () => {
    const before = api
    api = undefined
    before?.close()
    door.cutWatches({})
    await turn()
    api = await openApi()
    tokens.set(adminToken, { username: 'admin', groups: ['system:masters'] })
    await settled()
  }
  const accessTo = (name: string): LogicalClusterAccess => ({
    name,
    client: client.inCluster(name),
    get kubeconfig() {
      return open().kubeconfig(name, adminToken, name)
    },
  })

  const server: TestServer = {
    profile,
    client,
    resource,
    apply,
    handle: door.handle,
    clock: {
      now: () => new Date(clock.now()),
      advance: (length) => time.advance(length, () => settled()),
    },
    users: createUsers({
      send: door.handle,
      random,
      tokens,
      kubeconfigFor: (name, token) => open().kubeconfig(name, token),
    }),
    faults: createFaults({ door, store, reopen }),
    settled,
    run,
    get url() {
      return open().url
    },
    get ca() {
      return beginning.identities.authority.certificate
    },
    get kubeconfig() {
      return open().kubeconfig('admin', adminToken)
    },
    async addLogicalCluster(name) {
      if (profile !== 'muster') {
        throw new ControlError('Invalid', "Kubernetes has no logical clusters: startTestServer({ profile: 'muster' })")
      }
      if (name === 'default' || clusters.has(name)) {
        throw new ControlError('AlreadyExists', `there is a logical cluster '${name}' already`)
      }
      clusters.add(name)
      await fillCluster({ ...deps, store }, identitiesOf(name))
      api?.addCluster(identitiesOf(name))
      return accessTo(name)
    },
    async snapshot() {
      const held: Held = { snapshot: true, image: await imageOf(store), at: clock.now(), clusters: [...clusters] }
      return held
    },
    fork: async () => startTestServer({ ...settings, crds: [], from: await server.snapshot() }),
    async close() {
      stop.abort()
      door.cutWatches({})
      await port?.close()
      api?.close()
      api = undefined
      await store.close()
    },
    [Symbol.asyncDispose]: () => server.close(),
  }
  if (settings.listen) port = await openPort(door.handle, beginning.identities)
  if (crds.length > 0) {
    await apply(...crds)
    await settled()
  }
  return { server, deps }
}

const inNamespace = (object: KubeObject, namespace: string): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, namespace },
})
