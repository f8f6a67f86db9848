import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { hours, milliseconds, seconds } from '@muster/base/clock.ts'
import { between, chance, seededRandom } from '@muster/base/random.ts'
import type { Disk } from '@muster/store/disk.ts'
import { SECTOR_BYTES, type SimDisk, type SimDiskSettings } from './disk.ts'
import { simWorld } from './world.ts'

/** Runs one life on a machine with a disk, then cuts the power; then the next. Tells what each life's code threw. */
async function lives(
  settings: SimDiskSettings & { readonly seed?: number },
  ...mains: ((disk: Disk, machine: SimDisk) => Promise<void>)[]
): Promise<SimDisk> {
  const world = simWorld({ seed: settings.seed ?? 1 })
  const machine = world.disk('disk', settings)
  const party = world.party({
    name: 'ada',
    parts: [machine],
    async main(process) {
      await mains[process.life - 1]?.(machine.open(process), machine)
      await process.clock.sleep(hours(1))
    },
  })
  for (let life = 0; life < mains.length; life++) {
    await world.clock.advance(seconds(10))
    party.crash()
    party.start()
  }
  return machine
}

const filled = (length: number, byte: number) => new Uint8Array(length).fill(byte)

test('what was synced survives a power cut, whatever follows it', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const machine = await lives({ seed }, async (disk) => {
      await disk.write(0, filled(3000, 1))
      await disk.sync()
      await disk.write(3000, filled(3000, 2))
    })
    deepEqual(machine.bytes().subarray(0, 3000), filled(3000, 1))
  }
})

test('what was not synced survives, vanishes or is torn between two sectors', async () => {
  const fates = new Set<string>()
  for (let seed = 1; seed <= 60; seed++) {
    const machine = await lives({ seed }, async (disk) => {
      await disk.write(0, filled(100, 1))
      await disk.sync()
      await disk.write(100, filled(4 * SECTOR_BYTES, 2))
    })
    const bytes = machine.bytes()
    for (let sector = 0; sector < bytes.length; sector += SECTOR_BYTES) {
      const part = bytes.subarray(Math.max(100, sector), Math.min(bytes.length, sector + SECTOR_BYTES))
      ok(new Set(part).size <= 1, `seed ${seed}: the sector at ${sector} is whole`)
    }
    const kept = bytes.filter((byte) => byte === 2).length
    fates.add(kept === 0 ? 'lost' : kept === 4 * SECTOR_BYTES ? 'kept' : 'torn')
  }
  deepEqual([...fates].sort(), ['kept', 'lost', 'torn'])
})

test('a killed process leaves the page cache as it was; only a power cut takes it', async () => {
  const world = simWorld({ seed: 1 })
  const machine = world.disk('disk')
  const party = world.party({
    name: 'ada',
    parts: [machine],
    async main(process) {
      if (process.life === 1) await machine.open(process).write(0, filled(10, 1))
      await process.clock.sleep(hours(1))
    },
  })
  await world.clock.advance(seconds(1))
  party.kill()
  deepEqual(machine.bytes(), filled(10, 1))
})

test('after a failed sync its writes stay in doubt, also when a later sync succeeds', async () => {
  let lost = 0
  for (let seed = 1; seed <= 40; seed++) {
    const machine = await lives({ seed }, async (disk, { set }) => {
      await disk.write(0, filled(10, 1))
      set({ syncErrors: 1 })
      await rejects(disk.sync(), { code: 'Unavailable' })
      set({ syncErrors: 0 })
      await disk.write(10, filled(10, 2))
      await disk.sync()
    })
    const bytes = machine.bytes()
    deepEqual(bytes.subarray(10), filled(10, 2))
    if (bytes[0] === 0) lost++
  }
  ok(lost > 5 && lost < 35, `${lost} of 40 were lost`)
})

test('a full disk refuses a write and writes nothing of it; there may be room again', async () => {
  await lives({ capacityBytes: 100 }, async (disk, { set }) => {
    await disk.write(0, filled(90, 1))
    await rejects(disk.write(90, filled(20, 2)), { code: 'StorageFull' })
    equal(await disk.size(), 90)
    await disk.write(80, filled(20, 3))
    set({ capacityBytes: 200 })
    await disk.write(100, filled(20, 2))
    equal(await disk.size(), 120)
  })
})

test('a handle of an earlier life refuses, and a write beyond the end too', async () => {
  let old: Disk | undefined
  await lives(
    {},
    async (disk) => {
      old = disk
      await rejects(disk.write(1, filled(1, 1)), { code: 'Invalid' })
    },
    async () => {
      ok(old)
      await rejects(old.size(), { code: 'StorageLocked' })
      await rejects(old.write(0, filled(1, 1)), { code: 'StorageLocked' })
    },
  )
})

test('a sync takes its time', async () => {
  const world = simWorld({ seed: 1 })
  const machine = world.disk('disk', { syncLatency: milliseconds(4) })
  let took = 0
  world.party({
    name: 'ada',
    async main(process) {
      await machine.open(process).sync()
      took = process.clock.elapsed()
    },
  })
  await world.clock.advance(seconds(1))
  equal(took, 4)
})

test('before a crash a disk reads as a plain array of bytes would', async () => {
  for (let seed = 1; seed <= 30; seed++) {
    await lives({ seed }, async (disk) => {
      const random = seededRandom(seed)
      let plain: number[] = []
      for (let step = 0; step < 100; step++) {
        const offset = between(random, 0, plain.length)
        if (chance(random, 0.2)) {
          await disk.truncate(offset)
          plain = plain.slice(0, offset)
        } else {
          const bytes = Array.from({ length: between(random, 0, 700) }, () => between(random, 0, 255))
          await disk.write(offset, Uint8Array.from(bytes))
          plain.splice(offset, bytes.length, ...bytes)
        }
        if (chance(random, 0.1)) await disk.sync()
      }
      deepEqual([...(await disk.read(0, await disk.size()))], plain)
    })
  }
})
