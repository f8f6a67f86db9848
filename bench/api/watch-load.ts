/** Watchers of one collection: how late they hear of a write, how they come back, and what they cost while nothing happens. */
import { setTimeout as sleep } from 'node:timers/promises'
import { assert, ControlError } from '@muster/base/errors.ts'
import { type Spread, samples, spread } from '../harness/statistics.ts'
import { COLLECTION, configMap, fill, makeEmpty, textOf, versionNow } from './config-maps.ts'
import { ask, type Endpoint, endpointOf, openSessions } from './endpoint.ts'

/** Streams that share one connection, as the informers of one client do. */
const STREAMS_PER_SESSION = 100
/** So many watchers read what comes; the others count its bytes, which must be as many. */
const READERS_MAX = 10
/** Longer than any server needs to deliver what is on its way. */
const DELIVERY_MS_MAX = 60_000
const OBJECT_BYTES = 1024

/** How many watch, and how often something is created. */
export interface WatchLoad {
  readonly kubeconfig: string
  readonly watchers: number
  readonly writesPerSecond: number
  readonly seconds: number
}

/** What they saw; milliseconds from the beginning of a write to its event at a watcher. */
export interface WatchRate {
  readonly deliveries: number
  readonly seconds: number
  readonly lag: Spread
}

/** Writes at a rate while they watch. Throws when an event was lost, doubled or out of order, or a watch ended. */
export async function watch({ kubeconfig, watchers, writesPerSecond, seconds }: WatchLoad): Promise<WatchRate> {
  const endpoint = endpointOf(kubeconfig)
  using writer = openSessions(endpoint, 1)
  await makeEmpty(endpoint, writer.of(0))
  const waits = samples()
  await using crowd = await openCrowd(endpoint, watchers, await versionNow(endpoint, writer.of(0)), (event) => {
    waits.add(performance.now() - Number(event.object.data.text.slice(0, event.object.data.text.indexOf(' '))))
  })
  await settle(watchers)
  const text = textOf(OBJECT_BYTES)
  const pending: Promise<void>[] = []
  const start = performance.now()
  for (let at = 0; at < writesPerSecond * seconds; at++) {
    const due = start + (at * 1000) / writesPerSecond
    if (due > performance.now()) await sleep(due - performance.now())
    const body = configMap(`w-${at}`, `${performance.now()} ${text}`)
    pending.push(ask(endpoint, writer.of(0), { method: 'POST', path: COLLECTION, body }))
  }
  await Promise.all(pending)
  await crowd.sawAll(pending.length)
  const took = (performance.now() - start) / 1000
  return { deliveries: pending.length * watchers, seconds: took, lag: spread(waits) }
}

/** So many watchers come back at once, to a version that is `events` writes old. */
export async function storm(load: {
  readonly kubeconfig: string
  readonly watchers: number
  readonly events: number
}): Promise<{ readonly deliveries: number; readonly seconds: number }> {
  const endpoint = endpointOf(load.kubeconfig)
  using writers = openSessions(endpoint, 8)
  await makeEmpty(endpoint, writers.of(0))
  const version = await versionNow(endpoint, writers.of(0))
  await fill(endpoint, writers, { prefix: 's', count: load.events, objectBytes: OBJECT_BYTES })
  const start = performance.now()
  await using crowd = await openCrowd(endpoint, load.watchers, version, () => {})
  await crowd.sawAll(load.events)
  return { deliveries: load.events * load.watchers, seconds: (performance.now() - start) / 1000 }
}

const idlers: AsyncDisposable[] = []

/** Opens watchers to whom nothing happens, and leaves them open until the next call, which with 0 only closes them. */
export async function idle({ kubeconfig, watchers }: { readonly kubeconfig: string; readonly watchers: number }) {
  for (const one of idlers.splice(0)) await one[Symbol.asyncDispose]()
  if (watchers === 0) return
  const endpoint = endpointOf(kubeconfig)
  using sessions = openSessions(endpoint, 1)
  await makeEmpty(endpoint, sessions.of(0))
  idlers.push(await openCrowd(endpoint, watchers, await versionNow(endpoint, sessions.of(0)), () => {}))
  await settle(watchers)
}

/** The head of an answer, which says that a watch has begun, may come with its first event: a moment stands for it. */
const settle = (watchers: number) => sleep(500 + watchers / 5)

interface WatchEvent {
  readonly type: string
  readonly object: {
    readonly metadata: {
      readonly name: string
      readonly resourceVersion: string
      readonly labels?: Readonly<Record<string, string>>
    }
    readonly data: { readonly text: string }
  }
}

interface Crowd extends AsyncDisposable {
  /** Resolves once everybody has had so many events; throws when that does not come. */
  sawAll(events: number): Promise<void>
}

async function openCrowd(
  endpoint: Endpoint,
  watchers: number,
  from: string,
  heard: (event: WatchEvent) => void,
): Promise<Crowd> {
  const sessions = openSessions(endpoint, Math.ceil(watchers / STREAMS_PER_SESSION))
  const abort = new AbortController()
  const bytes = new Float64Array(watchers)
  const readers = Array.from(
    { length: Math.min(READERS_MAX, watchers) },
    (): Seen => ({ names: new Set(), version: 0 }),
  )
  let trouble: unknown
  const path = `${COLLECTION}?watch=true&resourceVersion=${from}`
  const open = (number: number) => {
    const seen = readers[number]
    const read = seen && lines((line) => note(seen, JSON.parse(line), heard))
    const ended = ask(endpoint, sessions.of(number), { method: 'GET', path, signal: abort.signal }, (chunk) => {
      bytes[number] = (bytes[number] ?? 0) + chunk.length
      read?.(chunk)
    })
    ended
      .then(() => new ControlError('Unavailable', 'the server ended a watch'))
      .catch((error) => error)
      .then((error) => {
        if (!abort.signal.aborted) trouble ??= error
      })
  }
  for (let number = 0; number < watchers; number++) open(number)
  return {
    async sawAll(events) {
      const until = performance.now() + DELIVERY_MS_MAX
      const isDone = () =>
        readers.every(({ names }) => names.size === events) && bytes.every((count) => count === (bytes[0] ?? 0))
      while (!isDone()) {
        if (trouble) throw trouble
        assert(performance.now() < until, `all ${watchers} watchers hear of all ${events} writes`)
        await sleep(2)
      }
    },
    async [Symbol.asyncDispose]() {
      abort.abort()
      sessions[Symbol.dispose]()
      await sleep(50)
    },
  }
}

interface Seen {
  readonly names: Set<string>
  /** Of the last event. */
  version: number
}

function note(seen: Seen, event: WatchEvent, heard: (event: WatchEvent) => void): void {
  if (event.object.metadata.labels?.app !== 'bench') return
  assert(event.type === 'ADDED', `the writer only creates, and a watcher heard ${JSON.stringify(event).slice(0, 200)}`)
  const { name, resourceVersion } = event.object.metadata
  assert(!seen.names.has(name), `${name} is told once`)
  assert(Number(resourceVersion) > seen.version, `${name} is told in its turn`)
  seen.names.add(name)
  seen.version = Number(resourceVersion)
  heard(event)
}

/** Calls with each whole line. */
function lines(take: (line: string) => void): (chunk: Buffer) => void {
  let rest = ''
  return (chunk) => {
    const parts = (rest + chunk.toString('utf8')).split('\n')
    rest = parts.pop() ?? ''
    for (const part of parts) if (part !== '') take(part)
  }
}
