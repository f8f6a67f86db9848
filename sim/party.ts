/**
 * A machine of the simulated world, and the process that runs on it for a while.
 *
 *     stopped ──start──► running ◄──resume/pause──► paused
 *        ▲                  │ main ended · kill · crash │
 *        └──────────────────┴───────────────────────────┘
 *
 * A killed process does not hear of it, as after kill -9: what it waited for never comes, and nothing of it runs
 * again, no `catch` and no `finally`. What survives is what it had sent, and its disks.
 */
import { add, type Clock, type Duration } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import { fork, type Random } from '@muster/base/random.ts'
import { type SimClock, sleepOn } from './clock.ts'
import type { Timer } from './timers.ts'

/** One life of a party: what its code is given in place of the real world. */
export interface Process {
  /** The name of its party, the same in every life. */
  readonly name: string
  /** 1 for the first life, one more with each start. */
  readonly life: number
  /** Time as this machine tells it: `now` may be wrong, sleeps end late while paused and never once dead. */
  readonly clock: Clock
  /** Calls back after `length`, under the same rules as a sleep. */
  after(length: Duration, run: () => void): Timer
  cancel(timer: Timer): void
  readonly random: Random
  readonly alive: boolean
  /** The door through which the world reaches a process: runs now, on resume if paused, never if dead. */
  enter(run: () => void): void
  log(text: string): void
  /** Reports that the code under test is wrong. Ends the whole run. */
  fail(error: unknown): void
}

/** What a process does. Resolving is a clean exit; rejecting fails the run: a process handles its own errors. */
export type Main = (process: Process) => Promise<void>

/** What belongs to a machine and suffers with it. */
export interface Part {
  /** The power failed. */
  crash(): void
}

/** A machine, as the one who tortures it sees it. Every verb that does not fit the state does nothing. */
export interface Party {
  readonly name: string
  readonly state: 'stopped' | 'running' | 'paused'
  start(): void
  /** Ends the process and leaves its disks as they are, as kill -9 does. */
  kill(): void
  /** Ends the process and its disks' caches with it, as a power cut does. */
  crash(): void
  /** Stalls the process: it receives nothing and its timers wait. */
  pause(): void
  /** All that was due meanwhile happens now, in the order in which it came. */
  resume(): void
  /** Sets the wall clock of the machine wrong by this much; its elapsed time is never wrong. */
  skew(by: Duration): void
}

/** What a party is made of. */
export interface PartySettings {
  readonly name: string
  readonly main: Main
  readonly parts?: readonly Part[]
  /** Starts anew this long after a clean exit, as a supervisor does. Absent: stays down. */
  readonly restartAfter?: Duration
}

/** What all parties of one world share. */
export interface PartyGround {
  readonly clock: SimClock
  readonly random: Random
  readonly log: (party: string, text: string) => void
  readonly fail: (error: unknown) => void
}

/** A party that is stopped until its first start. */
export function simParty(ground: PartyGround, settings: PartySettings): Party {
  const { name, main, parts = [], restartAfter } = settings
  const random = fork(ground.random)
  let lives = 0
  let skew = 0 as Duration
  let current: Life | undefined

  const end = (why: string) => {
    if (current === undefined) return
    current.end()
    current = undefined
    ground.log(name, why)
  }

  const start = () => {
    if (current !== undefined) return
    const life = newLife(ground, { name, life: ++lives, random: fork(random), skew: () => skew })
    current = life
    ground.log(name, `starts life ${lives}`)
    main(life.process).then(() => {
      if (current !== life) return
      end('exits')
      if (restartAfter !== undefined) ground.clock.after(restartAfter, start)
    }, life.process.fail)
  }

  return {
    name,
    get state() {
      if (current === undefined) return 'stopped'
      return current.paused ? 'paused' : 'running'
    },
    start,
    kill: () => end('is killed'),
    crash() {
      end('loses power')
      for (const part of parts) part.crash()
    },
    pause() {
      if (current === undefined || current.paused) return
      current.pause()
      ground.log(name, 'stalls')
    },
    resume() {
      if (!current?.paused) return
      ground.log(name, 'goes on')
      current.resume()
    },
    skew(by) {
      skew = by
    },
  }
}

interface Life {
  readonly process: Process
  readonly paused: boolean
  pause(): void
  resume(): void
  end(): void
}

interface LifeSettings {
  readonly name: string
  readonly life: number
  readonly random: Random
  readonly skew: () => Duration
}

/** More than this for one paused process, and the world it lives in is not one that we can simulate. */
const BACKLOG_MAX = 1_000_000

function newLife({ clock, log, fail }: PartyGround, { name, life, random, skew }: LifeSettings): Life {
  let paused = false
  let backlog: (() => void)[] = []

  const enter = (run: () => void) => {
    if (!process.alive) return
    if (!paused) return run()
    assert(backlog.length < BACKLOG_MAX, `${name} is resumed before ${BACKLOG_MAX} events wait for it`)
    backlog.push(run)
  }

  const after = (length: Duration, run: () => void) => clock.after(length, () => enter(run), process)

  // Plain fields, no getters: those would give every process a shape of its own, and slow each access to one.
  const process: Process & { alive: boolean } = {
    name,
    life,
    clock: {
      now: () => add(clock.now(), skew()),
      elapsed: clock.elapsed,
      sleep: sleepOn(after, clock.cancel),
    },
    after,
    cancel: clock.cancel,
    random,
    alive: true,
    enter,
    log: (text) => log(name, text),
    fail(error) {
      if (process.alive) fail(error)
    },
  }

  return {
    process,
    get paused() {
      return paused
    },
    pause() {
      paused = true
    },
    resume() {
      paused = false
      const missed = backlog
      backlog = []
      for (const run of missed) enter(run)
    },
    end() {
      process.alive = false
      backlog = []
      clock.forget(process)
    },
  }
}
