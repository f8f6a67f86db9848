/**
 * shop-db: values by key in one file that only grows. What it has acknowledged is on the disk.
 *
 *     GET /values/KEY · PUT /values/KEY (If-Match: VERSION, 0 for none) · DELETE /values/KEY
 *     GET /values?prefix=orders%2F&limit=20          newest first
 *
 * A write is a line in DATA_DIR/shop.log: a checksum and what was written. All writes that wait at a moment share one
 * flush. At the start the file is read; a last line that a crash cut short was never acknowledged, and goes.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { open, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { jsonOf, Refusal, serve } from '../lib/service.js'

/** @typedef {{ key: string, version: number, value?: unknown }} Written a value; none when it was deleted */

/** So many keys are kept at most: a shop that nobody tidies says so, rather than eat the machine. */
const KEYS_MAX = 50_000
/** The file is written anew once it holds so many lines beyond those that still count. */
const DEAD_LINES_MAX = 20_000

const folder = process.env.DATA_DIR ?? './data'
const file = join(folder, 'shop.log')
mkdirSync(folder, { recursive: true })

/** Insertion order is the order of writes, so the newest is last. @type {Map<string, Written>} */
const values = new Map()
let version = 0
/** Up to this version everything is on the disk. */
let durable = 0
let lines = 0
/** @type {{ line: string, done: (error?: unknown) => void }[]} */
let waiting = []
let flushing = false
/** @type {Error | undefined} */
let broken

const goodBytes = replay()
durable = version
let log = await open(file, 'a')
await log.truncate(goodBytes)
await log.datasync()
await flushFolder()

/** Reads the file. Answers how much of it is whole. */
function replay() {
  let bytes
  try {
    bytes = readFileSync(file)
  } catch {
    return 0
  }
  let good = 0
  for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, good)) {
    const line = bytes.subarray(good, end).toString('utf8')
    if (line.slice(0, 8) !== checksum(line.slice(9))) break
    take(JSON.parse(line.slice(9)))
    good = end + 1
  }
  for (let end = bytes.indexOf(10, good), start = good; end >= 0; start = end + 1, end = bytes.indexOf(10, start)) {
    const line = bytes.subarray(start, end).toString('utf8')
    if (line.slice(0, 8) !== checksum(line.slice(9))) continue
    throw new Error(`${file}: damaged at byte ${good}, and what follows is whole; restore the file from a copy`)
  }
  return good
}

/** @param {string} text */
function checksum(text) {
  return crc32(text).toString(16).padStart(8, '0')
}

/** @param {Written} written */
function take(written) {
  lines += 1
  version = Math.max(version, written.version)
  values.delete(written.key)
  if (written.value !== undefined) values.set(written.key, written)
}

/**
 * Writes, and resolves once it is on the disk. The next writes of the key are judged by it at once.
 *
 * @param {Written} written
 * @returns {Promise<void>}
 */
function append(written) {
  if (broken) throw new Refusal(503, `the disk refused a write: ${broken.message}`)
  take(written)
  const text = JSON.stringify(written)
  return new Promise((resolve, reject) => {
    waiting.push({ line: `${checksum(text)} ${text}\n`, done: (error) => (error ? reject(error) : resolve()) })
    if (!flushing) void flush()
  })
}

/** Waits until what is there now is on the disk: nobody is told of what a crash could still take back. */
function settled() {
  if (durable === version) return
  return new Promise((/** @type {(done: void) => void} */ resolve, reject) => {
    waiting.push({ line: '', done: (error) => (error ? reject(error) : resolve()) })
  })
}

async function flush() {
  flushing = true
  while (waiting.length > 0) {
    const group = waiting
    const upTo = version
    waiting = []
    try {
      await log.appendFile(group.map(({ line }) => line).join(''))
      await log.datasync()
      durable = upTo
      for (const { done } of group) done()
      if (lines > values.size + DEAD_LINES_MAX) await compact()
    } catch (error) {
      // After a failed flush nobody knows what is on the disk. The next start reads what is.
      broken = error instanceof Error ? error : new Error(String(error))
      for (const { done } of [...group, ...waiting]) done(broken)
      setTimeout(() => process.exit(1), 100)
      return
    }
  }
  flushing = false
}

/** Writes what still counts into a new file, which then takes the old one's name. Those who write meanwhile wait. */
async function compact() {
  const fresh = await open(`${file}.new`, 'w')
  const kept = [...values.values()].map((written) => JSON.stringify(written))
  await fresh.appendFile(kept.map((text) => `${checksum(text)} ${text}\n`).join(''))
  await fresh.datasync()
  await fresh.close()
  await rename(`${file}.new`, file)
  await flushFolder()
  await log.close()
  log = await open(file, 'a')
  lines = kept.length
  // Those that were written meanwhile are in the new file already; once more does no harm.
}

async function flushFolder() {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => {})
  await handle?.close()
}

/** @param {string} [name] */
function keyOf(name) {
  const key = decodeURIComponent(name ?? '')
  if (key === '' || key.length > 200) throw new Refusal(400, 'a key has 1 to 200 characters')
  return key
}

serve(
  'db',
  {
    'GET /values': async ({ query }) => {
      const prefix = query.get('prefix') ?? ''
      const limit = Math.min(Number(query.get('limit') ?? 20), 1000)
      const found = []
      for (const written of [...values.values()].reverse()) {
        if (found.length >= limit) break
        if (written.key.startsWith(prefix)) found.push(written)
      }
      await settled()
      return { json: found }
    },
    'GET /values/:key': async ({ names }) => {
      const written = values.get(keyOf(names.key))
      if ((written?.version ?? version) > durable) await settled()
      if (!written) throw new Refusal(404, 'no such key')
      return { json: written }
    },
    'PUT /values/:key': async (request) => {
      const key = keyOf(request.names.key)
      const value = jsonOf(request)
      const wanted = request.headers['if-match']
      const found = values.get(key)?.version ?? 0
      if (wanted !== undefined && Number(wanted) !== found) {
        throw new Refusal(412, `version ${found}, not ${wanted}`)
      }
      if (found === 0 && values.size >= KEYS_MAX) throw new Refusal(507, `full: it keeps ${KEYS_MAX} keys`)
      const written = { key, version: version + 1, value }
      await append(written)
      return { json: written }
    },
    'DELETE /values/:key': async ({ names }) => {
      const key = keyOf(names.key)
      if (!values.has(key)) throw new Refusal(404, 'no such key')
      await append({ key, version: version + 1 })
      return { json: {} }
    },
  },
  {
    ready: async () => {
      if (broken) throw new Refusal(503, broken.message)
    },
    close: async () => {
      await log.close()
    },
  },
)
