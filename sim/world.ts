/** Everything that one run is made of: time, chance, wires, machines, and the log of what happened. */
import { assert } from '@muster/base/errors.ts'
import { fork, type Random, seededRandom } from '@muster/base/random.ts'
import { type SimClock, simClock } from './clock.ts'
import { type SimDisk, type SimDiskSettings, simDisk } from './disk.ts'
import { type LinkSettings, type Network, simNetwork } from './network.ts'
import { type Party, type PartySettings, simParty } from './party.ts'
import { type Service, service } from './request.ts'

/** A world that follows from its seed alone. */
export interface World {
  readonly seed: number
  readonly clock: SimClock
  readonly random: Random
  readonly network: Network
  readonly parties: ReadonlyMap<string, Party>
  /** Adds a machine and starts it. */
  party(settings: PartySettings): Party
  readonly disks: ReadonlyMap<string, SimDisk>
  /** Adds a disk; whose it is says the party that lists it among its parts. */
  disk(name: string, settings?: SimDiskSettings): SimDisk
  service<Question, Answer>(): Service<Question, Answer>
  /** Writes a line, with the time before it. */
  log(who: string, text: string): void
  /** Ends the run: the code under test is wrong. The first error counts. */
  fail(error: unknown): void
  readonly lines: readonly string[]
  /** Heals the network, resumes who is paused and starts who is down. */
  heal(): void
}

/** How a world starts. */
export interface WorldSettings {
  readonly seed: number
  readonly link?: LinkSettings
  /** Called after every instant. What it throws ends the run. */
  readonly onInstant?: () => void
}

/** A run that writes more is not read by anybody. */
const LOG_LINES_MAX = 1_000_000

/** A world at its beginning, with nobody in it. */
export function simWorld({ seed, link, onInstant }: WorldSettings): World {
  const random = seededRandom(seed)
  const lines: string[] = []
  const parties = new Map<string, Party>()
  const disks = new Map<string, SimDisk>()
  let failure: { readonly error: unknown } | undefined

  const clock = simClock({
    onInstant() {
      if (failure !== undefined) throw failure.error
      onInstant?.()
    },
  })
  const network = simNetwork(clock, fork(random), link)

  const log = (who: string, text: string) => {
    assert(lines.length < LOG_LINES_MAX, `a run writes less than ${LOG_LINES_MAX} lines`)
    lines.push(`${(clock.elapsed() / 1000).toFixed(6)} ${who}: ${text}`)
  }
  const fail = (error: unknown) => {
    failure ??= { error }
  }

  return {
    seed,
    clock,
    random,
    network,
    parties,
    lines,
    log,
    fail,
    party(settings) {
      assert(!parties.has(settings.name), `there is one party of the name ${settings.name}`)
      const party = simParty({ clock, random, log, fail }, settings)
      parties.set(settings.name, party)
      party.start()
      return party
    },
    disks,
    disk(name, settings) {
      assert(!disks.has(name), `there is one disk of the name ${name}`)
      const disk = simDisk(fork(random), settings)
      disks.set(name, disk)
      return disk
    },
    service: () => service(network, fork(random)),
    heal() {
      network.heal()
      for (const party of parties.values()) {
        party.resume()
        party.start()
      }
    },
  }
}
