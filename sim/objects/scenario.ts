/** Two servers over a store that crashes, writers that meet, and followers that are cut anywhere. */
import { seconds } from '@muster/base/clock.ts'
import { openStorage } from '@muster/server/storage/storage.ts'
import { cut, fullDisk } from '../faults.ts'
import type { Scenario } from '../scenario.ts'
import { DISK, SERVER, servedStore, serverFaults } from '../served-store.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { type ClientDeps, compactor, follower, warden, writer } from './clients.ts'
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

/** What a follower has to be told, and writers to have done, after all has healed. */
const WRITES_AFTER = 20

/** The story with all its parts right, but for those given. */
export function objects(wrong: Partial<ObjectsParts> = {}): Scenario<Audit> {
  const parts = { ...PARTS, ...wrong }
  return {
    name: 'objects',
    build: (world) => build(world, parts),
    faults: [...serverFaults(CLIENTS), cut(CLIENTS, [SERVER]), fullDisk([DISK])],
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
  const api = servedStore<Question, Answer>(world, {
    open: (process, disk) =>
      openServers({
        process,
        disk: disk.open(process),
        audit,
        openStorage: open,
        resumeAt: (revision) => resumeAt(revision, audit.endOfCommit(revision)),
      }),
    idOf: ({ request }) => request,
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
