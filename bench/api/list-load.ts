/** A client that lists a collection over and over, whole or page by page. */
import { assert } from '@muster/base/errors.ts'
import { COLLECTION } from './config-maps.ts'
import { ask, endpointOf, openSessions } from './endpoint.ts'

/** What to list. */
export interface ListLoad {
  readonly kubeconfig: string
  /** Objects in one page; 0 asks for all at once. */
  readonly limit: number
  readonly seconds: number
  /** How many objects must be there. */
  readonly count: number
}

/** What came. */
export interface ListRate {
  readonly bytes: number
  /** Whole lists, all their pages counted as one. */
  readonly lists: number
  readonly seconds: number
}

/** Lists at least once. Throws when the first list does not hold every object. */
export async function readLists({ kubeconfig, limit, seconds, count }: ListLoad): Promise<ListRate> {
  const endpoint = endpointOf(kubeconfig)
  using sessions = openSessions(endpoint, 1)
  const once = async (take: (chunk: Buffer) => void) => {
    let from: string | undefined = ''
    while (from !== undefined) {
      const path = `${COLLECTION}?limit=${limit}&continue=${encodeURIComponent(from)}`
      let head = ''
      await ask(endpoint, sessions.of(0), { method: 'GET', path }, (chunk) => {
        // The list's own metadata comes before its items.
        if (head.length < HEAD_CHARACTERS) head += chunk.toString('latin1', 0, HEAD_CHARACTERS)
        take(chunk)
      })
      from = /"continue":"([^"]+)"/.exec(head.slice(0, HEAD_CHARACTERS))?.[1]
    }
  }
  const found = counter()
  await once(found.take)
  assert(found.count() === count, `a list holds ${found.count()} objects, not ${count}`)
  let bytes = 0
  let lists = 0
  const start = performance.now()
  while (lists === 0 || performance.now() < start + seconds * 1000) {
    await once((chunk) => {
      bytes += chunk.length
    })
    lists++
  }
  return { bytes, lists, seconds: (performance.now() - start) / 1000 }
}

const HEAD_CHARACTERS = 2_000

/** Counts the bench's own objects by their label, also where it is cut in two. */
function counter() {
  const mark = Buffer.from('"app":"bench"')
  let found = 0
  let tail = Buffer.alloc(0)
  return {
    take(chunk: Buffer) {
      const bytes = Buffer.concat([tail, chunk])
      for (let at = bytes.indexOf(mark); at >= 0; at = bytes.indexOf(mark, at + mark.length)) found++
      tail = bytes.subarray(Math.max(0, bytes.length - mark.length + 1))
    },
    count: () => found,
  }
}
