/** Clients that leave garbage behind, and collectors, near the store and far from it, that die at any moment. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { noLog } from '@muster/base/log.ts'
import { between, chance, fork } from '@muster/base/random.ts'
import { collectGarbage, type GarbageDeps } from '@muster/server/garbage/garbage-collector.ts'
import { kindsIn } from '@muster/server/garbage/kinds.ts'
import { openStorage, type Storage } from '@muster/server/storage/storage.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import type { SimDisk } from '../disk.ts'
import { badWires, failingSyncs, kill, powerCut, stall, wrongClock } from '../faults.ts'
import { distant, forgetful } from '../objects/faulty-stores.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { answer, client, type Question } from './clients.ts'
import { registry, SERVER } from './words.ts'

/** The places at which a test can put a part that is wrong. */
export interface GarbageParts {
  readonly collectGarbage: typeof collectGarbage
}

const CLIENTS = ['c1', 'c2', 'c3', 'c4'] as const
const DISK = 'server-disk'

/** The story with all its parts right, but for those given. */
export function garbage(wrong: Partial<GarbageParts> = {}): Scenario<Audit> {
  const parts: GarbageParts = { collectGarbage, ...wrong }
  return {
    name: 'garbage',
    build: (world) => build(world, parts),
    faults: [
      kill([SERVER]),
      powerCut([SERVER]),
      stall([SERVER]),
      kill(CLIENTS),
      badWires,
      failingSyncs([DISK]),
      wrongClock([SERVER, ...CLIENTS]),
    ],
    pace: { between: seconds(2), lasting: seconds(1) },
    troubled: seconds(15),
    safety: (audit) => audit.check(),
    goal: (audit) => {
      audit.isCalm = true
      // A world in which nothing was collected proves nothing.
      return () => audit.isTidy() && audit.done.deleted > 0 && audit.done.letGo > 0
    },
    within: seconds(300),
  }
}

function build(world: World, { collectGarbage: collect }: GarbageParts): Audit {
  const audit = newAudit()
  const api = world.service<Question, 'done'>()
  const disk = world.disk(DISK)
  world.party({
    name: SERVER,
    parts: [disk],
    restartAfter: milliseconds(300),
    async main(party) {
      try {
        const { store, near, far } = await openServers(party, disk)
        audit.open(party, store)
        // Sometimes one server collects and sometimes two do.
        for (const objects of chance(party.random, 0.5) ? [far] : [near, far]) {
          const random = fork(party.random)
          const deps = {
            objects: slow(objects, party),
            clock: party.clock,
            random,
            log: noLog,
            newId: () => newId(random),
            ...kindsIn(registry),
          }
          collect(deps, new AbortController().signal)
        }
        // A connection delivers a request once: only what the wires lose is asked for again, as another.
        const seen = new Set<string>()
        api.serve(party, (question) => {
          if (seen.has(question.id)) return new Promise(() => {})
          seen.add(question.id)
          return answer(near, question)
        })
        while ((await store.status()).health.state !== 'stopped') await party.clock.sleep(milliseconds(500))
      } catch (error) {
        // A disk that fails while the store opens: the supervisor tries again.
        if (!isControlError(error)) throw error
        party.log(`cannot open: ${error.code}`)
      }
    },
  })
  for (const name of CLIENTS) {
    world.party({ name, main: (party) => client(party, audit, api.client(party)) })
  }
  return audit
}

/** Between a look and what is done on its account, much may happen. */
function slow(objects: Storage, { clock, random }: Process): GarbageDeps['objects'] {
  const late = () => (chance(random, 0.3) ? clock.sleep(milliseconds(between(random, 1, 400))) : Promise.resolve())
  return {
    find: (key, resourceVersion) => objects.find(key, resourceVersion),
    dependentsOf: (cluster, uid) => objects.dependentsOf(cluster, uid),
    followOwnership: (listener) => objects.followOwnership(listener),
    update: (key, request) => late().then(() => objects.update(key, request)),
    remove: (key, request) => late().then(() => objects.remove(key, request)),
    versions: (key, options) => objects.versions(key, options),
  }
}

async function openServers(party: Process, disk: SimDisk) {
  const { clock, random } = party
  const store = await openMemoryStore({ clock, random, disk: disk.open(party) })
  const open = (seen: Store) =>
    openStorage({
      store: seen,
      clock,
      random: fork(random),
      attributesOf: ({ metadata }) => ({ labels: metadata.labels ?? {}, fields: {} }),
    })
  return {
    store,
    near: await open(forgetful(store, party)),
    far: await open(distant(forgetful(store, party), party)),
  }
}
