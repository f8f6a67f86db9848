/**
 * Kills a store with -9, hundreds of times, under 64 writers, and looks at what is left.
 *
 *     SEED=7 ROUNDS=20 node --test store/sqlite/kill.real.test.ts
 *
 * The seed fixes what is written and when the kill comes; how far the child got by then is the machine's choice.
 */
import { ok } from 'node:assert/strict'
import { existsSync, watch } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { between, chance, fork, pick, type Random, seededRandom } from '@muster/base/random.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { openSqliteStore } from './open.ts'
import { type Child, COMPILE_CACHE, startChild } from './torture/child.ts'
import { type Chronicle, listen, newChronicle } from './torture/chronicle.ts'
import { type Ground, newGround } from './torture/directory.ts'
import { checkLeasesAreOver, type Findings, verify } from './torture/verify.ts'
import { PART_BYTES, type Said, type Start } from './torture/writers-program.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const ROUNDS = Number(process.env.ROUNDS ?? 200)
const WRITERS = 64

/** Rounds in one directory: enough for several parts, few enough that a look stays quick. */
const ROUNDS_PER_DIRECTORY = 20

/** A child that hangs is a failure, not a reason to wait. */
const PATIENCE = seconds(20)

/** The longest lease that a child takes. */
const LEASES_END = milliseconds(2500)

const PROGRAM = new URL('./torture/writers-program.ts', import.meta.url)

process.env.NODE_COMPILE_CACHE = COMPILE_CACHE
enableCompileCache(COMPILE_CACHE)

/** Directories at work at once: a round mostly waits, for a process to start, for the moment of the kill, for leases. */
const LANES = 2

interface Total {
  acked: number
  versions: number
  doubtful: number
  doubtfulApplied: number
  compactions: number
}

test(`store sqlite: killed with -9 in ${ROUNDS} rounds under ${WRITERS} writers, it keeps its promises`, async () => {
  const random = seededRandom(SEED)
  const total: Total = { acked: 0, versions: 0, doubtful: 0, doubtfulApplied: 0, compactions: 0 }
  const directories: Directory[] = []
  for (let from = 0; from < ROUNDS; from += ROUNDS_PER_DIRECTORY) {
    directories.push({ from, rounds: Math.min(ROUNDS_PER_DIRECTORY, ROUNDS - from), random: fork(random) })
  }
  const lane = async () => {
    for (let directory = directories.shift(); directory; directory = directories.shift()) {
      try {
        await playDirectory(directory, total)
      } catch (error) {
        directories.length = 0
        throw error
      }
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: LANES }, lane))
  for (const end of ended) if (end.status === 'rejected') throw end.reason
  console.log(`SEED=${SEED}: ${JSON.stringify(total)}`)
  // A store that does nothing breaks no promise.
  ok(total.acked > ROUNDS * 20, `only ${total.acked} commits were acknowledged`)
  ok(total.doubtful > ROUNDS, `only ${total.doubtful} commits were in doubt`)
  if (ROUNDS >= 100) ok(total.doubtfulApplied > 0, 'no commit was durable and unheard of')
})

interface Directory {
  /** The number of its first round. */
  readonly from: number
  readonly rounds: number
  readonly random: Random
}

async function playDirectory({ from, rounds, random }: Directory, total: Total): Promise<void> {
  using ground = newGround()
  const chronicle = newChronicle()
  let next = startChild<Said>(PROGRAM)
  try {
    for (let at = 0; at < rounds; at++) {
      const child = next
      const isLast = at === rounds - 1
      // It starts while this round is played.
      if (!isLast) next = startChild<Said>(PROGRAM)
      try {
        const found = await playRound(fork(random), child, { ground, chronicle, name: `r${from + at}`, isLast })
        total.versions += found.versions
        total.doubtful += found.doubtful
        total.doubtfulApplied += found.doubtfulApplied
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        throw new Error(`SEED=${SEED}, round ${from + at}, round ${at} of its directory: ${why}`, { cause: error })
      } finally {
        await child.kill()
      }
    }
  } finally {
    await next.kill()
  }
  for (const { state } of chronicle.asked.values()) if (state === 'acked') total.acked++
  if (chronicle.horizonAcked > 0) total.compactions++
}

interface Round {
  readonly ground: Ground
  readonly chronicle: Chronicle
  readonly name: string
  readonly isLast: boolean
}

async function playRound(random: Random, child: Child<Said>, round: Round): Promise<Findings> {
  const { ground, chronicle, name, isLast } = round
  const directory = join(ground.root, 'store')
  const compactEveryMs = chance(random, 0.6) ? 60 : 0
  const start: Start = { directory, name, seed: between(random, 0, 2 ** 31), writers: WRITERS, compactEveryMs }
  child.tell(start)
  await untilTheKill(random, child, directory)
  await child.kill()
  listen(chronicle, child.heard)
  return look(fork(random), directory, chronicle, isLast)
}

/** Some are killed while they open, most while they write, and some at the very moment a file comes or goes. */
async function untilTheKill(random: Random, child: Child<Said>, directory: string): Promise<void> {
  const when = pick(random, ['opening', 'writing', 'writing', 'writing', 'file'])
  const wait = milliseconds(between(random, 0, when === 'opening' ? 150 : 120))
  if (when === 'opening') return systemClock.sleep(wait)
  const ready = child.hear(({ say }) => say === 'ready' || say === 'broken')
  const patience = new AbortController()
  const impatient = systemClock.sleep(PATIENCE, patience.signal).then(
    () => Promise.reject(new Error('the child did not open its store')),
    () => undefined,
  )
  await Promise.race([ready, impatient])
  patience.abort()
  await systemClock.sleep(milliseconds(wait / 2))
  if (when === 'writing') return systemClock.sleep(milliseconds(wait / 2))
  await nextFileChange(directory, milliseconds(400))
}

function nextFileChange(directory: string, atMost: Duration): Promise<void> {
  if (!existsSync(directory)) return Promise.resolve()
  return new Promise((resolve) => {
    const watcher = watch(directory, (change) => {
      if (change === 'rename') done()
    })
    const done = () => {
      watcher.close()
      resolve()
    }
    void systemClock.sleep(atMost).then(done)
  })
}

async function look(random: Random, directory: string, chronicle: Chronicle, isLast: boolean): Promise<Findings> {
  const ground = { clock: systemClock, random: systemRandom }
  const store = await openSqliteStore({ ...ground, directory, partBytesMax: PART_BYTES })
  try {
    const found = await verify(chronicle, store, random, false)
    if (isLast) {
      await systemClock.sleep(LEASES_END)
      await verify(chronicle, store, random, true)
      await checkLeasesAreOver(chronicle, store)
    }
    return found
  } finally {
    await store.close()
  }
}
