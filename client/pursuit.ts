/**
 * Follows a collection for as long as it runs, and tells a sink of it.
 *
 *     list ──► watch ──► events ... ──► the stream ends ──► watch from the last revision ──► ...
 *       ▲                                                          │ 410: that revision is no longer kept
 *       └──────────────────────────────────────────────────────────┘ a new list is told from its beginning
 *
 * A stream that has been silent for too long is given up and resumed: half-open connections say nothing, and nothing
 * tells them apart from a quiet collection. Resuming costs one request and loses nothing.
 *
 * Guarantees: lists and events are told one after the other, each after the sink has taken the one before; a list that
 * broke off is not ended; between two lists no event is left out.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { backoff, nextWait } from '@muster/base/backoff.ts'
import { type Clock, type Duration, minutes, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { ListQuery, ResourceClient } from './client.ts'

/** Which part of a collection is followed. */
export type Part = Pick<ListQuery, 'namespace' | 'labelSelector' | 'fieldSelector'>

/** Who is told. What it throws counts as a stream that broke: it is told again. */
export interface Sink<T extends KubeObject> {
  /** A list begins. What was known and is in no page of it by its end is there no more. */
  beginList(): Listing<T>
  put(object: T): void | Promise<void>
  /** The object as it was last, at the revision of its deletion. */
  deleted(object: T): void | Promise<void>
  /** Everything up to this revision has been told. */
  reached(revision: string): void | Promise<void>
  /** It could not go on, and will try again. */
  troubled?(error: unknown): void
}

/** A list that is told page by page. */
export interface Listing<T extends KubeObject> {
  page(objects: readonly T[]): void | Promise<void>
  /** All of it was told; it was true at this revision. */
  end(revision: string): void | Promise<void>
}

/** What following takes. */
export interface PursuitDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Where an earlier pursuit came to. It begins with a list when absent, or when that is no longer kept. */
  readonly from?: string
  /** Waits until one more request may be made. At once when absent. */
  readonly pace?: (signal: AbortSignal) => Promise<void>
}

/** A collection that is followed. */
export interface Pursuit {
  /** The newest revision that was told; empty before the first list. */
  readonly revision: string
  /** Resolves once a list that began after this call has been told. */
  listAnew(): Promise<void>
  /** Follows until the signal aborts. */
  run(signal: AbortSignal): Promise<void>
}

/** A silent stream is resumed after this long. Servers send a bookmark about each minute; a connection that is gone is
 * found sooner, by its pings. */
const SILENCE_MAX: Duration = seconds(90)
/** How long one watch may last: between one and two of these, so that a fleet's watches do not all end together. */
const WATCH_TIME: Duration = minutes(5)
const PAGE_SIZE = 500
const FIRST_WAIT = seconds(0.5)
const WAIT_MAX = seconds(30)

/** A pursuit that does nothing until it is run. */
export function createPursuit<T extends KubeObject>(
  resource: ResourceClient<T>,
  part: Part,
  sink: Sink<T>,
  { clock, random, log, from = '', pace = async () => {} }: PursuitDeps,
): Pursuit {
  /** Told when a list that begins after they asked has been told. */
  let behind: (() => void)[] = []
  /** Ends the stream, or the rest between two. */
  let interrupt = () => {}
  let revision = from

  const moveTo = async (reached: string) => {
    revision = reached
    await sink.reached(reached)
  }

  const list = async (signal: AbortSignal) => {
    const served = behind
    behind = []
    try {
      await readAll(signal)
    } catch (error) {
      behind.push(...served)
      throw error
    }
    for (const resolve of served) resolve()
  }
  const readAll = async (signal: AbortSignal) => {
    const listing = sink.beginList()
    let token = ''
    let at = ''
    do {
      await pace(signal)
      const page = await resource.list({ ...part, limit: PAGE_SIZE, continue: token })
      await listing.page(page.items)
      token = page.continue
      at = page.resourceVersion
    } while (token !== '')
    await listing.end(at)
    await moveTo(at)
  }

  /** Follows one stream until it ends, fails, or has been silent for too long. */
  const follow = async (outer: AbortSignal) => {
    await pace(outer)
    const stream = new AbortController()
    interrupt = () => stream.abort()
    const signal = AbortSignal.any([outer, stream.signal])
    let heard = clock.elapsed()
    const guard = watchSilence(clock, () => clock.elapsed() - heard, stream)
    const timeoutSeconds = Math.round((WATCH_TIME / 1000) * (1 + random.next()))
    try {
      for await (const event of resource.watch({ ...part, resourceVersion: revision, timeoutSeconds, signal })) {
        heard = clock.elapsed()
        if (event.type === 'BOOKMARK') {
          await moveTo(event.resourceVersion)
          continue
        }
        await (event.type === 'DELETED' ? sink.deleted(event.object) : sink.put(event.object))
        await moveTo(event.object.metadata.resourceVersion ?? revision)
      }
    } finally {
      stream.abort()
      await guard
    }
  }

  /** Cut short, though not at once, when somebody begins to wait for a list. */
  const rest = async (length: Duration, outer: AbortSignal) => {
    const hurry = new AbortController()
    interrupt = () => hurry.abort()
    const least = Math.min(length, FIRST_WAIT) as Duration
    await clock.sleep(least, outer).catch(() => {})
    const signal = AbortSignal.any([outer, hurry.signal])
    await clock.sleep((length - least) as Duration, signal).catch(() => {})
  }

  return {
    get revision() {
      return revision
    },
    listAnew() {
      return new Promise((resolve) => {
        behind.push(resolve)
        interrupt()
      })
    },
    async run(signal) {
      let tries = backoff(FIRST_WAIT, WAIT_MAX)
      while (!signal.aborted) {
        try {
          if (revision === '' || behind.length > 0) await list(signal)
          const before = revision
          try {
            // Whoever waits for a list since then waits for no stream.
            if (behind.length === 0) await follow(signal)
          } finally {
            // What was heard before it broke shows that the other side is well.
            if (revision !== before) tries = backoff(FIRST_WAIT, WAIT_MAX)
          }
        } catch (error) {
          if (signal.aborted) return
          sink.troubled?.(error)
          if (hasCode(error, 'Gone')) revision = ''
          else log.warn('the stream of a collection broke; it will be resumed', { part, error })
        }
        if (behind.length > 0 && tries.ceiling === FIRST_WAIT) {
          tries = nextWait(tries, random).next
          continue
        }
        const { wait, next } = nextWait(tries, random)
        tries = next
        await rest((wait + between(random, 1, 50)) as Duration, signal)
      }
    },
  }
}

/** Aborts a stream once nothing was heard for {@link SILENCE_MAX}. Ends when the stream does. */
async function watchSilence(clock: Clock, silence: () => number, stream: AbortController): Promise<void> {
  while (!stream.signal.aborted) {
    const left = SILENCE_MAX - silence()
    if (left <= 0) {
      stream.abort()
      return
    }
    await clock.sleep(left as Duration, stream.signal).catch(() => {})
  }
}
