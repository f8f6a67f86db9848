/** Reads a range of keys as of a revision. */
import { assert } from '@muster/base/errors.ts'
import { toByteText } from './keys.ts'
import type { Ledger } from './ledger.ts'
import type { Log } from './log.ts'
import { newestAt } from './ordered.ts'
import type { Entry, Range, RangeOptions, Revision } from './store.ts'

/** What stands at one place of the page: the entry itself, or the revision to fetch it at. */
type Place = { readonly entry: Entry } | { readonly fetch: Revision }

/** The newest state comes from memory and waits for nobody; an older one fetches what has changed since. */
export async function readRange(ledger: Ledger, log: Log, prefix: string, options: RangeOptions): Promise<Range> {
  const revision = options.at ?? ledger.head
  ledger.checkRevision(revision)
  const { places, next } = placesAt(ledger, prefix, revision, options)
  const fetch = places.flatMap((place) => ('fetch' in place ? [place.fetch] : [])).sort((a, b) => a - b)
  const fetched = new Map<Revision, Entry | 'erased'>()
  if (fetch.length > 0) {
    for (const version of await log.read(fetch)) {
      if (version?.write.write !== 'put') continue
      const { entry, erased } = version.write
      fetched.set(entry.revision, erased ? 'erased' : entry)
    }
    // Compaction may have passed this revision while the log was read.
    ledger.checkRevision(revision)
  }
  const entries = places.flatMap((place) => {
    const entry = 'entry' in place ? place.entry : fetched.get(place.fetch)
    assert(entry, 'what the ledger keeps is in the log')
    return entry === 'erased' ? [] : [entry]
  })
  return next === undefined ? { entries, revision } : { entries, revision, next }
}

function placesAt(ledger: Ledger, prefix: string, revision: Revision, { from, limit }: RangeOptions) {
  const places: Place[] = []
  const start = toByteText(prefix)
  const page = from === undefined ? start : toByteText(from)
  for (const state of ledger.keys.from(page < start ? start : page, prefix)) {
    const { live } = state
    const isCurrent = live !== undefined && live.revision <= revision
    const older = isCurrent ? 0 : newestAt(state, revision)
    if (!isCurrent && older <= 0) continue
    if (places.length === limit) return { places, next: state.key }
    places.push(isCurrent ? { entry: live } : { fetch: older as Revision })
  }
  return { places, next: undefined }
}
