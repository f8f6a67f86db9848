/** Opens a store of the engine under test, on the machine's own clock and chance. */
import { lineLogger } from '@muster/base/log.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import type { Store } from '@muster/store/store.ts'
import type { EngineName } from '../harness/settings.ts'

const log = lineLogger({
  clock: systemClock,
  level: 'warn',
  write: (line) => process.stderr.write(`${line}\n`),
})

/** A store in a directory, as it was left there; `memory` starts empty and leaves nothing. */
export async function openEngine(engine: EngineName, directory: string): Promise<Store> {
  const given = { clock: systemClock, random: systemRandom }
  switch (engine) {
    case 'memory': {
      const { openMemoryStore } = await import('@muster/store/memory/open.ts')
      return openMemoryStore(given)
    }
    case 'sqlite': {
      const { openSqliteStore } = await import('@muster/store/sqlite/open.ts')
      return openSqliteStore({ ...given, directory, log })
    }
    default:
      return engine satisfies never
  }
}
