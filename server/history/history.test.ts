import { formatInstant } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { pastCases } from './testing/cases.ts'

pastCases('memory', async () => {
  const clock = simClock()
  const store = await openMemoryStore({ clock, random: seededRandom(1) })
  const api = await openTestApi({ clock, store })
  return {
    api,
    store,
    pass: (length) => clock.advance(length),
    now: () => formatInstant(clock.now()),
    async end() {
      api.close()
      await store.close()
    },
  }
})
