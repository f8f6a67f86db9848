/** Bytes in memory: nothing is lost, nothing grows, and the end of one side is heard on the other. */
import { deepEqual, equal, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { duplexPair, nobodyThere, pump } from './byte-duplex.ts'
import { bytePipe } from './byte-pipe.ts'
import { hasCode } from './errors.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))

async function all(from: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of from) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

test('what several writers write comes out whole and in order, whatever the limit', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.string({ minLength: 1, maxLength: 9 }), { maxLength: 9 }), { maxLength: 4 }),
      fc.integer({ min: 1, max: 20 }),
      async (writers, limit) => {
        const pipe = bytePipe(limit)
        const reading = all(pipe.received)
        const mark = (who: number, what: string) => Buffer.from(`${who}:${JSON.stringify(what)}\n`)
        await Promise.all(
          writers.map(async (words, who) => {
            for (const word of words) equal(await pipe.write(mark(who, word)), true)
          }),
        )
        pipe.end()
        const lines = (await reading).split('\n').filter((line) => line !== '')
        for (const [who, words] of writers.entries()) {
          const own = lines.filter((line) => line.startsWith(`${who}:`)).map((line) => JSON.parse(line.slice(2)))
          deepEqual(own, words)
        }
      },
    ),
    { numRuns: 50 },
  )
})

test('a writer waits for a reader, and is let go when he leaves', async () => {
  const pipe = bytePipe(4)
  let isDone = false
  const writing = pipe.write(Buffer.from('12345')).then((isWanted) => {
    isDone = true
    return isWanted
  })
  await turn()
  equal(isDone, false)
  for await (const piece of pipe.received) {
    equal(Buffer.from(piece).toString(), '12345')
    break
  }
  equal(await writing, true)
  equal(await pipe.write(Buffer.from('6')), false)
})

test('what was written before the end is read, also when it fails afterwards', async () => {
  const pipe = bytePipe(100)
  await pipe.write(Buffer.from('last'))
  pipe.end()
  pipe.fail(nobodyThere())
  equal(await all(pipe.received), 'last')
})

test('two ends: each hears the other, its end, and its being cut', async () => {
  const [here, there] = duplexPair()
  const echo = pump(there.received, there.send).then(there.end)
  await here.send(Buffer.from('one '))
  await here.send(Buffer.from('two'))
  here.end()
  equal(await all(here.received), 'one two')
  await echo
  const [one, other] = duplexPair()
  one.close()
  await rejects(all(other.received), (error) => hasCode(error, 'Unavailable'))
  await rejects(other.send(Buffer.from('x')), (error) => hasCode(error, 'Unavailable'))
})
