/** Directories that tests break things in. */
import { createHash } from 'node:crypto'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A new directory, removed when the test lets go of it. */
export interface Ground extends Disposable {
  readonly root: string
}

/** Makes a directory of its own for one test. */
export function newGround(): Ground {
  const root = mkdtempSync(join(tmpdir(), 'muster-torture-'))
  return { root, [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }) }
}

/** A copy of a directory, as a power cut or a careless hand would leave it. */
export function copyOf(directory: string, to: string): string {
  cpSync(directory, to, { recursive: true })
  return to
}

/**
 * What every file of a directory holds, as one hash each. Not of what SQLite makes for whoever only reads: `-shm`, and
 * a `-wal` with nothing in it.
 */
export function fingerprints(directory: string): Record<string, string> {
  const found: Record<string, string> = {}
  for (const name of readdirSync(directory).sort()) {
    const bytes = readFileSync(join(directory, name))
    if (name.endsWith('-shm') || (name.endsWith('-wal') && bytes.length === 0)) continue
    found[name] = createHash('sha256').update(bytes).digest('hex')
  }
  return found
}
