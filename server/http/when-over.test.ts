import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { whenOver } from './when-over.ts'

const CHUNKS = [Uint8Array.of(1), Uint8Array.of(2)]

function counted(chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>) {
  let count = 0
  const told = whenOver(chunks, () => {
    count++
  })
  return { told, count: () => count }
}

test('it is told once, at the end', async () => {
  const { told, count } = counted(CHUNKS)
  const heard: Uint8Array[] = []
  for await (const chunk of told) {
    equal(count(), 0)
    heard.push(chunk)
  }
  deepEqual(heard, CHUNKS)
  equal(count(), 1)
})

test('it is told when the reader stops, and the chunks are let go', async () => {
  let isLetGo = false
  async function* endless() {
    try {
      while (true) yield Uint8Array.of(0)
    } finally {
      isLetGo = true
    }
  }
  const { told, count } = counted(endless())
  for await (const _chunk of told) break
  equal(count(), 1)
  equal(isLetGo, true)
})

test('it is told when nobody ever reads', async () => {
  const { told, count } = counted(CHUNKS)
  await told[Symbol.asyncIterator]().return?.()
  equal(count(), 1)
})

test('it is told when they fail', async () => {
  // biome-ignore lint/correctness/useYield: it fails before it has anything to say.
  async function* failing(): AsyncIterable<Uint8Array> {
    throw new Error('no')
  }
  const { told, count } = counted(failing())
  await rejects(async () => {
    for await (const _chunk of told);
  }, /no/)
  equal(count(), 1)
})
