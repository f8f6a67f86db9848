/** One pod, played: a driver, an API and time of a few lines each, so that tests see what decisions come to. */
import { timestamp } from '@muster/api/time.ts'
import type { ContainerStatus, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import { add, type Duration, type Instant, instant, seconds } from '@muster/base/clock.ts'
import type { Run } from '../../driver.ts'
import { decide } from '../decide.ts'
import {
  emptyMemory,
  type News,
  type PodMemory,
  type ProbeResult,
  type Saying,
  type StartTrouble,
  type Step,
  statusIn,
} from '../memory.ts'

/** What a program does: how long it runs by itself, how it ends, and how long it takes when it is asked to. */
export interface Program {
  readonly notHonoured?: Run['notHonoured']
  /** For ever when absent. */
  readonly runsFor?: number
  readonly exitCode?: number
  /** In seconds; never, when it ignores that it is asked. Default 0. */
  readonly endsAfter?: number | 'never'
}

/** The world around the pod. Times are in seconds. */
export interface World {
  /** What a start comes to. Default: a program that runs for ever. */
  program?(container: string, attempt: number): Program | StartTrouble
  probe?(container: string, kind: string, at: number): ProbeResult['result']
  /** How long a hook takes, and whether it fails. */
  hook?(container: string, hook: string): { readonly takes: number; readonly failure?: string }
  prepare?(at: number): string | undefined
}

/** A pod that is played. */
export interface Play {
  pod: Pod
  isGone: boolean
  readonly said: Saying[]
  readonly steps: (Step & { readonly at: number })[]
  readonly runs: readonly Run[]
  /** When each run ended, in seconds. */
  readonly ends: ReadonlyMap<string, number>
  readonly isOver: boolean
  /** Seconds since the beginning. */
  readonly at: number
  /** Plays on for so many seconds. */
  advance(length: number): void
  /** The agent dies and comes back: what it remembered and waited for is lost. */
  restartAgent(): void
  /** The machine dies: so does all that runs on it. */
  loseRuns(): void
  /** As `kubectl delete`. */
  delete(graceSeconds?: number): void
  container(name: string): ContainerStatus | undefined
  condition(type: string): string
}

const START = instant(Date.UTC(2026, 0, 1))
/** A pod that decides more often in one instant than this is in a loop. */
const LOOKS_MAX = 50

/** A pod of that spec, bound to a node, as the API would have it. */
export const podOf = (spec: Partial<PodSpec>): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', namespace: 'shop', uid: 'u1', generation: 1 },
  spec: {
    restartPolicy: 'Always',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'app', image: 'host/app' }],
    ...spec,
  },
  status: {
    phase: 'Pending',
    conditions: [{ type: 'PodScheduled', status: 'True', lastTransitionTime: timestamp(START) }],
  },
})

/** Plays from the moment that the pod is seen first. */
export function play(spec: Partial<PodSpec>, world: World = {}): Play {
  let elapsed = 0
  let memory: PodMemory = emptyMemory
  let life = 0
  let runs: Run[] = []
  let due: { at: number; life: number; run(): void }[] = []
  let news: News[] = []
  let againAt: number | undefined = 0
  let over = false
  const ends = new Map<string, number>()
  const wall = (): Instant => add(START, elapsed as Duration)
  const later = (length: number, run: () => void, ofLife = life) =>
    due.push({ at: elapsed + length * 1000, life: ofLife, run })
  /** For what is outside of the agent, and outlives it. */
  const OUTSIDE = -1
  const tell = (one: News) => {
    news.push(one)
    againAt = elapsed
  }
  const end = (name: string, attempt: number, exitCode: number) => {
    runs = runs.map((one): Run => {
      if (one.run.container !== name || one.run.attempt !== attempt || one.state.state === 'ended') return one
      ends.set(`${name}/${attempt}`, elapsed / 1000)
      const reason = exitCode === 0 ? 'Completed' : 'Error'
      const { startedAt } = one.state
      return { ...one, state: { state: 'ended', startedAt, finishedAt: wall(), exitCode, reason, message: '' } }
    })
    againAt = elapsed
  }
  const programOf = (name: string, attempt: number) => world.program?.(name, attempt) ?? {}

  const act = (step: Step): void => {
    played.steps.push({ ...step, at: elapsed / 1000 })
    switch (step.do) {
      case 'prepare': {
        const message = world.prepare?.(elapsed / 1000)
        tell(
          message === undefined
            ? { news: 'prepared', addresses: ['10.0.0.1'], freshFor: seconds(60) }
            : { news: 'not-prepared', message },
        )
        return
      }
      case 'refresh':
        tell({ news: 'refreshed', freshFor: seconds(60) })
        return
      case 'start': {
        const { container, attempt } = step
        const program = programOf(container, attempt)
        if ('trouble' in program) {
          tell({ news: 'not-started', container, attempt, ...program })
          return
        }
        if (!runs.some(({ run }) => run.container === container && run.attempt === attempt)) {
          const run = { podUid: 'u1', container, attempt }
          const pod = { namespace: 'shop', name: 'web', ip: '10.0.0.1', hostname: 'web' }
          const { notHonoured = [] } = program
          runs.push({ run, pod, notHonoured, state: { state: 'running', startedAt: wall(), pid: 1 } })
          if (program.runsFor !== undefined)
            later(program.runsFor, () => end(container, attempt, program.exitCode ?? 0), OUTSIDE)
        }
        tell({ news: 'started', container, attempt })
        return
      }
      case 'hook': {
        const { hook, container, attempt } = step
        const { takes, ...rest } = world.hook?.(container, hook) ?? { takes: 0 }
        later(takes, () => tell({ news: 'hook-ended', hook, container, attempt, ...rest }))
        return
      }
      case 'probe': {
        const { probe, container, attempt } = step
        const result = world.probe?.(container, probe, elapsed / 1000) ?? 'success'
        tell({ news: 'probed', probe, container, attempt, result, output: 'as asked' })
        return
      }
      case 'stop': {
        const { container, attempt, grace } = step
        const program = programOf(container, attempt)
        const { endsAfter = 0, exitCode = 143 } = 'trouble' in program ? {} : program
        if (endsAfter !== 'never' && endsAfter * 1000 < grace)
          later(endsAfter, () => end(container, attempt, exitCode), OUTSIDE)
        else later(grace / 1000, () => end(container, attempt, 137), OUTSIDE)
        return
      }
      case 'forget':
        runs = runs.filter(({ run }) => run.container !== step.container || run.attempt !== step.attempt)
        return
      case 'clear':
        tell({ news: 'cleared' })
        return
      case 'confirm':
        played.isGone = true
        againAt = elapsed
        return
      case 'say':
        played.said.push(step.saying)
        return
      default:
        step satisfies never
    }
  }
  const look = () => {
    const told = news
    news = []
    const node = { driver: 'process', addresses: ['10.9.9.9'] }
    const now = { wall: wall(), elapsed: elapsed as Duration }
    const decided = decide({ pod: played.pod, isGone: played.isGone, runs, node, now }, memory, told)
    memory = decided.memory
    againAt = decided.againAt
    over ||= decided.isOver
    if (JSON.stringify(decided.status) !== JSON.stringify(played.pod.status)) {
      played.pod = { ...played.pod, status: decided.status }
      againAt = elapsed
    }
    for (const step of decided.steps) act(step)
  }
  const settle = () => {
    for (let looks = 0; againAt !== undefined && againAt <= elapsed && !over; looks++) {
      if (looks > LOOKS_MAX) throw new Error(`no end of looks at ${elapsed / 1000} s`)
      look()
    }
  }

  const played: Play = {
    pod: podOf(spec),
    isGone: false,
    said: [],
    steps: [],
    ends,
    get runs() {
      return runs
    },
    get isOver() {
      return over
    },
    get at() {
      return elapsed / 1000
    },
    advance(length: number) {
      const until = elapsed + length * 1000
      againAt = elapsed
      settle()
      for (;;) {
        const next = Math.min(
          over ? Number.POSITIVE_INFINITY : (againAt ?? Number.POSITIVE_INFINITY),
          ...due.map(({ at }) => at),
        )
        if (next > until) break
        elapsed = Math.max(elapsed, next)
        const ready = due.filter(({ at }) => at <= elapsed)
        due = due.filter(({ at }) => at > elapsed)
        for (const one of ready) if (one.life === life || one.life === OUTSIDE) one.run()
        settle()
      }
      elapsed = until
    },
    restartAgent() {
      life++
      memory = emptyMemory
      news = []
    },
    loseRuns() {
      runs = []
    },
    delete(graceSeconds = played.pod.spec?.terminationGracePeriodSeconds ?? 30) {
      const { metadata } = played.pod
      const deletionTimestamp = timestamp(add(wall(), seconds(graceSeconds)))
      played.pod = {
        ...played.pod,
        metadata: { ...metadata, deletionTimestamp, deletionGracePeriodSeconds: graceSeconds },
      }
    },
    container: (name: string) => statusIn(played.pod.status, name),
    condition(type: string) {
      const found = played.pod.status?.conditions?.find((one) => one.type === type)
      return [found?.status, found?.reason, found?.message].filter((part) => part !== undefined).join(' ')
    },
  }
  return played
}
