/**
 * A tape of bytes in a SQLite file: rows of one blob, each filling one database page.
 *
 *     row      0              1              2              3
 *     tape     │ .............│..............│......┊ 0 0 0 │ 0 0 0 0 0 0 ...
 *                                                   ▲ written up to here; the rest is zeros
 *
 * All rows are there before the first byte is written. Writing is an UPDATE in place, so neither the file nor its tree
 * grows while somebody waits: several times faster than inserting (docs/adr/0003).
 */

import { dirname } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { assert, ControlError, isControlError } from '@muster/base/errors.ts'
import { APPLICATION_ID, FORMAT_VERSION } from './format.ts'
import { isOutOfRoom } from './room.ts'

const PAGE_SIZE = 16_384

/** The largest blob for which row and page fit exactly, rounded down: SQLite's own headers take 40 bytes. */
const PAGE_BYTES = PAGE_SIZE - 64

/** How much goes into the write-ahead log before it is folded into the file: a few milliseconds of work. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024

/** Room in the write-ahead log: what is written between two checkpoints, and a large group on top. */
const WAL_BYTES = CHECKPOINT_BYTES + 2 * 1024 * 1024

/** Fills the last rows until the tape is taken into use; clearing them then is what makes room in the log. */
const NOT_YET = 1

/**
 * Rows written and synced between two pauses: a megabyte. Synced all at once, a large file keeps the disk busy for tens
 * of milliseconds, in which no commit becomes durable (docs/adr/0003).
 */
const SLICE_ROWS = 64

/** A tape that is open. */
export class Tape {
  readonly capacity: number
  readonly #database: DatabaseSync
  readonly #select: StatementSync
  readonly #update: StatementSync | undefined
  /** The row written or, on a tape that is only read, read last: the next frame mostly begins in it. */
  #tail: { readonly row: number; readonly bytes: Buffer } | undefined
  #sinceCheckpoint = 0

  private constructor(database: DatabaseSync, writable: boolean) {
    this.#database = database
    this.capacity = rowCount(database) * PAGE_BYTES
    this.#select = database.prepare('SELECT bytes FROM page WHERE id = ?')
    this.#update = writable ? database.prepare('UPDATE page SET bytes = ? WHERE id = ?') : undefined
  }

  /** Makes an empty tape of at least this many bytes, durable as a whole before it resolves. */
  static async create(path: string, bytes: number, pause: () => Promise<void>): Promise<void> {
    const rows = Math.max(1, Math.ceil(bytes / PAGE_BYTES))
    const firstNotYet = rows - notYetRows(rows)
    const notYet = Buffer.alloc(PAGE_BYTES, NOT_YET)
    await makeDatabase(path, async (database, insert) => {
      for (let row = 0; row < rows; ) {
        database.exec('BEGIN')
        for (const end = Math.min(row + SLICE_ROWS, rows); row < end; row++) {
          insert.run(row, row < firstNotYet ? BLANK : notYet)
        }
        database.exec('COMMIT')
        await pause()
      }
    })
  }

  /** Makes a tape that holds these bytes and no room for more. */
  static async of(path: string, chunks: AsyncIterable<Buffer>): Promise<void> {
    await makeDatabase(path, async (database, insert) => {
      let row = 0
      let rest: Buffer = Buffer.alloc(0)
      database.exec('BEGIN')
      for await (const chunk of chunks) {
        rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
        for (; rest.length >= PAGE_BYTES; rest = rest.subarray(PAGE_BYTES)) {
          insert.run(row++, rest.subarray(0, PAGE_BYTES))
          if (row % SLICE_ROWS === 0) database.exec('COMMIT; BEGIN')
        }
      }
      insert.run(row, Buffer.concat([rest, Buffer.alloc(PAGE_BYTES - rest.length)]))
      database.exec('COMMIT')
    })
  }

  /** Takes a tape into use for writing, and clears what keeps room in its write-ahead log. */
  static async write(path: string, pause: () => Promise<void>): Promise<Tape> {
    const database = new DatabaseSync(path)
    try {
      return await Tape.#takeIntoUse(database, pause)
    } catch (error) {
      database.close()
      throw error
    }
  }

  static async #takeIntoUse(database: DatabaseSync, pause: () => Promise<void>): Promise<Tape> {
    // Exclusive before the first use of the log: no shared memory file, and nobody else gets in.
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL')
    database.exec('PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 0')
    const tape = new Tape(database, true)
    const rows = tape.capacity / PAGE_BYTES
    if (tape.#row(rows - 1)[0] !== NOT_YET) {
      // What a killed process has left may be in the system's cache only, its sync not come or failed. Nobody may be
      // shown it before it is certain, which folding it into the file and syncing that makes it.
      tape.#checkpoint()
      return tape
    }
    for (let row = rows - notYetRows(rows); row < rows; row += SLICE_ROWS) {
      tape.#writeRows(
        row,
        Array.from({ length: Math.min(SLICE_ROWS, rows - row) }, () => Buffer.alloc(PAGE_BYTES)),
      )
      await pause()
    }
    tape.#checkpoint()
    return tape
  }

  /**
   * Opens a tape only to read it: its bytes on disk stay as they are. With two exceptions, in which it is opened as its
   * only user, and SQLite finishes what was begun: its process was killed in the middle of taking it into use or of
   * sealing it; or it was being written, and a full disk has no room for the small file that reading it takes.
   */
  static read(path: string): Tape {
    const reading = new DatabaseSync(path, { readOnly: true })
    try {
      return new Tape(reading, false)
    } catch (error) {
      reading.close()
      if (isControlError(error) || !(isUnfinished(error) || isOutOfRoom(dirname(path)))) throw error
      const database = new DatabaseSync(path)
      database.exec('PRAGMA locking_mode = EXCLUSIVE')
      return new Tape(database, false)
    }
  }

  /** Whether nothing was ever written from an offset on. */
  isBlankFrom(offset: number): boolean {
    const within = offset % PAGE_BYTES
    const first = Math.floor(offset / PAGE_BYTES)
    if (within > 0 && !this.#row(first).subarray(within).equals(BLANK.subarray(within))) return false
    const blankFrom = within > 0 ? first + 1 : first
    return this.#database.prepare('SELECT 1 FROM page WHERE id >= ? AND bytes <> ?').get(blankFrom, BLANK) === undefined
  }

  /** Reads into memory that the caller may give. */
  read(offset: number, length: number, into: Buffer = Buffer.allocUnsafe(length)): Buffer {
    assert(offset + length <= this.capacity, 'nothing is read beyond the end of a tape')
    for (let done = 0; done < length; ) {
      const within = (offset + done) % PAGE_BYTES
      const row = this.#rowFrom(Math.floor((offset + done) / PAGE_BYTES))
      done += row.copy(into, done, within, within + length - done)
    }
    return into
  }

  /** Makes bytes durable at an offset where zeros are. Throws what SQLite throws. */
  append(offset: number, bytes: Buffer): void {
    const first = Math.floor(offset / PAGE_BYTES)
    const rows: Buffer[] = []
    for (let done = 0; done < bytes.length; ) {
      const within = (offset + done) % PAGE_BYTES
      const part = bytes.subarray(done, done + PAGE_BYTES - within)
      rows.push(part.length === PAGE_BYTES ? part : this.#withPart(first + rows.length, within, part))
      done += part.length
    }
    this.#writeRows(first, rows)
    const last = rows.at(-1)
    if (last) this.#tail = { row: first + rows.length - 1, bytes: last }
  }

  /** Folds the write-ahead log in when there is enough of it. For when nobody waits. */
  tidyUp(): void {
    if (this.#sinceCheckpoint >= CHECKPOINT_BYTES) this.#checkpoint()
  }

  /** Seals a tape that a killed process left unsealed. Nobody may have it open. */
  static seal(path: string): void {
    const database = new DatabaseSync(path)
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA synchronous = FULL')
      new Tape(database, true).seal()
    } catch (error) {
      if (database.isOpen) database.close()
      throw error
    }
  }

  /** Whether the file alone is the tape. */
  get isSealed(): boolean {
    return this.#database.prepare('PRAGMA journal_mode').get()?.journal_mode === 'delete'
  }

  /** Folds the write-ahead log in for good, so that the file alone is the tape, and closes it. */
  seal(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    this.#database.exec('PRAGMA journal_mode = DELETE')
    this.#database.close()
  }

  close(): void {
    this.#database.close()
  }

  #withPart(row: number, within: number, part: Buffer): Buffer {
    const bytes =
      within === 0 ? Buffer.alloc(PAGE_BYTES) : Buffer.from(this.#tail?.row === row ? this.#tail.bytes : this.#row(row))
    part.copy(bytes, within)
    return bytes
  }

  #rowFrom(row: number): Buffer {
    if (this.#update) return this.#row(row)
    if (this.#tail?.row !== row) this.#tail = { row, bytes: this.#row(row) }
    return this.#tail.bytes
  }

  #row(row: number): Buffer {
    const bytes = this.#select.get(row)?.bytes
    if (!(bytes instanceof Uint8Array) || bytes.length !== PAGE_BYTES) {
      throw new ControlError('StorageRefused', `row ${row} of the tape is missing or has another size`)
    }
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  }

  #writeRows(first: number, rows: readonly Buffer[]): void {
    assert(this.#update, 'a tape that is written was opened for writing')
    assert((first + rows.length) * PAGE_BYTES <= this.capacity, 'nothing is written beyond the end of a tape')
    const update = this.#update
    this.#sinceCheckpoint += rows.length * PAGE_SIZE
    const [only] = rows
    if (rows.length === 1 && only) {
      update.run(only, first)
      return
    }
    this.#database.exec('BEGIN IMMEDIATE')
    try {
      for (const [index, row] of rows.entries()) update.run(row, first + index)
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  #checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(PASSIVE)')
    this.#sinceCheckpoint = 0
  }
}

/** SQLite's name for a change that has to be rolled back, which a reader may not do. */
const SQLITE_READONLY = 8

const isUnfinished = (error: unknown): boolean =>
  error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === SQLITE_READONLY

const BLANK = Buffer.alloc(PAGE_BYTES)

const notYetRows = (rows: number): number => Math.min(rows, Math.ceil(WAL_BYTES / PAGE_SIZE))

function rowCount(database: DatabaseSync): number {
  const { application_id: application } = database.prepare('PRAGMA application_id').get() ?? {}
  const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {}
  if (application !== APPLICATION_ID || version !== FORMAT_VERSION) {
    throw new ControlError('StorageRefused', `it says it is of format ${version}, not ${FORMAT_VERSION}`)
  }
  const row = database.prepare('SELECT max(id) AS last FROM page').get()
  return Number(row?.last ?? -1) + 1
}

/** Makes a file of rows. Its version comes last: a file that was never finished is not in the manifest either. */
async function makeDatabase(
  path: string,
  fill: (database: DatabaseSync, insert: StatementSync) => Promise<void>,
): Promise<void> {
  const database = new DatabaseSync(path)
  try {
    database.exec(`PRAGMA page_size = ${PAGE_SIZE}; PRAGMA journal_mode = OFF; PRAGMA synchronous = FULL`)
    database.exec(`PRAGMA application_id = ${APPLICATION_ID}`)
    database.exec('CREATE TABLE page (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)')
    await fill(database, database.prepare('INSERT INTO page VALUES (?, ?)'))
    // Without a write-ahead log, as it is once it is sealed: reading it then needs no room for files beside it.
    database.exec('PRAGMA journal_mode = DELETE')
    database.exec(`PRAGMA user_version = ${FORMAT_VERSION}`)
  } finally {
    database.close()
  }
}
