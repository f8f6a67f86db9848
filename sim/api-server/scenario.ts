/** Two whole API servers over a store that crashes, is compacted, and is lost and restored, and all that clients do to it. */
import { seconds } from '@muster/base/clock.ts'
import { ADMISSION_STEPS } from '@muster/server/admission/steps.ts'
import { openApiServer } from '@muster/server/api-server.ts'
import { openMemoryStore, restoreMemoryStore } from '@muster/store/memory/open.ts'
import type { Scenario } from '../scenario.ts'
import { servedStore, serverFaults } from '../served-store.ts'
import type { World } from '../world.ts'
import { Audit } from './audit.ts'
import { type Desk, deskOf } from './desk.ts'
import { follower, historian } from './readers.ts'
import { openServers, type ServerParts } from './server.ts'
import { lostDisk, type Vault } from './vault.ts'
import type { Answer, Question } from './wire.ts'
import { DEFINITIONS, keyOf, NAMESPACES, QUOTA_NAME, QUOTAS, REALMS, SPOONS_NAME } from './words.ts'
import { archivist, bursar, definer, eraser, keeper, warden, writer } from './writers.ts'

const CAST: Readonly<Record<string, (desk: Desk) => Promise<never>>> = {
  w1: writer,
  w2: writer,
  w3: writer,
  h1: historian,
  h2: historian,
  f1: follower,
  f2: follower,
  warden,
  bursar,
  definer,
  archivist,
  eraser,
  keeper,
}
const CLIENTS = ['w1', 'w2', 'w3', 'h1', 'h2', 'f1', 'f2'] as const

/** What a story is about, and where its backup is. */
export interface Subject {
  readonly audit: Audit
  readonly vault: Vault
}

/** The story with all its parts right, but for those given. `onEnd` is told how often each good thing happened. */
export function apiServer(wrong: Partial<ServerParts> = {}, onEnd?: (audit: Audit) => void): Scenario<Subject> {
  const parts: ServerParts = {
    openApiServer,
    admission: ADMISSION_STEPS,
    openMemoryStore,
    restoreMemoryStore,
    ...wrong,
  }
  const vaults = new WeakMap<World, Vault>()
  return {
    name: 'api-server',
    build(world) {
      const subject = build(world, parts)
      vaults.set(world, subject.vault)
      return subject
    },
    faults: [...serverFaults(CLIENTS), (world, random) => lostDisk(vaults.get(world))(world, random)],
    pace: { between: seconds(2), lasting: seconds(1) },
    troubled: seconds(15),
    safety: ({ audit }) => audit.check(),
    goal({ audit }) {
      audit.isCalm = true
      const before = { ...audit.seen }
      return () => {
        const { seen } = audit
        const isAlive =
          seen.acknowledged > before.acknowledged + 10 &&
          seen.spoons > before.spoons &&
          seen.histories > before.histories &&
          seen.lists > before.lists &&
          seen.watches > before.watches
        if (!isAlive || !isInOrder(audit)) return false
        onEnd?.(audit)
        return true
      }
    },
    within: seconds(180),
  }
}

/** Everything is there, counted, and not on its way out. */
function isInOrder({ chronicle: { live } }: Audit): boolean {
  const statusOf = (key: string): { phase?: string; used?: object } | undefined => {
    const found = live.get(key)
    return found && Object(found.status)
  }
  const defined = live.get(keyOf({ ref: DEFINITIONS, namespace: '', name: SPOONS_NAME }))
  return (
    defined !== undefined &&
    !defined.metadata.deletionTimestamp &&
    NAMESPACES.every((name) => {
      const realm = statusOf(keyOf({ ref: REALMS, namespace: '', name }))
      const quota = statusOf(keyOf({ ref: QUOTAS, namespace: name, name: QUOTA_NAME }))
      return realm?.phase === 'Active' && quota?.used !== undefined
    })
  )
}

function build(world: World, parts: ServerParts): Subject {
  const audit = new Audit()
  const vault: Vault = { backup: undefined, isLost: false }
  const answered = new Set<number>()
  const isNew = ({ number }: Question) => !answered.has(number) && answered.add(number) !== undefined
  const api = servedStore<Question, Answer>(world, {
    open: (process, disk) => openServers({ ...parts, process, disk, audit, vault, clock: world.clock, isNew }),
    idOf: ({ number }) => number,
  })
  let numbers = 0
  const nextNumber = () => ++numbers
  for (const [name, play] of Object.entries(CAST)) {
    world.party({ name, main: (process) => play(deskOf(process, audit, api.client(process), nextNumber)) })
  }
  return { audit, vault }
}
