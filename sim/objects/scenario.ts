/** Two servers over a store that crashes, writers that meet, and followers that are cut anywhere. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { openStorage } from '@muster/server/storage/storage.ts'
import { badWires, cut, type Fault, failingSyncs, fullDisk, kill, powerCut, stall, wrongClock } from '../faults.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { type ClientDeps, compactor, follower, SERVER, warden, writer } from './clients.ts'
import { openServers } from './server.ts'
import type { Answer, Question } from './wire.ts'

/** The places at which a test can put a part that is wrong. */
export interface ObjectsParts {
  readonly openStorage: typeof openStorage
  /** Where a watch that comes back begins, given where it was and where that commit ended. */
  readonly resumeAt: (revision: number, endOfCommit: number) => number
}

const PARTS: ObjectsParts = { openStorage, resumeAt: (revision) => revision }

const WRITERS = ['w1', 'w2', 'w3', 'w4', 'w5'] as const
const FOLLOWERS = ['f1', 'f2', 'f3', 'f4'] as const
const CLIENTS = [...WRITERS, ...FOLLOWERS, 'warden', 'compactor'] as const
const DISK = 'server-disk'

/** What a follower has to be told, and writers to have done, after all has healed. */
const WRITES_AFTER = 20

/** The story with all its parts right, but for those given. */
export function objects(wrong: Partial<ObjectsParts> = {}): Scenario<Audit> {
  const parts = { ...PARTS, ...wrong }
  return {
    name: 'objects',
    build: (world) => build(world, parts),
    faults: [
      kill([SERVER]),
      powerCut([SERVER]),
      stall([SERVER]),
      kill(CLIENTS),
      cut(CLIENTS, [SERVER]),
      badWires,
      failingSyncs([DISK]),
      fullDisk([DISK]),
      wrongClock([SERVER, ...CLIENTS]),
    ] satisfies readonly [Fault, ...Fault[]],
    pace: { between: seconds(1), lasting: seconds(1) },
    troubled: seconds(15),
    safety: (audit) => audit.check(),
    goal: (audit) => {
      const healed = audit.progress()
      return () => {
        const { acknowledged, told, open } = audit.progress()
        const isTold = FOLLOWERS.every((name) => (told.get(name) ?? 0) > healed.head + WRITES_AFTER)
        return isTold && acknowledged > healed.acknowledged + WRITES_AFTER && open === 0
      }
    },
    within: seconds(60),
  }
}

function build(world: World, { openStorage: open, resumeAt }: ObjectsParts): Audit {
  const audit = newAudit()
  const api = world.service<Question, Answer>()
  const disk = world.disk(DISK)

  world.party({
    name: SERVER,
    parts: [disk],
    restartAfter: milliseconds(300),
    async main(process) {
      try {
        const servers = await openServers({
          process,
          disk: disk.open(process),
          audit,
          openStorage: open,
          resumeAt: (revision) => resumeAt(revision, audit.endOfCommit(revision)),
        })
        // A connection delivers a request once; only what the wires lose is asked for again, as another.
        const seen = new Set<number>()
        api.serve(process, ({ request, server, call }) => {
          if (seen.has(request)) return new Promise(() => {})
          seen.add(request)
          return servers.answer(server, call)
        })
        await servers.stopped
      } catch (error) {
        // A disk that fails while the store opens: the supervisor tries again.
        if (!isControlError(error)) throw error
        process.log(`cannot open: ${error.code}`)
      }
    },
  })
  let requests = 0
  const nextRequest = () => ++requests
  const party = (name: string, run: (deps: ClientDeps) => Promise<never>) =>
    world.party({ name, main: (process) => run({ process, audit, nextRequest, client: api.client(process) }) })
  for (const name of WRITERS) party(name, writer)
  for (const name of FOLLOWERS) party(name, follower)
  party('warden', warden)
  party('compactor', compactor)
  return audit
}
