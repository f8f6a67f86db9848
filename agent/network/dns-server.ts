/**
 * The DNS of a cluster, for its pods: names of the cluster from what is known of it, all others from the resolvers of the
 * machine, byte for byte.
 *
 *     pod ── question ──► a name of the cluster? ──► records
 *                                   └── no ──► the machine's own resolvers, one after the other
 */
import { createSocket, type Socket as Datagrams, type RemoteInfo } from 'node:dgram'
import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import {
  type Answer,
  AUTHORITATIVE_ANSWER,
  decode,
  encode,
  type Packet,
  RECURSION_AVAILABLE,
  TRUNCATED_RESPONSE,
} from 'dns-packet'
import { type DnsRecord, type DnsWorld, recordsOf } from './dns-names.ts'
import type { Target } from './fronts.ts'
import { CLUSTER_DOMAIN } from './names.ts'

/** What it answers from. */
export interface DnsDeps {
  readonly world: DnsWorld
  /** Who is asked about names that are not the cluster's: resolvers of the machine. */
  readonly upstream: readonly Target[]
  /** How long one of them may take. */
  readonly upstreamWait?: Duration
  readonly clock: Clock
}

/** A server that listens, over UDP and TCP. */
export interface DnsServer {
  readonly port: number
  close(): Promise<void>
}

/** Seconds for which an answer may be kept. Source: CoreDNS, its kubernetes plugin. */
const TTL = 5
const UPSTREAM_WAIT: Duration = seconds(2)
/** What every resolver takes in one datagram. Source: RFC 1035, section 4.2.1. */
const DATAGRAM_BYTES = 512
const NO_SUCH_NAME = 3
const SERVER_FAILURE = 2

/** Listens. Throws the system's error where the port cannot be had. */
export async function openDnsServer(at: Target, deps: DnsDeps): Promise<DnsServer> {
  const datagrams = createSocket('udp4').bind({ address: at.address, port: at.port, exclusive: true })
  await once(datagrams, 'listening')
  const { port } = datagrams.address()
  datagrams.on('error', () => {})
  datagrams.on('message', (question, from) => void overDatagrams(datagrams, question, from, deps))
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.on('error', () => socket.destroy())
    void overConnection(socket, deps).catch(() => socket.destroy())
  })
  const close = async () => {
    for (const socket of sockets) socket.destroy()
    await Promise.all([
      new Promise((resolve) => server.close(resolve)),
      new Promise<void>((resolve) => datagrams.close(resolve)),
    ])
  }
  try {
    await once(server.listen({ host: at.address, port }), 'listening')
  } catch (error) {
    await close()
    throw error
  }
  return { port, close }
}

async function overDatagrams(socket: Datagrams, question: Buffer, { address, port }: RemoteInfo, deps: DnsDeps) {
  const answer = await answerTo(question, deps, askByDatagram)
  if (!answer) return
  try {
    socket.send(answer.length <= roomOf(question) ? answer : truncated(answer), port, address)
  } catch {
    // The server was closed meanwhile.
  }
}

/** Each message has its length before it. Source: RFC 1035, section 4.2.2. */
async function overConnection(socket: Socket, deps: DnsDeps): Promise<void> {
  for await (const question of framesOf(socket)) {
    const answer = await answerTo(question, deps, askByConnection)
    if (!answer) break
    socket.write(framed(answer))
  }
  socket.end()
}

type Ask = (question: Buffer, at: Target, late: AbortSignal) => Promise<Buffer>

/** The answer, or nothing to what is no question. */
async function answerTo(question: Buffer, deps: DnsDeps, ask: Ask): Promise<Buffer | undefined> {
  const packet = read(question)
  const [asked] = packet?.questions ?? []
  if (packet?.type !== 'query' || !asked) return undefined
  const known = recordsOf(asked.name, deps.world)
  if (known === 'not ours') return (await askUpstream(question, deps, ask)) ?? failed(packet, SERVER_FAILURE)
  if (known === 'no such name') return failed(packet, NO_SUCH_NAME)
  const alias = known.find((record) => record.type === 'CNAME')
  const wanted = alias ? [alias] : known.filter(({ type }) => type === asked.type)
  const answers = wanted.map((record) => answerOf(asked.name, record))
  if (!alias || asked.type === 'CNAME') return written(packet, answers)
  // Whoever asks is no resolver: an alias without what it stands for would be of no use.
  const further = { ...packet, questions: [{ ...asked, name: alias.target }] }
  const told = read((await askUpstream(encode(further as Packet), deps, ask)) ?? Buffer.alloc(0))
  return written(packet, [...answers, ...(told?.answers ?? [])])
}

/** One resolver after the other, until one answers. */
async function askUpstream(question: Buffer, deps: DnsDeps, ask: Ask): Promise<Buffer | undefined> {
  for (const at of deps.upstream) {
    const answer = await inTime(deps, (late) => ask(question, at, late)).catch(() => undefined)
    if (answer) return answer
  }
  return undefined
}

/** Work that is told when it is too late. */
async function inTime<Result>(
  { clock, upstreamWait = UPSTREAM_WAIT }: DnsDeps,
  work: (late: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const [late, over] = [new AbortController(), new AbortController()]
  clock.sleep(upstreamWait, over.signal).then(
    () => late.abort(),
    () => {},
  )
  try {
    return await work(late.signal)
  } finally {
    over.abort()
  }
}

async function askByDatagram(question: Buffer, { address, port }: Target, signal: AbortSignal): Promise<Buffer> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4')
  try {
    const answered = once(socket, 'message', { signal })
    socket.connect(port, address, () => socket.send(question))
    const [answer] = await answered
    return answer as Buffer // What the event brings.
  } finally {
    socket.close()
  }
}

async function askByConnection(question: Buffer, { address, port }: Target, signal: AbortSignal): Promise<Buffer> {
  const socket = connect({ host: address, port, signal })
  try {
    socket.write(framed(question))
    for await (const answer of framesOf(socket)) return answer
    throw new Error('it said nothing')
  } finally {
    socket.destroy()
  }
}

async function* framesOf(socket: Socket): AsyncIterable<Buffer> {
  let rest = Buffer.alloc(0)
  for await (const piece of socket) {
    rest = Buffer.concat([rest, piece])
    while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE()) {
      const end = 2 + rest.readUInt16BE()
      yield rest.subarray(2, end)
      rest = rest.subarray(end)
    }
  }
}

function framed(message: Buffer): Buffer {
  const length = Buffer.alloc(2)
  length.writeUInt16BE(message.length)
  return Buffer.concat([length, message])
}

/** What others sent is read with care: whatever cannot be read is no message. */
function read(bytes: Buffer): Packet | undefined {
  try {
    return decode(bytes)
  } catch {
    return undefined
  }
}

const written = (packet: Packet, answers: readonly Answer[], code = 0): Buffer =>
  encode({
    type: 'response',
    ...(packet.id === undefined ? {} : { id: packet.id }),
    flags: AUTHORITATIVE_ANSWER | RECURSION_AVAILABLE | (packet.flags ?? 0) | code,
    questions: packet.questions ?? [],
    answers: [...answers],
    ...(answers.length > 0 ? {} : { authorities: [START_OF_AUTHORITY] }),
  })

const failed = (packet: Packet, code: number): Buffer => written(packet, [], code)

/** How long "there is none" may be kept is said here. Source: RFC 2308. */
const START_OF_AUTHORITY: Answer = {
  type: 'SOA',
  name: CLUSTER_DOMAIN,
  ttl: TTL,
  data: {
    mname: `ns.dns.${CLUSTER_DOMAIN}`,
    rname: `hostmaster.${CLUSTER_DOMAIN}`,
    serial: 1,
    refresh: 7200,
    retry: 1800,
    expire: 86_400,
    minimum: TTL,
  },
}

function answerOf(name: string, record: DnsRecord): Answer {
  switch (record.type) {
    case 'A':
    case 'AAAA':
      return { type: record.type, name, ttl: TTL, data: record.address }
    case 'SRV':
      return {
        type: 'SRV',
        name,
        ttl: TTL,
        data: { target: record.target, port: record.port, priority: 0, weight: 100 },
      }
    case 'CNAME':
    case 'PTR':
      return { type: record.type, name, ttl: TTL, data: record.target }
    case 'TXT':
      return { type: 'TXT', name, ttl: TTL, data: record.text }
  }
}

/** Who asks for more than fits is told so, and asks again over TCP. */
function truncated(answer: Buffer): Buffer {
  const packet = read(answer)
  return encode({
    ...packet,
    type: 'response',
    flags: (packet?.flags ?? 0) | TRUNCATED_RESPONSE,
    answers: [],
    authorities: [],
    additionals: [],
  } as Packet)
}

/** How large a datagram the one who asks can take: what he says in EDNS, or what everybody can. */
function roomOf(question: Buffer): number {
  const found = (read(question)?.additionals ?? []).find(({ type }) => type === 'OPT')
  const { udpPayloadSize = DATAGRAM_BYTES } = (found ?? {}) as { readonly udpPayloadSize?: number }
  return Math.max(DATAGRAM_BYTES, udpPayloadSize)
}
