/** Every retained version of one key, with who made it and why. */
import { assert } from '@muster/base/errors.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import type { StoredVersion } from './record.ts'
import type { HistoryOptions, Revision, Version } from './store.ts'

/** Fetches them from the log: in order, each with the mark of a gap before it. */
export async function historyOf(
  ledger: Ledger,
  log: Log,
  key: string,
  { from = 0 as Revision, to = ledger.head, last }: HistoryOptions,
): Promise<readonly Version[]> {
  const kept = ledger.keys.get(key)?.revisions.map((revision) => Math.abs(revision) as Revision) ?? []
  const asked = kept.filter((revision) => revision >= from && revision <= to)
  const wanted = last === undefined ? asked : asked.slice(Math.max(0, asked.length - last))
  const known = new Set(kept)
  const versions: Version[] = []
  for (const [at, stored] of (await log.read(wanted)).entries()) {
    if (stored) versions.push(asVersion(stored, known))
    else {
      // It may have been thinned while the log was read, and the gap is marked on the one after it; else it is lost.
      assert((wanted[at] ?? 0) <= ledger.horizon, `revision ${wanted[at]} of '${key}' is in the log`)
      known.clear()
    }
  }
  return versions
}

function asVersion({ commit, write }: StoredVersion, known: ReadonlySet<Revision>): Version {
  const { token, cause, time } = commit
  const gapBefore = write.previous !== 0 && !known.has(write.previous)
  if (write.write === 'put') {
    const { entry } = write
    const version = {
      version: 'put',
      key: entry.key,
      revision: entry.revision,
      time,
      token,
      cause,
      gapBefore,
      entry,
    } as const
    return write.erased ? { ...version, erased: true } : version
  }
  return { version: 'deleted', key: write.key, revision: write.revision, time, token, cause, gapBefore }
}
