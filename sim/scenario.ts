/**
 * A story that is told once for every seed, and told the same way each time.
 *
 *     build ─── trouble: faults begin and end, safety is checked at every instant ─── heal ─── goal, within a bound
 *
 * Safety alone would be satisfied by a world in which nothing happens. So once all is healed the goal must be reached
 * in time, and a world that has gone idle without it fails at once.
 */
import type { Duration } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { type Fault, type Pace, trouble } from './faults.ts'
import type { LinkSettings } from './network.ts'
import { simWorld, type World } from './world.ts'

/** What happens, what must never, and what must in the end. */
export interface Scenario<Subject> {
  /** A word of the path of its test file, so that `npm run sim -- <name>` runs it. */
  readonly name: string
  readonly link?: LinkSettings
  /** Fills the world. What it returns is what the checks look at. */
  build(world: World): Subject
  readonly faults: readonly [Fault, ...Fault[]]
  readonly pace: Pace
  /** How long faults go on before everything heals. */
  readonly troubled: Duration
  /** Throws when what must never be is so. Called after every instant. */
  safety(subject: Subject): void
  /** Called once when all has healed; what it returns must become true. */
  goal(subject: Subject): () => boolean
  /** The goal is reached this long after healing, or the run fails. */
  readonly within: Duration
}

/** One telling of a scenario. */
export interface Telling {
  readonly seed: number
  readonly log: readonly string[]
  /** Absent when all went well. */
  readonly failure?: string
}

/** Which seeds, and how often each. */
export interface Seeds {
  /** Runs seeds 1 to this, unless the environment says otherwise. */
  readonly count: number
  /** So many of them, the first, are told twice, and the two logs must be the same. Default all. */
  readonly toldTwice?: number
  /** The environment, as a test file reads it: `SEED=7` runs that one, `SEEDS=5000` so many, `SEEDS=2001-4000` a slice. */
  readonly environment?: { readonly SEED?: string; readonly SEEDS?: string }
}

/** Lines of the log that a failure shows; the whole of it comes with the replay. */
const LOG_TAIL_LINES = 25

/** Tells a scenario for every seed. Throws at the first that fails, with the seed and the command that replays it. */
export async function tellAll<Subject>(scenario: Scenario<Subject>, seeds: Seeds): Promise<void> {
  const { toldTwice = Number.POSITIVE_INFINITY } = seeds
  const [first, last] = sliceOf(seeds)
  for (let seed = first; seed <= last; seed++) {
    const telling = await tell(scenario, seed)
    if (telling.failure !== undefined) throw new ControlError('Internal', telling.failure)
    if (seed - first >= toldTwice) continue
    const failure = difference(telling, await tell(scenario, seed))
    if (failure !== undefined) throw new ControlError('Internal', heading(scenario, seed, failure))
  }
}

/** The first and the last seed to run. Throws Invalid for words in the environment that name none. */
export function sliceOf({ count, environment = {} }: Seeds): readonly [number, number] {
  const { SEED = '', SEEDS = '' } = environment
  if (SEED === '' && SEEDS === '') return [1, count]
  const [, from = '1', to] = /^(?:(\d+)-)?(\d+)$/.exec(SEED === '' ? SEEDS : `${SEED}-${SEED}`) ?? []
  if (to === undefined) {
    throw new ControlError('Invalid', `SEED=${SEED} SEEDS=${SEEDS}: write SEED=7, SEEDS=5000 or SEEDS=2001-4000`)
  }
  return [Number(from), Number(to)]
}

/** The first seed up to `max` that fails, for those who planted a fault and want it found. */
export async function firstFailure<Subject>(scenario: Scenario<Subject>, max: number): Promise<Telling | undefined> {
  for (let seed = 1; seed <= max; seed++) {
    const telling = await tell(scenario, seed)
    if (telling.failure !== undefined) return telling
  }
  return undefined
}

/** Tells a scenario for one seed. Never throws for what the scenario finds. */
export async function tell<Subject>(scenario: Scenario<Subject>, seed: number): Promise<Telling> {
  let subject: { readonly of: Subject } | undefined
  const world = simWorld({
    seed,
    ...(scenario.link && { link: scenario.link }),
    onInstant() {
      if (subject !== undefined) scenario.safety(subject.of)
    },
  })
  try {
    subject = { of: scenario.build(world) }
    const stop = trouble(world, scenario.faults, scenario.pace)
    await world.clock.advance(scenario.troubled)
    stop()
    world.heal()
    world.log('world', 'has healed')
    const reached = scenario.goal(subject.of)
    const stopped = await world.clock.runUntilIdle({ max: scenario.within, until: reached })
    if (stopped === 'reached') return { seed, log: world.lines }
    const why = stopped === 'idle' ? 'everybody is idle' : `${scenario.within / 1000} s have passed`
    return failed(scenario, world, `${why} and the goal is not reached`)
  } catch (error) {
    return failed(scenario, world, error instanceof Error ? (error.stack ?? error.message) : String(error))
  }
}

function failed(scenario: { readonly name: string }, { seed, lines }: World, problem: string): Telling {
  const tail = lines.slice(-LOG_TAIL_LINES).map((line) => `    ${line}`)
  return { seed, log: lines, failure: [heading(scenario, seed, problem), '  log:', ...tail].join('\n') }
}

const heading = ({ name }: { readonly name: string }, seed: number, problem: string): string =>
  `seed ${seed}: ${name}: ${problem}\n  replay: SEED=${seed} npm run sim -- ${name}`

function difference(first: Telling, second: Telling): string | undefined {
  if (second.failure !== undefined) return `passed, and failed when told again: ${second.failure}`
  const length = Math.max(first.log.length, second.log.length)
  for (let line = 0; line < length; line++) {
    const [one, other] = [first.log[line], second.log[line]]
    if (one !== other) return `told twice, and line ${line + 1} differs\n    ${one}\n    ${other}`
  }
  return undefined
}
