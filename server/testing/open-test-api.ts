/** An API server over a store in memory, with an administrator: for tests of ours, and for those of others. */
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { Caller } from '@muster/api/caller.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import { type Logger, noLog } from '@muster/base/log.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import { ADMISSION_STEPS } from '../admission/steps.ts'
import { type ApiServer, type ApiServerDeps, openApiServer } from '../api-server.ts'
import { makeIdentities } from '../auth/identities.ts'
import type { User } from '../auth/user.ts'
import { bootstrap, SERVICE_NETWORK } from '../cluster/bootstrap.ts'

/** What a test may want otherwise. */
export interface TestApiSettings {
  readonly clock: Clock
  readonly seed?: number
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
}

/** An API server, and the token of its administrator. */
export interface TestApi extends ApiServer {
  readonly adminToken: string
}

/** Opens one, with what every cluster holds from its first moment. */
export async function openTestApi(settings: TestApiSettings): Promise<TestApi> {
  const { clock, seed = 1, clusters = ['default'], log = noLog } = settings
  const random = seededRandom(seed)
  const store = settings.store ?? (await openMemoryStore({ clock, random }))
  const adminToken = `admin-${newId(random)}`
  const admin = settings.admin ?? { username: 'admin', groups: ['system:masters'] }
  const entropy = (count: number) => Uint8Array.from({ length: count }, () => between(random, 0, 255))
  const making = { now: clock.now(), entropy }
  const kinds = settings.kinds ?? BUILT_IN_KINDS
  const identities = await Promise.all(clusters.map((cluster) => makeIdentities(cluster, making)))
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
    fixedTokens: new Map([[adminToken, admin]]),
    ...(settings.audit ? { audit: settings.audit } : {}),
    ...(settings.callWebhook ? { callWebhook: settings.callWebhook } : {}),
  })
  for (const { cluster, authority } of identities) {
    const facts = { ...SERVICE_NETWORK, clientAuthority: authority.certificate, apiPort: 6443 }
    await bootstrap({ handle: server.handle, token: adminToken, cluster, kinds, facts })
  }
  return { ...server, adminToken }
}
