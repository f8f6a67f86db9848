import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type ApiRequest, type ApiResponse, answerJson, piecesOf } from '@muster/api/message.ts'
import { createDoor } from './door.ts'
import { turn } from './time.ts'

const asking = (method: string, path: string, more: Partial<ApiRequest> = {}): ApiRequest => ({
  method,
  path,
  query: new URLSearchParams(),
  headers: { 'user-agent': 'tester/1' },
  body: new Uint8Array(),
  signal: new AbortController().signal,
  ...more,
})
const statusOf = async (answered: Promise<ApiResponse>) => (await answered).status

test('so many requests that match are refused, and no other', async () => {
  const door = createDoor(() => async () => answerJson(200, {}))
  door.refuse({ method: 'put', path: /\/pods\//, userAgent: 'tester' }, { status: 409 }, 2)
  const ask = (method: string, path: string) => statusOf(door.handle(asking(method, path)))
  deepEqual(
    [
      await ask('GET', '/pods/a'),
      await ask('PUT', '/nodes/a'),
      await ask('PUT', '/pods/a'),
      await ask('PUT', '/pods/b'),
      await ask('PUT', '/pods/c'),
    ],
    [200, 200, 409, 409, 200],
  )
})

test('what is under way is known by name, and what has passed is counted', async () => {
  const open = Promise.withResolvers<void>()
  const door = createDoor(() => async () => {
    await open.promise
    return answerJson(200, {})
  })
  const answered = door.handle(asking('GET', '/api'))
  deepEqual([door.underWay, door.asked, door.passed], [1, ['GET /api'], 1])
  open.resolve()
  await answered
  deepEqual([door.underWay, door.asked, door.passed], [0, [], 2])
})

test('without an API the answer is that there is none', async () => {
  equal(await statusOf(createDoor(() => undefined).handle(asking('GET', '/api'))), 503)
})

test('watches that match are cut in the middle of what they say; one that its reader left is not there any more', async () => {
  let isOver = false
  async function* told() {
    try {
      for (;;) {
        yield new Uint8Array([1])
        await turn()
      }
    } finally {
      isOver = true
    }
  }
  const door = createDoor(() => async () => ({ status: 200, headers: {}, body: { body: 'stream', stream: told() } }))
  const read = async (request: ApiRequest) => {
    let pieces = 0
    for await (const _piece of piecesOf((await door.handle(request)).body)) pieces++
    return pieces
  }
  const reading = read(asking('GET', '/pods'))
  const leaver = new AbortController()
  const left = read(asking('GET', '/nodes', { signal: leaver.signal }))
  while (door.watches < 2) await turn()
  leaver.abort()
  await left
  deepEqual([door.watches, door.cutWatches({ path: '/nodes' }), door.cutWatches({ path: '/pods' })], [1, 0, 1])
  await reading
  // The one below hears of it once its own piece has come.
  await turn()
  deepEqual([door.watches, isOver], [0, true])
})

test('a watch whose reader left before it was opened is not there', async () => {
  async function* told() {
    yield new Uint8Array([1])
    await new Promise(() => {})
  }
  const leaver = new AbortController()
  const door = createDoor(() => async () => {
    leaver.abort()
    return { status: 200, headers: {}, body: { body: 'stream', stream: told() } }
  })
  const { body } = await door.handle(asking('GET', '/pods', { signal: leaver.signal }))
  const reading = (async () => {
    for await (const _piece of piecesOf(body)) equal(door.watches, 0)
  })()
  await Promise.race([reading, turn()])
  equal(door.watches, 0)
})

test('whoever asks without end leaves others their turns', async () => {
  const door = createDoor(() => async () => answerJson(200, {}))
  let isOver = false
  const asker = (async () => {
    for (let asked = 0; !isOver; asked++) {
      if (asked > 10_000) throw new Error('nobody else had a turn')
      await door.handle(asking('GET', '/api'))
    }
  })()
  await turn()
  isOver = true
  await asker
})
