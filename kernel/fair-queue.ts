/**
 * Requests wait in queues for seats, and whoever has had least goes first.
 *
 *     offer ──► the emptiest queue of its hand ──► start ──► in work, on its seats ──► finish
 *                  │ full: refused                    ▲                                   │
 *                  └ giveUp                           └── the queue whose turn it is ◄────┘
 *
 * Every queue knows how much work, in seat-milliseconds, it has had: its next request starts there. The queue that has
 * had least is served. A request is charged a guess when it starts, and what it took when it ends. A queue that was empty
 * begins where the one stands that was served last: nobody saves up turns while he asks for nothing.
 *
 * Guarantees: no more seats are in use than there are, but for one request that is wider than all of them and then is
 * alone; who waits is started as soon as seats are free and it is his turn; within a queue, first come, first served;
 * whoever waits in a queue that he shares with nobody waits no longer than it takes to serve one request of each other
 * queue, and those in work. Time is passed in.
 *
 * Kubernetes moves its meter with the time instead, by what the seats could do. Where wide requests leave seats empty,
 * that runs ahead of what was done, and a newcomer waits behind everybody's backlog. (Tried in sim/fair-queue: twice a
 * round and more.) Source: Goyal, Vin and Cheng, "Start-time Fair Queuing", 1996; Kubernetes KEP-1040.
 */
import { assert } from '@muster/base/errors.ts'

/** What a request is taken to need before anybody knows better, in milliseconds. Source: apiserver queueset. */
export const SERVICE_MS_GUESS = 3

/** The form of one set of queues. */
export interface FairQueueShape {
  /** None: nothing waits, and what finds no seats is refused. */
  readonly queues: number
  /** How many may wait in one queue. Beyond it a request is refused. */
  readonly queueLengthMax: number
  /** Requests in work at a time, each counted by its width. Infinity where nothing is limited. */
  readonly seats: number
}

/** One request's way through. Whoever offered it hands it back to `giveUp` or `finish`, once. */
export interface Turn<Request> {
  readonly request: Request
  /** How many seats it takes. */
  readonly width: number
  readonly arrivedAtMs: number
  /** When it started; undefined while it waits. */
  startedAtMs: number | undefined
}

/** One queue, as it is looked at. */
export interface FairQueueLine<Request> {
  readonly waiting: readonly Turn<Request>[]
  readonly inWork: ReadonlySet<Turn<Request>>
  readonly seatsInUse: number
  readonly seatsWaiting: number
  /** The work that it has had, in seat-milliseconds: where its next request starts. */
  readonly had: number
}

/** A set of queues. Times are in milliseconds of one clock that never goes back. */
export interface FairQueue<Request> {
  /** Another form from now on. Queues too many go when they are empty; seats too many when they are given back. */
  reshape(shape: FairQueueShape): void
  /**
   * A request that needs `width` seats, for the emptiest queue of its hand. Undefined when it is refused; otherwise
   * `start` tells when it is its turn.
   */
  offer(request: Request, width: number, hand: readonly number[], now: number): Turn<Request> | undefined
  /** The next request whose turn it is, in work from now on. Asked after each change, until there is none. */
  start(now: number): Turn<Request> | undefined
  /** A request that waits no longer. Does nothing to one that has started or is over. */
  giveUp(turn: Turn<Request>): void
  /** A request that is done: its seats are free. */
  finish(turn: Turn<Request>, now: number): void
  readonly shape: FairQueueShape
  readonly lines: readonly FairQueueLine<Request>[]
  readonly waiting: number
  readonly inWork: number
  readonly seatsInUse: number
  readonly seatsWaiting: number
  /** What the queue had had that was served last: where a queue begins that was empty. */
  readonly meter: number
}

interface Line<Request> extends FairQueueLine<Request> {
  readonly waiting: Turn<Request>[]
  readonly inWork: Set<Turn<Request>>
  seatsInUse: number
  seatsWaiting: number
  had: number
}

/** An empty set of queues. */
export function createFairQueue<Request>(first: FairQueueShape): FairQueue<Request> {
  let shape = first
  /** A line is made when it is first chosen: most never are. */
  const lines: (Line<Request> | undefined)[] = []
  /** Every turn that is not over, and the line it is in; none where nothing waits. */
  const places = new Map<Turn<Request>, Line<Request> | undefined>()
  let waiting = 0
  let inWork = 0
  let seatsInUse = 0
  let seatsWaiting = 0
  let meter = 0
  /** The line that was served last: of those that have had equally much, the next one after it goes first. */
  let lastServed = 0
  let offers = 0

  const fits = (width: number) => seatsInUse + width <= shape.seats || (width > shape.seats && inWork === 0)
  const occupy = (turn: Turn<Request>, now: number) => {
    turn.startedAtMs = now
    inWork++
    seatsInUse += turn.width
  }
  const emptiest = (hand: readonly number[]): Line<Request> => {
    const from = offers++ % hand.length
    let best: number | undefined
    let fewest = Number.POSITIVE_INFINITY
    for (let step = 0; step < hand.length; step++) {
      const at = (hand[(from + step) % hand.length] ?? 0) % shape.queues
      const seats = lines[at]?.seatsWaiting ?? 0
      if (seats < fewest) [best, fewest] = [at, seats]
    }
    assert(best !== undefined, 'a hand names at least one queue')
    const line = lines[best] ?? { waiting: [], inWork: new Set(), seatsInUse: 0, seatsWaiting: 0, had: 0 }
    lines[best] = line
    return line
  }
  /** Of the lines where somebody waits, the one that has had least. */
  const next = (): Line<Request> | undefined => {
    let best: Line<Request> | undefined
    let bestAt = lastServed
    for (let step = 1; step <= lines.length; step++) {
      const at = (lastServed + step) % lines.length
      const line = lines[at]
      if (line && line.waiting.length > 0 && (!best || line.had < best.had)) [best, bestAt] = [line, at]
    }
    // A request too wide for the seats that are free holds up the others, or it would never find enough of them.
    const [oldest] = best?.waiting ?? []
    if (!oldest || !fits(oldest.width)) return undefined
    lastServed = bestAt
    return best
  }
  const leave = (turn: Turn<Request>, line: Line<Request>, at: number) => {
    line.waiting.splice(at, 1)
    line.seatsWaiting -= turn.width
    waiting--
    seatsWaiting -= turn.width
  }
  const isIdle = (line: Line<Request>) => line.waiting.length === 0 && line.inWork.size === 0
  const dropIfTooMany = (line: Line<Request> | undefined) => {
    if (lines.length <= shape.queues || (line && !isIdle(line))) return
    const at = lines.indexOf(line)
    lines.splice(at, 1)
    if (lastServed >= at) lastServed = Math.max(0, lastServed - 1)
  }

  const reshape = (wanted: FairQueueShape) => {
    shape = wanted
    while (lines.length < shape.queues) lines.push(undefined)
    for (const line of [...lines]) dropIfTooMany(line)
    lastServed = Math.min(lastServed, Math.max(0, lines.length - 1))
  }
  reshape(first)

  return {
    reshape,
    offer(request, width, hand, now) {
      const turn: Turn<Request> = { request, width, arrivedAtMs: now, startedAtMs: undefined }
      if (shape.queues === 0) {
        if (!fits(width)) return undefined
        places.set(turn, undefined)
        occupy(turn, now)
        return turn
      }
      const line = emptiest(hand)
      if (line.waiting.length >= shape.queueLengthMax) return undefined
      if (line.waiting.length === 0) line.had = Math.max(line.had, meter)
      places.set(turn, line)
      line.waiting.push(turn)
      line.seatsWaiting += width
      waiting++
      seatsWaiting += width
      return turn
    },
    start(now) {
      if (waiting === 0 || seatsInUse >= shape.seats) return undefined
      const line = next()
      const turn = line?.waiting[0]
      if (!line || !turn) return undefined
      leave(turn, line, 0)
      occupy(turn, now)
      meter = Math.max(meter, line.had)
      line.inWork.add(turn)
      line.seatsInUse += turn.width
      line.had += turn.width * SERVICE_MS_GUESS
      return turn
    },
    giveUp(turn) {
      const line = places.get(turn)
      const at = line?.waiting.indexOf(turn) ?? -1
      if (!line || at < 0) return
      places.delete(turn)
      leave(turn, line, at)
      dropIfTooMany(line)
    },
    finish(turn, now) {
      const line = places.get(turn)
      assert(turn.startedAtMs !== undefined && places.delete(turn), 'what finishes has started, and finishes once')
      inWork--
      seatsInUse -= turn.width
      if (!line) return
      line.inWork.delete(turn)
      line.seatsInUse -= turn.width
      line.had += turn.width * (now - turn.startedAtMs - SERVICE_MS_GUESS)
      dropIfTooMany(line)
    },
    get shape() {
      return shape
    },
    get lines() {
      return lines.map((line) => line ?? UNUSED)
    },
    get waiting() {
      return waiting
    },
    get inWork() {
      return inWork
    },
    get seatsInUse() {
      return seatsInUse
    },
    get seatsWaiting() {
      return seatsWaiting
    },
    get meter() {
      return meter
    },
  }
}

/** As a line is that nobody has waited in yet. */
const UNUSED: FairQueueLine<never> = { waiting: [], inWork: new Set(), seatsInUse: 0, seatsWaiting: 0, had: 0 }
