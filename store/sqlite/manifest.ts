/**
 * Which files make up the store: a small database of its own, changed in one transaction when parts come and go.
 * Whoever has it open holds its exclusive lock: the second of the store's two locks.
 */
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { ControlError } from '@muster/base/errors.ts'
import { APPLICATION_ID, FORMAT_VERSION } from './format.ts'

/** One part of the log. Parts are ordered by `place`; `number` names the file and is never used again. */
export interface Part {
  readonly number: number
  readonly place: number
}

/** Below `horizon`, only the versions at these revisions are the store's; files may hold more. */
export interface Kept {
  readonly horizon: number
  readonly revisions: Float64Array
}

/** The manifest of one open store. */
export class Manifest {
  readonly #database: DatabaseSync

  private constructor(database: DatabaseSync) {
    this.#database = database
  }

  /** Throws StorageRefused, having changed nothing, when the file is not ours or of a newer format. */
  static check(path: string): void {
    const file = pathToFileURL(path)
    // Immutable: SQLite makes no files beside it and takes no locks. What is asked for never changes.
    file.searchParams.set('immutable', '1')
    let seen: { application: unknown; version: unknown; isManifest: boolean }
    try {
      const database = new DatabaseSync(file, { readOnly: true })
      const { application_id: application } = database.prepare('PRAGMA application_id').get() ?? {}
      const { user_version: version } = database.prepare('PRAGMA user_version').get() ?? {}
      seen = { application, version, isManifest: hasTables(database) }
      database.close()
    } catch (error) {
      throw new ControlError('StorageRefused', `${path} is damaged, or no file of Muster: it was left as it is`, error)
    }
    if (seen.application !== APPLICATION_ID || (!seen.isManifest && seen.version === FORMAT_VERSION)) {
      throw new ControlError('StorageRefused', `${path} is no file of Muster: it was left as it is`)
    }
    if (Number(seen.version) > FORMAT_VERSION) {
      throw new ControlError(
        'StorageRefused',
        `${path} has format ${seen.version}; this Muster reads up to ${FORMAT_VERSION}. It was left as it is: use the newer Muster`,
      )
    }
  }

  /** Opens the manifest, making it when there is none, and locks it. Throws StorageLocked when another has it. */
  static open(path: string): Manifest {
    const database = new DatabaseSync(path, { timeout: 0 })
    try {
      database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA')
      database.exec('BEGIN EXCLUSIVE')
      if (!hasTables(database)) database.exec(TABLES)
      database.exec('COMMIT')
      const { quick_check: health } = database.prepare('PRAGMA quick_check').get() ?? {}
      if (health !== 'ok') throw new ControlError('StorageRefused', String(health))
    } catch (error) {
      database.close()
      throw openingError(path, error)
    }
    return new Manifest(database)
  }

  /** The parts whose files are complete, in the order of what they hold. */
  parts(): Part[] {
    const rows = this.#database.prepare('SELECT number, place FROM part WHERE made = 1 ORDER BY place').all()
    return rows.map(({ number, place }) => ({ number: Number(number), place: Number(place) }))
  }

  kept(): Kept | undefined {
    const row = this.#database.prepare('SELECT horizon, revisions FROM kept').get()
    if (!(row?.revisions instanceof Uint8Array)) return undefined
    const { buffer, byteOffset, byteLength } = new Uint8Array(row.revisions)
    return { horizon: Number(row.horizon), revisions: new Float64Array(buffer, byteOffset, byteLength / 8) }
  }

  /** Reserves a number for a file that is about to be made. Until {@link made}, the file counts as left over. */
  reserve(place: number): Part {
    const { lastInsertRowid } = this.#database.prepare('INSERT INTO part (place, made) VALUES (?, 0)').run(place)
    return { number: Number(lastInsertRowid), place }
  }

  made(part: Part): void {
    this.#database.prepare('UPDATE part SET made = 1 WHERE number = ?').run(part.number)
  }

  /** Forgets parts, whose files may be removed then. */
  forget(parts: readonly Part[]): void {
    const forget = this.#database.prepare('DELETE FROM part WHERE number = ?')
    for (const { number } of parts) forget.run(number)
  }

  keep({ horizon, revisions }: Kept): void {
    const bytes = new Uint8Array(revisions.buffer, revisions.byteOffset, revisions.byteLength)
    this.#database.prepare('INSERT OR REPLACE INTO kept VALUES (1, ?, ?)').run(horizon, bytes)
  }

  /** Runs all of it as one durable change. */
  transaction(run: () => void): void {
    this.#database.exec('BEGIN')
    try {
      run()
      this.#database.exec('COMMIT')
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('ROLLBACK')
      throw error
    }
  }

  close(): void {
    this.#database.close()
  }
}

const hasTables = (database: DatabaseSync): boolean =>
  database.prepare("SELECT name FROM sqlite_schema WHERE name = 'part'").get() !== undefined

const TABLES = `
  PRAGMA application_id = ${APPLICATION_ID};
  PRAGMA user_version = ${FORMAT_VERSION};
  CREATE TABLE part (number INTEGER PRIMARY KEY AUTOINCREMENT, place REAL NOT NULL, made INTEGER NOT NULL);
  CREATE TABLE kept (one INTEGER PRIMARY KEY CHECK (one = 1), horizon INTEGER NOT NULL, revisions BLOB NOT NULL);
`

const SQLITE_BUSY = 5

const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

function openingError(path: string, error: unknown): unknown {
  const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : undefined
  if (code === SQLITE_BUSY) return new ControlError('StorageLocked', `${path} is open in another process`, error)
  const isDamage = code === SQLITE_CORRUPT || code === SQLITE_NOTADB || error instanceof ControlError
  if (isDamage) return new ControlError('StorageRefused', `${path} is damaged: it was left as it is`, error)
  return error
}
