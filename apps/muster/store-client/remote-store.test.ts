import { deepEqual, equal, match, rejects } from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import { type TestContext, test } from 'node:test'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { ControlError, hasCode } from '@muster/base/errors.ts'
import { noLog } from '@muster/base/log.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Commit, CommitOutcome, Event, Watch } from '@muster/store/store.ts'
import { storeHttpServer } from '../store-server/http.ts'
import { openRemoteStore } from './remote-store.ts'
import { settle } from './settle.ts'

/** Serves a memory store over real HTTP, and opens it from the other side. */
async function both(t: TestContext) {
  const near = await openMemoryStore({ clock: systemClock, random: systemRandom })
  const deps = { store: near, clock: systemClock, bookmarkEvery: milliseconds(10), anyHost: false }
  const far = await remoteOf(t, storeHttpServer(deps, noLog))
  t.after(() => near.close())
  return { near, far }
}

async function remoteOf(t: TestContext, server: Server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return openRemoteStore({ server: `http://127.0.0.1:${port}`, clock: systemClock })
}

const putting = (token: string, ...keys: readonly string[]): Commit => ({
  token,
  guards: keys.map((key) => ({ guard: 'absent', key }) as const),
  writes: keys.map((key) => ({ write: 'put', key, value: Buffer.from(`${key} of ${token}`) }) as const),
  cause: { actor: 'li', reason: 'test' },
})

test('what is near is also far: ranges, history, status, snapshot', async (t) => {
  const { near, far } = await both(t)
  deepEqual(await far.commit(putting('t', 'a/1', 'a/2', 'b')), {
    outcome: 'committed',
    revision: 3,
    revisions: [1, 2, 3],
  })
  const plain = (value: unknown) => JSON.parse(JSON.stringify(value))
  deepEqual(plain(await far.range('a/')), plain(await near.range('a/')))
  deepEqual(plain(await far.range('', { limit: 1 })), plain(await near.range('', { limit: 1 })))
  deepEqual(plain(await far.history('b')), plain(await near.history('b')))
  deepEqual(await far.status(), await near.status())
  equal(await far.revisionAt(systemClock.now()), await near.revisionAt(systemClock.now()))
  let bytes = 0
  for await (const block of far.snapshot()) bytes += block.length
  equal(bytes > 0, true)
})

test('what the store refuses is refused with the same code', async (t) => {
  const { far } = await both(t)
  await far.commit(putting('t', 'a'))
  const conflict = await far.commit(putting('u', 'a'))
  deepEqual(conflict, { outcome: 'conflict', guard: { guard: 'absent', key: 'a' }, revision: 1 })
  const { head } = await far.status()
  await far.compact({ horizon: head })
  await rejects(far.commit({ ...putting('v', 'b'), guards: [] }), (error) => hasCode(error, 'Invalid'))
  await rejects(far.keepAlive('none'), (error) => hasCode(error, 'NotFound'))
})

test('a watch brings pages of events, moves with bookmarks, and stops when it is closed', async (t) => {
  const { near, far } = await both(t)
  await far.commit(putting('t', 'a/1'))
  const watch = far.watch('a/', (await far.status()).head)
  const coming = watch.next()
  await near.commit(putting('u', 'other'))
  while (watch.revision < 2) await systemClock.sleep(milliseconds(5))
  await near.commit(putting('v', 'a/2', 'a/3'))
  deepEqual(
    (await take(watch, coming, 2)).map(({ key, revision }) => [key, revision]),
    [
      ['a/2', 3],
      ['a/3', 4],
    ],
  )
  const last = watch.next()
  watch.close()
  equal(await last, undefined)
})

test('a watch whose store closes says so', async (t) => {
  const { near, far } = await both(t)
  const watch = far.watch('', (await far.status()).head)
  const coming = watch.next()
  await systemClock.sleep(milliseconds(30))
  await near.close()
  await rejects(coming, (error) => hasCode(error, 'Unavailable'))
})

async function take(watch: Watch, first: ReturnType<Watch['next']>, count: number): Promise<readonly Event[]> {
  const events = [...((await first) ?? [])]
  while (events.length < count) events.push(...((await watch.next()) ?? []))
  return events
}

/** A server that does only this. */
const pretender = (t: TestContext, listener: RequestListener) => remoteOf(t, createServer(listener))

test('a commit whose reply is lost is unknown, and a read that is cut is an error', async (t) => {
  const far = await pretender(t, (request) => request.socket.destroy())
  equal((await far.commit(putting('t', 'a'))).outcome, 'unknown')
  await rejects(far.range('a'), (error) => hasCode(error, 'Unavailable'))
})

test('a commit that never left is no doubt', async (t) => {
  const server = createServer()
  const far = await remoteOf(t, server)
  server.close()
  await once(server, 'close')
  await rejects(far.commit(putting('t', 'a')), (error) => hasCode(error, 'Unavailable'))
})

test('a snapshot that is cut is no snapshot', async (t) => {
  const far = await pretender(t, (_request, response) => {
    response.writeHead(200).write('half')
    setTimeout(() => response.destroy(), 20)
  })
  await rejects(
    async () => {
      for await (const _block of far.snapshot());
    },
    (error) => hasCode(error, 'Unavailable'),
  )
})

for (const [what, body, status] of [
  ['a page', '<html>', 200],
  ['a refusal', '<html>', 403],
  ['other JSON', '{"a":1}', 500],
] as const) {
  test(`something else on the port, which answers with ${what}, is told from a store`, async (t) => {
    const far = await pretender(t, (_request, response) => response.writeHead(status).end(body))
    await rejects(far.status(), (error: Error) => {
      match(error.message, /answered, and not as a store server does/)
      return true
    })
  })
}

const COMMITTED: CommitOutcome = { outcome: 'committed', revision: await firstRevision(), revisions: [] }
const UNKNOWN: CommitOutcome = { outcome: 'unknown', reason: 'lost' }

async function firstRevision() {
  const store = await openMemoryStore({ clock: systemClock, random: systemRandom })
  const { revision } = await store.range('')
  await store.close()
  return revision
}

/** Settles against answers given one after the other, the last one again and again. */
async function settled(answers: readonly (CommitOutcome | ControlError)[], patience = seconds(10)) {
  const tokens: string[] = []
  const commit = async ({ token }: Commit) => {
    const answer = answers[Math.min(tokens.length, answers.length - 1)] ?? UNKNOWN
    tokens.push(token)
    if (answer instanceof ControlError) throw answer
    return answer
  }
  let elapsed = systemClock.elapsed()
  const clock = {
    ...systemClock,
    elapsed: () => elapsed,
    sleep: async (length: typeof elapsed) => {
      elapsed = milliseconds(elapsed + Math.max(1, length))
    },
  }
  const outcome = await settle({ store: { commit }, clock, random: systemRandom, patience }, putting('t', 'a'))
  return { outcome: outcome.outcome, tokens }
}

test('a commit in doubt is repeated under its own token until it is known', async () => {
  deepEqual(await settled([COMMITTED]), { outcome: 'committed', tokens: ['t'] })
  const gone = new ControlError('Unavailable', 'nobody there')
  deepEqual(await settled([UNKNOWN, gone, UNKNOWN, COMMITTED]), { outcome: 'committed', tokens: ['t', 't', 't', 't'] })
})

test('doubt that lasts stays doubt; what is refused is thrown', async () => {
  equal((await settled([UNKNOWN], seconds(1))).outcome, 'unknown')
  await rejects(settled([new ControlError('Unavailable', 'never sent')]), (error) => hasCode(error, 'Unavailable'))
  await rejects(settled([UNKNOWN, new ControlError('StorageFull', 'x')]), (error) => hasCode(error, 'StorageFull'))
})
