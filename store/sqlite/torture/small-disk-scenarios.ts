/** What can happen to a store on a disk that is full. Each runs alone on a small disk, and throws when it went wrong. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Revision, Store } from '../../store.ts'
import { openSmall, putCommit, putOne } from './cases.ts'
import { startChild } from './child.ts'
import { freeBytes, takeRoom } from './small-disk.ts'

const VALUE = Buffer.alloc(32 * 1024, 'a value that fills a disk ')
const MEGABYTE = 1024 * 1024

/** How long a store may take to notice that there is room again. */
const RESUMES_WITHIN = seconds(8)

const IMPATIENT_WRITERS = 24

/** One scenario, given the directory where the small disk is. */
export type Scenario = (disk: string) => Promise<void>

/** Acknowledged keys and their revisions. */
type Acked = Map<string, Revision>

/** By name, as the tests call them. */
export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  async 'writes fail clearly, reads go on, and writes resume when there is room'(disk) {
    const directory = join(disk, 'store')
    const giveBack = takeRoom(join(disk, 'ballast'), disk, 36 * MEGABYTE)
    const store = await openSmall(directory)
    const lease = await store.lease(seconds(60))
    const acked = await fillUp(store, 'k')
    ok(acked.size > 200, `only ${acked.size} commits fitted`)
    const { health } = await store.status()
    equal(health.state, 'full')
    if (health.state === 'full') ok(health.reason.length > 10)
    await expectFull(store, 'again')
    await checkAll(store, acked)
    equal(await store.keepAlive(lease), seconds(60))
    // Trying does not eat what little is left.
    const before = freeBytes(disk)
    for (let attempt = 0; attempt < 4; attempt++) {
      await systemClock.sleep(milliseconds(1100))
      await expectFull(store, `attempt ${attempt}`)
    }
    ok(freeBytes(disk) >= before - 64 * 1024, `trying took ${before - freeBytes(disk)} bytes`)
    giveBack()
    await resumes(store, acked)
    equal((await store.status()).health.state, 'ready')
    await checkAll(store, acked)
    await store.close()
    await reopened(directory, acked)
  },

  async 'closed while full, it opens while full and after'(disk) {
    const directory = join(disk, 'store')
    const giveBack = takeRoom(join(disk, 'ballast'), disk, 36 * MEGABYTE)
    const store = await openSmall(directory)
    const acked = await fillUp(store, 'k')
    const giveMoreBack = takeRoom(join(disk, 'more'), disk, 0)
    await store.close()
    const andMore = takeRoom(join(disk, 'and more'), disk, 0)
    const again = await openSmall(directory)
    await checkAll(again, acked)
    giveBack()
    giveMoreBack()
    andMore()
    await resumes(again, acked)
    await again.close()
    await reopened(directory, acked)
  },

  async 'killed while full, it opens while full, with all that was acknowledged'(disk) {
    const directory = join(disk, 'store')
    const giveBack = takeRoom(join(disk, 'ballast'), disk, 36 * MEGABYTE)
    const child = startChild<FillSaid>(new URL('./fill-program.ts', import.meta.url))
    child.tell({ directory })
    await child.hear((said) => 'full' in said)
    const giveMoreBack = takeRoom(join(disk, 'more'), disk, 0)
    await child.kill()
    const acked: Acked = new Map()
    for (const said of child.heard) if ('acked' in said) acked.set(said.acked, said.revision)
    const store = await openSmall(directory)
    await checkAll(store, acked)
    giveBack()
    giveMoreBack()
    await resumes(store, acked)
    await store.close()
    await reopened(directory, acked)
  },

  async 'without room to start, it says so, and starts when there is room'(disk) {
    let refused = 0
    for (const leave of [0, 8 * 1024, 40 * 1024, 300 * 1024, MEGABYTE, 6 * MEGABYTE, 9 * MEGABYTE, 13 * MEGABYTE]) {
      const directory = join(disk, `store-${leave}`)
      mkdirSync(directory)
      const giveBack = takeRoom(join(disk, 'ballast'), disk, leave)
      const opened = await openSmall(directory).then(
        async (store) => {
          await store.close()
          return 'opened'
        },
        (error) => error,
      )
      if (opened !== 'opened') {
        equal(opened.code, 'StorageFull', `with ${leave} bytes left: ${opened.code}: ${opened.message}`)
        match(opened.message, /room|full/)
        refused++
      }
      giveBack()
      const store = await openSmall(directory).catch((error) => {
        throw new Error(`with room again after ${leave} bytes: ${error.code}: ${error.message}`)
      })
      await putOne(store, { token: 'a', key: 'a', value: 'a' })
      await store.close()
      rmSync(directory, { recursive: true })
    }
    ok(refused >= 5, `only ${refused} starts were refused`)
  },

  async 'full at the moment in which a part that was left is sealed'(disk) {
    // The first part is full after some 220 of these commits: in one of the rounds the room goes just as it is sealed.
    for (let commits = 216; commits <= 226; commits += 2) {
      const directory = join(disk, `store-${commits}`)
      const store = await openSmall(directory)
      const acked: Acked = new Map()
      const writer = async () => {
        while (acked.size < commits) {
          const key = `k/${acked.size}`
          acked.set(key, 0 as Revision)
          acked.set(key, await putOne(store, { token: key, key, value: VALUE }))
        }
      }
      await Promise.all([0, 1, 2, 3].map(writer))
      const giveBack = takeRoom(join(disk, 'ballast'), disk, 0)
      for (const [key, revision] of await fillUp(store, 'full')) acked.set(key, revision)
      await checkAll(store, acked)
      giveBack()
      await resumes(store, acked)
      await checkAll(store, acked)
      await store.close()
      await reopened(directory, acked)
      rmSync(directory, { recursive: true })
    }
  },

  async 'full of old versions, compaction gives their room back and writes resume'(disk) {
    await compactWhenFull(disk, 0)
  },

  async 'full of old versions with a living one here and there, compaction gives room back all the same'(disk) {
    await compactWhenFull(disk, 100)
  },
}

/** What the child of one scenario says. */
export type FillSaid = { readonly acked: string; readonly revision: Revision } | { readonly full: true }

/** Commits new keys, several at a time, until each writer has been told that the disk is full. */
export async function fillUp(store: Store, name: string, onAcked?: (key: string, revision: Revision) => void) {
  const acked: Acked = new Map()
  const writer = async (who: number) => {
    for (let count = 0; ; count++) {
      const key = `${name}/${who}/${count}`
      try {
        const revision = await putOne(store, { token: key, key, value: VALUE })
        acked.set(key, revision)
        onAcked?.(key, revision)
      } catch (error) {
        if (!hasCode(error, 'StorageFull')) throw error
        ok(error instanceof Error && /room|full/.test(error.message), `unclear: ${error}`)
        return
      }
    }
  }
  await Promise.all([0, 1, 2, 3, 4, 5, 6, 7].map(writer))
  // A group that does not fit may be of several commits, where one still does.
  await writer(8)
  return acked
}

async function expectFull(store: Store, token: string): Promise<void> {
  const from = systemClock.elapsed()
  const outcome = await store.commit(putCommit({ token, key: token, value: VALUE })).catch(({ code }) => code)
  equal(outcome, 'StorageFull')
  ok(systemClock.elapsed() - from < 5000, 'a full disk is told of at once')
}

async function checkAll(store: Store, acked: Acked): Promise<void> {
  const entries = new Map((await store.range('')).entries.map((entry) => [entry.key, entry]))
  for (const [key, revision] of acked) {
    const entry = entries.get(key)
    equal(entry?.revision, revision, `${key} was acknowledged at ${revision}`)
    ok(entry && Buffer.compare(entry.value, VALUE) === 0, `${key} holds other bytes`)
  }
  const [key = '', revision = 0] = [...acked].at(-1) ?? []
  deepEqual(
    (await store.history(key)).map((version) => version.revision),
    [revision],
  )
}

/** Writers that never stop asking, not even for a moment, are heard soon after there is room. */
async function resumes(store: Store, acked: Acked): Promise<void> {
  const from = systemClock.elapsed()
  const impatient = async (who: number) => {
    for (let attempt = 0; ; attempt++) {
      const key = `resumed/${acked.size}/${who}/${attempt}`
      const outcome = await store.commit(putCommit({ token: key, key, value: VALUE })).catch(({ code }) => ({ code }))
      if ('revision' in outcome) {
        acked.set(key, outcome.revision)
        return
      }
      const waited = systemClock.elapsed() - from
      ok(waited < RESUMES_WITHIN, `after ${waited} ms of room, a writer is still told ${JSON.stringify(outcome)}`)
      if (attempt % 10 === 0) await systemClock.sleep(milliseconds(1))
    }
  }
  const ended = await Promise.allSettled(Array.from({ length: IMPATIENT_WRITERS }, (_, who) => impatient(who)))
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  // Not one commit only: more than a part of them.
  for (let count = 0; count < 80; count++) {
    const key = `more/${acked.size}`
    acked.set(key, await putOne(store, { token: key, key, value: VALUE }))
  }
}

async function reopened(directory: string, acked: Acked): Promise<void> {
  const store = await openSmall(directory)
  await checkAll(store, acked)
  await store.close()
}

/** Overwrites a few keys until the disk is full; every `livingEvery`-th commit is of a key of its own, and stays. */
async function compactWhenFull(disk: string, livingEvery: number): Promise<void> {
  const directory = join(disk, 'store')
  const store = await openSmall(directory)
  const at = new Map<string, Revision>()
  for (let count = 1, full = false; !full; count++) {
    const key = livingEvery > 0 && count % livingEvery === 0 ? `living/${count}` : `hot/${count % 4}`
    const put = putOne(store, { token: `t/${count}`, key, value: VALUE, from: at.get(key) ?? 0 })
    full = await put.then(
      (revision) => {
        at.set(key, revision)
        return false
      },
      (error) => {
        if (!hasCode(error, 'StorageFull')) throw error
        return true
      },
    )
  }
  const { head, fileBytes } = await store.status()
  await store.compact({ horizon: head })
  const after = await store.status()
  ok(after.fileBytes < fileBytes / 2, `${fileBytes} bytes became ${after.fileBytes}`)
  await resumes(store, at)
  await checkAll(store, at)
  await store.close()
  await reopened(directory, at)
}
