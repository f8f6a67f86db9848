import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import type { Place } from '../contract/engine.ts'
import { storeProperties } from '../contract/property.ts'
import { storeContract } from '../contract/suite.ts'
import { openSqliteStore, restoreSqliteStore } from './open.ts'

const ground = { clock: systemClock, random: systemRandom }

async function sqlitePlace(): Promise<Place> {
  const root = mkdtempSync(join(tmpdir(), 'muster-store-'))
  const directory = join(root, 'store')
  return {
    open: () => openSqliteStore({ ...ground, directory }),
    restore: (snapshot) => restoreSqliteStore({ ...ground, directory }, snapshot, ground),
    pass: (length) => systemClock.sleep(length),
    dispose: async () => rmSync(root, { recursive: true, force: true }),
  }
}

const sqlite = { name: 'sqlite', place: sqlitePlace }

storeContract(sqlite)
storeProperties(sqlite, { runs: 20 })
