/**
 * What is due next: a binary heap of callbacks, ordered by time and then by order of asking.
 *
 * Every timer knows its place in the heap, so cancelling costs O(log n) and leaves nothing behind: an empty heap
 * really means that nothing is left to wait for.
 */

/** One callback that waits for its time. */
export interface Timer {
  /** When it is due, in milliseconds of the clock's elapsed time. */
  readonly dueAt: number
  readonly run: () => void
  /** Whose it is, for {@link Timers.forget}. */
  readonly owner: object | undefined
  /** Breaks ties: who asked first runs first. */
  readonly ticket: number
  /** Index in the heap, -1 once taken or cancelled. Only the heap writes it. */
  place: number
}

/** Timers ordered by (dueAt, ticket). */
export interface Timers {
  add(dueAt: number, run: () => void, owner?: object): Timer
  /** Does nothing to a timer that has run or was cancelled before. */
  cancel(timer: Timer): void
  /** Cancels every timer of one owner, in O(n): ends of owners are rare, timers are not. */
  forget(owner: object): void
  /** The next one due, left where it is. */
  peek(): Timer | undefined
  take(): Timer | undefined
}

/** An empty heap of timers. */
export function timerHeap(): Timers {
  let heap: Timer[] = []
  let tickets = 0

  /** Moves a timer up from a hole until its parent is due before it. */
  const rise = (timer: Timer, from: number) => {
    let hole = from
    while (hole > 0) {
      const above = (hole - 1) >> 1
      const parent = heap[above]
      if (parent === undefined || isBefore(parent, timer)) break
      heap[hole] = parent
      parent.place = hole
      hole = above
    }
    heap[hole] = timer
    timer.place = hole
  }

  /** Moves a timer down from a hole until both its children are due after it. */
  const sink = (timer: Timer, from: number) => {
    let hole = from
    for (;;) {
      let below = 2 * hole + 1
      let child = heap[below]
      if (child === undefined) break
      const sibling = heap[below + 1]
      if (sibling !== undefined && isBefore(sibling, child)) {
        child = sibling
        below++
      }
      if (isBefore(timer, child)) break
      heap[hole] = child
      child.place = hole
      hole = below
    }
    heap[hole] = timer
    timer.place = hole
  }

  const remove = (timer: Timer) => {
    const hole = timer.place
    timer.place = -1
    const last = heap.pop()
    if (last === undefined || last === timer) return
    const parent = heap[(hole - 1) >> 1]
    if (hole > 0 && parent !== undefined && isBefore(last, parent)) rise(last, hole)
    else sink(last, hole)
  }

  return {
    add(dueAt, run, owner) {
      const timer: Timer = { dueAt, run, owner, ticket: tickets++, place: heap.length }
      rise(timer, heap.length)
      return timer
    },
    cancel(timer) {
      if (timer.place >= 0) remove(timer)
    },
    forget(owner) {
      const kept = heap.filter((timer) => timer.owner !== owner)
      for (const timer of heap) if (timer.owner === owner) timer.place = -1
      // A sorted array is a heap.
      heap = kept.sort((left, right) => left.dueAt - right.dueAt || left.ticket - right.ticket)
      heap.forEach((timer, place) => {
        timer.place = place
      })
    },
    peek: () => heap[0],
    take() {
      const first = heap[0]
      if (first !== undefined) remove(first)
      return first
    },
  }
}

function isBefore(left: Timer, right: Timer): boolean {
  return left.dueAt < right.dueAt || (left.dueAt === right.dueAt && left.ticket < right.ticket)
}
