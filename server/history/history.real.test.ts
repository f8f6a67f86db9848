import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { formatInstant } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { openSqliteStore } from '@muster/store/sqlite/open.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { pastCases } from './testing/cases.ts'

/** The machine's clock, whose wall can be moved on: the past of an hour ago cannot be waited for. */
pastCases('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'muster-past-'))
  let ahead = 0
  const clock = { ...systemClock, now: () => (systemClock.now() + ahead) as ReturnType<typeof systemClock.now> }
  const store = await openSqliteStore({ clock, random: seededRandom(1), directory })
  const api = await openTestApi({ clock, store })
  return {
    api,
    store,
    async pass(length) {
      ahead += length
      // What follows roles does so in its own time.
      await systemClock.sleep(50 as typeof length)
    },
    now: () => formatInstant(clock.now()),
    async end() {
      api.close()
      await store.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
})
