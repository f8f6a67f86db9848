/**
 * Carries datagrams. Those of one client go to one target for as long as the two speak, since most protocols over UDP are
 * conversations; what the target says goes back to that client. A conversation ends when neither has said anything for a
 * while, or when its target is none any more: then the client's next datagram begins another.
 */
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { createBalancer } from './balance.ts'
import type { Carrier, CarrierDeps, Door } from './carrier.ts'
import { type Front, writeTarget } from './fronts.ts'

/** How long two may be silent. Source: the kernel's nf_conntrack_udp_timeout_stream, which kube-proxy leaves as it is. */
const SILENCE_MAX: Duration = seconds(120)
/** Conversations of one door, each of which has a socket; the one that has been silent for longest goes first. */
const CONVERSATIONS_MAX = 4_096

interface Conversation {
  readonly target: string
  readonly socket: Socket
  /** Resolves once the socket may send. */
  readonly ready: Promise<void>
  /** When somebody spoke last. */
  heard: Duration
}

/** UDP. */
export function carryDatagrams({ clock }: CarrierDeps): Carrier {
  const doors = new Set<Hall>()
  return {
    async open(first, wanted) {
      const socket = await bound(first.address, wanted)
      const door = new Hall(socket, first, clock)
      doors.add(door)
      return door
    },
    end() {
      for (const door of doors) door.end()
      doors.clear()
    },
  }
}

/** A door, and the conversations behind it: oldest first. */
class Hall implements Door {
  readonly port: number
  readonly #socket: Socket
  readonly #clock: CarrierDeps['clock']
  readonly #balancer = createBalancer()
  readonly #conversations = new Map<string, Conversation>()
  #front: Front

  constructor(socket: Socket, front: Front, clock: CarrierDeps['clock']) {
    this.#socket = socket
    this.#front = front
    this.#clock = clock
    this.port = socket.address().port
    socket.on('error', () => {})
    socket.on('message', (datagram, { address, port }) => void this.#carry(datagram, { address, port }))
  }

  get front(): Front {
    return this.#front
  }

  set front(front: Front) {
    this.#front = front
    const there = new Set(front.targets.map(writeTarget))
    for (const [client, { target }] of this.#conversations) if (!there.has(target)) this.#forget(client)
  }

  /** What was said last may still be answered: there is no end of a conversation in this protocol. */
  close(): Promise<void> {
    this.end()
    return Promise.resolve()
  }

  end(): void {
    for (const client of this.#conversations.keys()) this.#forget(client)
    try {
      this.#socket.close()
    } catch {
      // It was closed before.
    }
  }

  async #carry(datagram: Buffer, from: { readonly address: string; readonly port: number }): Promise<void> {
    const client = `${from.address}:${from.port}`
    const now = this.#clock.elapsed()
    this.#forgetSilent(now)
    const known = this.#conversations.get(client)
    const conversation = known ?? this.#begin(client, from, now)
    // As with the virtual addresses of kube-proxy: nobody hears of what nobody takes.
    if (!conversation) return
    conversation.heard = now
    this.#conversations.delete(client)
    this.#conversations.set(client, conversation)
    await conversation.ready
    if (this.#conversations.get(client) === conversation) conversation.socket.send(datagram)
  }

  #begin(client: string, from: { readonly address: string; readonly port: number }, now: Duration) {
    const [target] = this.#balancer.order(this.#front, from.address, now)
    if (!target) return undefined
    this.#balancer.served(this.#front, from.address, target, now)
    const socket = createSocket('udp4')
    const ready = new Promise<void>((resolve) => socket.connect(target.port, target.address, resolve))
    const conversation: Conversation = { target: writeTarget(target), socket, ready, heard: now }
    // Nobody listens there: what was sent is lost, as datagrams are, and the next one tries another.
    socket.on('error', () => this.#forget(client))
    socket.on('message', (answer) => {
      conversation.heard = this.#clock.elapsed()
      this.#socket.send(answer, from.port, from.address)
    })
    this.#conversations.set(client, conversation)
    return conversation
  }

  #forgetSilent(now: Duration): void {
    for (const [client, { heard }] of this.#conversations) {
      if (now - heard < SILENCE_MAX && this.#conversations.size < CONVERSATIONS_MAX) return
      this.#forget(client)
    }
  }

  #forget(client: string): void {
    const conversation = this.#conversations.get(client)
    this.#conversations.delete(client)
    try {
      conversation?.socket.close()
    } catch {
      // It was closed before.
    }
  }
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket('udp4')
  socket.bind({ address, port, exclusive: true })
  await once(socket, 'listening')
  return socket
}
