/**
 * The log in SQLite files: what the two threads do, seen from the thread that commits.
 *
 *     parts, by place      1 sealed │ 2 sealed │ 3 sealed │ 4 present │ 5 next
 *     who has the file     ───────── steward ─────────────│──────── writer ───
 *
 * A part that is full is sealed and the next one gone on with; another is prepared meanwhile. Compaction drops sealed
 * parts whole, or copies what they still hold into one new part.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { MessageChannel, Worker } from 'node:worker_threads'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { assert, ControlError, hasCode } from '@muster/base/errors.ts'
import { decodeFrame, encodeFrameInto, FRAME_HEADER_BYTES, readFrameHeader } from '../codec.ts'
import type { AppendContext, Log } from '../log.ts'
import { type LogRecord, revisionOf, type StoredVersion, versionsOf } from '../record.ts'
import type { Revision } from '../store.ts'
import { type Caller, caller } from './calls.ts'
import { segmentFile } from './format.ts'
import { FrameSender, frameMemory } from './frame-channel.ts'
import { lockDirectory } from './lock.ts'
import type { Kept, Part } from './manifest.ts'
import type { Merge, StewardAnswer, StewardRequest, WriterAnswer, WriterRequest, WriterStart } from './messages.ts'
import { chooseThinning, type PartFacts } from './thinning.ts'

/** What the log is given. */
export interface SqliteLogSettings {
  readonly directory: string
  readonly clock: Clock
  readonly workers: { readonly writer: URL; readonly steward: URL }
  /** The size that parts of the log grow to. Smaller ones give space back sooner. */
  readonly partBytesMax: number
}

/** Room in each part for the records of a compaction. */
const UPKEEP_BYTES = 1024 * 1024

/** A group and the state before it always fit into the smallest part. */
const PART_BYTES_MIN = 8 * 1024 * 1024

/** The next part is made once this share of the present one is written. */
const PREPARE_AT = 1 / 8

/** After a try that found no room, writes fail at once for this long before another is made. */
const ROOM_AGAIN: Duration = seconds(1)

/** Starts both threads and locks the directory. Throws StorageLocked or StorageRefused. */
export async function openSqliteLog(settings: SqliteLogSettings): Promise<Log> {
  const log = new SqliteLog(settings, startThreads(settings))
  try {
    await log.open()
  } catch (error) {
    await log.close()
    throw error
  }
  return log
}

interface Threads {
  readonly steward: Caller<StewardRequest, StewardAnswer>
  readonly writer: Caller<WriterRequest, WriterAnswer>
  readonly frames: FrameSender
}

function startThreads({ workers, clock }: SqliteLogSettings): Threads {
  const memory = frameMemory()
  const { port1: mine, port2: port } = new MessageChannel()
  const frames = new FrameSender(memory, mine, clock)
  const start: WriterStart = { memory, port }
  const writer = new Worker(workers.writer, { workerData: start, transferList: [port] })
  writer.on('exit', () => frames.fail(new ControlError('Internal', 'the writer thread has ended')))
  return { steward: caller(new Worker(workers.steward)), writer: caller(writer), frames }
}

interface Sent {
  readonly length: number
  readonly sent: Promise<boolean>
}

class SqliteLog implements Log {
  readonly engine = 'sqlite'
  readonly #settings: SqliteLogSettings
  readonly #steward: Threads['steward']
  readonly #writer: Threads['writer']
  readonly #frames: FrameSender
  #unlock: () => void = () => {}
  #sealed: PartFacts[] = []
  #present: PartFacts | undefined
  #presentEnd = 0
  #presentCapacity = 0
  /** The last time that a part was begun: done once its first frame was sent. */
  #newPart: Promise<void> = Promise.resolve()
  /** While the writer turns to the next part. */
  #rotating: Promise<void> | undefined
  /** A part that is made, and not yet gone on with. */
  #spare: Part | undefined
  /** A part that the writer has ready, or is getting ready. */
  #next: Promise<Part> | undefined
  #noRoom: { readonly error: unknown; readonly until: Duration } | undefined
  #kept: Kept | undefined

  constructor(settings: SqliteLogSettings, { steward, writer, frames }: Threads) {
    this.#settings = settings
    this.#steward = steward
    this.#writer = writer
    this.#frames = frames
  }

  async open(): Promise<void> {
    const { directory } = this.#settings
    mkdirSync(directory, { recursive: true })
    // This lock first: it can name who holds it.
    const socket = await lockDirectory(directory)
    this.#unlock = () => socket.close()
    const opened = await this.#steward.call({ do: 'open', directory })
    assert(opened.did === 'open', 'the steward answers what it is asked')
    this.#kept = opened.kept
    for (const part of opened.parts) this.#sealed.push({ part, first: 0, last: 0, versions: 0, bytes: 0 })
  }

  async replay(each: (record: LogRecord) => void): Promise<void> {
    const isKept = keptFilter(this.#kept)
    const isSound = orderCheck(this.#kept?.horizon ?? 0)
    for (;;) {
      const chunk = await this.#steward.call({ do: 'replay' })
      assert(chunk.did === 'replay', 'the steward answers what it is asked')
      if (!chunk.part) break
      const { number } = chunk.part
      const facts = this.#sealed.find(({ part }) => part.number === number)
      assert(facts, 'a part that is replayed is in the manifest')
      facts.bytes += chunk.bytes.length
      for (const frame of framesIn(chunk.bytes)) {
        for (const record of decodeFrame(frame)) {
          isSound(record, this.#path(facts.part))
          note(facts, record)
          // What compaction did up to there, the filter has done.
          const isPast = record.record === 'horizon' && record.horizon < (this.#kept?.horizon ?? 0)
          if (!isPast) each(owned(isKept(record)))
        }
      }
    }
    await this.#resume()
  }

  async append(group: readonly LogRecord[], context: AppendContext): Promise<void> {
    const { follows } = context
    // An empty frame would look like the end of the log.
    assert(group.length > 0, 'a group holds something')
    if (follows) await this.#newPart
    else this.#newPart = Promise.resolve()
    let length = encodeFrameInto(this.#frames.frame, group)
    let sent: Promise<boolean>
    if (this.#present && this.#presentEnd > 0 && this.#presentEnd + length <= this.#roomFor(group)) {
      sent = this.#frames.send(length, { commits: group.length, follows })
    } else {
      const newPart = this.#beginPart(group, context)
      // Whoever follows waits for it, and fails with it.
      this.#newPart = newPart.then(() => undefined)
      this.#newPart.catch(() => undefined)
      ;({ length, sent } = await newPart)
    }
    // Counted when it is sent: the next frame may be asked for before this one is durable.
    this.#presentEnd += length
    if (!(await sent)) {
      this.#presentEnd -= length
      await this.#writer.call({ do: 'explain' })
    }
    const { present } = this.#openPart()
    present.bytes = this.#presentEnd
    for (const record of group) note(present, record)
    if (this.#presentEnd > this.#presentCapacity * PREPARE_AT) this.#prepareNext()
  }

  /** The last bytes of a part are for what compaction writes: on a full disk, it is compaction that makes room. */
  #roomFor(group: readonly LogRecord[]): number {
    const isUpkeep = group.every(({ record }) => record !== 'commit')
    return isUpkeep ? this.#presentCapacity : this.#presentCapacity - UPKEEP_BYTES
  }

  /** Goes on with the next part, unless nothing is in this one yet, and sends the state and a group to it. */
  async #beginPart(group: readonly LogRecord[], { follows, state }: AppendContext): Promise<Sent> {
    // What is under way must be in the part that is sealed, and in the state that the next one begins with.
    const before = await state()
    if (!this.#present || this.#presentEnd > 0) await this.#rotate()
    const length = encodeFrameInto(this.#frames.frame, [before, ...group])
    // In an object: a promise that is returned as it is would be waited for.
    return { length, sent: this.#frames.send(length, { commits: group.length, follows }) }
  }

  async read(revisions: readonly Revision[]): Promise<readonly (StoredVersion | undefined)[]> {
    // Asked of the writer while it turns to the next part, it would look there.
    while (this.#rotating) await this.#rotating
    const found = new Map<Revision, StoredVersion>()
    const frames = await Promise.all(this.#readsOf(revisions))
    for (const frame of frames) {
      for (const record of decodeFrame(frame)) {
        for (const [revision, version] of versionsOf(record)) found.set(revision, version)
      }
    }
    return revisions.map((revision) => found.get(revision))
  }

  async reclaim(horizon: Revision, kept: Float64Array): Promise<void> {
    const { merges, drops } = chooseThinning(this.#sealed, horizon, kept.sort(), this.#settings.partBytesMax)
    // What can go whole goes first: merging takes room before it gives any.
    await this.#thin({ horizon, revisions: kept }, [], drops)
    try {
      if (merges.length > 0) await this.#thin({ horizon, revisions: kept }, merges, [])
    } catch (error) {
      // They are merged another time. What they hold in excess is not answered for, and takes only room.
      if (!hasCode(error, 'StorageFull')) throw error
    }
  }

  async #thin(kept: Kept, merges: readonly Merge[], drops: readonly Part[]): Promise<void> {
    const thinned = await this.#steward.call({ do: 'thin', kept, merges, drops })
    assert(thinned.did === 'parts', 'the steward answers what it is asked')
    const gone = new Set([...drops, ...merges.flatMap(({ sources }) => sources)].map(({ number }) => number))
    const merged = thinned.parts.map((part, index): PartFacts => {
      const revisions = merges[index]?.revisions ?? new Float64Array()
      const sources = this.#sealed.filter((facts) => merges[index]?.sources.includes(facts.part))
      const versions = sources.reduce((sum, facts) => sum + facts.versions, 0)
      const bytes = sources.reduce((sum, facts) => sum + facts.bytes, 0)
      const share = versions === 0 ? 0 : revisions.length / versions
      return {
        part,
        first: revisions[0] ?? 0,
        last: revisions.at(-1) ?? 0,
        versions: revisions.length,
        bytes: bytes * share,
      }
    })
    this.#sealed = [...this.#sealed.filter(({ part }) => !gone.has(part.number)), ...merged]
    this.#sealed.sort((a, b) => a.part.place - b.part.place)
    // Reads that are under way were asked before this, and are answered before it.
    await this.#steward.call({ do: 'remove', parts: [...drops, ...merges.flatMap(({ sources }) => sources)] })
  }

  async bytes(): Promise<number> {
    const answer = await this.#steward.call({ do: 'bytes' })
    assert(answer.did === 'bytes', 'the steward answers what it is asked')
    return answer.bytes
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined)
    // A thread that has died has nothing left to close.
    await this.#writer.call({ do: 'close' }).catch(() => undefined)
    await this.#steward.call({ do: 'close' }).catch(() => undefined)
    await this.#writer.end()
    await this.#steward.end()
    this.#unlock()
  }

  /** After replay: the last part that holds anything is gone on with; the one after it, if any, is next. */
  async #resume(): Promise<void> {
    const used = this.#sealed.findLastIndex(({ bytes }) => bytes > 0)
    const [present, next] = used < 0 ? [undefined, this.#sealed[0]] : [this.#sealed[used], this.#sealed[used + 1]]
    this.#sealed = this.#sealed.slice(0, Math.max(0, used))
    if (present) {
      const opened = await this.#writer.call({ do: 'resume', path: this.#path(present.part) })
      this.#goOnWith(present, opened)
    }
    this.#spare = next?.part
    if (next || !present) this.#prepareNext()
  }

  #goOnWith(part: PartFacts, opened: WriterAnswer): void {
    assert(opened.did === 'part', 'the writer answers what it is asked')
    this.#present = part
    this.#presentEnd = opened.end
    this.#presentCapacity = opened.capacity
  }

  async #rotate(): Promise<void> {
    this.#prepareNext()
    const part = await this.#nextPart()
    const rotated = this.#turnTo(part)
    this.#rotating = rotated.catch(() => undefined)
    try {
      await rotated
    } finally {
      this.#rotating = undefined
    }
    this.#next = undefined
    this.#spare = undefined
  }

  async #turnTo(part: Part): Promise<void> {
    const opened = await this.#writer.call({ do: 'rotate' })
    if (this.#present) this.#sealed.push(this.#present)
    this.#goOnWith({ part, first: 0, last: 0, versions: 0, bytes: 0 }, opened)
  }

  async #nextPart(): Promise<Part> {
    try {
      assert(this.#next, 'a next part is asked for before it is waited for')
      return await this.#next
    } catch (error) {
      this.#next = undefined
      throw error
    }
  }

  /** Starts making the next part, unless that is under way or has just failed. */
  #prepareNext(): void {
    if (this.#next) return
    const { elapsed } = this.#settings.clock
    const next = this.#noRoom && elapsed() < this.#noRoom.until ? Promise.reject(this.#noRoom.error) : this.#prepare()
    this.#next = next
    next.catch(() => {
      // Waited for when it is needed, if it still is the one: the next to ask for it tries again.
      if (this.#next === next) this.#next = undefined
    })
  }

  async #prepare(): Promise<Part> {
    const bytes = Math.min(this.#settings.partBytesMax, Math.max(PART_BYTES_MIN, this.#presentCapacity * 2))
    try {
      if (!this.#spare) {
        const prepared = await this.#steward.call({ do: 'prepare', bytes, bytesMin: PART_BYTES_MIN })
        this.#spare = prepared.did === 'parts' ? prepared.parts[0] : undefined
      }
      assert(this.#spare, 'the steward answers what it is asked')
      return await this.#adopt(this.#spare)
    } catch (error) {
      this.#noRoom = { error, until: (this.#settings.clock.elapsed() + ROOM_AGAIN) as Duration }
      throw error
    }
  }

  async #adopt(part: Part): Promise<Part> {
    await this.#writer.call({ do: 'adopt', path: this.#path(part) })
    return part
  }

  #readsOf(revisions: readonly Revision[]): Promise<Buffer>[] {
    const reads: Promise<Buffer>[] = []
    const parts = this.#present ? [...this.#sealed, this.#present] : this.#sealed
    for (const facts of parts) {
      const wanted = revisions.filter((revision) => revision >= facts.first && revision <= facts.last)
      if (wanted.length === 0) continue
      const { part } = facts
      const answered =
        facts === this.#present
          ? this.#writer.call({ do: 'read', revisions: wanted })
          : this.#steward.call({ do: 'read', part, revisions: wanted })
      reads.push(
        answered.then((answer) => {
          assert(answer.did === 'read', 'a thread answers what it is asked')
          return Buffer.from(answer.frame.buffer, answer.frame.byteOffset, answer.frame.length)
        }),
      )
    }
    return reads
  }

  #openPart(): { present: PartFacts } {
    assert(this.#present, 'a part is open before it is written')
    return { present: this.#present }
  }

  #path({ number }: Part): string {
    return join(this.#settings.directory, segmentFile(number))
  }
}

/** Keeps account of what a part holds. */
function note(facts: PartFacts, record: LogRecord): void {
  if (record.record !== 'commit') return
  for (const write of record.writes) {
    const revision = revisionOf(write)
    if (revision === undefined) continue
    // Two groups under way may be told of in either order.
    facts.first = facts.first === 0 ? revision : Math.min(facts.first, revision)
    facts.last = Math.max(facts.last, revision)
    facts.versions++
  }
}

/** Sees to it that revisions ascend, and that none are missing but those that compaction may have taken. */
function orderCheck(keptHorizon: number): (record: LogRecord, path: string) => void {
  let head = 0
  const refuse = (path: string, why: string): never => {
    throw new ControlError('StorageRefused', `${path} was left as it is: ${why}`)
  }
  return (record, path) => {
    if (record.record === 'state') {
      if (!record.jumps && record.above > Math.max(head, keptHorizon)) {
        refuse(path, `it follows revision ${record.above}, and the parts before it end at ${head}`)
      }
      head = Math.max(head, record.above)
    }
    if (record.record !== 'commit') return
    for (const write of record.writes) {
      const revision = revisionOf(write)
      if (revision === undefined) continue
      if (revision <= head) refuse(path, `revision ${revision} comes after ${head}`)
      head = revision
    }
  }
}

/** Takes out of a record what compaction has let go of, though its file still holds it. */
function keptFilter(kept: Kept | undefined): (record: LogRecord) => LogRecord {
  if (!kept) return (record) => record
  const revisions = new Set(kept.revisions)
  return (record) => {
    if (record.record !== 'commit' || record.first >= kept.horizon) return record
    const writes = record.writes.filter((write) => {
      const revision = revisionOf(write)
      return revision === undefined || revision >= kept.horizon || revisions.has(revision)
    })
    return { ...record, writes }
  }
}

/** A record whose values are its own: a view would keep all that was read with it in memory. */
function owned(record: LogRecord): LogRecord {
  if (record.record !== 'commit') return record
  const writes = record.writes.map((write) =>
    write.write === 'put' ? { ...write, entry: { ...write.entry, value: Buffer.from(write.entry.value) } } : write,
  )
  return { ...record, writes }
}

function* framesIn(bytes: Uint8Array): Generator<Buffer, void, undefined> {
  const frames = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = 0; at < frames.length; ) {
    const { payloadBytes } = readFrameHeader(frames, at)
    const end = at + FRAME_HEADER_BYTES + payloadBytes
    yield frames.subarray(at, end)
    at = end
  }
}
