/**
 * The frame of every story about servers over one store: a machine whose process opens the store on its disk, serves,
 * and ends when the store stops, after which its supervisor starts it anew.
 *
 *     clients ──questions──► near ──────────────────┐
 *                       └──► far ──late, by pieces──┴──► store ──► disk
 */
import { milliseconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Store } from '@muster/store/store.ts'
import type { SimDisk } from './disk.ts'
import { badWires, type Fault, failingSyncs, kill, type Names, powerCut, stall, wrongClock } from './faults.ts'
import { distant, forgetful } from './faulty-stores.ts'
import type { Process } from './party.ts'
import type { Service } from './request.ts'
import type { World } from './world.ts'

/** The machine that everybody asks. */
export const SERVER = 'server'
/** Its disk. */
export const DISK = 'server-disk'

/** What one life of the process serves. */
export interface Served<Question, Answer> {
  readonly store: Store
  answer(question: Question): Promise<Answer>
}

/** What serves, and how questions are told apart. */
export interface ServedStoreSettings<Question, Answer> {
  /** At the start of each life. A ControlError is a disk that fails: the supervisor tries again. */
  open(process: Process, disk: SimDisk): Promise<Served<Question, Answer>>
  /** A connection delivers a question once: only what the wires lose is asked for again, as another. */
  readonly idOf: (question: Question) => string | number
}

/** After an error of its disk a store stops; this is how often its process looks. */
const LOOK_AT_HEALTH_EVERY = milliseconds(500)

/** Adds the machine, and answers the service by which it is asked. */
export function servedStore<Question, Answer>(
  world: World,
  { open, idOf }: ServedStoreSettings<Question, Answer>,
): Service<Question, Answer> {
  const api = world.service<Question, Answer>()
  const disk = world.disk(DISK)
  world.party({
    name: SERVER,
    parts: [disk],
    restartAfter: milliseconds(300),
    async main(process) {
      try {
        const { store, answer } = await open(process, disk)
        const seen = new Set<string | number>()
        api.serve(process, (question) => {
          const id = idOf(question)
          if (seen.has(id)) return new Promise(() => {})
          seen.add(id)
          return answer(question)
        })
        while ((await store.status()).health.state !== 'stopped') await process.clock.sleep(LOOK_AT_HEALTH_EVERY)
      } catch (error) {
        if (!isControlError(error)) throw error
        process.log(`cannot open: ${error.code}`)
      }
    },
  })
  return api
}

/** The two servers over one store: one beside it, one to which events come late. */
export type ServerName = 'near' | 'far'

/** All of them. */
export const SERVERS: readonly [ServerName, ServerName] = ['near', 'far']

/** The store as each of the two sees it: through a line that loses answers. */
export const seenBy = (server: ServerName, store: Store, process: Process): Store =>
  server === 'near' ? forgetful(store, process) : distant(forgetful(store, process), process)

/** What may befall such a server and its clients. */
export const serverFaults = (clients: Names): readonly [Fault, ...Fault[]] => [
  kill([SERVER]),
  powerCut([SERVER]),
  stall([SERVER]),
  kill(clients),
  badWires,
  failingSyncs([DISK]),
  wrongClock([SERVER, ...clients]),
]
