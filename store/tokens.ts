/**
 * How the last commits ended, by token, so that a repeated commit is answered rather than done again.
 *
 *     ring     │ token 5 │ token 6 │ token 3 │ token 4 │      the oldest gives its place to the newest
 *                  ▲ older     ▲        ▲
 *     heads    │ ──┘ │  0  │ ──┴────────┘ │ ...               one chain for each hash, the newest first
 *
 * Not a Map: one that holds this many is rehashed for milliseconds while it grows, and an answer kept as an object for
 * each commit is most of what the garbage collector has to carry on. Here it is two numbers.
 */
import type { CommitOutcome, Revision } from './store.ts'

/** The answer that a repeated token is given again. */
export type Committed = Extract<CommitOutcome, { outcome: 'committed' }>

/**
 * At least this many of the newest commits are remembered. Beyond them the guard on a written key, which every commit
 * has, keeps a repeated commit from being applied blindly.
 */
export const TOKENS_REMEMBERED_MIN = 65_536

/** Twice as many: the answers that compaction has written again come late when a log is replayed, and push out none. */
const PLACES_MAX = 2 * TOKENS_REMEMBERED_MIN

/** Places at first: a store that is hardly written takes a few kilobytes. */
const PLACES_AT_FIRST = 256

/** The newest commits of one store. */
export class Tokens {
  readonly #tokens: string[] = []
  #ring = newRing(PLACES_AT_FIRST)
  /** Answers that are more than a first and a last revision, by place. */
  readonly #uneven = new Map<number, Committed>()
  /** How many were ever remembered: the next one's place, counted on without end. */
  #count = 0

  /** Does nothing when the token is known. */
  remember(token: string, answer: Committed): void {
    const hash = hashOf(token)
    if (this.#placeOf(token, hash) >= 0) return
    if (this.#count === this.#ring.hashes.length && this.#count < PLACES_MAX) this.#ring = grown(this.#ring)
    const ring = this.#ring
    const place = this.#count % ring.hashes.length
    if (this.#count >= PLACES_MAX) {
      unlink(ring, place)
      this.#uneven.delete(place)
    }
    this.#tokens[place] = token
    ring.hashes[place] = hash
    ring.lasts[place] = answer.revision
    ring.firsts[place] = answer.revisions[0] ?? 0
    if (!isEven(answer)) this.#uneven.set(place, answer)
    link(ring, place)
    this.#count++
  }

  /**
   * The answers of commits that end at or below a revision, of those that must be remembered, the oldest first. Others
   * may come and go while they are walked.
   */
  *upTo(revision: Revision): Generator<{ readonly token: string; readonly answer: Committed }, void, undefined> {
    for (let count = Math.max(0, this.#count - TOKENS_REMEMBERED_MIN); count < this.#count; count++) {
      const place = count % this.#ring.hashes.length
      const token = this.#tokens[place]
      if (token !== undefined && (this.#ring.lasts[place] ?? 0) <= revision) {
        yield { token, answer: this.#answerAt(place) }
      }
    }
  }

  find(token: string): Committed | undefined {
    const place = this.#placeOf(token, hashOf(token))
    return place < 0 ? undefined : this.#answerAt(place)
  }

  #placeOf(token: string, hash: number): number {
    const { heads, older, hashes } = this.#ring
    let link = heads[hash & (heads.length - 1)] ?? 0
    while (link > 0 && (hashes[link - 1] !== hash || this.#tokens[link - 1] !== token)) link = older[link - 1] ?? 0
    return link - 1
  }

  #answerAt(place: number): Committed {
    const { firsts, lasts } = this.#ring
    const uneven = this.#uneven.get(place)
    if (uneven) return uneven
    const first = firsts[place] ?? 0
    const last = (lasts[place] ?? 0) as Revision
    const revisions = Array.from({ length: last - first + 1 }, (_, at) => (first + at) as Revision)
    return { outcome: 'committed', revision: last, revisions }
  }
}

/** One place for each commit, and the chains through them. A link is a place plus one; 0 ends a chain. */
interface Ring {
  readonly hashes: Int32Array
  readonly firsts: Float64Array
  readonly lasts: Float64Array
  readonly older: Int32Array
  readonly heads: Int32Array
}

const newRing = (places: number): Ring => ({
  hashes: new Int32Array(places),
  firsts: new Float64Array(places),
  lasts: new Float64Array(places),
  older: new Int32Array(places),
  heads: new Int32Array(places),
})

/** The same in twice the room. All its places must be taken. */
function grown(from: Ring): Ring {
  const ring = newRing(from.hashes.length * 2)
  ring.hashes.set(from.hashes)
  ring.firsts.set(from.firsts)
  ring.lasts.set(from.lasts)
  for (let place = 0; place < from.hashes.length; place++) link(ring, place)
  return ring
}

function link({ heads, older, hashes }: Ring, place: number): void {
  const chain = (hashes[place] ?? 0) & (heads.length - 1)
  older[place] = heads[chain] ?? 0
  heads[chain] = place + 1
}

/** Takes the oldest place out of its chain: it is the last in it. */
function unlink({ heads, older, hashes }: Ring, place: number): void {
  const chain = (hashes[place] ?? 0) & (heads.length - 1)
  if (heads[chain] === place + 1) heads[chain] = 0
  for (let link = heads[chain] ?? 0; link > 0; link = older[link - 1] ?? 0) {
    if (older[link - 1] === place + 1) older[link - 1] = 0
  }
}

/** Whether every write has a revision, one after the other. */
const isEven = ({ revision, revisions }: Committed): boolean =>
  revisions[0] !== undefined &&
  revision - revisions[0] + 1 === revisions.length &&
  revisions.every((at) => at !== undefined)

/** FNV-1a over the code units. Tokens are made by our own servers: nobody outside can make many that collide. */
function hashOf(token: string): number {
  let hash = 0x811c9dc5 | 0
  for (let at = 0; at < token.length; at++) hash = Math.imul(hash ^ token.charCodeAt(at), 0x01000193)
  return hash
}
