import { deepEqual, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { slowStart } from './slow-start.ts'

const THINGS = Array.from({ length: 10 }, (_, index) => index)

test('things are done in batches that double, and all of them', async () => {
  const batches: number[][] = []
  let batch: number[] = []
  await slowStart(THINGS, async (thing) => {
    if (batch.length === 0) {
      batches.push(batch)
      setImmediate(() => {
        batch = []
      })
    }
    batch.push(thing)
    await new Promise(setImmediate)
  })
  deepEqual(batches, [[0], [1, 2], [3, 4, 5, 6], [7, 8, 9]])
})

test('after a failure the batch is ended, and no other begins', async () => {
  const done: number[] = []
  const act = async (thing: number) => {
    if (thing === 1) throw new Error('no room')
    done.push(thing)
  }
  await rejects(slowStart(THINGS, act), /no room/)
  deepEqual(done, [0, 2])
})
