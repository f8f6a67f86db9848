import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { plainDisk } from '../contract/plain-disk.ts'
import { type FaultyPlace, storeProperties } from '../contract/property.ts'
import { storeContract } from '../contract/suite.ts'
import { openMemoryStore, restoreMemoryStore } from './open.ts'

let seed = 1

async function memoryPlace(): Promise<FaultyPlace> {
  const disk = plainDisk()
  const clock = simClock()
  const random = seededRandom(seed++)
  return {
    open: () => openMemoryStore({ clock, random, disk: disk.open() }),
    restore: (snapshot) => restoreMemoryStore(disk.open(), snapshot, { clock, random }),
    crash: () => disk.crash(),
    failNextWrite: (how) => disk.failNextSync(how),
    pass: (length) => clock.advance(length),
    dispose: async () => {},
  }
}

const memory = { name: 'memory', place: memoryPlace }

storeContract(memory)
storeProperties(memory, { runs: 300 })
