/** One key out of the store. */
import type { Entry, Revision, Store } from '@muster/store/store.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'

/** The entry of a key, now or as of a revision; undefined when there is none. */
export async function find(store: Pick<Store, 'range'>, key: string, at?: Revision): Promise<Entry | undefined> {
  // In byte order nothing that starts with a key comes before the key itself.
  const { entries } = await store.range(key, { limit: 1, ...(at !== undefined && { at }) })
  return entries[0]?.key === key ? entries[0] : undefined
}

/** The error for a key that is not there. */
export const noSuchKey = (key: string, at?: Revision, next = `muster store history ${quoted(key)}`) =>
  trouble('MUS0203', {
    what:
      at === undefined
        ? text(`there is no key "${key}"`, `没有键 "${key}"`)
        : text(`there was no key "${key}" at revision ${at}`, `在修订号 ${at} 时没有键 "${key}"`),
    next: [next],
  })

/** A word as a shell takes it. */
export const quoted = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
