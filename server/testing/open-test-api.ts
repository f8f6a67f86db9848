/** An API server over a store in memory, with an administrator: for tests of ours, and for those of others. */

import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { Caller } from '@muster/api/caller.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import { type Logger, noLog } from '@muster/base/log.ts'
import { between, type Random, seededRandom } from '@muster/base/random.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import { ADMISSION_STEPS } from '../admission/steps.ts'
import { type ApiServer, type ApiServerDeps, openApiServer } from '../api-server.ts'
import { type Identities, makeIdentities } from '../auth/identities.ts'
import type { User } from '../auth/user.ts'
import { bootstrap } from '../cluster/bootstrap.ts'
import { DEFAULT_NETWORK, factsOf } from '../cluster/network.ts'

/** What a test may want otherwise. */
export interface TestApiSettings
  extends Pick<Partial<ApiServerDeps>, 'connectors' | 'garbageCollection' | 'liveness' | 'networkOf' | 'pause'> {
  readonly clock: Clock
  readonly seed?: number
  /** In place of the seed: goes on where another server over the same store has stopped. */
  readonly random?: Random
  readonly kinds?: readonly Kind[]
  /** Who the administrator's token stands for. */
  readonly admin?: User
  readonly log?: Logger
  /** Open, and closed by whoever opened it; one in memory when absent. */
  readonly store?: Store
  readonly clusters?: readonly string[]
  /** Carries requests to webhooks; there is no way to them when absent. */
  readonly callWebhook?: Caller
  readonly audit?: NonNullable<ApiServerDeps['audit']>
  /** In place of `clusters`: logical clusters that are known by something already. */
  readonly identities?: readonly Identities[]
  /** Tokens and whom they stand for: the administrator's is put in, and whoever holds the map may add more. */
  readonly tokens?: Map<string, User>
  /** The store holds all of it already. */
  readonly isBootstrapped?: boolean
  /** How clusters that are empty get what they begin with: at once (default), or written through the API. */
  readonly begins?: 'at once' | 'through the API'
}

/** An API server, and the token of its administrator. */
export interface TestApi extends ApiServer {
  readonly adminToken: string
}

/** Opens one, with what every cluster holds from its first moment. */
export async function openTestApi(settings: TestApiSettings): Promise<TestApi> {
  const { clock, seed = 1, clusters = ['default'], log = noLog } = settings
  const random = settings.random ?? seededRandom(seed)
  const store = settings.store ?? (await openMemoryStore({ clock, random }))
  const adminToken = `admin-${newId(random)}`
  const admin = settings.admin ?? { username: 'admin', groups: ['system:masters'] }
  const making = { now: clock.now(), entropy: entropyOf(random) }
  const kinds = settings.kinds ?? BUILT_IN_KINDS
  const identities =
    settings.identities ?? (await Promise.all(clusters.map((cluster) => makeIdentities(cluster, making))))
  const fixedTokens = (settings.tokens ?? new Map<string, User>()).set(adminToken, admin)
  const {
    networkOf = () => DEFAULT_NETWORK,
    connectors,
    garbageCollection,
    pause,
    isBootstrapped = false,
    begins = 'at once',
  } = settings
  const server = await openApiServer({
    store,
    clock,
    random,
    log,
    newId: () => newId(random),
    kinds,
    admission: ADMISSION_STEPS,
    version: '0.1.0',
    address: () => '127.0.0.1:6443',
    identities,
    ...(settings.audit ? { audit: settings.audit } : {}),
    ...(settings.callWebhook ? { callWebhook: settings.callWebhook } : {}),
    fixedTokens,
    networkOf,
    ...(settings.liveness ? { liveness: settings.liveness } : {}),
    ...(connectors ? { connectors } : {}),
    ...(garbageCollection === undefined ? {} : { garbageCollection }),
    ...(pause ? { pause } : {}),
  })
  for (const { cluster, authority } of isBootstrapped ? [] : identities) {
    const facts = {
      clientAuthority: authority.certificate,
      rootAuthority: authority.certificate,
      apiPort: 6443,
      ...factsOf(networkOf(cluster)),
    }
    const beginning = begins === 'at once' ? { store, clock, random, isFurnished: false } : undefined
    const own = { cluster, kinds, facts, ...(beginning && { beginning }) }
    await bootstrap({ handle: server.handle, token: adminToken, ...own })
  }
  return { ...server, adminToken }
}

const entropyOf = (random: Random) => (count: number) =>
  Uint8Array.from({ length: count }, () => between(random, 0, 255))
