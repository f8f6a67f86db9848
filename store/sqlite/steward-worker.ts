/** The thread that keeps the store's files: makes them, reads the sealed ones, thins them out, and removes them. */
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import { assert, ControlError, isControlError } from '@muster/base/errors.ts'
import { decodeFrame, encodeFrame, sealFrame } from '../codec.ts'
import { erase, loose } from '../record.ts'
import type { Revision } from '../store.ts'
import { answer, type Served } from './calls.ts'
import { MANIFEST_FILE, SEGMENT_FILE_PATTERN, segmentFile } from './format.ts'
import { Manifest, type Part } from './manifest.ts'
import type { Merge, StewardAnswer, StewardRequest } from './messages.ts'
import { PartIndex, transferOf } from './part-index.ts'
import { isOutOfRoom, roomIn } from './room.ts'
import { Segment } from './segment.ts'
import { Tape } from './tape.ts'

/** Frames handed over at once while opening. */
const REPLAY_BYTES = 4 * 1024 * 1024

/** Versions copied between two pauses. */
const VERSIONS_PER_SLICE = 256

/** Room for what belongs to a new part beside its tape: the write-ahead log, and pages of SQLite's own. */
const ROOM_BESIDE_BYTES = 7 * 1024 * 1024

/** SQLite files open at once: each costs two file handles and its page cache. */
const OPEN_PARTS_MAX = 32

let directory = ''
let manifest: Manifest | undefined
let replaying: ReturnType<typeof replay> | undefined
/** Parts that were found unsealed: the last one, and at times the one before it, which nobody writes any more. */
const unsealed = new Set<number>()
/** Where the commits of each part are, but of those that a writer has. */
const indexes = new Map<number, PartIndex>()
/** Sealed parts that are open, the one used last at the end. */
const open = new Map<number, Segment>()

const DONE = { answer: { did: 'done' } } as const

async function serve(request: StewardRequest): Promise<Served<StewardAnswer>> {
  switch (request.do) {
    case 'open':
      return { answer: openDirectory(request.directory) }
    case 'replay': {
      replaying ??= replay()
      const { value } = replaying.next()
      if (value) return { answer: { did: 'replay', ...value }, transfer: [value.bytes.buffer] }
      removeLeftovers()
      return { answer: { did: 'replay', part: undefined, bytes: new Uint8Array() } }
    }
    case 'seal':
      for (const part of request.parts) if (unsealed.delete(part.number)) seal(part)
      return DONE
    case 'hand-over': {
      const index = indexOf(request.part).contents()
      indexes.delete(request.part.number)
      return { answer: { did: 'index', index }, transfer: transferOf(index) }
    }
    case 'take-over':
      indexes.set(request.part.number, PartIndex.from(request.index))
      return DONE
    case 'prepare':
      return { answer: { did: 'parts', parts: [await prepare(request)] } }
    case 'read': {
      const frame = encodeFrame(segment(request.part).versions(request.revisions).map(loose))
      return { answer: { did: 'read', frame }, transfer: [frame.buffer] }
    }
    case 'thin': {
      const parts: Part[] = []
      for (const merge of request.merges) parts.push(await mergeParts(merge))
      opened().transaction(() => {
        opened().keep(request.kept)
        opened().forget([...request.drops, ...request.merges.flatMap(({ sources }) => sources)])
        for (const part of parts) opened().made(part)
      })
      return { answer: { did: 'parts', parts } }
    }
    case 'erase': {
      const erased = new Set(request.revisions)
      const parts: Part[] = []
      for (const part of request.parts) {
        const copy = opened().reserve(part.place)
        await makeOf(copy, framesWithout(part, erased))
        parts.push(copy)
      }
      opened().transaction(() => {
        opened().forget(request.parts)
        for (const part of parts) opened().made(part)
      })
      return { answer: { did: 'parts', parts } }
    }
    case 'remove':
      for (const { number } of request.parts) {
        removeFiles(number)
        // A large file takes the system tens of milliseconds, in which nobody is told of the past.
        await setImmediate()
      }
      return DONE
    case 'bytes':
      return { answer: { did: 'bytes', bytes: files().reduce((sum, name) => sum + bytesOf(name), 0) } }
    case 'close':
      for (const segment of open.values()) segment.tape.close()
      open.clear()
      manifest?.close()
      return DONE
    default:
      return request satisfies never
  }
}

function openDirectory(path: string): StewardAnswer {
  directory = path
  mkdirSync(directory, { recursive: true })
  const file = join(directory, MANIFEST_FILE)
  const hasParts = files().some((name) => SEGMENT_FILE_PATTERN.test(name))
  // A start that was cut short leaves an empty manifest, and nothing else.
  const isNew = bytesOf(MANIFEST_FILE) === 0
  if (isNew && hasParts) {
    throw new ControlError('StorageRefused', `${file} is missing or empty, and there are parts of a log beside it`)
  }
  if (!isNew) Manifest.check(file)
  manifest = Manifest.open(file)
  return { did: 'open', parts: manifest.parts(), kept: manifest.kept() }
}

/** Reads all parts without changing a byte of them, so that a damaged one is left as it was found. */
function* replay(): Generator<{ part: Part; bytes: Uint8Array<ArrayBuffer> }, void, undefined> {
  for (const part of opened().parts()) {
    let chunk = new Chunk(REPLAY_BYTES)
    let full: Chunk | undefined
    const allot = (bytes: number) => {
      if (!chunk.hasRoom(bytes)) {
        full = chunk
        chunk = new Chunk(Math.max(REPLAY_BYTES, bytes))
      }
      return chunk.allot(bytes)
    }
    for (const _frame of framesOf(part, allot)) {
      if (full) yield { part, bytes: full.bytes }
      full = undefined
    }
    yield { part, bytes: chunk.bytes }
  }
}

/** Memory that is filled from its beginning, and moved to another thread whole. */
class Chunk {
  readonly #buffer: Buffer<ArrayBuffer>
  #end = 0

  constructor(bytes: number) {
    // Not from Buffer's shared pool, which cannot be moved.
    this.#buffer = Buffer.allocUnsafeSlow(bytes)
  }

  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#end)
  }

  hasRoom(bytes: number): boolean {
    return this.#end + bytes <= this.#buffer.length
  }

  allot(bytes: number): Buffer {
    this.#end += bytes
    return this.#buffer.subarray(this.#end - bytes, this.#end)
  }
}

function* framesOf(part: Part, allot: (bytes: number) => Buffer): Generator<Buffer, void, undefined> {
  const path = pathOf(part)
  if (!existsSync(path)) throw new ControlError('StorageRefused', `${path} is missing; the store needs it`)
  try {
    const segment = new Segment(Tape.read(path))
    if (!segment.tape.isSealed) unsealed.add(part.number)
    yield* segment.frames(allot)
    segment.tape.close()
    indexes.set(part.number, PartIndex.from(segment.index.contents()))
  } catch (error) {
    if (!isControlError(error) && isOutOfRoom(directory)) throw error
    const why = error instanceof Error ? error.message : String(error)
    throw new ControlError('StorageRefused', `${path} is damaged and was left as it is: ${why}`, error)
  }
}

function seal(part: Part): void {
  try {
    Tape.seal(pathOf(part))
  } catch (error) {
    // It can be read as it is. The next to open the store tries again.
    if (!isOutOfRoom(directory)) throw error
  }
}

/** As large as is wanted, or as small as will do, when that is what there is room for. */
async function prepare({ bytes, bytesMin }: { bytes: number; bytesMin: number }): Promise<Part> {
  const room = roomIn(directory) - ROOM_BESIDE_BYTES
  if (room < bytesMin) throw new ControlError('StorageFull', `${directory} has no room for ${bytesMin} bytes more`)
  const part = opened().reserve(nextPlace())
  await making(part, () => Tape.create(pathOf(part), room < bytes ? bytesMin : bytes, setImmediate))
  opened().made(part)
  return part
}

async function mergeParts({ sources, revisions }: Merge): Promise<Part> {
  const part = opened().reserve(sources[0]?.place ?? nextPlace())
  await makeOf(part, copiedFrames(sources, [...revisions.sort()] as Revision[]))
  return part
}

/** Makes a part of frames, and its index. */
async function makeOf(part: Part, frames: AsyncIterable<Buffer>): Promise<void> {
  const index = new PartIndex()
  await making(part, () => Tape.of(pathOf(part), indexed(frames, index)))
  indexes.set(part.number, PartIndex.from(index.contents()))
}

async function* indexed(frames: AsyncIterable<Buffer>, index: PartIndex): AsyncGenerator<Buffer> {
  for await (const frame of frames) {
    index.add(frame)
    yield frame
  }
}

/** What could not be made whole, for want of room, takes no room either. */
async function making(part: Part, make: () => Promise<void>): Promise<void> {
  try {
    await make()
  } catch (error) {
    removeFiles(part.number)
    opened().forget([part])
    throw error
  }
}

async function* copiedFrames(sources: readonly Part[], revisions: readonly Revision[]): AsyncGenerator<Buffer> {
  for (const part of sources) {
    // Not one of those that are open for reading: those may be closed while this waits.
    const source = new Segment(Tape.read(pathOf(part)), indexOf(part))
    for (let at = 0; at < revisions.length; at += VERSIONS_PER_SLICE) {
      const versions = source.versions(revisions.slice(at, at + VERSIONS_PER_SLICE))
      if (versions.length === 0) continue
      const frame = encodeFrame(versions.map(loose))
      sealFrame(frame)
      yield frame
      await setImmediate()
    }
    source.tape.close()
  }
}

/** All of a part, but the values of some versions. */
async function* framesWithout(part: Part, erased: ReadonlySet<Revision>): AsyncGenerator<Buffer> {
  const source = new Segment(Tape.read(pathOf(part)))
  for (const frame of source.frames()) {
    const records = decodeFrame(frame)
    const left = records.map((record) => erase(record, erased))
    if (left.every((record, at) => record === records[at])) yield frame
    else {
      const copy = encodeFrame(left)
      sealFrame(copy)
      yield copy
    }
    await setImmediate()
  }
  source.tape.close()
}

function segment(part: Part): Segment {
  const known = open.get(part.number)
  open.delete(part.number)
  const found = known ?? new Segment(Tape.read(pathOf(part)), indexOf(part))
  open.set(part.number, found)
  for (const [number, oldest] of open) {
    if (open.size <= OPEN_PARTS_MAX) break
    oldest.tape.close()
    open.delete(number)
  }
  return found
}

function indexOf({ number }: Part): PartIndex {
  const index = indexes.get(number)
  assert(index, `where the commits of part ${number} are was found out before they are asked for`)
  return index
}

function removeLeftovers(): void {
  const wanted = new Set(
    opened()
      .parts()
      .map(({ number }) => segmentFile(number)),
  )
  for (const name of files()) {
    const file = name.replace(/-(wal|shm|journal)$/, '')
    if (SEGMENT_FILE_PATTERN.test(name) && !wanted.has(file)) rmSync(join(directory, name), { force: true })
  }
}

function removeFiles(number: number): void {
  open.get(number)?.tape.close()
  open.delete(number)
  indexes.delete(number)
  for (const suffix of ['', '-wal', '-shm', '-journal']) {
    rmSync(join(directory, segmentFile(number) + suffix), { force: true })
  }
}

function opened(): Manifest {
  assert(manifest, 'the directory is opened first')
  return manifest
}

/** A file may go between being listed and being looked at. */
const bytesOf = (name: string): number => statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0

const files = () => readdirSync(directory)
const pathOf = ({ number }: Part) => join(directory, segmentFile(number))
const nextPlace = () => (opened().parts().at(-1)?.place ?? 0) + 1

assert(parentPort, 'the steward runs as a worker thread')
answer<StewardRequest, StewardAnswer>(parentPort, async (request) => {
  try {
    return await serve(request)
  } catch (error) {
    // SQLite says "full" where it can, and "I/O error" or "cannot open" where it wanted one more small file.
    if (isControlError(error) || !isOutOfRoom(directory)) throw error
    throw new ControlError('StorageFull', `no room left in ${directory}`, error)
  }
})
