import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import type { Place } from '../contract/engine.ts'
import { plainDisk } from '../contract/plain-disk.ts'
import { storeContract } from '../contract/suite.ts'
import { openMemoryStore, restoreMemoryStore } from './open.ts'

let seed = 1

async function memoryPlace(): Promise<Place> {
  const disk = plainDisk()
  const clock = simClock()
  const random = seededRandom(seed++)
  return {
    open: () => openMemoryStore({ clock, random, disk: disk.open() }),
    restore: (snapshot) => restoreMemoryStore(disk.open(), snapshot, { clock, random }),
    crash: () => disk.crash(),
    pass: (length) => clock.advance(length),
    dispose: async () => {},
  }
}

storeContract({ name: 'memory', place: memoryPlace })
