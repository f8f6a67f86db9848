/** `muster store history`: every version of one key that is kept: when, who, why, and what changed. */
import { formatInstant } from '@muster/base/clock.ts'
import type { Version } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { encodeVersion } from '../store-api/entry.ts'
import type { Glyphs } from '../terminal/glyphs.ts'
import { tableLines } from '../terminal/table.ts'
import { visible } from '../terminal/width.ts'
import { describeChange } from './change.ts'
import { printJson, type StoreContext } from './context.ts'
import { noSuchKey } from './find.ts'

/** Prints the versions of a key, oldest first; throws MUS0203 when none is kept. */
export async function history(context: StoreContext, key: string): Promise<ExitCode> {
  const versions = await context.store.history(key)
  if (versions.length === 0) throw noSuchKey(key, undefined, 'muster store get --prefix ""')
  if (context.json) printJson(context, { versions: versions.map(encodeVersion) })
  else for (const line of historyLines(versions, context.terminal)) context.terminal.data.line(line)
  return EXIT.ok
}

/** The versions as a table. */
export function historyLines(
  versions: readonly Version[],
  { glyphs, columns }: { readonly glyphs: Glyphs; readonly columns: number },
): readonly string[] {
  const rows = versions.map((version, index) => [
    String(version.revision),
    formatInstant(version.time),
    visible(version.cause.actor),
    visible(version.cause.reason) + (version.cause.after === undefined ? '' : ` (after ${version.cause.after})`),
    describeChange(version, versions[index - 1], glyphs),
  ])
  return tableLines(['REVISION', 'WHEN', 'WHO', 'WHY', 'CHANGE'], rows, columns)
}
