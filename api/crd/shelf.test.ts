import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createShelf, shelfKey } from './shelf.ts'

function recorder(sizeMax: number) {
  const shelf = createShelf(sizeMax)
  const made: string[] = []
  const keys = new Map<string, ReturnType<typeof shelfKey<string>>>()
  return {
    shelf,
    made,
    take(name: string, size: number): string {
      const key = keys.get(name) ?? shelfKey<string>()
      keys.set(name, key)
      return shelf.take(key, size, () => {
        made.push(name)
        return `made of ${name}`
      })
    },
  }
}

test('a thing is made once while there is room, and what was longest unused goes first', () => {
  const { shelf, made, take } = recorder(10)
  take('a', 4)
  take('b', 4)
  take('a', 4)
  deepEqual(made, ['a', 'b'])
  equal(take('c', 4), 'made of c')
  equal(shelf.size, 8)
  take('a', 4)
  deepEqual(made, ['a', 'b', 'c'])
  take('b', 4)
  deepEqual(made, ['a', 'b', 'c', 'b'])
})

test('what is larger than the shelf stays until the next is taken', () => {
  const { shelf, made, take } = recorder(10)
  take('a', 4)
  equal(take('huge', 100), 'made of huge')
  equal(shelf.size, 100)
  equal(take('huge', 100), 'made of huge')
  deepEqual(made, ['a', 'huge'])
  take('a', 4)
  equal(shelf.size, 4)
})

test('the shelf holds no more than it may, or one thing', () => {
  const uses = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 40 })
  const sizes: Record<string, number> = { a: 1, b: 5, c: 9, d: 30, e: 3 }
  fc.assert(
    fc.property(uses, (names) => {
      const { shelf, take } = recorder(12)
      for (const name of names) {
        equal(take(name, sizes[name] ?? 0), `made of ${name}`)
        ok(shelf.size <= 12 || shelf.size === sizes[name], `${shelf.size} after ${name}`)
      }
    }),
  )
})

test('what cannot be made is not kept', () => {
  const shelf = createShelf(10)
  const key = shelfKey<number>()
  let made = 0
  const make = (): number => {
    made++
    if (made === 1) throw new Error('not now')
    return made
  }
  throws(() => shelf.take(key, 1, make), /not now/)
  equal(shelf.size, 0)
  equal(shelf.take(key, 1, make), 2)
  equal(shelf.size, 1)
})
