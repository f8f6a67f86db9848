/** The shop's database, as its services see it: values by key, each with a version, changed one at a time. */
import { call } from './call.js'
import { Refusal } from './service.js'

/**
 * @template T
 * @typedef {{ key: string, value: T, version: number }} Entry
 */

/**
 * One value, or undefined.
 *
 * @param {string} key
 * @returns {Promise<Entry<any> | undefined>}
 */
export async function get(key) {
  const { status, json } = await call('db', pathOf(key))
  if (status === 404) return undefined
  return /** @type {Entry<any>} */ (good(status, json))
}

/**
 * Writes a value. False when its version is no longer the one given; 0 means that there must be none.
 *
 * @param {string} key
 * @param {unknown} value
 * @param {number} [version]
 * @returns {Promise<boolean>}
 */
export async function put(key, value, version) {
  /** @type {Record<string, string>} */
  const headers = version === undefined ? {} : { 'if-match': String(version) }
  const { status, json } = await call('db', pathOf(key), { method: 'PUT', json: value, headers })
  if (status === 412) return false
  good(status, json)
  return true
}

/**
 * Forgets a value.
 *
 * @param {string} key
 */
export async function remove(key) {
  const { status, json } = await call('db', pathOf(key), { method: 'DELETE' })
  if (status !== 404) good(status, json)
}

/**
 * The newest values below a prefix, newest first.
 *
 * @param {string} prefix
 * @param {number} limit
 * @returns {Promise<Entry<any>[]>}
 */
export async function list(prefix, limit) {
  const { status, json } = await call('db', `/values?prefix=${encodeURIComponent(prefix)}&limit=${limit}`)
  return /** @type {Entry<any>[]} */ (good(status, json))
}

/**
 * Changes a value that others may be changing too, and answers with what it has become. `change` answers undefined
 * when nothing is to be done. A write whose answer was lost is made again, so `change` must know its own work.
 *
 * @template T
 * @param {string} key
 * @param {(value: T | undefined) => T | undefined} change
 * @returns {Promise<T | undefined>}
 */
export async function update(key, change) {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    const entry = await get(key)
    const next = change(entry?.value)
    if (next === undefined) return entry?.value
    if (await put(key, next, entry?.version ?? 0)) return next
  }
  throw new Refusal(503, `${key} is changed by too many at once`)
}

/** How often a change is tried when others are faster. */
const TURNS_MAX = 30

/** @param {string} key */
const pathOf = (key) => `/values/${encodeURIComponent(key)}`

/**
 * @param {number} status
 * @param {unknown} json
 */
function good(status, json) {
  if (status < 300) return json
  throw new Refusal(status === 507 ? 507 : 502, `the database answered ${status}: ${JSON.stringify(json)}`)
}
