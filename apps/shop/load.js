/**
 * Buyers for the shop: they look, put something into their cart, and now and then buy.
 *
 *     node load.js --url http://127.0.0.1:8080 --rate 20 --seconds 30 --slow-ms 500
 *
 * One line a second on stderr, and a summary as one line of JSON on stdout at the end. Nothing is tried twice: a request
 * that fails is counted. With several --url each request goes to the next of them that says on /readyz that it is ready,
 * as a balancer of Kubernetes would send it. Without --seconds it goes on until SIGTERM.
 * The exit code is 1 when a request failed. As a pod it takes SHOP_URL, RATE and SECONDS from its environment.
 */
import { randomUUID } from 'node:crypto'
import { Agent, request } from 'node:http'
import { parseArgs } from 'node:util'
import { addressOf } from './lib/call.js'

const { values: flags } = parseArgs({
  options: {
    url: { type: 'string', multiple: true },
    rate: { type: 'string', default: process.env.RATE ?? '10' },
    seconds: { type: 'string', default: process.env.SECONDS ?? '0' },
    'slow-ms': { type: 'string', default: '500' },
  },
})
const urls = flags.url ?? [process.env.SHOP_URL ?? addressOf('web')]
const rate = Number(flags.rate)
const slowMs = Number(flags['slow-ms'])
if (!(rate > 0 && rate <= 1000)) throw new Error('--rate: wanted above 0, and at most 1000 requests a second')

/** A request that takes longer has failed, in milliseconds. */
const TIMEOUT_MS = 10_000
/** So many buyers at a time; the rate is theirs together. */
const BUYERS = 16
const PRODUCTS = ['cup', 'teapot', 'lamp', 'kite', 'clock', 'umbrella', 'plant', 'boat']

const agent = new Agent({ keepAlive: true, timeout: 1_000 })
const buyers = Array.from({ length: BUYERS }, () => ({ id: randomUUID(), step: Math.floor(Math.random() * 5) }))
/** @type {Map<string, number>} */
const failures = new Map()
const total = { requests: 0, failed: 0, slow: 0, orders: 0, passedOver: 0 }
let second = { requests: 0, failed: 0, slow: 0, longestMs: 0 }
/** How many requests took so many milliseconds: small, however long it runs. @type {Map<number, number>} */
const took = new Map()
/** Those that a balancer passes over: asked ten times a second. @type {Set<string>} */
const unready = new Set()
let turn = 0
let inFlight = 0
const began = performance.now()

const starter = setInterval(() => {
  const due = Math.floor(((performance.now() - began) / 1000) * rate) - total.requests - inFlight
  for (let count = 0; count < Math.min(due, 50); count++) void visit()
  if (Number(flags.seconds) > 0 && performance.now() - began > Number(flags.seconds) * 1000) void end()
}, 10)
const teller = setInterval(() => {
  const { requests, failed, slow, longestMs } = second
  process.stderr.write(
    `${new Date().toISOString().slice(11, 19)}  ${requests} requests  ${failed} failed  ${slow} slow  longest ${longestMs} ms\n`,
  )
  second = { requests: 0, failed: 0, slow: 0, longestMs: 0 }
}, 1000)
const watcher = setInterval(() => {
  if (urls.length > 1) for (const url of urls) void lookAt(url)
}, 100)
process.once('SIGTERM', end)
process.once('SIGINT', end)

/** @param {string} url */
async function lookAt(url) {
  const status = await send(new URL('/readyz', url), '', 'GET', '').catch(() => 0)
  if (status === 200) unready.delete(url)
  else unready.add(url)
}

/** Starts nothing more, waits for what is on its way, and sums up. */
async function end() {
  clearInterval(starter)
  while (inFlight > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  clearInterval(teller)
  clearInterval(watcher)
  const seconds = Math.round((performance.now() - began) / 100) / 10
  const times = { p50: percentile(0.5), p99: percentile(0.99), max: percentile(1) }
  const line = { ...total, seconds, milliseconds: times, failures: Object.fromEntries(failures) }
  process.stdout.write(`${JSON.stringify(line)}\n`, () => process.exit(total.failed > 0 ? 1 : 0))
}

/** The next step of the next buyer. */
async function visit() {
  const buyer = buyers[turn % BUYERS]
  if (!buyer) return
  turn += 1
  buyer.step += 1
  const product = PRODUCTS[Math.floor(Math.random() * PRODUCTS.length)]
  inFlight += 1
  const start = performance.now()
  try {
    if (buyer.step % 5 === 3) await ask(buyer.id, 'POST', '/cart', `product=${product}`, [303])
    else if (buyer.step % 5 === 0) {
      // Nothing in the cart, or nothing left: both are answers.
      const status = await ask(buyer.id, 'POST', '/checkout', `order=${randomUUID()}`, [303, 409])
      if (status === 303) total.orders += 1
    } else await ask(buyer.id, 'GET', buyer.step % 5 === 4 ? '/cart' : '/', '', [200])
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    total.failed += 1
    second.failed += 1
    if (failures.size < 20 || failures.has(why)) failures.set(why, (failures.get(why) ?? 0) + 1)
  }
  inFlight -= 1
  const milliseconds = Math.round(performance.now() - start)
  took.set(milliseconds, (took.get(milliseconds) ?? 0) + 1)
  total.requests += 1
  second.requests += 1
  second.longestMs = Math.max(second.longestMs, milliseconds)
  if (milliseconds > slowMs) {
    total.slow += 1
    second.slow += 1
  }
}

/**
 * @param {string} id
 * @param {string} method
 * @param {string} path
 * @param {string} body
 * @param {readonly number[]} expected
 */
async function ask(id, method, path, body, expected) {
  const at = turn % urls.length
  const inTurn = [...urls.slice(at), ...urls.slice(0, at)]
  const url = inTurn.find((one) => !unready.has(one)) ?? inTurn[0] ?? ''
  if (url !== inTurn[0]) total.passedOver += 1
  const status = await send(new URL(path, url), id, method, body)
  if (!expected.includes(status)) throw new Error(`${method} ${path}: ${status}`)
  return status
}

/**
 * @param {URL} url
 * @param {string} id
 * @param {string} method
 * @param {string} body
 * @returns {Promise<number>}
 */
function send(url, id, method, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      cookie: `shop=${id}`,
      'content-type': 'application/x-www-form-urlencoded',
      'content-length': Buffer.byteLength(body),
    }
    const sent = request(url, { method, agent, headers, signal: AbortSignal.timeout(TIMEOUT_MS) }, (incoming) => {
      incoming.resume()
      incoming.on('error', reject)
      incoming.on('end', () => resolve(incoming.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

/** @param {number} share */
function percentile(share) {
  const sorted = [...took].sort(([one], [other]) => one - other)
  const wanted = Math.max(1, Math.ceil(share * total.requests))
  let seen = 0
  for (const [milliseconds, count] of sorted) {
    seen += count
    if (seen >= wanted) return milliseconds
  }
  return 0
}
