/**
 * Carries each connection to a target. One that refuses, or does not answer, costs a try at the next one: nothing was sent
 * yet, so nothing is lost or done twice. Connections that are there stay when targets change; only new ones go elsewhere.
 */
import { once } from 'node:events'
import { createServer, connect as dial, type Socket } from 'node:net'
import { pipeline } from 'node:stream'
import { createBalancer } from './balance.ts'
import type { Carrier, CarrierDeps, Door } from './carrier.ts'
import type { Front, Target } from './fronts.ts'

/** TCP. */
export function carryConnections({ clock, connectMs }: CarrierDeps): Carrier {
  const sockets = new Set<Socket>()
  const hold = (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  }

  return {
    async open(first, wanted) {
      let front = first
      const balancer = createBalancer()
      const carry = async (client: Socket): Promise<void> => {
        hold(client)
        client.on('error', () => client.destroy())
        const from = client.remoteAddress ?? ''
        for (const target of balancer.order(front, from, clock.elapsed())) {
          const away = await connectTo(target, connectMs)
          if (client.destroyed) {
            away?.destroy()
            return
          }
          if (!away) continue
          balancer.served(front, from, target, clock.elapsed())
          hold(away)
          join(client, away)
          return
        }
        client.resetAndDestroy()
      }
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: true, noDelay: true }, (client) => {
        void carry(client)
      }).listen({ host: front.address, port: wanted })
      await once(server, 'listening')
      server.on('error', () => {})
      const bound = server.address()
      return {
        get front() {
          return front
        },
        set front(next: Front) {
          front = next
        },
        port: bound && typeof bound === 'object' ? bound.port : wanted,
        close: () => new Promise((resolve) => void server.close(() => resolve())),
      } satisfies Door
    },
    end() {
      for (const socket of sockets) socket.destroy()
    },
  }
}

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
