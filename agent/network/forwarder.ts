/**
 * Listens where services are said to be, and carries each connection to a target.
 *
 *     client ── cluster address:port ──► forwarder ── pod address:port ──► process
 *
 * A target that refuses, or does not answer, costs a try at the next one: nothing was sent yet, so nothing is lost or
 * done twice. Connections that are there stay when targets change; only new ones go elsewhere. A port that may not be
 * bound here (below 1024, for who is not root) is served at a free one instead, which {@link Forwarder.addressOf} tells.
 */
import { createServer, connect as dial, type Server, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import type { Clock } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import { type Balancer, createBalancer } from './balance.ts'
import { type Front, type Target, writeTarget } from './fronts.ts'

/** What a forwarder stands on. */
export interface ForwarderDeps {
  readonly clock: Clock
  readonly log: Logger
  /** How long a target may take to accept, in milliseconds, before the next one is tried. */
  readonly connectMs?: number
  /** Ports below this one are never asked for: who is not root may not have them. */
  readonly lowestPort?: number
}

/** What a service could not be given, and why. */
export interface Trouble {
  readonly service: string
  readonly front: string
  readonly why: string
}

/** Carries connections. */
export interface Forwarder {
  /** Puts these fronts in the place of those that a service had. Resolves once they listen, or cannot. */
  set(service: string, fronts: readonly Front[]): Promise<void>
  /** Where a front really is; itself, unless its port could not be had. */
  addressOf(address: string, port: number): Target
  readonly troubles: readonly Trouble[]
  /** Refuses new connections, and ends those that there are. */
  close(): Promise<void>
}

/** One listening socket, and what it leads to. */
interface Door {
  front: Front
  readonly service: string
  readonly server: Server
  readonly balancer: Balancer
}

const CONNECT_MS = 2_000

/** A forwarder that listens nowhere yet. */
export function createForwarder({ clock, log, connectMs = CONNECT_MS, lowestPort = 0 }: ForwarderDeps): Forwarder {
  const doors = new Map<string, Door>()
  const troubles = new Map<string, Trouble>()
  const sockets = new Set<Socket>()
  /** What a service was last told to have; each waits for the one before. */
  const settings = new Map<string, Promise<void>>()

  const open = async (service: string, front: Front): Promise<void> => {
    const name = writeTarget(front)
    if (front.protocol !== 'TCP') {
      troubles.set(name, { service, front: name, why: `${front.protocol} is not forwarded on this machine` })
      return
    }
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (socket) => {
      void carry(door, socket)
    })
    const door: Door = { front, service, server, balancer: createBalancer() }
    const refused = front.port < lowestPort ? 'EACCES' : await listenAt(server, front.address, front.port)
    const why = refused === 'EACCES' ? await listenAt(server, front.address, 0) : refused
    if (why !== undefined) {
      troubles.set(name, { service, front: name, why: `cannot listen at ${name}: ${why}` })
      log.warn('a service cannot be reached at its address', { service, address: name, why })
      return
    }
    troubles.delete(name)
    doors.set(name, door)
  }
  const carry = async (door: Door, client: Socket): Promise<void> => {
    sockets.add(client)
    client.once('close', () => sockets.delete(client))
    client.on('error', () => client.destroy())
    const from = client.remoteAddress ?? ''
    for (const target of door.balancer.order(door.front, from, clock.elapsed())) {
      const away = await connectTo(target, connectMs)
      if (client.destroyed) {
        away?.destroy()
        return
      }
      if (!away) continue
      door.balancer.served(door.front, from, target, clock.elapsed())
      sockets.add(away)
      away.once('close', () => sockets.delete(away))
      join(client, away)
      return
    }
    client.resetAndDestroy()
  }
  const apply = async (service: string, fronts: readonly Front[]): Promise<void> => {
    const wanted = new Map(fronts.map((front) => [writeTarget(front), front]))
    for (const [name, door] of doors) {
      if (door.service !== service) continue
      const front = wanted.get(name)
      if (front && front.protocol === door.front.protocol) door.front = front
      else {
        doors.delete(name)
        door.server.close()
      }
    }
    for (const [name, trouble] of troubles) if (trouble.service === service) troubles.delete(name)
    for (const [name, front] of wanted) if (!doors.has(name)) await open(service, front)
  }

  return {
    set(service, fronts) {
      const setting = (settings.get(service) ?? Promise.resolve()).then(() => apply(service, fronts))
      settings.set(service, setting)
      return setting.finally(() => {
        if (settings.get(service) === setting) settings.delete(service)
      })
    },
    addressOf(address, port) {
      const bound = doors.get(writeTarget({ address, port }))?.server.address()
      return bound && typeof bound === 'object' ? { address, port: bound.port } : { address, port }
    },
    get troubles() {
      return [...troubles.values()]
    },
    async close() {
      await Promise.all(settings.values())
      const closed = [...doors.values()].map(({ server }) => new Promise((resolve) => server.close(resolve)))
      doors.clear()
      for (const socket of sockets) socket.destroy()
      await Promise.all(closed)
    },
  }
}

/** Resolves with why not, in the system's word. */
const listenAt = (server: Server, host: string, port: number): Promise<string | undefined> =>
  new Promise((resolve) => {
    const fail = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message)
    server.once('error', fail)
    server.listen({ host, port }, () => {
      server.off('error', fail)
      server.on('error', () => {})
      resolve(undefined)
    })
  })

/** A connection to a target, or nothing when it refuses or takes too long. */
const connectTo = ({ address, port }: Target, withinMs: number): Promise<Socket | undefined> =>
  new Promise((resolve) => {
    const socket = dial({ host: address, port, allowHalfOpen: true, noDelay: true })
    const giveUp = () => {
      socket.destroy()
      resolve(undefined)
    }
    socket.setTimeout(withinMs, giveUp)
    socket.once('error', giveUp)
    socket.once('connect', () => {
      socket.setTimeout(0)
      socket.off('timeout', giveUp)
      socket.off('error', giveUp)
      socket.on('error', () => socket.destroy())
      resolve(socket)
    })
  })

/** Carries both ways until each side has ended; when one breaks, so does the other. */
function join(client: Socket, target: Socket): void {
  for (const [from, to] of [
    [client, target],
    [target, client],
  ] as const)
    pipeline(from, to, (error) => {
      if (error) to.resetAndDestroy()
    })
}
