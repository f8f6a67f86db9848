/**
 * What a cluster holds from its first moment, made once for each process: a server begins with a copy that shares the
 * bytes of all others. So the second server of a process costs milliseconds, and two servers of one seed are alike.
 *
 *     first server ──► bootstrap, and what housekeeping adds ──► image ──► every server
 */
import { seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import { type Identities, makeIdentities } from '@muster/server/auth/identities.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { simClock } from '@muster/sim/clock.ts'
import { WRITES_MAX } from '@muster/store/limits.ts'
import { imageOf, openMemoryStore, type StoreImage } from '@muster/store/memory/open.ts'
import type { Entry, Store } from '@muster/store/store.ts'
import { VIRTUAL_START } from './time.ts'

/** A cluster at its first moment. */
export interface ClusterImage {
  readonly store: StoreImage
  /** What `default` holds: what another logical cluster begins with. */
  readonly entries: readonly Entry[]
  readonly identities: Identities
}

let image: Promise<ClusterImage> | undefined

/** The image of this process. */
export function clusterImage(): Promise<ClusterImage> {
  image ??= makeImage()
  return image
}

/** Bytes that nobody can guess: of the machine, and not of a seed. */
export const entropy = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))

async function makeImage(): Promise<ClusterImage> {
  const clock = simClock({ start: VIRTUAL_START })
  const random = seededRandom(IMAGE_SEED)
  const store = await openMemoryStore({ clock, random })
  const identities = await makeIdentities('default', { now: clock.now(), entropy })
  const api = await openTestApi({ clock, random, store, identities: [identities], pause: async () => {} })
  const stop = new AbortController()
  const hub = {
    clock,
    random,
    log: noLog,
    send: api.handle,
    headers: { authorization: `Bearer ${api.adminToken}` },
    allClusters: true,
  }
  const running = runControllers(
    housekeepingPack.controllers,
    { rootCaOf: () => identities.authority.certificate, flowControl: flowControlObjects() },
    hub,
    stop.signal,
  )
  await clock.advance(seconds(1))
  stop.abort()
  api.close()
  await clock.advance(seconds(0))
  void running
  const { entries } = await store.range('')
  const image = { store: await imageOf(store), entries: entries.filter(({ key }) => parseKey(key)), identities }
  await store.close()
  return image
}

/** Its ids are the same in every process; those of a test come from the test's own seed. */
const IMAGE_SEED = 0

/** Gives another logical cluster what `default` began with. The bytes are shared. */
export async function fillCluster(store: Store, { entries }: ClusterImage, cluster: string): Promise<void> {
  for (let at = 0; at < entries.length; at += WRITES_MAX) {
    const writes = entries.slice(at, at + WRITES_MAX).map(({ key, value }) => {
      const [group, resource, , ...rest] = key.split('/')
      return { write: 'put', key: [group, resource, cluster, ...rest].join('/'), value } as const
    })
    const guards = writes.slice(0, 1).map(({ key }) => ({ guard: 'absent', key }) as const)
    const cause = { actor: 'system:muster', reason: `logical cluster ${cluster} begins` }
    await store.commit({ token: `fill-${cluster}-${at}`, guards, writes, cause })
  }
}
