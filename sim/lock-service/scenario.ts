/** Five machines: a store that crashes, three members that compete, one that compacts behind their backs. */
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { Disk } from '@muster/store/disk.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Revision } from '@muster/store/store.ts'
import { badWires, cut, type Fault, failingSyncs, fullDisk, kill, powerCut, stall, wrongClock } from '../faults.ts'
import type { Process } from '../party.ts'
import type { Scenario } from '../scenario.ts'
import type { World } from '../world.ts'
import { type Audit, newAudit } from './audit.ts'
import { member, RULES, type Rules } from './member.ts'
import { type RemoteStore, STORE, type StoreWire, storeWire } from './wire.ts'

/** The places at which a test can put a part that is wrong. */
export interface LockServiceParts {
  readonly rules: Rules
  /** What a member sees of the store. */
  readonly remote: (store: RemoteStore) => RemoteStore
  /** What the store sees of its disk. */
  readonly disk: (disk: Disk) => Disk
}

const PARTS: LockServiceParts = {
  rules: RULES,
  remote: (store) => store,
  disk: (disk) => disk,
}

const MEMBERS = ['ada', 'bob', 'cyd'] as const
const STORE_DISK = 'store-disk'
const COMPACTOR = 'compactor'
const OTHERS = [...MEMBERS, COMPACTOR] as const

/** How far behind the newest revision the compactor cuts, at most. */
const COMPACTION_LAG_MAX = 30

/** After an error of its disk a store stops; this is how often its process looks. */
const LOOK_AT_HEALTH_EVERY = milliseconds(500)

/** The lock service with all its parts right, but for those given. */
export function lockService(wrong: Partial<LockServiceParts> = {}): Scenario<Audit> {
  const parts = { ...PARTS, ...wrong }
  return {
    name: 'lock-service',
    build: (world) => build(world, parts),
    faults: [
      kill([STORE]),
      powerCut([STORE]),
      stall([STORE]),
      kill(MEMBERS),
      stall(MEMBERS),
      cut(OTHERS, [STORE]),
      cut(OTHERS, [STORE]),
      badWires,
      failingSyncs([STORE_DISK]),
      fullDisk([STORE_DISK]),
      wrongClock([STORE, ...OTHERS]),
    ] satisfies readonly [Fault, ...Fault[]],
    pace: { between: seconds(1), lasting: seconds(2) },
    troubled: seconds(60),
    safety: (audit) => audit.check(),
    // Somebody has the lock, works, and is not deposed by his own doing.
    goal: (audit) => {
      const healedAt = audit.progress().pages
      return () => audit.progress().inTerm >= 12 && audit.progress().pages >= healedAt + 12
    },
    within: seconds(60),
  }
}

function build(world: World, parts: LockServiceParts): Audit {
  const audit = newAudit(world)
  const wire = storeWire(world)
  const disk = world.disk(STORE_DISK)

  world.party({
    name: STORE,
    parts: [disk],
    restartAfter: seconds(1),
    async main(process) {
      try {
        await serve(process, disk.open(process), parts, audit, wire)
      } catch (error) {
        // A disk that fails while the store opens: the supervisor tries again.
        if (!isControlError(error)) throw error
        process.log(`cannot open: ${error.code}`)
      }
    },
  })
  for (const name of MEMBERS) {
    world.party({
      name,
      main: (process) => member({ process, audit, store: parts.remote(wire.connect(process)), rules: parts.rules }),
    })
  }
  world.party({ name: COMPACTOR, main: (process) => compactNowAndThen(process, wire.connect(process)) })
  return audit
}

/** Serves until the store stops. */
async function serve(process: Process, disk: Disk, parts: LockServiceParts, audit: Audit, wire: StoreWire) {
  const deps = { clock: process.clock, random: process.random, disk: parts.disk(disk) }
  const store = await openMemoryStore(deps)
  await audit.open(process, store)
  wire.serve(process, store)
  while ((await store.status()).health.state !== 'stopped') await process.clock.sleep(LOOK_AT_HEALTH_EVERY)
}

async function compactNowAndThen(process: Process, store: RemoteStore): Promise<never> {
  for (;;) {
    await process.clock.sleep(seconds(between(process.random, 1, 6)))
    try {
      const { revision } = await store.range('')
      await store.compact({ horizon: lately(revision, process.random) })
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}

const lately = (revision: Revision, random: Random): Revision =>
  Math.max(0, revision - between(random, 0, COMPACTION_LAG_MAX)) as Revision
