/**
 * Where lines of the audit log go, off the path of the requests that they tell of.
 *
 *     put ─► queue, bounded in lines and in characters ─► as many as fit a batch ─► write ─► …
 *
 *     batch             a request waits for nothing; what does not fit is dropped, counted, and told in the server's log
 *     blocking          a request waits until its line is written
 *     blocking-strict   so too, and a request whose first line cannot be written is refused
 *
 * Source: apiserver plugin/pkg/audit/buffered, pkg/server/options/audit.go.
 */
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import { boundedQueue } from '@muster/base/queue.ts'
import type { AuditMetrics } from './metrics.ts'

/** See above. */
export const SINK_MODES = ['batch', 'blocking', 'blocking-strict'] as const
/** See {@link SINK_MODES}. */
export type SinkMode = (typeof SINK_MODES)[number]

/** Takes lines. */
export interface Sink {
  readonly mode: SinkMode
  /** Absent where nobody waits; otherwise whether the line is written. */
  put(line: string): Promise<boolean> | undefined
  /** Writes what is left, and takes no more. */
  close(): Promise<void>
}

/** What a sink is made of. */
export interface SinkSettings {
  /** As metrics and the log name it: `log`, `webhook`. */
  readonly name: string
  readonly mode: SinkMode
  /** Writes lines, in order. Rejects when they are lost. */
  readonly write: (lines: readonly string[]) => Promise<void>
  /** Lines in one write at most. */
  readonly batchMax: number
  /** A write waits so long for more to come, unless a batch is full. */
  readonly batchWait: Duration
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: AuditMetrics
}

/** Lines that wait; as kube-apiserver's --audit-log-batch-buffer-size. */
export const WAITING_LINES_MAX = 10_000
/** What they may take together: a few thousand events with bodies. In characters. */
export const WAITING_LENGTH_MAX = 64 * 1024 * 1024

interface Waiting {
  readonly line: string
  readonly written?: (isWritten: boolean) => void
}

/** A sink that writes from now on. */
export function createSink(settings: SinkSettings): Sink {
  const { name, mode, write, batchMax, batchWait, clock, log, metrics } = settings
  const queue = boundedQueue<Waiting>(WAITING_LINES_MAX)
  const life = { isClosed: false, length: 0 }
  const drops = createDrops(settings)
  let wake = () => {}
  let fill = new AbortController()

  const take = (): Waiting[] => {
    const batch: Waiting[] = []
    while (batch.length < batchMax) {
      const next = queue.take()
      if (!next) break
      life.length -= next.line.length
      batch.push(next)
    }
    return batch
  }
  const writeBatch = async (batch: readonly Waiting[]): Promise<void> => {
    let isWritten = true
    try {
      await write(batch.map(({ line }) => line))
    } catch (error) {
      isWritten = false
      metrics.failed(name, batch.length)
      log.error('audit events are lost: they could not be written', { sink: name, events: batch.length, error })
    }
    for (const { written } of batch) written?.(isWritten)
  }
  const run = async (): Promise<void> => {
    while (!life.isClosed || queue.length > 0) {
      if (queue.length === 0) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      if (batchWait > 0 && queue.length < batchMax && !life.isClosed) {
        fill = new AbortController()
        await clock.sleep(batchWait, fill.signal).catch(() => {})
      }
      await writeBatch(take())
      drops.tell()
    }
  }
  const done = run()
  return {
    mode,
    put(line) {
      const waits = mode !== 'batch'
      if (life.isClosed || life.length + line.length > WAITING_LENGTH_MAX || queue.length >= WAITING_LINES_MAX) {
        drops.add(life.isClosed ? 'the server is closing' : 'the queue is full')
        return waits ? Promise.resolve(false) : undefined
      }
      life.length += line.length
      const answer = waits
        ? new Promise<boolean>((written) => queue.offer({ line, written }))
        : void queue.offer({ line })
      wake()
      if (queue.length >= batchMax) fill.abort()
      return answer
    },
    async close() {
      life.isClosed = true
      wake()
      fill.abort()
      await done
      drops.tell()
    },
  }
}

/** A flood of drops is told once in this time, with how many there were. */
const TELL_EVERY: Duration = seconds(10)

function createDrops({ name, clock, log, metrics }: SinkSettings) {
  let untold = 0
  let toldAt: Duration | undefined
  const tell = (why?: string) => {
    if (untold === 0) return
    log.error('audit events were dropped', { sink: name, events: untold, ...(why ? { why } : {}) })
    untold = 0
    toldAt = clock.elapsed()
  }
  return {
    tell: () => tell(),
    add(why: string) {
      untold++
      metrics.failed(name, 1)
      if (toldAt === undefined || clock.elapsed() - toldAt >= TELL_EVERY) tell(why)
    },
  }
}
