/**
 * The yardstick of the simulator: parties that do nothing but beat, and a hub that counts.
 * What the world itself costs, without any code under test.
 */
import { hours, milliseconds, seconds } from '@muster/base/clock.ts'
import { channel } from './channel.ts'
import type { Main } from './party.ts'
import { simWorld } from './world.ts'

/** How long, and how many: a thousand parties and 24 hours are 8.64 million beats. */
export interface DaySettings {
  readonly parties: number
  readonly hours: number
  /** Default 1. */
  readonly seed?: number
}

/** What was seen. All three are the same number when nothing is lost and nothing is under way at the end. */
export interface DayCounts {
  readonly beats: number
  readonly sent: number
  readonly arrived: number
  /** Parties that the hub heard from in the last two periods. */
  readonly live: number
}

const BEAT_EVERY = seconds(10)

/** Simulates parties that each beat every 10 s over a local network, from a random start. */
export async function simulatedDay(settings: DaySettings): Promise<DayCounts> {
  const world = simWorld({ seed: settings.seed ?? 1 })
  const wire = channel<'beat'>(world.network, world.random)
  const lastBeat = new Map<string, number>()
  let beats = 0

  const hub: Main = async (process) => {
    wire.join(process, (_, from) => {
      beats++
      lastBeat.set(from, process.clock.elapsed())
    })
    await process.clock.sleep(hours(settings.hours + 1))
  }
  const member: Main = async (process) => {
    await process.clock.sleep(milliseconds(process.random.next() * BEAT_EVERY))
    for (;;) {
      wire.send(process, 'hub', 'beat')
      await process.clock.sleep(BEAT_EVERY)
    }
  }

  world.party({ name: 'hub', main: hub })
  for (let number = 1; number <= settings.parties; number++) world.party({ name: `member-${number}`, main: member })
  await world.clock.advance(hours(settings.hours))

  const oldest = world.clock.elapsed() - 2 * BEAT_EVERY
  const live = [...lastBeat.values()].filter((at) => at > oldest).length
  return { beats, sent: world.network.traffic.sent, arrived: world.network.traffic.arrived, live }
}
