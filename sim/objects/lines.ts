/** The lines of a watch, as the audit wants them: of an object its key and its revision alone. */
import { bookmarkObject, type WatchEncoding } from '@muster/server/storage/watch-encoding.ts'
import type { Line } from './wire.ts'

const encode = (line: unknown) => Buffer.from(`${JSON.stringify(line)}\n`)
/** The lines of a block. */
export const decode = (block: Uint8Array): Line[] =>
  Buffer.from(block)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

/** How servers here encode what a watch tells. */
export const ENCODING: WatchEncoding = {
  key: 'lines',
  event: (type, { key, revision }) => encode({ line: type, key, revision }),
  bookmark: (revision, endsInitialEvents) => {
    const { metadata } = bookmarkObject({ apiVersion: 'v1', kind: 'Pod' }, revision, endsInitialEvents)
    return encode({ line: 'BOOKMARK', revision: Number(metadata.resourceVersion), endsInitialEvents })
  },
  error: ({ code }) => encode({ line: 'ERROR', code }),
}
