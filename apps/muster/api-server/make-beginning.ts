/** Works out what every logical cluster begins with, by letting the API and its housekeeping write it: see tools/beginning.ts. */

import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { seconds } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { housekeepingPack } from '@muster/packs/housekeeping/pack.ts'
import { runControllers } from '@muster/runtime/run-controllers.ts'
import { flowControlObjects } from '@muster/server/admission/bootstrap/flow-control.ts'
import type { Beginning, BeginningFacts, FirstObject } from '@muster/server/cluster/beginning.ts'
import { bootstrap } from '@muster/server/cluster/bootstrap.ts'
import { DEFAULT_NETWORK, factsOf } from '@muster/server/cluster/network.ts'
import { parseKey } from '@muster/server/storage/key.ts'
import { openTestApi } from '@muster/server/testing/open-test-api.ts'
import { type SimClock, simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'

/** Taken for the real ones while it is written; a port and addresses cannot be blanks. */
const FACTS: BeginningFacts = {
  clientAuthority: '{clientAuthority}',
  rootAuthority: '{rootAuthority}',
  apiPort: 6443,
  ...factsOf(DEFAULT_NETWORK),
}

/** What a cluster holds once nothing more is written to it. */
export async function makeBeginning(): Promise<Beginning> {
  const clock = simClock()
  const random = seededRandom(1)
  const store = await openMemoryStore({ clock, random })
  const api = await openTestApi({ clock, random, store, isBootstrapped: true })
  const { handle, adminToken: token } = api
  await bootstrap({ handle, token, cluster: 'default', kinds: BUILT_IN_KINDS, facts: FACTS })
  await settle(clock, store)
  const made = await firstObjectsIn(store)
  const stop = new AbortController()
  const hub = { clock, random, log: noLog, send: handle, headers: { authorization: `Bearer ${token}` } }
  const own = { rootCaOf: () => FACTS.rootAuthority, flowControl: flowControlObjects() }
  void runControllers(housekeepingPack.controllers, own, { ...hub, allClusters: true }, stop.signal)
  await settle(clock, store)
  const known = new Set(made.map((first) => JSON.stringify(first)))
  const furnished = (await firstObjectsIn(store)).filter((first) => !known.has(JSON.stringify(first)))
  stop.abort()
  api.close()
  await store.close()
  return { made, furnished }
}

/** Until a whole second has passed in which nothing was written. */
async function settle(clock: SimClock, store: Store): Promise<void> {
  for (let before = -1, now = 0; before !== now; before = now, now = await store.head()) await clock.advance(seconds(1))
}

async function firstObjectsIn(store: Store): Promise<readonly FirstObject[]> {
  const { entries } = await store.range('')
  const found = entries.flatMap(({ key, value }) => {
    const parsed = parseKey(key)
    if (!parsed) return []
    const object: KubeObject = JSON.parse(Buffer.from(value).toString('utf8'), (name, inner) => blank(name, inner))
    return [
      {
        key: key.replace(`/${parsed.cluster}/`, '/{cluster}/').replace(FACTS.apiAddress, '{apiAddress}'),
        object,
        place: placeOf(parsed.resource),
      },
    ]
  })
  return found.sort((one, other) => one.place - other.place).map(({ key, object }) => ({ key, object }))
}

/** Roles first, in one commit with all that they gather, and then levels before schemas. */
const ORDER = [
  'clusterroles',
  'roles',
  'rolebindings',
  'clusterrolebindings',
  'prioritylevelconfigurations',
  'flowschemas',
]
const placeOf = (resource: string): number => (ORDER.includes(resource) ? ORDER.indexOf(resource) : ORDER.length)

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/

function blank(name: string, value: unknown): unknown {
  if (name === 'uid') return '{uid}'
  if (name === 'targetPort') return '{apiPort}'
  if (value === FACTS.apiAddress) return '{apiAddress}'
  if (value === FACTS.serviceCidr) return '{serviceCidr}'
  return typeof value === 'string' && TIME.test(value) ? '{time}' : value
}
