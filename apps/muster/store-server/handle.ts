/** The store server's core: a plain function from a request to a reply, over any engine. */
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { RANGE_LIMIT_MAX } from '@muster/store/limits.ts'
import type { CommitOutcome, Store } from '@muster/store/store.ts'
import { decodeCommit, decodePolicy } from '../store-api/commit.ts'
import { decodeTime, encodeEntry, encodeVersion } from '../store-api/entry.ts'
import { failure, failureOf } from '../store-api/failure.ts'
import { parseFields } from '../store-api/fields.ts'
import { encodeStatus } from '../store-api/status.ts'
import { checkCaller } from './caller.ts'
import { metricsText } from './metrics.ts'
import { queryOf } from './query.ts'
import { type ApiReply, type ApiRequest, json, plain } from './request.ts'
import { watchLines } from './watch-lines.ts'

/** What the server stands on. */
export interface StoreServerDeps {
  readonly store: Store
  readonly clock: Clock
  /** How long a watch may be silent before it is sent a bookmark. */
  readonly bookmarkEvery: Duration
  /** Whether callers may name this server by something other than a loopback name. */
  readonly anyHost: boolean
}

/** Answers one request; never throws. A failure is a Status object with the HTTP status of its code. */
export async function handle(deps: StoreServerDeps, request: ApiRequest): Promise<ApiReply> {
  try {
    checkCaller(request, deps.anyHost)
    const route = ROUTES[`${request.method} ${request.path}`]
    if (!route) throw noRoute(request)
    return await route(deps, request)
  } catch (error) {
    const status = failureOf(error)
    return json(status, status.code)
  }
}

type Route = (deps: StoreServerDeps, request: ApiRequest) => Promise<ApiReply>

/** Entries of a page when the caller names no limit. */
const PAGE_ENTRIES = 1_000

const ROUTES: Readonly<Record<string, Route>> = {
  'GET /': async () => json({ kind: 'Index', server: 'muster store', routes: Object.keys(ROUTES) }),

  async 'GET /v1/range'({ store }, request) {
    const query = queryOf(request.query, 'prefix', 'at', 'from', 'limit')
    const at = query.revision('at')
    const from = query.text('from')
    const range = await store.range(query.text('prefix') ?? '', {
      ...(at !== undefined && { at }),
      ...(from !== undefined && { from }),
      limit: query.count('limit', 1, RANGE_LIMIT_MAX) ?? PAGE_ENTRIES,
    })
    const head = JSON.stringify({ revision: range.revision, ...(range.next !== undefined && { next: range.next }) })
    return { ...json(null), body: listLines(`${head.slice(0, -1)},"entries":[`, range.entries, encodeEntry) }
  },

  async 'GET /v1/history'({ store }, request) {
    const query = queryOf(request.query, 'key', 'from', 'to', 'last')
    const from = query.revision('from')
    const to = query.revision('to')
    const last = query.count('last', 1, RANGE_LIMIT_MAX)
    const versions = await store.history(query.need('key'), {
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(last !== undefined && { last }),
    })
    return { ...json(null), body: listLines('{"versions":[', versions, encodeVersion) }
  },

  async 'GET /v1/watch'({ store, clock, bookmarkEvery }, request) {
    const query = queryOf(request.query, 'prefix', 'after')
    const after = query.revision('after') ?? (await store.status()).head
    const watch = store.watch(query.text('prefix') ?? '', after)
    const body = await watchLines({ watch, clock, bookmarkEvery, gone: request.gone })
    return { status: 200, contentType: 'application/x-ndjson', body }
  },

  async 'GET /v1/revision-at'({ store }, request) {
    const query = queryOf(request.query, 'time')
    return json({ revision: await store.revisionAt(decodeTime({ text: query.need }, 'time')) })
  },

  async 'GET /v1/status'({ store }, request) {
    queryOf(request.query)
    return json(encodeStatus(await store.status()))
  },

  async 'GET /v1/snapshot'({ store }, request) {
    queryOf(request.query)
    return { status: 200, contentType: 'application/octet-stream', body: store.snapshot() }
  },

  'POST /v1/commit': async ({ store }, request) => outcomeReply(await store.commit(decodeCommit(bodyOf(request)))),

  async 'POST /v1/erase'({ store }, request) {
    return json({ erased: await store.erase(bodyOf(request).only('key').text('key')) })
  },

  async 'POST /v1/compact'({ store }, request) {
    await store.compact(decodePolicy(bodyOf(request)))
    return json({ horizon: (await store.status()).horizon })
  },

  async 'POST /v1/lease'({ store }, request) {
    const ttlSeconds = bodyOf(request).only('ttlSeconds').amount('ttlSeconds')
    return json({ lease: await store.lease(seconds(ttlSeconds)), ttlSeconds })
  },

  async 'POST /v1/lease/keep-alive'({ store }, request) {
    const lease = bodyOf(request).only('lease').text('lease')
    return json({ lease, ttlSeconds: (await store.keepAlive(lease)) / 1000 })
  },

  async 'POST /v1/lease/revoke'({ store }, request) {
    const lease = bodyOf(request).only('lease').text('lease')
    await store.revoke(lease)
    return json({ lease })
  },

  /** The process answers. */
  'GET /livez': async () => plain('ok\n'),

  /** The store answers reads. A full disk stops writes only, so it is said and not counted as down. */
  async 'GET /readyz'({ store }) {
    const { health } = await store.status()
    if (health.state === 'ready') return plain('ok\n')
    return plain(`${health.state}: ${health.reason}\n`, health.state === 'stopped' ? 503 : 200)
  },

  async 'GET /metrics'({ store }) {
    return { ...plain(metricsText(await store.status())), contentType: 'text/plain; version=0.0.4; charset=utf-8' }
  },
}

function noRoute({ method, path }: ApiRequest): ControlError {
  const others = Object.keys(ROUTES).filter((route) => route.endsWith(` ${path}`))
  const hint = others.length > 0 ? `there is ${others.join(', ')}` : 'GET / lists what there is'
  return new ControlError('NotFound', `no route ${method} ${path}; ${hint}`)
}

function bodyOf(request: ApiRequest) {
  // Also keeps web pages out: a browser asks this server before it sends JSON to it, and gets no consent.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new ControlError('BadRequest', 'header content-type: wanted application/json')
  }
  return parseFields(request.body)
}

function outcomeReply(result: CommitOutcome): ApiReply {
  if (result.outcome === 'committed') {
    return json({ ...result, revisions: result.revisions.map((revision) => revision ?? null) })
  }
  if (result.outcome === 'unknown') {
    return json(failure('Timeout', `the commit may be durable or not: ${result.reason}`, { outcome: 'unknown' }), 504)
  }
  const { guard, revision } = result
  const about =
    guard.guard === 'prefix-empty'
      ? `prefix "${guard.prefix}" is not empty`
      : `key "${guard.key}" is ${stateAt(revision)}`
  return json(
    failure('Conflict', `guard ${guard.guard} does not hold: ${about}`, { outcome: 'conflict', guard, revision }),
    409,
  )
}

const stateAt = (revision: number) => (revision === 0 ? 'absent' : `at revision ${revision}`)

/** A list goes out item by item: as one string it could outgrow what a string can hold. */
async function* listLines<Item>(head: string, items: readonly Item[], encode: (item: Item) => unknown) {
  let before = head
  for (const item of items) {
    yield `${before}\n${JSON.stringify(encode(item))}`
    before = ','
  }
  yield items.length > 0 ? '\n]}\n' : `${head}]}\n`
}
