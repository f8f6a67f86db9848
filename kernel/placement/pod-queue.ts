/**
 * Which pod is next: the more important first, then the older.
 *
 *     add ──► ready ──► take ──► placed: forget
 *               ▲         ├────► failed: ready again after a wait
 *               └─ helps ─┴────► refused: waits for something that may help, and no shorter than a failure
 *
 * Time is asked for, never waited for. Source: kube-scheduler backend/queue.
 */
import { type Duration, minutes, seconds } from '@muster/base/clock.ts'
import type { Constraint } from './refusals.ts'

/** Something that may help pods that were refused. */
export type Happening = 'node changed' | 'pod came' | 'pod went' | 'volume changed' | 'namespace changed'

/** What a pod that waits is ordered by. */
export interface Standing {
  readonly priority: number
  /** Since when it waits; any number that grows with time. */
  readonly since: number
}

interface Entry extends Standing {
  readonly uid: string
  /** How many came before it; of two that are alike in all else, the first is first. */
  readonly arrival: number
  state: 'ready' | 'taken' | 'refused' | 'backing off'
  failures: number
  /** When it may be looked at again. */
  due: number
  /** When it is looked at again though nothing happened. */
  stale: number
  helpedBy: ReadonlySet<Happening>
}

/** The queue of one cluster. */
export interface PodQueue {
  /** A pod that waits from now on. One that is here already stays where it is, unless it was refused and has `changed`. */
  add(uid: string, standing: Standing, how?: { readonly changed: boolean }): void
  forget(uid: string): void
  /** The next pod that is ready. */
  take(now: Duration): string | undefined
  /** It fits nowhere, by these rules. */
  refused(uid: string, constraints: ReadonlySet<Constraint>, now: Duration): void
  /** Something went wrong. */
  failed(uid: string, now: Duration): void
  happened(what: Happening): void
  /** How long until somebody is ready; undefined when nobody will be by time alone. */
  untilNext(now: Duration): Duration | undefined
  readonly size: number
}

/** Source: kube-scheduler podInitialBackoffSeconds, podMaxBackoffSeconds. */
const FIRST_WAIT = seconds(1)
const WAIT_MAX = seconds(10)
/** Source: kube-scheduler podMaxInUnschedulablePodsDuration. */
const STALE_AFTER = minutes(5)

/** While there is work, those who wait are gone through this often and no more. */
const SETTLE_EVERY = seconds(0.1)

/** What may help against each rule. */
const HELP: Readonly<Record<Constraint, readonly Happening[]>> = {
  NodeUnschedulable: ['node changed'],
  TaintToleration: ['node changed'],
  NodeAffinity: ['node changed'],
  NodePorts: ['node changed', 'pod went'],
  NodeResourcesFit: ['node changed', 'pod went'],
  VolumeBinding: ['node changed', 'volume changed'],
  PodTopologySpread: ['node changed', 'pod came', 'pod went'],
  InterPodAffinity: ['node changed', 'pod came', 'pod went', 'namespace changed'],
}

/** An empty queue. */
export function createPodQueue(): PodQueue {
  const entries = new Map<string, Entry>()
  const ready = createHeap(before)
  const waiting = new Set<Entry>()
  const happenings = new Set<Happening>()
  let arrivals = 0
  let settledAt = Number.NEGATIVE_INFINITY

  const makeReady = (entry: Entry) => {
    waiting.delete(entry)
    entry.state = 'ready'
    ready.push(entry)
  }
  const hold = (uid: string, state: 'refused' | 'backing off', helpedBy: ReadonlySet<Happening>, now: number) => {
    const entry = entries.get(uid)
    if (!entry) return
    entry.due = now + Math.min(WAIT_MAX, FIRST_WAIT * 2 ** entry.failures++)
    entry.stale = now + STALE_AFTER
    entry.state = state
    entry.helpedBy = helpedBy
    waiting.add(entry)
  }
  /** What happened counts once for all who wait. */
  const settle = (now: number) => {
    for (const entry of waiting) {
      const isHelped = entry.state === 'refused' && [...entry.helpedBy].some((what) => happenings.has(what))
      if (isHelped || now >= entry.stale) entry.state = 'backing off'
      if (entry.state === 'backing off' && now >= entry.due) makeReady(entry)
    }
    happenings.clear()
    settledAt = now
  }
  return {
    add(uid, standing, { changed } = { changed: false }) {
      const known = entries.get(uid)
      if (known) {
        if (changed && known.state === 'refused') known.state = 'backing off'
        return
      }
      const arrival = arrivals++
      const entry: Entry = {
        uid,
        arrival,
        ...standing,
        state: 'ready',
        failures: 0,
        due: 0,
        stale: 0,
        helpedBy: new Set(),
      }
      entries.set(uid, entry)
      ready.push(entry)
    },
    forget(uid) {
      const entry = entries.get(uid)
      if (!entry) return
      entries.delete(uid)
      waiting.delete(entry)
    },
    take(now) {
      if (ready.isEmpty() || now - settledAt >= SETTLE_EVERY) settle(now)
      for (let entry = ready.pop(); entry; entry = ready.pop()) {
        if (entries.get(entry.uid) !== entry || entry.state !== 'ready') continue
        entry.state = 'taken'
        return entry.uid
      }
      return undefined
    },
    refused(uid, constraints, now) {
      // Where there is no node at all, or something unforeseen, a node is what helps.
      const helpedBy = new Set<Happening>(['node changed'])
      for (const constraint of constraints) for (const what of HELP[constraint]) helpedBy.add(what)
      hold(uid, 'refused', helpedBy, now)
    },
    failed: (uid, now) => hold(uid, 'backing off', new Set(), now),
    happened: (what) => void happenings.add(what),
    untilNext(now) {
      settle(now)
      let next = Number.POSITIVE_INFINITY
      for (const { state, due, stale } of waiting) next = Math.min(next, state === 'refused' ? stale : due)
      return next === Number.POSITIVE_INFINITY ? undefined : (Math.max(1, next - now) as Duration)
    },
    get size() {
      return entries.size
    },
  }
}

const before = (one: Entry, other: Entry): boolean =>
  (other.priority - one.priority || one.since - other.since || one.arrival - other.arrival) < 0

/** Gives back the first of what it holds, in the logarithm of their number. */
function createHeap<Item>(precedes: (one: Item, other: Item) => boolean) {
  const items: Item[] = []
  const swap = (one: number, other: number) => {
    const [first, second] = [items[one], items[other]]
    if (first === undefined || second === undefined) return
    items[one] = second
    items[other] = first
  }
  const isBefore = (one: number, other: number): boolean => {
    const [first, second] = [items[one], items[other]]
    return first !== undefined && second !== undefined && precedes(first, second)
  }
  return {
    isEmpty: () => items.length === 0,
    push(item: Item): void {
      items.push(item)
      for (let at = items.length - 1; at > 0; ) {
        const above = (at - 1) >> 1
        if (!isBefore(at, above)) return
        swap(at, above)
        at = above
      }
    },
    pop(): Item | undefined {
      swap(0, items.length - 1)
      const first = items.pop()
      for (let at = 0; ; ) {
        const [left, right] = [2 * at + 1, 2 * at + 2]
        const smaller = isBefore(right, left) ? right : left
        if (!isBefore(smaller, at)) return first
        swap(at, smaller)
        at = smaller
      }
    },
  }
}
