/**
 * What a cluster holds from its first moment, made once for each process: a server begins with a copy that shares the
 * bytes of all others. So the second server of a process costs milliseconds, and two servers of one seed are alike.
 */

import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { seededRandom } from '@muster/base/random.ts'
import { type Identities, makeIdentities } from '@muster/server/auth/identities.ts'
import { type BeginningDeps, beginCluster } from '@muster/server/cluster/beginning.ts'
import { DEFAULT_NETWORK, factsOf } from '@muster/server/cluster/network.ts'
import { simClock } from '@muster/sim/clock.ts'
import { imageOf, openMemoryStore, type StoreImage } from '@muster/store/memory/open.ts'
import { VIRTUAL_START } from './time.ts'

/** A cluster at its first moment. */
export interface ClusterImage {
  readonly store: StoreImage
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
  await fillCluster({ store, clock, random }, identities)
  const image = { store: await imageOf(store), identities }
  await store.close()
  return image
}

/** Its ids are the same in every process; those of a test come from the test's own seed. */
const IMAGE_SEED = 0

/** Gives a logical cluster that has nothing what it begins with. */
export async function fillCluster(
  deps: Pick<BeginningDeps, 'store' | 'clock' | 'random'>,
  { cluster, authority: { certificate } }: Identities,
): Promise<void> {
  const facts = { clientAuthority: certificate, rootAuthority: certificate, apiPort: 6443, ...factsOf(DEFAULT_NETWORK) }
  await beginCluster({ ...deps, serves: (resource) => SERVED.has(resource), isFurnished: true }, cluster, facts)
}

const SERVED: ReadonlySet<string> = new Set(BUILT_IN_KINDS.map(({ group, plural }) => `${group}/${plural}`))
