/** Clients that leave garbage behind, and collectors, near the store and far from it, that die at any moment. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import { noLog } from '@muster/base/log.ts'
import { between, chance, fork } from '@muster/base/random.ts'
import { collectGarbage, type GarbageDeps } from '@muster/server/garbage/garbage-collector.ts'
import { kindsIn } from '@muster/server/garbage/kinds.ts'
import { openStorage, type Storage } from '@muster/server/storage/storage.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { SimDisk } from '../disk.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import { type ServerName, seenBy, servedStore, serverFaults } from '../served-store.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { answer, client, type Question } from './clients.ts'
import { registry } from './words.ts'

/** The places at which a test can put a part that is wrong. */
export interface GarbageParts {
  readonly collectGarbage: typeof collectGarbage
}

const CLIENTS = ['c1', 'c2', 'c3', 'c4'] as const

/** The story with all its parts right, but for those given. */
export function garbage(wrong: Partial<GarbageParts> = {}): Scenario<Audit> {
  const parts: GarbageParts = { collectGarbage, ...wrong }
  return {
    name: 'garbage',
    build: (world) => build(world, parts),
    faults: serverFaults(CLIENTS),
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

function build(world: World, parts: GarbageParts): Audit {
  const audit = newAudit()
  const api = servedStore<Question, 'done'>(world, {
    open: (process, disk) => openServers(process, disk, parts, audit),
    idOf: ({ id }) => id,
  })
  for (const name of CLIENTS) {
    world.party({ name, main: (party) => client(party, audit, api.client(party)) })
  }
  return audit
}

async function openServers(party: Process, disk: SimDisk, { collectGarbage: collect }: GarbageParts, audit: Audit) {
  const { clock, random } = party
  const store = await openMemoryStore({ clock, random, disk: disk.open(party) })
  const open = (server: ServerName) =>
    openStorage({
      store: seenBy(server, store, party),
      clock,
      random: fork(random),
      attributesOf: ({ metadata }) => ({ labels: metadata.labels ?? {}, fields: {} }),
    })
  const near = await open('near')
  const far = await open('far')
  audit.open(party, store)
  // Sometimes one server collects and sometimes two do.
  for (const objects of chance(random, 0.5) ? [far] : [near, far]) {
    const own = fork(random)
    const deps = {
      objects: slow(objects, party),
      clock,
      random: own,
      log: noLog,
      newId: () => newId(own),
      ...kindsIn(registry),
    }
    collect(deps, new AbortController().signal)
  }
  return { store, answer: (question: Question) => answer(near, question) }
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
