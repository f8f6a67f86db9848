/** Compaction on real files: space comes back, nothing else changes, whatever happens meanwhile. */
import { deepEqual, equal, ok } from 'node:assert/strict'
import { watch } from 'node:fs'
import { enableCompileCache } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { between, chance, seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Commit, Revision, Store } from '../store.ts'
import { deleteOne, entryOf, fillParts, openSmall, putOne, SMALL_PARTS } from './torture/cases.ts'
import { COMPILE_CACHE, startChild } from './torture/child.ts'
import type { CompactorSaid, CompactorStart } from './torture/compactor-program.ts'
import { newGround } from './torture/directory.ts'
import { checkThinned, newLedger, note } from './torture/thinned.ts'
import { compareHistory, compareRange, follow, newWitness } from './torture/witness.ts'

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31))
const KILLS = Number(process.env.ROUNDS ?? 40)
const KILLS_PER_DIRECTORY = 10

process.env.NODE_COMPILE_CACHE = COMPILE_CACHE
enableCompileCache(COMPILE_CACHE)

/** A directory of its own; whatever was opened in it is closed, also when the test has failed. */
const withStore = async (run: (open: () => Promise<Store>) => Promise<void>) => {
  using ground = newGround()
  const opened: Store[] = []
  const open = async () => {
    const store = await openSmall(join(ground.root, 'store'))
    opened.push(store)
    return store
  }
  try {
    await run(open)
  } finally {
    for (const store of opened) await store.close()
  }
}

test('store sqlite: after many overwrites, compaction gives space back and keeps every answer', async () => {
  await withStore(async (open) => {
    const store = await open()
    await putOne(store, { token: 'old', key: 'old', value: 'still here' })
    await fillParts(store, 6)
    const horizon = await putOne(store, { token: 'middle', key: 'middle', value: 'x' })
    await fillParts(store, 0.3, 'later')
    const { head, fileBytes } = await store.status()
    const answers = async (now: Store) => {
      const ranges: string[] = []
      for (let at = horizon; at <= head; at = (at + 3) as Revision) {
        const { entries } = await now.range('', { at })
        ranges.push(`${at}: ${entries.map(({ key, revision, version }) => `${key}@${revision} v${version}`)}`)
      }
      return ranges
    }
    const before = await answers(store)
    await store.compact({ horizon })
    deepEqual(await answers(store), before)
    const after = await store.status()
    const freed = 3 * SMALL_PARTS
    ok(after.fileBytes < fileBytes - freed, `${fileBytes} bytes became ${after.fileBytes}`)
    await store.close()
    const again = await open()
    deepEqual(await answers(again), before)
    ok((await again.status()).fileBytes < fileBytes - freed)
    await again.close()
  })
})

test('store sqlite: deleted keys stay deleted when the tombstone goes and an older version is still in a file', async () => {
  await withStore(async (open) => {
    const store = await open()
    // The part that holds these is not copied: most of it is wanted.
    for (let at = 0; at < 70; at++) {
      await putOne(store, { token: `wide/${at}`, key: `wide/${at}`, value: Buffer.alloc(100_000, 'w') })
    }
    for (let at = 0; at < 10; at++) await putOne(store, { token: `gone/${at}`, key: `gone/${at}`, value: 'x' })
    await fillParts(store, 1.2)
    for (let at = 0; at < 10; at++) await deleteOne(store, `delete/${at}`, `gone/${at}`)
    await fillParts(store, 1.2, 'again')
    await store.compact({ horizon: (await store.status()).head })
    let now = store
    for (let opened = 0; opened < 3; opened++) {
      deepEqual((await now.range('gone/')).entries, [])
      deepEqual(await now.history('gone/3'), [])
      equal((await now.range('wide/')).entries.length, 70)
      await now.close()
      now = await open()
      if (opened === 1) await now.compact({ horizon: (await now.status()).head })
    }
    await now.close()
  })
})

test('store sqlite: a repeated token is answered as at first, after compaction and opening again', async () => {
  await withStore(async (open) => {
    const store = await open()
    const cause = { actor: 'torture', reason: 'a case' }
    const put = (key: string) => ({ write: 'put', key, value: Buffer.from(key) }) as const
    const lock: Commit = { token: 'lock', guards: [{ guard: 'absent', key: 'lock' }], writes: [put('lock')], cause }
    const many: Commit = {
      token: 'many',
      guards: [{ guard: 'absent', key: 'a' }],
      writes: [{ write: 'delete', key: 'nothing' }, put('a'), put('b')],
      cause,
    }
    const answers = [await store.commit(lock), await store.commit(many)]
    await deleteOne(store, 'unlock', 'lock')
    await fillParts(store, 1.5)
    await store.compact({ horizon: (await store.status()).head })
    deepEqual([await store.commit(lock), await store.commit(many)], answers)
    await store.close()
    const again = await open()
    const now = [await again.commit(lock), await again.commit(many)]
    equal(await entryOf(again, 'lock'), undefined, 'the lock was taken twice')
    deepEqual(now, answers)
    await again.close()
  })
})

test('store sqlite: keys still go with their lease after compaction and opening again', async () => {
  await withStore(async (open) => {
    const store = await open()
    const lease = await store.lease(seconds(600))
    await putOne(store, { token: 'held', key: 'held', value: 'x', lease })
    await fillParts(store, 2.5)
    await store.compact({ horizon: (await store.status()).head })
    await store.close()
    const again = await open()
    equal((await entryOf(again, 'held'))?.lease, lease)
    await again.revoke(lease)
    equal(await entryOf(again, 'held'), undefined, 'the key outlived its lease')
    await again.close()
  })
})

test('store sqlite: opening again changes no history', async () => {
  await withStore(async (open) => {
    const store = await open()
    const keep = [{ prefix: '', versions: 3 }]
    let from = 0
    const more = async (count: number) => {
      for (let at = 0; at < count; at++) from = await putOne(store, { token: `t/${from}`, key: 'a', value: 'x', from })
    }
    await more(3)
    await store.compact({ horizon: (await store.status()).head, keep })
    await more(3)
    const before = (await store.history('a')).map(({ revision }) => revision)
    await store.close()
    const again = await open()
    deepEqual(
      (await again.history('a')).map(({ revision }) => revision),
      before,
    )
    await again.close()
  })
})

test('store sqlite: watches and reads are exact while parts change and compaction goes on', async (context) => {
  await withStore(async (open) => {
    const random = seededRandom(SEED)
    const store = await open()
    const witness = newWitness(store, 0 as Revision)
    const until = systemClock.elapsed() + seconds(6)
    const busy = () => systemClock.elapsed() < until
    let longestWaitMs = 0
    const counts = { writes: 0, ranges: 0, watches: 0, histories: 0, compactions: 0, gone: 0 }

    const writer = async (who: number) => {
      let from = 0
      for (let count = 0; busy(); count++) {
        const key = `${who % 4}/${who}`
        const asked = systemClock.elapsed()
        from = await putOne(store, { token: `${who}/${count}`, key, value: Buffer.alloc(20_000, key), from })
        longestWaitMs = Math.max(longestWaitMs, systemClock.elapsed() - asked)
        counts.writes++
        if (chance(random, 0.3)) await systemClock.sleep(milliseconds(4))
      }
    }
    const somewhere = async () => {
      const { head, horizon } = await store.status()
      return between(random, Math.max(horizon, head - 400), head) as Revision
    }
    const reader = async () => {
      while (busy()) {
        const prefix = `${between(random, 0, 3)}/`
        if (await compareRange(store, witness, prefix, await somewhere())) counts.ranges++
        else counts.gone++
        await compareHistory(store, witness, `${prefix}${prefix[0]}`)
        counts.histories++
      }
    }
    const follower = async () => {
      while (busy()) {
        const from = await somewhere()
        const { head } = await store.status()
        if (await follow(store, witness, `${between(random, 0, 3)}/`, from, head)) counts.watches++
        else counts.gone++
      }
    }
    const compactor = async () => {
      while (busy()) {
        await systemClock.sleep(milliseconds(between(random, 50, 300)))
        await store.compact({ horizon: await somewhere() })
        counts.compactions++
      }
    }
    const writers = Array.from({ length: 16 }, (_, who) => writer(who))
    const all = [...writers, reader(), reader(), follower(), follower(), compactor()]
    try {
      await Promise.all(all)
    } catch (error) {
      await Promise.allSettled(all)
      await store.close()
      throw new Error(`SEED=${SEED}: ${error instanceof Error ? error.message : error}`, { cause: error })
    }
    const { head } = await store.status()
    await witness.leave(head)
    equal(witness.events.length, head, 'the witness saw every revision once')
    context.diagnostic(`longest write during compaction: ${longestWaitMs.toFixed(1)} ms; ${JSON.stringify(counts)}`)
    ok(counts.ranges > 20 && counts.watches > 20 && counts.compactions > 10 && head > 1000, JSON.stringify(counts))
    await store.close()
  })
})

test(`store sqlite: killed ${KILLS} times in the middle of compactions, it forgets and revives nothing`, async () => {
  const random = seededRandom(SEED)
  const program = new URL('./torture/compactor-program.ts', import.meta.url)
  let compactions = 0
  for (let round = 0; round < KILLS; ) {
    using ground = newGround()
    const directory = join(ground.root, 'store')
    const ledger = newLedger()
    for (let at = 0; at < KILLS_PER_DIRECTORY && round < KILLS; at++, round++) {
      const child = startChild<CompactorSaid>(program)
      try {
        child.tell({ directory, seed: between(random, 0, 2 ** 31), name: `r${round}` } satisfies CompactorStart)
        await child.hear(({ say }) => say === 'ready')
        await systemClock.sleep(milliseconds(between(random, 100, 400)))
        if (chance(random, 0.8)) await aFileChanges(directory, between(random, 1, 3))
        await child.kill()
        note(ledger, child.heard)
        const store = await openSmall(directory)
        await checkThinned(ledger, store, random)
        await store.close()
      } catch (error) {
        throw new Error(`SEED=${SEED}, round ${round}: ${error instanceof Error ? error.message : error}`, {
          cause: error,
        })
      } finally {
        await child.kill()
      }
    }
    compactions += ledger.compactions
  }
  // How many depends on the machine; that there were many does not.
  ok(compactions > KILLS / 2, `only ${compactions} compactions were made`)
})

/** Resolves when files have come or gone so many times, or nothing happens for a while. */
function aFileChanges(directory: string, times: number): Promise<void> {
  return new Promise((resolve) => {
    let left = times
    const watcher = watch(directory, (change) => {
      if (change === 'rename' && --left === 0) done()
    })
    const done = () => {
      watcher.close()
      resolve()
    }
    void systemClock.sleep(milliseconds(1500)).then(done)
  })
}
