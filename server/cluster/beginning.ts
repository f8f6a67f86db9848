/**
 * What a logical cluster holds from its first moment, as it is kept: worked out once, when Muster is made, and written
 * into each new cluster at once, with ids and times of its own. To write it through the API takes a hundred times as long.
 *
 *     bootstrap through the API, housekeeping ──tools/beginning.ts──► beginning.json ──► beginCluster: two commits
 *                                                   └── a test does it again and compares
 */
import { newUid } from '@muster/api/metadata/object-name.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import { WRITES_MAX } from '@muster/store/limits.ts'
import type { Cause, Store, Write } from '@muster/store/store.ts'
import type { ClusterFacts } from '../admission/bootstrap/objects.ts'
import { CONTROL_PLANE } from '../auth/user.ts'
import table from './beginning.json' with { type: 'json' }

/** An object of every beginning. */
export interface FirstObject {
  /** As in the store, with `{cluster}` in place of the cluster; an address that is a name is `{apiAddress}`. */
  readonly key: string
  /** As it is kept, with blanks in place of what differs from cluster to cluster: `"{uid}"`. */
  readonly object: KubeObject
}

/** All of them, in the order in which they are written: what reads a role finds all that it gathers. */
export interface Beginning {
  /** What the API itself makes. */
  readonly made: readonly FirstObject[]
  /** What housekeeping adds to it: accounts, the CA, what schemas say of their levels. In place of the same keys above. */
  readonly furnished: readonly FirstObject[]
}

/** What differs from cluster to cluster besides ids and times. */
export interface BeginningFacts extends ClusterFacts {
  /** Who vouches for the API, in PEM. */
  readonly rootAuthority: string
}

/** What beginning takes. */
export interface BeginningDeps {
  readonly store: Pick<Store, 'commit'>
  readonly clock: Clock
  readonly random: Random
  /** Whether there is an object of its resource: a server may serve fewer kinds than Kubernetes has. `group/plural`. */
  readonly serves: (resource: string) => boolean
  /** Whether it begins with what housekeeping adds. */
  readonly isFurnished: boolean
}

/** Where every chain of causes of what nobody asked for begins. */
export const BEGINS = 'what a logical cluster holds from its first moment'

const CAUSE: Cause = { actor: CONTROL_PLANE, reason: BEGINS }

/**
 * Writes what a cluster begins with, and answers the objects, blanks and all. Where there is anything of it already,
 * nothing is written and undefined is answered; so it is when a write before this one was cut off in the middle.
 */
export async function beginCluster(
  deps: BeginningDeps,
  cluster: string,
  facts: BeginningFacts,
): Promise<readonly KubeObject[] | undefined> {
  const { store, random } = deps
  const first = firstObjects(deps.isFurnished).filter(({ resource }) => deps.serves(resource))
  const time = timestamp(deps.clock.now())
  const token = `begin-${cluster}-${newId(random)}`
  for (let at = 0; at < first.length; at += WRITES_MAX) {
    const writes = first.slice(at, at + WRITES_MAX).map(({ key, parts }): Write => {
      const value = encoder.encode(fillIn(parts, { ...facts, uid: newUid(random), time }))
      return { write: 'put', key: key.replace(CLUSTER, cluster).replace(API_ADDRESS, facts.apiAddress), value }
    })
    const guards = writes.map(({ key }) => ({ guard: 'absent', key }) as const)
    const { outcome } = await store.commit({ token: `${token}-${at}`, guards, writes, cause: CAUSE })
    if (outcome !== 'committed') return undefined
  }
  return first.map(({ object }) => object)
}

const encoder = new TextEncoder()
const CLUSTER = '{cluster}'
const API_ADDRESS = '{apiAddress}'
/** What is filled in: whole texts, each of which may become a number. */
const BLANK = /"\{(uid|time|clientAuthority|rootAuthority|apiPort|serviceCidr|apiAddress)\}"/

interface Prepared extends FirstObject {
  readonly resource: string
  /** What stands between the blanks, and at every second place the name of one. */
  readonly parts: readonly string[]
}

const prepared = new Map<boolean, readonly Prepared[]>()

/** Worked out when the first cluster of a process begins. */
function firstObjects(isFurnished: boolean): readonly Prepared[] {
  const known = prepared.get(isFurnished)
  if (known) return known
  const { made, furnished } = BEGINNING
  const replaced = new Set(isFurnished ? furnished.map(({ key }) => key) : [])
  const all = [...made.filter(({ key }) => !replaced.has(key)), ...(isFurnished ? furnished : [])]
  const found = all.map(({ key, object }) => {
    const [group = '', plural = ''] = key.split('/')
    const parts = JSON.stringify(object).split(BLANK)
    return { key, object, resource: `${group === 'core' ? '' : group}/${plural}`, parts }
  })
  prepared.set(isFurnished, found)
  return found
}

const fillIn = (parts: readonly string[], values: Readonly<Record<string, string | number>>): string =>
  parts.map((part, at) => (at % 2 === 0 ? part : JSON.stringify(values[part]))).join('')

// The edge of the table: what the tool wrote is what this says.
const BEGINNING = table as unknown as Beginning
