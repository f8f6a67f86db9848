/** A disk that waits for nothing, keeps what was synced, and loses the rest when it is told to. */
import { ControlError } from '@muster/base/errors.ts'
import type { Disk } from '../disk.ts'

/** The disk, as the one who makes it fail sees it. */
export interface PlainDisk {
  /** A handle; those from before refuse further use, as a dead process makes none. */
  open(): Disk
  crash(): void
  /** What the next sync does instead of its work: once. */
  failNextSync(how: 'written' | 'lost' | undefined): void
}

/** An empty disk. */
export function plainDisk(): PlainDisk {
  let cached = Buffer.alloc(0)
  let synced = Buffer.alloc(0)
  let handles = 0
  let failing: 'written' | 'lost' | undefined
  return {
    open() {
      const handle = ++handles
      const check = () => {
        if (handle !== handles) throw new ControlError('Unavailable', 'this handle is of a process that has ended')
      }
      return {
        size: async () => cached.length,
        read: async (offset, length) => cached.subarray(offset, offset + length),
        async write(offset, bytes) {
          check()
          cached = Buffer.concat([cached.subarray(0, offset), bytes])
        },
        async sync() {
          check()
          const how = failing
          failing = undefined
          if (how !== 'lost') synced = cached
          if (how) throw new ControlError('Unavailable', 'the disk failed to sync')
        },
        async truncate(size) {
          check()
          cached = cached.subarray(0, size)
        },
      }
    },
    crash() {
      cached = synced
      handles++
    },
    failNextSync(how) {
      failing = how
    },
  }
}
