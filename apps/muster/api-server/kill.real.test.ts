/**
 * Kills a real control plane with -9 at moments of chance, under everything that the simulation's clients do to it, and
 * reads the log that it leaves: the same judges hold each commit and each answer against it (invariants 3, 8, 10, 13).
 *
 *     SEED=7 ROUNDS=50 node --test apps/muster/api-server/kill.real.test.ts
 *
 * The seed fixes what is asked and when the kill comes; how far the process got by then is the machine's choice.
 */
import { ok } from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Handle } from '@muster/api/message.ts'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import { between, fork, type Random, seededRandom } from '@muster/base/random.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { connectTo } from '@muster/client/http/connection.ts'
import { sealedStore } from '@muster/server/storage/sealed-store.ts'
import { Audit } from '@muster/sim/api-server/audit.ts'
import type { Desk } from '@muster/sim/api-server/desk.ts'
import { follower, historian } from '@muster/sim/api-server/readers.ts'
import { BOXES, SECRETS, SPOONS } from '@muster/sim/api-server/words.ts'
import { archivist, bursar, definer, warden, writer } from '@muster/sim/api-server/writers.ts'
import type { Process } from '@muster/sim/party.ts'
import { openSqliteStore } from '@muster/store/sqlite/open.ts'
import type { Revision } from '@muster/store/store.ts'
import { placeOf } from '../control-plane/place.ts'
import { startApi } from './api-process.ts'
import { openEncryption } from './encryption.ts'
import { addressIn } from './kubeconfig-address.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const ROUNDS = Number(process.env.ROUNDS ?? 5)

const home = mkdtempSync(join(tmpdir(), 'muster-kill-'))
const { data } = placeOf(home)
after(() => rmSync(home, { recursive: true, force: true }))

const WRITERS = [writer, writer, writer, writer, writer, writer, writer, writer]
const WRITING = [...WRITERS, historian, historian, follower, warden, bursar, definer, archivist]
// Nothing is erased: a log cannot be read through what is gone. The store's own kill.real.test.ts erases.

test(`killed with -9 in ${ROUNDS} rounds, the API keeps its promises (SEED=${SEED})`, {
  timeout: 600_000,
}, async () => {
  const random = seededRandom(SEED)
  const audit = new Audit()
  for (let round = 1; round <= ROUNDS; round++) {
    await liveAndDie(audit, fork(random))
    await readWhatIsLeft(audit, random)
  }
  console.log(`SEED=${SEED}: ${JSON.stringify({ ...audit.seen, head: audit.chronicle.head })}`)
  // A control plane that does nothing breaks no promise.
  for (const thing of ['acknowledged', 'refused', 'histories', 'lists', 'spoons'] as const)
    ok(audit.seen[thing] > 0, `${thing}: such a thing has happened`)
})

/** One life of the process, from its start to its end in the middle of whatever it does. */
async function liveAndDie(audit: Audit, random: Random): Promise<void> {
  const api = await startApi(home)
  const connection = connectTo(addressIn(readFileSync(api.kubeconfig, 'utf8'), api.url), systemClock)
  const life = lifeOf(connection.send)
  const failures: unknown[] = []
  for (const play of WRITING) {
    play(deskOf(audit, life, fork(random))).catch((error) => failures.push(error))
  }
  await systemClock.sleep(milliseconds(between(random, 300, 3_000)))
  await api.kill()
  await life.over()
  connection.close()
  for (const failure of failures) throw failure
}

/** Time and a connection for clients, until it is over: then nobody wakes up any more, and nobody waits for an answer. */
function lifeOf(send: Handle) {
  let isOver = false
  const asking = new Set<Promise<unknown>>()
  const never = new Promise<never>(() => {})
  const clock: Clock = {
    ...systemClock,
    sleep: (length) => systemClock.sleep(length).then(() => (isOver ? never : undefined)),
  }
  return {
    clock,
    send: (request: Parameters<Handle>[0]) => {
      const answer = isOver ? never : send({ ...request, headers: { ...request.headers, authorization: undefined } })
      asking.add(answer)
      answer.finally(() => asking.delete(answer)).catch(() => {})
      return answer
    },
    async over() {
      isOver = true
      await Promise.allSettled(asking)
      // Who was answered last has noted it after as many turns as his promises are deep.
      await systemClock.sleep(milliseconds(50))
    },
  }
}

function deskOf(audit: Audit, { clock, send }: ReturnType<typeof lifeOf>, random: Random): Desk {
  let numbers = 0
  return {
    process: processOf(clock, random),
    audit,
    send,
    asker: { ask: () => Promise.reject(new TypeError('nobody asks for the store itself')) },
    nextNumber: () => ++numbers,
    resources: [BOXES, SECRETS, SPOONS],
  }
}

/** As much of a simulated process as clients look at. */
function processOf(clock: Clock, random: Random): Process {
  const none = () => {
    throw new TypeError('a real process has no such door')
  }
  const fail = (error: unknown) => {
    throw error
  }
  return {
    name: 'client',
    life: 1,
    clock,
    random,
    alive: true,
    log: () => {},
    fail,
    after: none,
    cancel: none,
    enter: none,
  }
}

/** Opens what the process has left, judges all of it, and now and then compacts it. */
async function readWhatIsLeft(audit: Audit, random: Random): Promise<void> {
  const plain = await openSqliteStore({
    clock: systemClock,
    random: systemRandom,
    directory: join(data, 'store'),
  })
  try {
    const store = sealedStore(plain, { sealer: await openEncryption(data), clock: systemClock, random: systemRandom })
    await audit.open(processOf(systemClock, random), store, undefined)
    audit.check()
    const horizon = Math.max(audit.horizon, audit.chronicle.head - between(random, 0, 300)) as Revision
    audit.compaction(horizon, false)
    await store.compact({ horizon, keep: [{ prefix: '', versions: between(random, 0, 3) }] })
    audit.compaction(horizon, true)
  } finally {
    await plain.close()
  }
}
