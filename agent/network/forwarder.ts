/**
 * Listens where services are said to be, and carries what comes to a target.
 *
 *     client ── cluster address:port ──► forwarder ── pod address:port ──► process
 *
 * A port that may not be bound here (below 1024, for who is not root) is served at a free one instead, which
 * {@link Forwarder.addressOf} tells.
 */
import type { Clock } from '@muster/base/clock.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Carrier, Door } from './carrier.ts'
import { carryConnections } from './connections.ts'
import { carryDatagrams } from './datagrams.ts'
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
  /** Puts these fronts in the place of those that a service had. Resolves once they listen, with those that cannot. */
  set(service: string, fronts: readonly Front[]): Promise<readonly Trouble[]>
  /** Where a front really is; itself, unless its port could not be had. */
  addressOf(address: string, port: number, protocol?: string): Target
  readonly troubles: readonly Trouble[]
  /** Refuses new connections, and ends those that there are. */
  close(): Promise<void>
}

const CONNECT_MS = 2_000

/** A forwarder that listens nowhere yet. */
export function createForwarder({ clock, log, connectMs = CONNECT_MS, lowestPort = 0 }: ForwarderDeps): Forwarder {
  const carriers = new Map<string, Carrier>([
    ['TCP', carryConnections({ clock, connectMs })],
    ['UDP', carryDatagrams({ clock, connectMs })],
  ])
  const doors = new Map<string, Door & { readonly service: string }>()
  const troubles = new Map<string, Trouble>()
  /** What a service was last told to have; each waits for the one before. */
  const settings = new Map<string, Promise<readonly Trouble[]>>()

  const open = async (service: string, front: Front): Promise<void> => {
    const name = nameOf(front)
    const cannot = (why: string) => {
      troubles.set(name, { service, front: name, why })
      log.warn('a service cannot be reached at its address', { service, address: name, why })
    }
    const carrier = carriers.get(front.protocol)
    if (!carrier) return cannot(`${front.protocol} is not forwarded on this machine`)
    try {
      const door = await openAt(carrier, front, lowestPort)
      doors.set(name, Object.assign(door, { service }))
      troubles.delete(name)
    } catch (error) {
      cannot(`cannot listen at ${name}: ${codeOf(error)}`)
    }
  }
  const apply = async (service: string, fronts: readonly Front[]): Promise<readonly Trouble[]> => {
    const wanted = new Map(fronts.map((front) => [nameOf(front), front]))
    for (const [name, door] of doors) {
      if (door.service !== service) continue
      const front = wanted.get(name)
      if (front) door.front = front
      else {
        doors.delete(name)
        void door.close()
      }
    }
    for (const [name, trouble] of troubles) if (trouble.service === service) troubles.delete(name)
    for (const [name, front] of wanted) if (!doors.has(name)) await open(service, front)
    return [...troubles.values()].filter((trouble) => trouble.service === service)
  }

  return {
    set(service, fronts) {
      const before: Promise<unknown> = settings.get(service) ?? Promise.resolve()
      const setting = before.then(() => apply(service, fronts))
      settings.set(service, setting)
      return setting.finally(() => {
        if (settings.get(service) === setting) settings.delete(service)
      })
    },
    addressOf: (address, port, protocol = 'TCP') => ({
      address,
      port: doors.get(nameOf({ address, port, protocol }))?.port ?? port,
    }),
    get troubles() {
      return [...troubles.values()]
    },
    async close() {
      await Promise.all(settings.values())
      const closed = [...doors.values()].map((door) => door.close())
      doors.clear()
      for (const carrier of carriers.values()) carrier.end()
      await Promise.all(closed)
    },
  }
}

/** At the front's own port, or at a free one where that is too low for this user. */
async function openAt(carrier: Carrier, front: Front, lowestPort: number): Promise<Door> {
  if (front.port < lowestPort) return carrier.open(front, 0)
  return carrier.open(front, front.port).catch((error: unknown) => {
    if (codeOf(error) === 'EACCES') return carrier.open(front, 0)
    throw error
  })
}

/** `UDP 127.128.7.7:53`: TCP, which is meant by default, is not named. */
const nameOf = ({ protocol, ...target }: Pick<Front, 'address' | 'port' | 'protocol'>): string =>
  protocol === 'TCP' ? writeTarget(target) : `${protocol} ${writeTarget(target)}`

/** The system's word for what went wrong. */
const codeOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return code ?? message
}
