import { deepEqual, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { ControlError } from '@muster/base/errors.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { plainDisk } from './contract/plain-disk.ts'
import { put, text, write } from './contract/words.ts'
import { openStore } from './engine.ts'
import { memoryLog } from './memory/memory-log.ts'

test('an erasure that was begun and cut short is done at the next opening', async () => {
  const disk = plainDisk()
  const deps = { clock: simClock(), random: seededRandom(1) }
  const log = memoryLog(disk.open())
  const cutShort = {
    ...log,
    async erase(_revisions: unknown, record: () => Promise<void>) {
      await record()
      throw new ControlError('Unavailable', 'the process was killed')
    },
  }
  const store = await openStore(cutShort, deps)
  await write(store, put('secret', 'old'))
  await write(store, put('secret', 'new'))
  await rejects(store.erase('secret'), /killed/)
  const values = async (of: typeof store) =>
    (await of.history('secret')).map((version) => version.version === 'put' && text(version.entry.value))
  deepEqual(await values(store), ['old', 'new'])
  const again = await openStore(memoryLog(disk.open()), deps)
  deepEqual(await values(again), ['', 'new'])
  await again.close()
})

test('of a key with more versions than a group has room for, all are erased', async () => {
  const disk = plainDisk()
  const deps = { clock: simClock(), random: seededRandom(1) }
  const log = memoryLog(disk.open())
  const sizes: number[] = []
  const watched: typeof log = {
    ...log,
    append(group, context) {
      for (const record of group) if (record.record === 'erased') sizes.push(record.revisions.length)
      return log.append(group, context)
    },
  }
  const store = await openStore(watched, deps)
  const versions = 7001
  for (let version = 0; version < versions; version++) await write(store, put('secret', `${version}`))
  deepEqual(await store.erase('secret'), versions - 1)
  deepEqual(sizes, [3000, 3000, 1000])
  const left = (await store.history('secret')).filter(({ version, ...of }) => version === 'put' && !('erased' in of))
  deepEqual(left.length, 1)
  await store.close()
  const again = await openStore(memoryLog(disk.open()), deps)
  deepEqual((await again.history('secret')).filter((one) => one.version === 'put' && !one.erased).length, 1)
  await again.close()
})
