/** What API servers are asked to do: objects of 1 KB made, read, changed and deleted; long lists; watches. */
import type { ClientHttp2Session } from 'node:http2'
import { ask, type Endpoint } from './endpoint.ts'

/** What one workload came to. */
export interface Figures {
  readonly workload: string
  readonly perSecond: number
  readonly p50Ms: number
  readonly p99Ms: number
}

const NAMESPACE = 'bench'
const COLLECTION = `/api/v1/namespaces/${NAMESPACE}/configmaps`
/** Streams share connections, as the informers and controllers of one client do. */
const CLIENTS_PER_SESSION = 64

const configMap = (name: string, text: string): Buffer =>
  Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { text } }))
const KILOBYTE = 'x'.repeat(900)

/** Makes the namespace that everything happens in; what was in it before is gone. */
export async function prepare(endpoint: Endpoint): Promise<void> {
  const session = endpoint.session()
  const namespace = Buffer.from(JSON.stringify({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: NAMESPACE } }))
  await ask(endpoint, session, 'POST', '/api/v1/namespaces', namespace).catch(() => {})
  await ask(endpoint, session, 'DELETE', COLLECTION)
  session.close()
}

/** Each of so many clients makes, reads, changes and deletes objects of its own, one request after the other. */
export async function objects(endpoint: Endpoint, clients: number, seconds: number): Promise<Figures[]> {
  const took: Record<'create' | 'get' | 'update' | 'delete', number[]> = { create: [], get: [], update: [], delete: [] }
  const sessions = Array.from({ length: Math.ceil(clients / CLIENTS_PER_SESSION) }, () => endpoint.session())
  const end = performance.now() + seconds * 1000
  const time = async <T>(verb: keyof typeof took, work: () => Promise<T>): Promise<T> => {
    const start = performance.now()
    const result = await work()
    took[verb].push(performance.now() - start)
    return result
  }
  const run = async (client: number) => {
    const session = sessions[client % sessions.length] as ClientHttp2Session
    for (let at = 0; performance.now() < end; at++) {
      const name = `o-${client}-${at}`
      const path = `${COLLECTION}/${name}`
      await time('create', () => ask(endpoint, session, 'POST', COLLECTION, configMap(name, KILOBYTE)))
      await time('get', () => ask(endpoint, session, 'GET', path))
      await time('update', () => ask(endpoint, session, 'PUT', path, configMap(name, `${KILOBYTE}!`)))
      await time('delete', () => ask(endpoint, session, 'DELETE', path))
    }
  }
  const began = performance.now()
  await Promise.all(Array.from({ length: clients }, (_, client) => run(client)))
  const lasted = (performance.now() - began) / 1000
  for (const session of sessions) session.close()
  return Object.entries(took).map(([verb, times]) => figures(`${verb}, ${clients} clients`, times, lasted))
}

/** Lists of so many objects, one after the other, whole. */
export async function lists(endpoint: Endpoint, count: number, seconds: number): Promise<Figures> {
  const session = endpoint.session()
  for (let at = 0; at < count; at += 256) {
    const names = Array.from({ length: Math.min(256, count - at) }, (_, offset) => `l-${at + offset}`)
    await Promise.all(names.map((name) => ask(endpoint, session, 'POST', COLLECTION, configMap(name, KILOBYTE))))
  }
  const times: number[] = []
  const end = performance.now() + seconds * 1000
  const began = performance.now()
  while (performance.now() < end) {
    const start = performance.now()
    await ask(endpoint, session, 'GET', COLLECTION)
    times.push(performance.now() - start)
  }
  const lasted = (performance.now() - began) / 1000
  await ask(endpoint, session, 'DELETE', COLLECTION)
  session.close()
  return figures(`list of ${count}`, times, lasted)
}

/** So many watchers of one collection, written to a hundred times a second: how late each hears of it. */
export async function watches(endpoint: Endpoint, watchers: number, seconds: number): Promise<Figures> {
  const lags: number[] = []
  const sessions = Array.from({ length: Math.ceil(watchers / CLIENTS_PER_SESSION) }, () => endpoint.session())
  const stops: (() => void)[] = []
  for (let at = 0; at < watchers; at++)
    stops.push(watchOne(endpoint, sessions[at % sessions.length] as ClientHttp2Session, lags))
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const writer = endpoint.session()
  const end = performance.now() + seconds * 1000
  for (let at = 0; performance.now() < end; at++) {
    void ask(endpoint, writer, 'POST', COLLECTION, configMap(`w-${at}`, `${performance.now()}`)).catch(() => {})
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await new Promise((resolve) => setTimeout(resolve, 500))
  for (const stop of stops) stop()
  await ask(endpoint, writer, 'DELETE', COLLECTION)
  for (const session of [...sessions, writer]) session.close()
  return figures(`watch, ${watchers} watchers`, lags, seconds)
}

function watchOne(endpoint: Endpoint, session: ClientHttp2Session, lags: number[]): () => void {
  const abort = new AbortController()
  void listen(endpoint, session, lags, abort.signal)
  return () => abort.abort()
}

async function listen(
  endpoint: Endpoint,
  session: ClientHttp2Session,
  lags: number[],
  signal: AbortSignal,
): Promise<void> {
  const stream = session.request(
    { ':path': `${COLLECTION}?watch=true&resourceVersion=0`, accept: 'application/json', ...authorization(endpoint) },
    { signal },
  )
  stream.on('error', () => {})
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const now = performance.now()
    for (const [, sent] of text.matchAll(/"text":"([\d.]+)"/g))
      if (text.includes('"ADDED"')) lags.push(now - Number(sent))
  })
}

const authorization = (endpoint: Endpoint) => endpoint.headers

function figures(workload: string, times: number[], seconds: number): Figures {
  const sorted = times.toSorted((one, other) => one - other)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
  return { workload, perSecond: times.length / seconds, p50Ms: at(0.5), p99Ms: at(0.99) }
}
