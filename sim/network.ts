/**
 * What lies between the parties. It carries messages, as callbacks that run at the other end: late, out of order,
 * twice, or never. What a message says and who reads it is the business of `channel.ts`.
 */
import { type Duration, milliseconds } from '@muster/base/clock.ts'
import { chance, type Random } from '@muster/base/random.ts'
import type { SimClock } from './clock.ts'

/** Draws how long one message is on its way. */
export type Latency = (random: Random) => Duration

/** How one direction between two parties behaves. */
export interface LinkSettings {
  readonly latency: Latency
  /** The share of messages that never arrive, in [0, 1]. */
  readonly loss: number
  /** The share of messages that arrive a second time, in [0, 1]. */
  readonly duplication: number
  /** The share of messages that may overtake earlier ones, in [0, 1]: 0 is a stream, 1 is datagrams. */
  readonly reordering: number
}

/** What became of the messages so far. */
export interface Traffic {
  readonly sent: number
  readonly arrived: number
  readonly lost: number
  readonly duplicated: number
}

/** The wires between all parties. Any two names are connected. */
export interface Network {
  /** Runs `arrive` at the other end: never, once or twice. */
  carry(from: string, to: string, arrive: () => void): void
  /** Changes one direction; what is under way arrives as it was. */
  link(from: string, to: string, settings: Partial<LinkSettings>): void
  /** Changes every direction, those to come included. */
  linkAll(settings: Partial<LinkSettings>): void
  /** Loses all that would leave or arrive in this one direction from now on. */
  cut(from: string, to: string): void
  cutBoth(one: string, other: string): void
  mend(from: string, to: string): void
  mendBoth(one: string, other: string): void
  /** Mends every cut, and ends loss and duplication everywhere. */
  heal(): void
  readonly traffic: Traffic
}

/** Between the same two bounds, each length as likely. Whole microseconds, so that a log reads well. */
export const uniform =
  (least: Duration, most: Duration): Latency =>
  (random) =>
    milliseconds(wholeMicroseconds(least + random.next() * (most - least)))

/**
 * At least `least`, `mean` more on average, and seldom much more: an exponential tail, cut at `most`.
 * Source of the shape: queueing delay of an M/M/1 queue.
 */
export const longTail =
  (least: Duration, mean: Duration, most: Duration): Latency =>
  (random) =>
    milliseconds(Math.min(most, wholeMicroseconds(least - mean * Math.log(1 - random.next()))))

/** One data centre, as a starting point: 0.2 ms and more, 1 ms on average, 50 ms at worst, in order, nothing lost. */
export const LAN: LinkSettings = {
  latency: longTail(milliseconds(0.2), milliseconds(0.8), milliseconds(50)),
  loss: 0,
  duplication: 0,
  reordering: 0,
}

interface Link {
  settings: LinkSettings
  isCut: boolean
  /** When the last message in order arrives, in elapsed milliseconds: those after it are not earlier. */
  lastArrival: number
}

/** A network that is whole. All its chance comes from `random`. */
export function simNetwork(clock: SimClock, random: Random, settings: LinkSettings = LAN): Network {
  const links = new Map<string, Map<string, Link>>()
  const traffic = { sent: 0, arrived: 0, lost: 0, duplicated: 0 }
  let common = settings

  const linkOf = (from: string, to: string): Link => {
    const outgoing = links.get(from) ?? new Map<string, Link>()
    const known = outgoing.get(to)
    if (known !== undefined) return known
    const link: Link = { settings: common, isCut: false, lastArrival: 0 }
    links.set(from, outgoing.set(to, link))
    return link
  }

  const everyLink = (change: (link: Link) => void) => {
    for (const outgoing of links.values()) for (const link of outgoing.values()) change(link)
  }

  const dispatch = (link: Link, arrive: () => void) => {
    const { latency, reordering } = link.settings
    let wait = latency(random)
    if (reordering === 0 || !chance(random, reordering)) {
      const arrival = Math.max(link.lastArrival, clock.elapsed() + wait)
      link.lastArrival = arrival
      wait = milliseconds(arrival - clock.elapsed())
    }
    clock.after(wait, () => {
      if (link.isCut) {
        traffic.lost++
        return
      }
      traffic.arrived++
      arrive()
    })
  }

  const cut = (from: string, to: string, isCut: boolean) => {
    linkOf(from, to).isCut = isCut
  }

  return {
    traffic,

    carry(from, to, arrive) {
      const link = linkOf(from, to)
      const { loss, duplication } = link.settings
      traffic.sent++
      if (link.isCut || (loss > 0 && chance(random, loss))) {
        traffic.lost++
        return
      }
      dispatch(link, arrive)
      if (duplication > 0 && chance(random, duplication)) {
        traffic.duplicated++
        dispatch(link, arrive)
      }
    },

    link(from, to, change) {
      const link = linkOf(from, to)
      link.settings = { ...link.settings, ...change }
    },
    linkAll(change) {
      common = { ...common, ...change }
      everyLink((link) => {
        link.settings = { ...link.settings, ...change }
      })
    },

    cut: (from, to) => cut(from, to, true),
    cutBoth(one, other) {
      cut(one, other, true)
      cut(other, one, true)
    },
    mend: (from, to) => cut(from, to, false),
    mendBoth(one, other) {
      cut(one, other, false)
      cut(other, one, false)
    },
    heal() {
      const healthy = { loss: 0, duplication: 0 }
      common = { ...common, ...healthy }
      everyLink((link) => {
        link.isCut = false
        link.settings = { ...link.settings, ...healthy }
      })
    },
  }
}

const wholeMicroseconds = (length: number): number => Math.round(length * 1000) / 1000
