/**
 * Asks another service. Where it is, the environment says, as Kubernetes sets it for every Service:
 * CART_SERVICE_HOST and CART_SERVICE_PORT, or a whole CART_URL, or else the name `cart`.
 */
import { Agent, request } from 'node:http'

/** A service that gave no answer. */
export class Unreachable extends Error {}

/**
 * The address of a service.
 *
 * @param {string} service
 * @param {Readonly<Record<string, string | undefined>>} [env]
 */
export function addressOf(service, env = process.env) {
  const name = service.toUpperCase().replaceAll('-', '_')
  const url = env[`${name}_URL`]
  if (url) return url
  const host = env[`${name}_SERVICE_HOST`]
  if (host) return `http://${host.includes(':') ? `[${host}]` : host}:${env[`${name}_SERVICE_PORT`] ?? 80}`
  return `http://${service}`
}

/** Idle connections are let go of long before the other side would. */
const agent = new Agent({ keepAlive: true, timeout: 1_000, maxFreeSockets: 8 })

/** How long a caller waits in all, and between two tries, in milliseconds. */
const TIMEOUT_MS = 5_000
const PAUSE_MS = 50

/**
 * @typedef {object} Asked
 * @property {string} [method] GET when absent; every other one that services here use may be repeated safely
 * @property {unknown} [json]
 * @property {Record<string, string>} [headers]
 * @property {number} [timeoutMs]
 */

/** @typedef {{ status: number, json: unknown, text: string }} Told */

/**
 * Asks a service, and again while it is being replaced. Throws Unreachable when nothing answers in time.
 *
 * @param {string} service
 * @param {string} path
 * @param {Asked} [asked]
 * @returns {Promise<Told>}
 */
export async function call(service, path, { method = 'GET', json, headers = {}, timeoutMs = TIMEOUT_MS } = {}) {
  const deadline = performance.now() + timeoutMs
  const body = json === undefined ? '' : JSON.stringify(json)
  for (;;) {
    const left = deadline - performance.now()
    try {
      return await once(new URL(path, addressOf(service)), { method, body, headers, timeoutMs: left })
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (performance.now() + PAUSE_MS >= deadline) throw new Unreachable(`${service} does not answer: ${why}`)
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

/**
 * @param {URL} url
 * @param {{ method: string, body: string, headers: Record<string, string>, timeoutMs: number }} asked
 * @returns {Promise<Told>}
 */
function once(url, { method, body, headers, timeoutMs }) {
  return new Promise((resolve, reject) => {
    const type = body === '' ? {} : { 'content-type': 'application/json' }
    const signal = AbortSignal.timeout(Math.max(1, Math.ceil(timeoutMs)))
    const sent = request(
      url,
      { method, agent, signal, headers: { ...type, 'content-length': Buffer.byteLength(body), ...headers } },
      (incoming) => {
        let text = ''
        incoming.setEncoding('utf8')
        incoming.on('data', (chunk) => {
          text += chunk
        })
        incoming.on('error', reject)
        incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, json: parsed(text), text }))
      },
    )
    sent.on('error', reject)
    sent.end(body)
  })
}

/** @param {string} text */
function parsed(text) {
  try {
    return /** @type {unknown} */ (JSON.parse(text))
  } catch {
    return undefined
  }
}
