/** Storage over a store that was restored: whoever saw what was lost lists again, whoever did not goes on. */
import { deepEqual, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { plainDisk } from '@muster/store/contract/plain-disk.ts'
import { openMemoryStore, restoreMemoryStore } from '@muster/store/memory/open.ts'
import { listing, openStorageOver, openTestbed, PODS, pod, podKey, readWatch, request, watching } from './testbed.ts'

test('a watch from a revision that a restore has lost is told so, also when its page is known', async () => {
  const clock = simClock()
  const { store, storage } = await openTestbed(clock)
  const kept = await storage.create(podKey('kept'), pod('kept'), request())
  const snapshot: Uint8Array[] = []
  for await (const chunk of store.snapshot()) snapshot.push(chunk)
  const lost = await storage.create(podKey('lost'), pod('lost'), request())
  storage.close()

  const disk = plainDisk()
  const random = seededRandom(3)
  await restoreMemoryStore(disk.open(), streamOf(snapshot), { clock, random })
  const again = await openMemoryStore({ clock, random, disk: disk.open() })
  const restored = await openStorageOver(again, clock)
  const fresh = await restored.create(podKey('fresh'), pod('fresh'), request())
  // Reads the page from the backup's last revision to now, which others find.
  const from = (revision: number) => restored.watch(PODS, watching({ resourceVersion: String(revision) }))
  const reader = readWatch(await from(kept.object.revision))
  await clock.advance(milliseconds(10))
  deepEqual(reader.lines, [`ADDED fresh@${fresh.object.revision}`])

  await rejects(from(lost.object.revision), { code: 'Gone' })
  const then = listing({ resourceVersion: String(lost.object.revision), resourceVersionMatch: 'Exact' })
  await rejects(restored.list(PODS, then), { code: 'Gone' })
  restored.close()
  await again.close()
  await store.close()
})

async function* streamOf(chunks: readonly Uint8Array[]): AsyncIterable<Uint8Array> {
  yield* chunks
}
