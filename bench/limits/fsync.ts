/** How often the disk takes a small write for good: the ceiling of commits that do not share a sync. */
import { closeSync, fdatasyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Bench } from '../harness/bench.ts'
import { figure } from '../harness/result.ts'
import { samples, spread } from '../harness/statistics.ts'

const RECORD_BYTES = 512
const FILE_BYTES = 1 << 20

/** Small synced writes a second. */
export const fsyncLimit: Bench = {
  name: 'fsync',
  group: 'limits',
  about: 'one record of 512 bytes written in place, then fdatasync, from one thread',
  run: async ({ settings, directory }) => {
    const file = openSync(join(directory, 'fsync'), 'w')
    const record = Buffer.alloc(RECORD_BYTES)
    const waits = samples()
    try {
      writeSync(file, Buffer.alloc(FILE_BYTES))
      fdatasyncSync(file)
      const start = performance.now()
      const end = start + settings.seconds * 1000
      let at = start
      for (let turn = 1; at < end; turn++) {
        record.writeDoubleLE(turn)
        writeSync(file, record, 0, RECORD_BYTES, (turn * RECORD_BYTES) % FILE_BYTES)
        fdatasyncSync(file)
        const now = performance.now()
        waits.add(now - at)
        at = now
      }
      const { p50, p99, max } = spread(waits)
      return [
        {
          title: 'fdatasync',
          columns: [figure('syncs', '/s'), figure('p50', 'ms', 3), figure('p99', 'ms', 3), figure('max', 'ms', 1)],
          rows: [{ syncs: (waits.count / (at - start)) * 1000, p50, p99, max }],
          notes: [fsyncLimit.about],
        },
      ]
    } finally {
      closeSync(file)
    }
  },
}
