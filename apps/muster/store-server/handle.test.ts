import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { milliseconds } from '@muster/base/clock.ts'
import { systemClock, systemRandom } from '@muster/base/system.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import { parseFields } from '../store-api/fields.ts'
import { handle } from './handle.ts'
import type { ApiReply, ApiRequest } from './request.ts'

const JSON_BODY = { host: '127.0.0.1:7480', 'content-type': 'application/json' }

interface Said {
  readonly status: number
  readonly text: string
  readonly json: () => ReturnType<typeof parseFields>
}

/** A server over a memory store, called without a socket. */
async function server(t: TestContext) {
  const store = await openMemoryStore({ clock: systemClock, random: systemRandom })
  t.after(() => store.close())
  const raw = (request: Partial<ApiRequest>) =>
    handle({ store, clock: systemClock, bookmarkEvery: milliseconds(20), anyHost: false }, requestOf(request))
  const get = async (pathAndQuery: string, headers = {}) => {
    const url = new URL(pathAndQuery, 'http://store')
    return said(await raw({ path: url.pathname, query: url.searchParams, headers: { ...JSON_BODY, ...headers } }))
  }
  const post = async (path: string, body: unknown, headers = {}) => {
    const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
    return said(await raw({ method: 'POST', path, body: bytes, headers: { ...JSON_BODY, ...headers } }))
  }
  return { store, raw, get, post }
}

const requestOf = (request: Partial<ApiRequest>): ApiRequest => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(),
  headers: JSON_BODY,
  body: Buffer.alloc(0),
  gone: new AbortController().signal,
  ...request,
})

async function said(reply: ApiReply): Promise<Said> {
  let text = ''
  if (typeof reply.body === 'string') text = reply.body
  else for await (const block of reply.body) text += Buffer.from(block).toString('utf8')
  return { status: reply.status, text, json: () => parseFields(Buffer.from(text)) }
}

const putA = (token: string, text: string, guard: unknown) => ({
  token,
  guards: [guard],
  writes: [{ write: 'put', key: 'a', text }],
  cause: { actor: 'li', reason: 'test' },
})

const ABSENT = { guard: 'absent', key: 'a' }

test('what is committed is read, and a page says where the next one starts', async (t) => {
  const { get, post } = await server(t)
  const write = (key: string) => ({ write: 'put', key, text: `value of ${key}` })
  const keys = ['a/1', 'a/2', 'a/3', 'b']
  const committed = await post('/v1/commit', {
    ...putA('t', '', { guard: 'absent', key: 'a/1' }),
    writes: keys.map(write),
  })
  equal(committed.status, 200)
  equal(committed.json().revision('revision'), 4)
  const page = (await get('/v1/range?prefix=a/&limit=2')).json()
  deepEqual(
    page.list('entries').map((entry) => [entry.text('key'), entry.text('text'), entry.revision('revision')]),
    [
      ['a/1', 'value of a/1', 1],
      ['a/2', 'value of a/2', 2],
    ],
  )
  equal(page.text('next'), 'a/3')
  const last = (await get(`/v1/range?prefix=a/&limit=2&from=a/3&at=${page.revision('revision')}`)).json()
  equal(last.list('entries').length, 1)
  equal(last.has('next'), false)
  equal((await get('/v1/range?prefix=nothing')).json().list('entries').length, 0)
})

test('bytes that are no text travel as base64, both ways', async (t) => {
  const { get, post } = await server(t)
  const base64 = Buffer.from([0xff, 0, 1]).toString('base64')
  const commit = { ...putA('t', '', ABSENT), writes: [{ write: 'put', key: 'a', base64 }] }
  equal((await post('/v1/commit', commit)).status, 200)
  equal((await get('/v1/range')).json().list('entries')[0]?.text('base64'), base64)
  const mark = '\ufeffmarked'
  equal((await post('/v1/commit', putA('u', mark, { guard: 'revision', key: 'a', equals: 1 }))).status, 200)
  equal((await get('/v1/range')).json().list('entries')[0]?.text('text'), mark)
})

test('a guard that does not hold is a conflict that names it; a repeated token answers as before', async (t) => {
  const { post } = await server(t)
  equal((await post('/v1/commit', putA('t', 'one', ABSENT))).status, 200)
  const again = await post('/v1/commit', putA('t', 'one', ABSENT))
  deepEqual([again.status, again.json().revision('revision')], [200, 1])
  const conflict = await post('/v1/commit', putA('u', 'two', ABSENT))
  equal(conflict.status, 409)
  const details = conflict.json().object('details')
  deepEqual(
    [conflict.json().text('reason'), details.text('outcome'), details.revision('revision')],
    ['Conflict', 'conflict', 1],
  )
  equal(details.object('guard').text('guard'), 'absent')
})

test('an outcome that is unknown is told as such, to be repeated', async (t) => {
  const { store } = await server(t)
  const doubtful: Store = { ...store, commit: async () => ({ outcome: 'unknown', reason: 'the reply was lost' }) }
  const request = requestOf({
    method: 'POST',
    path: '/v1/commit',
    body: Buffer.from(JSON.stringify(putA('t', 'one', ABSENT))),
  })
  const deps = { store: doubtful, clock: systemClock, bookmarkEvery: milliseconds(20), anyHost: false }
  const answer = await said(await handle(deps, request))
  deepEqual([answer.status, answer.json().object('details').text('outcome')], [504, 'unknown'])
})

test('history tells every version with its cause', async (t) => {
  const { get, post } = await server(t)
  await post('/v1/commit', putA('t', 'one', ABSENT))
  await post('/v1/commit', {
    ...putA('u', '', { guard: 'revision', key: 'a', equals: 1 }),
    writes: [{ write: 'delete', key: 'a' }],
  })
  const versions = (await get('/v1/history?key=a')).json().list('versions')
  deepEqual(
    versions.map((version) => [version.text('version'), version.object('cause').text('actor'), version.text('token')]),
    [
      ['put', 'li', 't'],
      ['deleted', 'li', 'u'],
    ],
  )
})

test('a watch starts with a bookmark, tells events, marks silence, and ends when its reader goes', async (t) => {
  const { raw, post, store } = await server(t)
  await post('/v1/commit', putA('t', 'one', ABSENT))
  const reader = new AbortController()
  const query = new URLSearchParams({ prefix: 'a', after: '0' })
  const { body, status } = await raw({ path: '/v1/watch', query, gone: reader.signal })
  equal(status, 200)
  ok(typeof body !== 'string')
  const lines: string[] = []
  let bookmarks = 0
  for await (const block of body) {
    for (const line of Buffer.from(block).toString('utf8').trimEnd().split('\n')) lines.push(line)
    if (lines.length === 2)
      await post('/v1/commit', {
        ...putA('u', '', { guard: 'absent', key: 'other' }),
        writes: [{ write: 'put', key: 'other', text: '' }],
      })
    bookmarks = lines.filter((line) => line.startsWith('{"bookmark"')).length
    if (bookmarks === 3) reader.abort()
  }
  equal(lines[0], '{"bookmark":0}')
  match(lines[1] ?? '', /^\{"event":"put","key":"a","revision":1,/)
  equal(lines.at(-1), '{"bookmark":2}')
  equal((await store.status()).watches, 0)
})

test('a watch below the horizon is answered with 410, and one that breaks ends in an error line', async (t) => {
  const { get, post, raw, store } = await server(t)
  await post('/v1/commit', putA('t', 'one', ABSENT))
  await post('/v1/commit', putA('u', 'two', { guard: 'revision', key: 'a', equals: 1 }))
  equal((await post('/v1/compact', { horizon: 2 })).json().revision('horizon'), 2)
  equal((await get('/v1/watch?after=1')).status, 410)
  equal((await get('/v1/range?at=1')).status, 410)
  equal((await get('/v1/range?at=9')).status, 504)
  const open = await raw({ path: '/v1/watch', query: new URLSearchParams() })
  const reading = said(open)
  await store.close()
  match((await reading).text, /\{"error":\{"kind":"Status".*"reason":"Unavailable".*\}\}\n$/)
})

test('a lease lives, is kept alive, and ends', async (t) => {
  const { get, post } = await server(t)
  const granted = (await post('/v1/lease', { ttlSeconds: 30 })).json()
  const lease = granted.text('lease')
  await post('/v1/commit', { ...putA('t', '', ABSENT), writes: [{ write: 'put', key: 'a', text: 'x', lease }] })
  equal((await post('/v1/lease/keep-alive', { lease })).json().amount('ttlSeconds'), 30)
  equal((await post('/v1/lease/revoke', { lease })).status, 200)
  equal((await get('/v1/range')).json().list('entries').length, 0)
  equal((await post('/v1/lease/keep-alive', { lease })).status, 404)
})

test('health, readiness and figures', async (t) => {
  const { get, post } = await server(t)
  await post('/v1/commit', putA('t', 'one', ABSENT))
  equal((await get('/livez')).text, 'ok\n')
  equal((await get('/readyz')).text, 'ok\n')
  const metrics = (await get('/metrics')).text
  for (const line of ['muster_store_head_revision 1', 'muster_store_keys 1', 'muster_store_health{state="ready"} 1']) {
    ok(metrics.includes(`\n${line}\n`), line)
  }
  equal((await get('/v1/status')).json().revision('head'), 1)
  ok((await get('/v1/snapshot')).text.length > 0)
})

test('a full disk leaves the server ready for reads; a stopped store does not', async (t) => {
  const { store } = await server(t)
  for (const [state, status] of [
    ['full', 200],
    ['stopped', 503],
  ] as const) {
    const since = systemClock.now()
    const sick: Store = {
      ...store,
      status: async () => ({ ...(await store.status()), health: { state, reason: 'no room', since } }),
    }
    const deps = { store: sick, clock: systemClock, bookmarkEvery: milliseconds(20), anyHost: false }
    const answer = await said(await handle(deps, requestOf({ path: '/readyz' })))
    deepEqual([answer.status, answer.text], [status, `${state}: no room\n`])
  }
})

const COMMIT = putA('t', 'x', ABSENT)

for (const [what, path, body, says] of [
  ['no JSON', '/v1/commit', '{', /^body: wanted JSON/],
  ['a list', '/v1/commit', '[]', /^body: wanted an object/],
  ['no token', '/v1/commit', { ...COMMIT, token: undefined }, /^token: wanted text, found nothing/],
  ['a strange field', '/v1/commit', { ...COMMIT, gaurds: [] }, /^gaurds: there is no such field/],
  [
    'a strange guard',
    '/v1/commit',
    { ...COMMIT, guards: [{ guard: 'maybe' }] },
    /^guards\[0\]\.guard: wanted revision/,
  ],
  [
    'a strange write',
    '/v1/commit',
    { ...COMMIT, writes: [{ write: 'patch' }] },
    /^writes\[0\]\.write: wanted put or delete/,
  ],
  ['no value', '/v1/commit', { ...COMMIT, writes: [{ write: 'put', key: 'a' }] }, /^writes\[0\]: wanted the value/],
  [
    'two values',
    '/v1/commit',
    { ...COMMIT, writes: [{ write: 'put', key: 'a', text: '', base64: '' }] },
    /^writes\[0\]/,
  ],
  [
    'bad base64',
    '/v1/commit',
    { ...COMMIT, writes: [{ write: 'put', key: 'a', base64: 'a' }] },
    /^writes\[0\]\.base64/,
  ],
  [
    'a revision of half',
    '/v1/commit',
    { ...COMMIT, guards: [{ guard: 'revision', key: 'a', equals: 0.5 }] },
    /equals: wanted a revision/,
  ],
  ['no guard', '/v1/commit', { ...COMMIT, guards: [] }, /guards/],
  ['no time to live', '/v1/lease', { ttlSeconds: 0 }, /^ttlSeconds: wanted a number above 0/],
  ['no horizon', '/v1/compact', {}, /^horizon: wanted a revision/],
] as const) {
  test(`a body with ${what} is refused, naming the field`, async (t) => {
    const { post, store } = await server(t)
    const answer = await post(path, body)
    ok(answer.status === 400 || answer.status === 422, String(answer.status))
    match(answer.json().text('message'), says)
    equal(answer.json().text('kind'), 'Status')
    equal((await store.status()).head, 0)
  })
}

for (const [pathAndQuery, status, says] of [
  ['/v1/range?limit=0', 422, /limit: wanted 1 to/],
  ['/v1/range?limit=many', 422, /limit: wanted a whole number/],
  ['/v1/range?at=-1', 422, /at: wanted a whole number/],
  ['/v1/range?limt=1', 422, /limt: there is no such parameter/],
  ['/v1/range?at=1&at=2', 422, /at: is given twice/],
  ['/v1/history', 422, /key: is missing/],
  ['/v1/revision-at?time=soon', 422, /time: wanted a time/],
  ['/v1/commit', 404, /there is POST \/v1\/commit/],
  ['/v2/range', 404, /GET \/ lists what there is/],
] as const) {
  test(`GET ${pathAndQuery} is refused with ${status}`, async (t) => {
    const { get } = await server(t)
    const answer = await get(pathAndQuery)
    equal(answer.status, status)
    match(answer.json().text('message'), says)
  })
}

test('web pages, and names that only pretend to be this machine, are turned away', async (t) => {
  const { get, post } = await server(t)
  equal((await get('/v1/status', { origin: 'http://127.0.0.1:7480' })).status, 400)
  for (const host of ['evil.example', '127.0.0.1.evil.example:80', ''])
    equal((await get('/v1/status', { host })).status, 400)
  for (const host of ['localhost:1', '127.0.0.2', '[::1]:7480']) equal((await get('/v1/status', { host })).status, 200)
  // What a form can send without asking first.
  equal((await post('/v1/commit', COMMIT, { 'content-type': 'text/plain' })).status, 400)
})
