/** A first-in, first-out queue with a limit: it says no rather than grow. */
import { assert } from './errors.ts'

/** First in, first out, never longer than its limit. */
export interface Queue<Item> {
  readonly length: number
  /** False, and nothing taken in, when the queue is full. */
  offer(item: Item): boolean
  /** The oldest item, or undefined when there is none. */
  take(): Item | undefined
  clear(): void
}

/** Items are taken from a moving head; the array is cut only now and then, so both ends cost O(1). */
export function boundedQueue<Item>(limit: number): Queue<Item> {
  assert(limit > 0, 'a queue holds at least one item')
  let items: (Item | undefined)[] = []
  let head = 0
  return {
    get length() {
      return items.length - head
    },
    offer(item) {
      if (items.length - head >= limit) return false
      items.push(item)
      return true
    },
    take() {
      if (head === items.length) return undefined
      const item = items[head]
      items[head++] = undefined
      if (head === items.length || head > limit) {
        items = items.slice(head)
        head = 0
      }
      return item
    },
    clear() {
      items = []
      head = 0
    },
  }
}
