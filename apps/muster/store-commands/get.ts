/** `muster store get`: one value as it is, or a table of what lies under a prefix; now, or as of a revision. */
import type { Revision } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { encodeEntry } from '../store-api/entry.ts'
import { text } from '../terminal/language.ts'
import { tableLines } from '../terminal/table.ts'
import { visible } from '../terminal/width.ts'
import { printJson, type StoreContext } from './context.ts'
import { find, noSuchKey } from './find.ts'
import { showValue } from './show-value.ts'

/** Prints the bytes of one value, exactly; throws MUS0203 when there is no such key. */
export async function getKey(context: StoreContext, key: string, at: Revision | undefined): Promise<ExitCode> {
  const entry = await find(context.store, key, at)
  if (!entry) throw noSuchKey(key, at)
  if (context.json) {
    printJson(context, encodeEntry(entry))
    return EXIT.ok
  }
  const { data } = context.terminal
  data.bytes(entry.value)
  // A pipe gets the bytes and nothing else; on a screen the prompt should start on a line of its own.
  if (data.isTty && entry.value.at(-1) !== 0x0a) data.line('')
  return EXIT.ok
}

/** Prints a table of the entries under a prefix. */
export async function getPrefix(context: StoreContext, prefix: string, at: Revision | undefined): Promise<ExitCode> {
  const { store, terminal } = context
  const { entries, revision } = await store.range(prefix, at === undefined ? {} : { at })
  if (context.json) {
    printJson(context, { revision, entries: entries.map(encodeEntry) })
    return EXIT.ok
  }
  const rows = entries.map((entry) => [
    visible(entry.key),
    String(entry.revision),
    String(entry.version),
    entry.lease ?? '-',
    showValue(entry.value),
  ])
  const head = ['KEY', 'REVISION', 'VERSION', 'LEASE', 'VALUE']
  if (rows.length > 0) for (const line of tableLines(head, rows, terminal.columns)) terminal.data.line(line)
  const count = entries.length
  terminal.notes.line(
    terminal.say(
      text(`${count} ${count === 1 ? 'key' : 'keys'} at revision ${revision}`, `修订号 ${revision}，共 ${count} 个键`),
    ),
  )
  return EXIT.ok
}
