/**
 * What every service of the shop has: routes, health, metrics, switches, and an end that loses no request.
 *
 *     /healthz     it lives
 *     /readyz      it can serve; 503 while it drains, or when what it cannot do without does not answer
 *     /metrics     Prometheus' text
 *     /switches    GET and PUT: slowness and errors on purpose
 *
 * It listens on POD_IP, or HOST, or 127.0.0.1, at PORT. SIGTERM: not ready at once, serves for DRAIN_MS more while
 * others notice, and longer while requests still come; then takes nothing new, ends what it has begun, and exits with 0.
 */
import { createServer } from 'node:http'
import { Unreachable } from './call.js'
import { createMetrics } from './metrics.js'
import { createSwitches } from './switches.js'

/**
 * @typedef {object} Request
 * @property {string} path
 * @property {Readonly<Record<string, string>>} names the parts of the path that the route names: `:id`
 * @property {URLSearchParams} query
 * @property {import('node:http').IncomingHttpHeaders} headers
 * @property {string} text the body
 */

/**
 * @typedef {object} Answer
 * @property {number} [status] 200 when absent
 * @property {unknown} [json]
 * @property {string} [html]
 * @property {string} [text]
 * @property {Record<string, string>} [headers]
 */

/** @typedef {(request: Request) => Answer | Promise<Answer>} Handler */

/** A body larger than this is refused, in bytes. */
const BODY_BYTES_MAX = 64 * 1024
/** Longer than clients keep an idle connection, so that they close it and not we. */
const KEEP_ALIVE_MS = 65_000

/**
 * So long nothing must have come before it stops to listen. Longer than callers keep an idle connection: a request that
 * sets out on one at the moment at which it is closed here is lost.
 */
const QUIET_MS = 1_500
/** But it waits no longer than this for callers that never notice; DRAIN_MORE_MS says otherwise. */
const DRAIN_MORE_MS = 5_000

/** What a handler throws to answer with a status and a sentence. */
export class Refusal extends Error {
  /**
   * @param {number} status
   * @param {string} message
   */
  constructor(status, message) {
    super(message)
    this.status = status
  }
}

/**
 * The body of a request as JSON. Throws a Refusal with 400 when it is none.
 *
 * @param {Request} request
 * @returns {unknown}
 */
export function jsonOf({ text }) {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal(400, 'the body is no JSON')
  }
}

/**
 * Serves until SIGTERM.
 *
 * @param {string} name
 * @param {Readonly<Record<string, Handler>>} routes `'GET /carts/:id'` to what answers it
 * @param {{ ready?: () => Promise<void>, close?: () => Promise<void> }} [own] `ready` throws when it cannot serve
 */
export function serve(name, routes, { ready = async () => {}, close = async () => {} } = {}) {
  const { env } = process
  const metrics = createMetrics(name)
  const switches = createSwitches(env)
  let draining = false
  let lastCameAt = 0

  /** @type {Record<string, Handler>} */
  const ownRoutes = {
    'GET /healthz': () => ({ text: 'ok\n' }),
    'GET /readyz': async () => {
      if (draining) throw new Refusal(503, 'draining')
      if (switches.now().notReady) throw new Refusal(503, 'switched off')
      await ready()
      return { text: 'ok\n' }
    },
    'GET /metrics': () => ({ text: metrics.text(), headers: { 'content-type': 'text/plain; version=0.0.4' } }),
    'GET /switches': () => ({ json: switches.now() }),
    'PUT /switches': (request) => {
      const wrong = switches.set(jsonOf(request))
      if (wrong) throw new Refusal(400, wrong)
      return { json: switches.now() }
    },
  }
  const findOwn = router(ownRoutes)
  const find = router(routes)

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, async (incoming, outgoing) => {
    const began = performance.now()
    const url = new URL(incoming.url ?? '/', 'http://shop')
    const method = incoming.method ?? 'GET'
    const own = findOwn(method, url.pathname)
    const found = own ?? find(method, url.pathname)
    metrics.began()
    if (!own) lastCameAt = began
    /** @type {Answer} */
    let answer
    try {
      const text = await readBody(incoming)
      if (!found) throw new Refusal(404, `${name} has no ${method} ${url.pathname}`)
      if (!own && (await switches.meet())) throw new Refusal(500, 'switched to fail')
      const { handler, names } = found
      answer = await handler({ path: url.pathname, names, query: url.searchParams, headers: incoming.headers, text })
    } catch (error) {
      answer = answerOf(name, error)
    }
    // A connection that is told to close is not used again, so none is cut while a request is on its way.
    if (draining) outgoing.setHeader('connection', 'close')
    send(outgoing, answer)
    metrics.ended(found?.route ?? 'none', answer.status ?? 200, (performance.now() - began) / 1000)
  })

  server.listen(Number(env.PORT ?? 8080), env.POD_IP || env.HOST || '127.0.0.1', () => {
    const address = server.address()
    if (typeof address !== 'object' || !address) return
    log({ service: name, listening: `http://${address.address}:${address.port}`, pid: process.pid })
  })
  server.on('error', (error) => {
    log({ service: name, error: error.message })
    process.exit(1)
  })

  const drain = async () => {
    if (draining) return
    draining = true
    log({ service: name, draining: true })
    const drainMs = Number(env.DRAIN_MS ?? 500)
    const latest = performance.now() + drainMs + Number(env.DRAIN_MORE_MS ?? DRAIN_MORE_MS)
    await new Promise((resolve) => setTimeout(resolve, drainMs))
    while (performance.now() < Math.min(latest, lastCameAt + QUIET_MS)) {
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await new Promise((resolve) => server.close(resolve))
    await close()
    log({ service: name, ended: true })
    process.exit(0)
  }
  process.once('SIGTERM', drain)
  process.once('SIGINT', drain)
}

/** @param {Readonly<Record<string, unknown>>} line */
function log(line) {
  process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)
}

/** @param {Readonly<Record<string, Handler>>} routes */
function router(routes) {
  const table = Object.entries(routes).map(([route, handler]) => {
    const [method, pattern = ''] = route.split(' ')
    return { route, method, parts: pattern.split('/'), handler }
  })
  /**
   * @param {string} method
   * @param {string} path
   */
  return (method, path) => {
    const parts = path.split('/')
    for (const { route, method: wanted, parts: pattern, handler } of table) {
      if (method !== wanted || parts.length !== pattern.length) continue
      if (!pattern.every((part, at) => part.startsWith(':') || part === parts[at])) continue
      const named = pattern.flatMap((part, at) => (part.startsWith(':') ? [[part.slice(1), parts[at] ?? '']] : []))
      return { route, handler, names: Object.fromEntries(named) }
    }
    return undefined
  }
}

/** @param {import('node:http').IncomingMessage} incoming */
async function readBody(incoming) {
  const chunks = []
  let length = 0
  for await (const chunk of incoming) {
    length += chunk.length
    // Read to the end all the same: an answer to half a request reaches nobody.
    if (length <= BODY_BYTES_MAX) chunks.push(chunk)
  }
  if (length > BODY_BYTES_MAX) throw new Refusal(413, `a body is at most ${BODY_BYTES_MAX} bytes`)
  return Buffer.concat(chunks).toString('utf8')
}

/**
 * @param {string} name
 * @param {unknown} error
 * @returns {Answer}
 */
function answerOf(name, error) {
  if (error instanceof Refusal) return { status: error.status, json: { error: error.message } }
  const message = error instanceof Error ? error.message : String(error)
  log({ service: name, error: message })
  return { status: error instanceof Unreachable ? 502 : 500, json: { error: message } }
}

/**
 * @param {import('node:http').ServerResponse} outgoing
 * @param {Answer} answer
 */
function send(outgoing, { status = 200, json, html, text, headers = {} }) {
  const body = html ?? text ?? (json === undefined ? '' : `${JSON.stringify(json)}\n`)
  const type = html ? 'text/html; charset=utf-8' : text ? 'text/plain; charset=utf-8' : 'application/json'
  outgoing.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body), ...headers })
  outgoing.end(body)
}
