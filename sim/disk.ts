/**
 * One file on a machine that can lose power: what was synced is kept, of the rest anything may be.
 *
 *     write a ── write b ── sync ── write c ── truncate ── ⚡ crash
 *     └───── certainly kept ─────┘  └── each: kept, lost, or torn between two sectors ──┘
 *
 * A failed sync leaves what it was asked to keep in doubt for good, also when a later sync succeeds.
 * Source: Rebello et al., "Can Applications Recover from fsync Failures?", USENIX ATC 2020.
 */
import { type Duration, milliseconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { chance, pick, type Random } from '@muster/base/random.ts'
import type { Disk } from '@muster/store/disk.ts'
import { type GrowableBytes, growableBytes } from './bytes.ts'
import type { Part, Process } from './party.ts'

/** How a disk behaves. */
export interface SimDiskSettings {
  /** Beyond this size a write throws StorageFull. Default: no end. */
  readonly capacityBytes?: number
  /** How long a sync takes; all else is at once, as in a page cache. Default 1 ms, a fair SSD. */
  readonly syncLatency?: Duration
  /** The share of syncs that fail, in [0, 1]. Default 0. */
  readonly syncErrors?: number
}

/** A disk that outlives the processes that use it. */
export interface SimDisk extends Part {
  /** For one life of a process. Every handle from before refuses further use with StorageLocked. */
  open(process: Process): Disk
  /** Decides the fate of all that was not synced. */
  crash(): void
  /** Changes how it behaves from now on. */
  set(settings: SimDiskSettings): void
  /** What would be read now, for checks. */
  bytes(): Uint8Array
}

/** Disks write a sector or do not; a write over several may stop between any two. The usual size since the 1980s. */
export const SECTOR_BYTES = 512

/** One write or truncation, and whether a crash keeps it: not asked yet, certainly, or in doubt for good. */
type Change = { fate: 'unsynced' | 'certain' | 'doubtful' } & (
  | { readonly change: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly change: 'truncate'; readonly size: number }
)

/** An empty disk. All its chance comes from `random`. */
export function simDisk(random: Random, settings: SimDiskSettings = {}): SimDisk {
  const behaviour = {
    capacityBytes: Number.POSITIVE_INFINITY,
    syncLatency: milliseconds(1),
    syncErrors: 0,
    ...settings,
  }
  /** What is in the page cache: the truth for whoever reads. */
  let cache = growableBytes()
  /** What is certainly there, without the changes that follow. */
  const platter = growableBytes()
  /** All from the first on whose fate is open, in order. */
  let changes: Change[] = []
  let handles = 0

  const make = (change: Change) => {
    apply(cache, change)
    changes.push(change)
  }

  const sync = async (process: Process) => {
    const asked = changes.filter(({ fate }) => fate === 'unsynced')
    const fails = chance(random, behaviour.syncErrors)
    await process.clock.sleep(behaviour.syncLatency)
    for (const change of asked) if (change.fate === 'unsynced') change.fate = fails ? 'doubtful' : 'certain'
    if (fails) throw new ControlError('Unavailable', 'the disk failed to sync')
    const open = changes.findIndex(({ fate }) => fate !== 'certain')
    for (const change of changes.splice(0, open < 0 ? changes.length : open)) apply(platter, change)
  }

  return {
    open(process) {
      const handle = ++handles
      const check = () => {
        if (handle !== handles) throw new ControlError('StorageLocked', 'another process has opened this disk since')
      }
      return {
        async size() {
          check()
          return cache.size
        },
        async read(offset, length) {
          check()
          return cache.read(offset, length)
        },
        async write(offset, bytes) {
          check()
          if (offset > cache.size) throw new ControlError('Invalid', `offset ${offset} is beyond the end ${cache.size}`)
          const end = offset + bytes.length
          if (end > behaviour.capacityBytes) {
            throw new ControlError(
              'StorageFull',
              `the disk holds ${behaviour.capacityBytes} bytes, and ${end} are asked for`,
            )
          }
          make({ change: 'write', offset, bytes: bytes.slice(), fate: 'unsynced' })
        },
        async truncate(size) {
          check()
          make({ change: 'truncate', size, fate: 'unsynced' })
        },
        async sync() {
          check()
          await sync(process)
          check()
        },
      }
    },

    crash() {
      for (const change of changes) {
        if (change.fate === 'certain') apply(platter, change)
        else tear(platter, change, random)
      }
      changes = []
      cache = growableBytes(platter.read(0, platter.size))
      handles++
    },
    set(change) {
      Object.assign(behaviour, change)
    },
    bytes: () => cache.read(0, cache.size),
  }
}

function apply(file: GrowableBytes, change: Change): void {
  switch (change.change) {
    case 'write':
      file.write(change.offset, change.bytes)
      break
    case 'truncate':
      file.truncate(change.size)
      break
    default:
      change satisfies never
  }
}

/** Keeps all of an unsynced change, nothing of it, or those sectors that had made it: each as likely. */
function tear(file: GrowableBytes, change: Change, random: Random): void {
  const fate = pick(random, ['kept', 'lost', 'torn'])
  if (fate === 'lost') return
  if (fate === 'kept' || change.change === 'truncate') {
    apply(file, change)
    return
  }
  const { offset, bytes } = change
  for (let from = 0; from < bytes.length; ) {
    const to = Math.min(bytes.length, from + SECTOR_BYTES - ((offset + from) % SECTOR_BYTES))
    if (chance(random, 0.5)) file.write(offset + from, bytes.subarray(from, to))
    from = to
  }
}
