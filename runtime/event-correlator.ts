/**
 * What becomes of an event before it is written, so that a controller that fails in a loop does not fill the store.
 *
 *     like nine others that differ only in their message ──► one for all of them: (combined from similar events)
 *     said before ──► counted, not written again
 *     said too often about one object ──► dropped
 *
 * Source: client-go tools/record/events_cache.go, of which the numbers are.
 */
import type { Event } from '@muster/api/types/core-v1.ts'
import { type Duration, type Instant, minutes, since } from '@muster/base/clock.ts'

/** What is to be done with an event. */
export type Correlated =
  | { readonly write: 'nothing' }
  | { readonly write: 'create'; readonly event: Event }
  /** The event of that name is there already, as far as is known; `event` is what it becomes. */
  | { readonly write: 'count'; readonly event: Event }

/** Remembers what was said. */
export interface EventCorrelator {
  /** An event with a name, timestamps and a count of 1, and when it happened. */
  correlate(event: Event, now: Instant): Correlated
}

/** Rows that are remembered, of each sort; the least recently used are forgotten first. */
export const ROWS_MAX = 4096
/** From so many different messages on, similar events become one. */
export const SIMILAR_MAX = 10
/** Events are similar while no more than this lies between one and the next. */
export const SIMILAR_WITHIN: Duration = minutes(10)
/** Events that one source may say about one object at once. */
export const BURST = 25
/** After which it may say one more. */
export const ONE_MORE_AFTER: Duration = minutes(5)

const COMBINED = '(combined from similar events): '

interface Similar {
  readonly messages: ReadonlySet<string>
  readonly last: Instant
}

interface Said {
  readonly name: string
  readonly firstTimestamp: string
  readonly count: number
}

interface Bucket {
  readonly tokens: number
  readonly at: Instant
}

/** A correlator that remembers nothing yet. */
export function createEventCorrelator(): EventCorrelator {
  const similar = new Map<string, Similar>()
  const said = new Map<string, Said>()
  const buckets = new Map<string, Bucket>()

  /** One event for all, once there are too many that are alike. */
  const combine = (event: Event, now: Instant): { readonly key: string; readonly event: Event } => {
    const key = keyOfSimilar(event)
    const before = similar.get(key)
    const isRow = before !== undefined && since(before.last, now) <= SIMILAR_WITHIN
    const messages = new Set(isRow ? before.messages : []).add(event.message ?? '')
    const isMany = messages.size >= SIMILAR_MAX
    const [oldest = ''] = messages
    // No larger than it has to be to tell.
    if (isMany) messages.delete(oldest)
    remember(similar, key, { messages, last: now })
    return isMany
      ? { key, event: { ...event, message: `${COMBINED}${event.message ?? ''}` } }
      : { key: keyOfSame(event), event }
  }

  const count = (key: string, event: Event): Event => {
    const before = said.get(key)
    const { name, firstTimestamp } = before ?? { name: event.metadata.name ?? '', firstTimestamp: event.firstTimestamp }
    const next: Event = {
      ...event,
      metadata: { ...event.metadata, name },
      ...(firstTimestamp ? { firstTimestamp } : {}),
      count: (before?.count ?? 0) + 1,
    }
    remember(said, key, { name, firstTimestamp: firstTimestamp ?? '', count: next.count ?? 1 })
    return next
  }

  const mayBeSaid = (event: Event, now: Instant): boolean => {
    const key = keyOfSource(event)
    const { tokens, at } = buckets.get(key) ?? { tokens: BURST, at: now }
    const filled = Math.min(BURST, tokens + Math.max(0, since(at, now)) / ONE_MORE_AFTER)
    const isAllowed = filled >= 1
    remember(buckets, key, { tokens: isAllowed ? filled - 1 : filled, at: now })
    return isAllowed
  }

  return {
    correlate(asked, now) {
      const { key, event: combined } = combine(asked, now)
      const event = count(key, combined)
      if (!mayBeSaid(event, now)) return { write: 'nothing' }
      return { write: (event.count ?? 1) > 1 ? 'count' : 'create', event }
    },
  }
}

function remember<Row>(rows: Map<string, Row>, key: string, row: Row): void {
  rows.delete(key)
  rows.set(key, row)
  const [oldest] = rows.keys()
  if (rows.size > ROWS_MAX && oldest !== undefined) rows.delete(oldest)
}

/** NUL is in no part of a key. */
const join = (...parts: readonly (string | undefined)[]): string => parts.map((part) => part ?? '').join('\0')

function keyOfSource({ source, involvedObject, type }: Event): string {
  const { kind, namespace, name, uid, apiVersion } = involvedObject
  return join(source?.component, source?.host, kind, namespace, name, uid, apiVersion, type)
}

const keyOfSimilar = (event: Event): string => join('similar', keyOfSource(event), event.reason)

const keyOfSame = (event: Event): string =>
  join('same', keyOfSource(event), event.involvedObject.fieldPath, event.reason, event.message)
