/**
 * The log in SQLite files: what its threads do, seen from the thread that commits.
 *
 *     parts, by place      1 sealed │ 2 sealed │ 3 left    │ 4 present │ 5 next
 *     who has the file     ────── steward ─────│ writer B  │ writer A  │ writer B, once it has sealed 3
 *
 * Two writers take turns. When the present part is full, frames go to the other writer, which has the next one ready;
 * only then is the full one sealed, and another prepared. Nobody waits for either, unless they take longer than filling
 * a part does. Compaction drops sealed parts whole, or copies what they still hold into one new part.
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { decodeFrame, encodeFrameInto } from '../codec.ts'
import type { AppendContext, Log } from '../log.ts'
import { type LogRecord, revisionOf, type StoredVersion, versionsOf } from '../record.ts'
import type { Revision } from '../store.ts'
import { type Caller, caller } from './calls.ts'
import { segmentFile } from './format.ts'
import { lockDirectory } from './lock.ts'
import type { Kept, Part } from './manifest.ts'
import type { Merge, ReadRequest, ReplayAnswer, StewardAnswer, StewardRequest, WriterAnswer } from './messages.ts'
import type { PartIndexContents } from './part-index.ts'
import { framesIn, keptFilter, orderCheck } from './replay.ts'
import { chooseThinning, type PartFacts, wantedOf } from './thinning.ts'
import { startWriter, type Writer } from './writer.ts'

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

/** Starts the threads and locks the directory. Throws StorageLocked or StorageRefused. */
export async function openSqliteLog(settings: SqliteLogSettings): Promise<Log> {
  const log = new SqliteLog(settings)
  try {
    await log.open()
  } catch (error) {
    await log.close()
    throw error
  }
  return log
}

/** A part that a writer has. */
interface WrittenPart {
  readonly facts: PartFacts
  readonly writer: Writer
  readonly capacity: number
  /** Where the next frame goes, those that are under way counted. */
  end: number
}

/** A frame that is under way. */
interface Sent {
  readonly part: WrittenPart
  readonly length: number
  /** False when it was not made durable. */
  readonly durable: Promise<boolean>
}

class SqliteLog implements Log {
  readonly engine = 'sqlite'
  readonly #settings: SqliteLogSettings
  readonly #steward: Caller<StewardRequest, StewardAnswer>
  /** One at first; the other is started when there is a next part to get ready. */
  readonly #writers: Writer[] = []
  readonly #idle: Writer[] = []
  #unlock: () => void = () => {}
  #sealed: PartFacts[] = []
  /** Full, and not sealed yet. */
  #left: WrittenPart | undefined
  #sealing: Promise<void> | undefined
  #present: WrittenPart | undefined
  /** The last time that a part was begun: done once its first frame was sent. */
  #newPart: Promise<void> = Promise.resolve()
  /** A part that is made, and that no writer has yet. */
  #spare: Part | undefined
  /** A part that a writer has ready, or is getting ready. */
  #next: Promise<WrittenPart> | undefined
  #noRoom: { readonly error: unknown; readonly until: Duration } | undefined
  #kept: Kept | undefined
  /** The next group goes into another part than the present one, room or not. */
  #mustTurn = false

  constructor(settings: SqliteLogSettings) {
    this.#settings = settings
    this.#steward = caller(new Worker(settings.workers.steward))
    this.#idle.push(this.#startWriter())
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
    for (const part of opened.parts) this.#sealed.push(nothingIn(part))
  }

  async replay(each: (record: LogRecord) => void): Promise<void> {
    const isKept = keptFilter(this.#kept)
    const isSound = orderCheck(this.#kept?.horizon ?? 0)
    // While one chunk is taken in, the steward reads the next.
    let next = this.#nextChunk()
    for (;;) {
      const { part, bytes } = await next
      if (!part) break
      next = this.#nextChunk()
      const facts = this.#sealed.find(({ part: { number } }) => number === part.number)
      assert(facts, 'a part that is replayed is in the manifest')
      facts.bytes += bytes.length
      const path = this.#path(part)
      for (const frame of framesIn(bytes)) {
        for (const record of decodeFrame(frame, 'replay')) {
          isSound(record, path)
          note(facts, record)
          // What compaction did up to there, the filter has done.
          const isPast = record.record === 'horizon' && record.horizon < (this.#kept?.horizon ?? 0)
          if (!isPast) each(isKept(record))
        }
      }
    }
    await this.#resume()
  }

  async #nextChunk(): Promise<ReplayAnswer> {
    const chunk = await this.#steward.call({ do: 'replay' })
    assert(chunk.did === 'replay', 'the steward answers what it is asked')
    return chunk
  }

  async append(group: readonly LogRecord[], context: AppendContext): Promise<void> {
    // An empty frame would look like the end of the log.
    assert(group.length > 0, 'a group holds something')
    if (context.follows) await this.#newPart
    else this.#newPart = Promise.resolve()
    const { part, length, durable } = this.#sendToPresent(group, context) ?? (await this.#sendToNew(group, context))
    if (!(await durable)) {
      part.end -= length
      await part.writer.call({ do: 'explain' })
    }
    part.facts.bytes = part.end
    for (const record of group) note(part.facts, record)
    if (part.end > part.capacity * PREPARE_AT) this.#prepareNext()
  }

  /** Undefined when a new part has to be begun. */
  #sendToPresent(group: readonly LogRecord[], { follows }: AppendContext): Sent | undefined {
    const part = this.#present
    if (!part || part.end === 0 || this.#mustTurn) return undefined
    const length = encodeFrameInto(part.writer.frames.frame, group)
    // The last bytes of a part are for what compaction writes: on a full disk, it is compaction that makes room.
    const isUpkeep = group.every(({ record }) => record !== 'commit')
    const room = isUpkeep ? part.capacity : part.capacity - UPKEEP_BYTES
    return part.end + length <= room ? send(part, length, { commits: group.length, follows }) : undefined
  }

  #sendToNew(group: readonly LogRecord[], context: AppendContext): Promise<Sent> {
    const sent = this.#beginPart(group, context)
    // Whoever follows waits for it, and fails with it.
    this.#newPart = sent.then(() => undefined)
    this.#newPart.catch(() => undefined)
    return sent
  }

  /** Turns to the next part, unless nothing is in this one yet, and sends the state and a group to it. */
  async #beginPart(group: readonly LogRecord[], { follows, state }: AppendContext): Promise<Sent> {
    // What is under way must be in the part before, and in the state that the next one begins with.
    const before = await state()
    this.#mustTurn = false
    const part = this.#present?.end === 0 ? this.#present : await this.#turnToNext()
    const length = encodeFrameInto(part.writer.frames.frame, [before, ...group])
    return send(part, length, { commits: group.length, follows })
  }

  async read(revisions: readonly Revision[]): Promise<readonly (StoredVersion | undefined)[]> {
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
    // The part that was left last may have something to give, too.
    await this.#seal().catch(() => undefined)
    const above = this.#sealed.findIndex(({ last }) => last >= horizon)
    const below = above < 0 ? this.#sealed : this.#sealed.slice(0, above)
    const wanted = await wantedOf(below, kept, setImmediate)
    const { merges, drops } = chooseThinning(wanted, this.#settings.partBytesMax)
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
        first: sources[0]?.first ?? 0,
        last: sources.at(-1)?.last ?? 0,
        versions: revisions.length,
        bytes: bytes * share,
      }
    })
    this.#sealed = [...this.#sealed.filter(({ part }) => !gone.has(part.number)), ...merged]
    this.#sealed.sort((a, b) => a.part.place - b.part.place)
    // Reads that are under way were asked before this, and are answered before it.
    await this.#steward.call({ do: 'remove', parts: [...drops, ...merges.flatMap(({ sources }) => sources)] })
  }

  async erase(revisions: readonly Revision[], record: () => Promise<void>): Promise<void> {
    // Only parts that nobody writes to any more can be copied.
    this.#mustTurn = true
    await record()
    await this.#seal()
    const holding = this.#sealed.filter(({ first, last }) =>
      revisions.some((revision) => revision >= first && revision <= last),
    )
    for (const facts of holding) {
      const old = facts.part
      const erased = await this.#steward.call({ do: 'erase', parts: [old], revisions })
      const part = erased.did === 'parts' ? erased.parts[0] : undefined
      assert(part, 'the steward answers what it is asked')
      const at = this.#sealed.indexOf(facts)
      this.#sealed[at] = { ...facts, part }
      // Reads that are under way were asked before this, and are answered before it.
      await this.#steward.call({ do: 'remove', parts: [old] })
    }
  }

  pause(): Promise<void> {
    return setImmediate()
  }

  async bytes(): Promise<number> {
    const answer = await this.#steward.call({ do: 'bytes' })
    assert(answer.did === 'bytes', 'the steward answers what it is asked')
    return answer.bytes
  }

  async close(): Promise<void> {
    await this.#next?.catch(() => undefined)
    await this.#sealing?.catch(() => undefined)
    // A thread that has died has nothing left to close.
    for (const writer of this.#writers) await writer.call({ do: 'close' }).catch(() => undefined)
    await this.#steward.call({ do: 'close' }).catch(() => undefined)
    for (const writer of this.#writers) await writer.end()
    await this.#steward.end()
    this.#unlock()
  }

  /** After replay: the last part that holds anything is gone on with; the one after it, if any, is next. */
  async #resume(): Promise<void> {
    const used = this.#sealed.findLastIndex(({ bytes }) => bytes > 0)
    const present = this.#sealed[used]
    this.#spare = this.#sealed[used + 1]?.part
    this.#sealed = this.#sealed.slice(0, Math.max(0, used))
    // A killed process may have left one that it had not sealed.
    await this.#steward.call({ do: 'seal', parts: this.#sealed.map(({ part }) => part) })
    if (!present) return this.#prepareNext()
    const handed = await this.#steward.call({ do: 'hand-over', part: present.part })
    assert(handed.did === 'index', 'the steward answers what it is asked')
    this.#present = await this.#take(present, handed.index)
  }

  /** Goes on with the next part. The full one is sealed when nobody waits for it. */
  async #turnToNext(): Promise<WrittenPart> {
    this.#prepareNext()
    const next = await this.#nextPart()
    this.#next = undefined
    this.#left = this.#present
    this.#present = next
    this.#seal().catch(() => undefined)
    return next
  }

  /** Seals the part that was left, if there is one. */
  async #seal(): Promise<void> {
    if (!this.#left) return
    this.#sealing ??= this.#sealNow(this.#left)
    await this.#sealing
  }

  async #sealNow({ facts, writer }: WrittenPart): Promise<void> {
    try {
      const sealed = await writer.call({ do: 'seal' })
      assert(sealed.did === 'index', 'a writer answers what it is asked')
      await this.#steward.call({ do: 'take-over', part: facts.part, index: sealed.index })
    } catch (error) {
      // Tried again when there may be room. After any other error, what a second try would sync is in doubt.
      if (hasCode(error, 'StorageFull')) this.#sealing = undefined
      throw error
    }
    this.#sealed.push(facts)
    this.#idle.push(writer)
    this.#left = undefined
    this.#sealing = undefined
  }

  async #nextPart(): Promise<WrittenPart> {
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

  async #prepare(): Promise<WrittenPart> {
    try {
      this.#spare ??= await this.#makeSpare()
      // Then there is a writer that has nothing else to do.
      await this.#seal()
      const next = await this.#take(nothingIn(this.#spare))
      this.#spare = undefined
      return next
    } catch (error) {
      this.#noRoom = { error, until: (this.#settings.clock.elapsed() + ROOM_AGAIN) as Duration }
      throw error
    }
  }

  async #makeSpare(): Promise<Part> {
    const bytes = Math.min(this.#settings.partBytesMax, Math.max(PART_BYTES_MIN, (this.#present?.capacity ?? 0) * 2))
    const prepared = await this.#steward.call({ do: 'prepare', bytes, bytesMin: PART_BYTES_MIN })
    const part = prepared.did === 'parts' ? prepared.parts[0] : undefined
    assert(part, 'the steward answers what it is asked')
    return part
  }

  /** Gives a part to a writer that has none; with its index when it is not a new one. */
  async #take(facts: PartFacts, index?: PartIndexContents): Promise<WrittenPart> {
    const writer = this.#idle.pop() ?? this.#startWriter()
    try {
      const taken = await writer.call({ do: 'take', path: this.#path(facts.part), index })
      assert(taken.did === 'take', 'a writer answers what it is asked')
      return { facts, writer, capacity: taken.capacity, end: taken.end }
    } catch (error) {
      this.#idle.push(writer)
      throw error
    }
  }

  #startWriter(): Writer {
    const { workers, clock } = this.#settings
    const writer = startWriter(workers.writer, clock)
    this.#writers.push(writer)
    return writer
  }

  #readsOf(revisions: readonly Revision[]): Promise<Buffer>[] {
    const reads: Promise<Buffer>[] = []
    const read = (facts: PartFacts, ask: (request: ReadRequest) => Promise<WriterAnswer | StewardAnswer>) => {
      const wanted = revisions.filter((revision) => revision >= facts.first && revision <= facts.last)
      if (wanted.length > 0) reads.push(ask({ do: 'read', part: facts.part, revisions: wanted }).then(frameOf))
    }
    for (const facts of this.#sealed) read(facts, (request) => this.#steward.call(request))
    const [left, present] = [this.#left, this.#present]
    if (left) {
      read(left.facts, async (request) => {
        // Its writer lets go of it when that is done, and has it still when it fails.
        const isSealed = await this.#seal().then(
          () => true,
          () => false,
        )
        return isSealed ? this.#steward.call(request) : left.writer.call(request)
      })
    }
    if (present) read(present.facts, (request) => present.writer.call(request))
    return reads
  }

  #path({ number }: Part): string {
    return join(this.#settings.directory, segmentFile(number))
  }
}

const nothingIn = (part: Part): PartFacts => ({ part, first: 0, last: 0, versions: 0, bytes: 0 })

/** Counted when it is sent: the next frame may be asked for before this one is durable. */
function send(part: WrittenPart, length: number, about: { commits: number; follows: boolean }): Sent {
  part.end += length
  // In an object: a promise that is returned as it is would be waited for.
  return { part, length, durable: part.writer.frames.send(length, about) }
}

function frameOf(answer: WriterAnswer | StewardAnswer): Buffer {
  assert(answer.did === 'read', 'a thread answers what it is asked')
  return Buffer.from(answer.frame.buffer, answer.frame.byteOffset, answer.frame.length)
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
