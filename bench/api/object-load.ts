/** Clients that create, read, change and delete objects, each one request after the other over a connection of its own. */
import { assert } from '@muster/base/errors.ts'
import { between, seededRandom } from '@muster/base/random.ts'
import { type Spread, samples, spread } from '../harness/statistics.ts'
import { fill, makeEmpty, namesThere, textOf } from './config-maps.ts'
import { ask, type Endpoint, endpointOf, openSessions } from './endpoint.ts'
import { KINDS, type Sample } from './samples.ts'

/** What clients do. */
export const ACTS = ['create', 'get', 'update', 'delete'] as const
/** One of {@link ACTS}. */
export type Act = (typeof ACTS)[number]

/** How they do it. Those of one `prefix` work on what its creations left. */
export interface ObjectLoad {
  readonly act: Act
  /** Default ConfigMaps. */
  readonly sample?: Sample
  readonly prefix: string
  readonly clients: number
  /** At most: deletions end when nothing is left. */
  readonly seconds: number
  readonly objectBytes: number
}

/** What came of it; milliseconds. */
export interface ObjectRate {
  readonly operations: number
  readonly seconds: number
  readonly latency: Spread
}

/** What was acknowledged, for each prefix and each of its clients. */
const created = new Map<string, string[][]>()

let connected: { readonly endpoint: Endpoint; readonly sessions: ReturnType<typeof openSessions> } | undefined

/**
 * Connects so many clients, in place of those before. To agree on keys costs both sides milliseconds of processor time,
 * which is not what a request costs over a connection that is there.
 */
export async function connectClients({
  kubeconfig,
  clients,
}: {
  readonly kubeconfig: string
  readonly clients: number
}): Promise<void> {
  connected?.sessions[Symbol.dispose]()
  const endpoint = endpointOf(kubeconfig)
  connected = { endpoint, sessions: openSessions(endpoint, clients) }
  const { sessions } = connected
  const first = { method: 'GET', path: '/version' }
  await Promise.all(Array.from({ length: clients }, (_, client) => ask(endpoint, sessions.of(client), first)))
}

/** Lets the clients that are connected work. Throws the first refusal. */
export async function work(load: ObjectLoad): Promise<ObjectRate> {
  assert(connected, 'clients are connected before they work')
  const { endpoint, sessions } = connected
  const { act, prefix, clients, seconds, objectBytes, sample = 'configmaps' } = load
  const { collection, make } = KINDS[sample]
  const own = created.get(prefix) ?? Array.from({ length: clients }, () => [])
  created.set(prefix, own)
  const text = textOf(objectBytes)
  const waits = samples()
  const start = performance.now()
  const end = start + seconds * 1000
  const client = async (number: number) => {
    const names = own[number] ?? []
    const random = seededRandom(number)
    const session = sessions.of(number)
    for (let at = names.length; performance.now() < end; at++) {
      const name = act === 'create' ? `${prefix}-${number}-${at}` : names[between(random, 0, names.length - 1)]
      if (name === undefined) return
      const begun = performance.now()
      if (act === 'create') {
        await ask(endpoint, session, { method: 'POST', path: collection, body: make(name, text) })
        names.push(name)
      } else if (act === 'update') {
        const body = make(name, `${at}${text}`)
        await ask(endpoint, session, { method: 'PUT', path: `${collection}/${name}`, body })
      } else if (act === 'delete') {
        const last = names.at(-1)
        if (last === undefined) return
        await ask(endpoint, session, { method: 'DELETE', path: `${collection}/${last}` })
        names.pop()
      } else {
        await ask(endpoint, session, { method: 'GET', path: `${collection}/${name}` })
      }
      waits.add(performance.now() - begun)
    }
  }
  await Promise.all(own.map((_, number) => client(number)))
  return { operations: waits.count, seconds: (performance.now() - start) / 1000, latency: spread(waits) }
}

/** Empties the namespace and fills it. */
export async function fillWith(request: {
  readonly kubeconfig: string
  readonly prefix: string
  readonly count: number
  readonly objectBytes: number
}): Promise<void> {
  const endpoint = endpointOf(request.kubeconfig)
  using sessions = openSessions(endpoint, 8)
  await makeEmpty(endpoint, sessions.of(0))
  created.clear()
  await fill(endpoint, sessions, request)
}

/** Throws unless exactly those are there whose creation was acknowledged, besides `others`. Answers how many those are. */
export async function verifyObjects({
  kubeconfig,
  others,
}: {
  readonly kubeconfig: string
  readonly others: number
}): Promise<number> {
  const endpoint = endpointOf(kubeconfig)
  using sessions = openSessions(endpoint, 1)
  const there = await namesThere(endpoint, sessions.of(0))
  const acknowledged = [...created.values()].flat(2)
  for (const name of acknowledged) assert(there.has(name), `${name} was acknowledged and is there`)
  assert(there.size === acknowledged.length + others, `${there.size} are there, not ${acknowledged.length + others}`)
  return acknowledged.length
}
