/** The simulator's own pace: a thousand parties that beat every 10 s for a day, on one thread. */
import { assert } from '@muster/base/errors.ts'
import { simulatedDay } from '@muster/sim/day.ts'
import type { Bench } from './harness/bench.ts'
import { medians } from './harness/pairs.ts'
import { figure, type Row } from './harness/result.ts'
import { startMeter } from './harness/usage.ts'

const PARTIES = 1_000
const HOURS = 24
const BEATS_PER_HOUR = 360

/** Simulated hours a second. */
export const simDayBench: Bench = {
  name: 'sim-day',
  group: 'sim',
  about: `${PARTIES} parties that each send a beat to one hub every 10 s over a simulated network`,
  run: async ({ settings, progress }) => {
    const [parties, hours] = settings.quick ? [100, 1] : [PARTIES, HOURS]
    const runs: Row[] = []
    // The parties differ from seed to seed, the work does not.
    for (let seed = 1; seed <= settings.pairs; seed++) {
      progress(`seed ${seed}`)
      const meter = startMeter()
      const { beats, live } = await simulatedDay({ parties, hours, seed })
      const { seconds, cpuMicroseconds, rssBytes } = meter.stop()
      const expected = parties * hours * BEATS_PER_HOUR
      assert(live === parties, `every party is heard to the end: ${live} of ${parties} were`)
      assert(Math.abs(beats - expected) <= parties, `each party beats every 10 s: ${beats} beats for ${expected}`)
      runs.push({
        parties,
        hours,
        beats,
        took: seconds,
        pace: hours / seconds,
        cpu: cpuMicroseconds / beats,
        rss: rssBytes / 2 ** 20,
      })
    }
    return [
      {
        title: 'a simulated day',
        columns: [
          figure('parties', ''),
          figure('hours', ''),
          figure('beats', ''),
          figure('took', 's', 1),
          figure('pace', 'hours/s', 2),
          figure('cpu', 'µs/beat', 2),
          figure('rss', 'MiB'),
        ],
        rows: [medians(runs)],
        runs,
        notes: [simDayBench.about, 'rss is that of the whole bench process, whatever ran in it before'],
      },
    ]
  },
}
