/** The ceiling of any store that shares one sync among the commits that wait: a bare file, written in groups. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { seededRandom } from '@muster/base/random.ts'
import type { Bench } from '../harness/bench.ts'
import { figure, type Row } from '../harness/result.ts'
import { median, samples, spread } from '../harness/statistics.ts'

/** One window of writing to the log. */
export interface LogLoad {
  readonly recordBytes: number
  /** Records that share one write and one sync. */
  readonly group: number
  readonly seconds: number
}

/** What the window showed. */
export interface LogRate {
  readonly recordsPerSecond: number
  readonly groupP50Ms: number
  readonly groupP99Ms: number
}

/** A preallocated file, written over and over. */
export interface LogLimit extends Disposable {
  measure(load: LogLoad): LogRate
}

const FILE_BYTES = 256 << 20
const BLOCK_BYTES = 4 << 20

/** Writes the whole file once, so that no sync measured later has to allocate blocks. */
export function openLogLimit(directory: string, fileBytes: number = FILE_BYTES): LogLimit {
  const file = openSync(join(directory, 'log'), 'w')
  const random = seededRandom(1)
  const block = Buffer.from(Uint32Array.from({ length: BLOCK_BYTES / 4 }, () => random.next() * 2 ** 32).buffer)
  for (let at = 0; at < fileBytes; at += BLOCK_BYTES) writeSync(file, block, 0, BLOCK_BYTES, at)
  fdatasyncSync(file)
  let position = 0
  let written = 0
  return {
    measure({ recordBytes, group, seconds }) {
      const bytes = recordBytes * group
      const waits = samples()
      const start = performance.now()
      const end = start + seconds * 1000
      let at = start
      while (at < end) {
        if (position + bytes > fileBytes) position = 0
        // A number of its own in every record: bytes that are on the disk already might be written for free.
        for (let offset = 0; offset < bytes; offset += recordBytes) block.writeDoubleLE(++written, offset)
        writeSync(file, block, 0, bytes, position)
        fdatasyncSync(file)
        position += bytes
        const now = performance.now()
        waits.add(now - at)
        at = now
      }
      const { p50, p99 } = spread(waits)
      return { recordsPerSecond: ((waits.count * group) / (at - start)) * 1000, groupP50Ms: p50, groupP99Ms: p99 }
    },
    [Symbol.dispose]: () => closeSync(file),
  }
}

/** Small in quick mode, where writing 256 MiB first would take longer than the rest. */
export const logFileBytes = (quick: boolean): number => (quick ? 16 << 20 : FILE_BYTES)

/** Records a second for a few sizes of records and groups. */
export const logLimit: Bench = {
  name: 'log',
  group: 'limits',
  about: 'a preallocated file: records put together, one write and one fdatasync per group, from one thread',
  run: async ({ settings, directory }) => {
    using log = openLogLimit(directory, logFileBytes(settings.quick))
    const runs: Row[] = []
    const rows = [1024, 4096].flatMap((recordBytes) =>
      [1, 64, 256, 1024].map((group) => {
        const rates = Array.from({ length: settings.pairs }, () =>
          log.measure({ recordBytes, group, seconds: settings.seconds / settings.pairs }),
        )
        for (const { recordsPerSecond } of rates) runs.push({ record: recordBytes, group, records: recordsPerSecond })
        const records = median(rates.map(({ recordsPerSecond }) => recordsPerSecond))
        return {
          record: recordBytes,
          group,
          records,
          bytes: (records * recordBytes) / 1e6,
          p50: median(rates.map(({ groupP50Ms }) => groupP50Ms)),
          p99: median(rates.map(({ groupP99Ms }) => groupP99Ms)),
        }
      }),
    )
    return [
      {
        title: 'group-committed log',
        columns: [
          figure('record', 'bytes'),
          figure('group', 'records'),
          figure('records', '/s'),
          figure('bytes', 'MB/s', 1),
          figure('p50', 'ms/group', 3),
          figure('p99', 'ms/group', 3),
        ],
        rows,
        runs,
        notes: [logLimit.about],
      },
    ]
  },
}
