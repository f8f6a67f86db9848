/** What is due when: keys ordered by their time. Adding and taking cost O(log n). */

/** Keys, each with at most one time. Times are in milliseconds of whatever clock the owner has. */
export interface Schedule {
  /** Plans a key, or plans it earlier; a later time than the planned one changes nothing. */
  plan(key: string, due: number): void
  cancel(key: string): void
  /** A key that is due at `now`, the earliest first. It is planned no more. */
  takeDue(now: number): string | undefined
  /** The earliest time of all. */
  nextDue(): number | undefined
  readonly size: number
}

interface Entry {
  readonly key: string
  readonly due: number
}

/** An empty schedule. A binary heap; what was cancelled or planned anew stays in it until it comes up. */
export function createSchedule(): Schedule {
  const planned = new Map<string, number>()
  const heap: Entry[] = []

  const isStale = ({ key, due }: Entry) => planned.get(key) !== due
  const dropStale = () => {
    while (heap[0] && isStale(heap[0])) removeFirst(heap)
  }
  return {
    plan(key, due) {
      const before = planned.get(key)
      if (before !== undefined && before <= due) return
      planned.set(key, due)
      insert(heap, { key, due })
    },
    cancel: (key) => void planned.delete(key),
    takeDue(now) {
      dropStale()
      const [first] = heap
      if (!first || first.due > now) return undefined
      removeFirst(heap)
      planned.delete(first.key)
      return first.key
    },
    nextDue() {
      dropStale()
      return heap[0]?.due
    },
    get size() {
      return planned.size
    },
  }
}

function insert(heap: Entry[], entry: Entry): void {
  let hole = heap.length
  heap.push(entry)
  while (hole > 0) {
    const above = (hole - 1) >> 1
    const parent = heap[above]
    if (!parent || parent.due <= entry.due) break
    heap[hole] = parent
    hole = above
  }
  heap[hole] = entry
}

function removeFirst(heap: Entry[]): void {
  const last = heap.pop()
  if (!last || heap.length === 0) return
  let hole = 0
  for (;;) {
    let below = 2 * hole + 1
    let child = heap[below]
    const sibling = heap[below + 1]
    if (child && sibling && sibling.due < child.due) {
      child = sibling
      below++
    }
    if (!child || child.due >= last.due) break
    heap[hole] = child
    hole = below
  }
  heap[hole] = last
}
