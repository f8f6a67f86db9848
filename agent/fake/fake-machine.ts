/**
 * A machine that only says that it runs containers: thousands of pods in a process, on any clock.
 *
 * It outlives its agents, as a machine does: a new agent finds what the last one left.
 */
import type { Clock, Duration } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Driver, Run, RunName, RunOrder, Session } from '../driver.ts'
import type { Prober } from '../probe/request.ts'
import { type Behaviour, behaviourOf, type FakeSettings } from './behaviour.ts'

/** What it stands on. */
export interface FakeDeps {
  readonly clock: Clock
  readonly random: Random
}

/** The machine, with what tests do to it. */
export interface FakeMachine {
  readonly driver: Driver
  readonly prober: Prober
  /** Runs that go on now. */
  readonly running: number
  /** Those and what is left of others, in the order of their starts. */
  readonly runs: readonly Run[]
  /** Every start that was really done, by name of its run: none is there twice. */
  readonly starts: readonly string[]
  /** A run ends by itself; true when it was running. */
  crash(run: RunName, exitCode: number): boolean
  /** The machine loses power: nothing runs, and nothing is known any more. */
  lose(): void
}

interface Kept {
  run: Run
  readonly order: RunOrder
  readonly behaviour: Behaviour
  /** When it started, by the clock that nobody sets. */
  readonly since: Duration
  /** Aborted when the run ends: nothing waits for it any more. */
  readonly over: AbortController
  readonly ended: PromiseWithResolvers<{ readonly exitCode: number }>
}

/** 128 + the number of the signal, as shells count. */
const TERMINATED = 143
const KILLED = 137

/** A machine on which nothing runs yet. */
export function createFakeMachine(deps: FakeDeps, settings: FakeSettings = {}): FakeMachine {
  const { clock, random } = deps
  const kept = new Map<string, Kept>()
  const starting = new Map<string, Promise<Run>>()
  const handlers = new Set<(run: Run) => void>()
  const starts: string[] = []

  const tell = (run: Run) => {
    for (const handler of handlers) handler(run)
  }
  const end = (one: Kept, exitCode: number): boolean => {
    const { state } = one.run
    if (state.state === 'ended') return false
    const reason = exitCode === 0 ? 'Completed' : 'Error'
    const { startedAt } = state
    one.run = {
      ...one.run,
      state: { state: 'ended', startedAt, finishedAt: clock.now(), exitCode, reason, message: '' },
    }
    one.over.abort()
    one.ended.resolve({ exitCode })
    tell(one.run)
    return true
  }
  const begin = async (order: RunOrder): Promise<Run> => {
    const { run, pod } = order
    const key = keyOf(run)
    const behaviour = behaviourOf(order.annotations ?? {}, settings, random)
    if (behaviour.startsIn > 0) await clock.sleep(behaviour.startsIn)
    starts.push(key)
    const state = { state: 'running' as const, startedAt: clock.now(), pid: starts.length }
    const one: Kept = {
      run: { run, pod, notHonoured: [], state },
      order,
      behaviour,
      since: clock.elapsed(),
      over: new AbortController(),
      ended: Promise.withResolvers(),
    }
    kept.set(key, one)
    tell(one.run)
    if (behaviour.runsFor !== undefined) {
      void clock.sleep(behaviour.runsFor, one.over.signal).then(
        () => end(one, behaviour.exitCode),
        () => {}, // It ended before.
      )
    }
    return one.run
  }
  const isWell = ({ run, behaviour, since }: Kept): boolean => {
    if (run.state.state === 'ended') return false
    const age = clock.elapsed() - since
    const { readyAfter, healthyFor } = behaviour
    return age >= readyAfter && (healthyFor === undefined || age < healthyFor)
  }
  const find = (run: RunName): Kept => {
    const found = kept.get(keyOf(run))
    if (!found) throw new ControlError('NotFound', `there is no run ${keyOf(run)} on this machine`)
    return found
  }

  const driver: Driver = {
    name: 'fake',
    runs: async () => [...kept.values()].map(({ run }) => run),
    start(order) {
      const key = keyOf(order.run)
      const there = kept.get(key)
      if (there) return Promise.resolve(there.run)
      const under = starting.get(key) ?? begin(order).finally(() => starting.delete(key))
      starting.set(key, under)
      return under
    },
    async stop(run, grace) {
      const one = kept.get(keyOf(run))
      if (!one || one.run.state.state === 'ended') return
      const { endsIn } = one.behaviour
      const isPatient = endsIn < grace
      const wait = Math.min(endsIn, grace) as Duration
      if (wait > 0) await clock.sleep(wait, one.over.signal).catch(() => {})
      end(one, isPatient ? TERMINATED : KILLED)
    },
    async forget(run) {
      const one = kept.get(keyOf(run))
      if (one?.run.state.state === 'ended') kept.delete(keyOf(run))
    },
    onChange(handler, signal) {
      if (signal.aborted) return
      handlers.add(handler)
      signal.addEventListener('abort', () => handlers.delete(handler), { once: true })
    },
    exec: async (run) => session(Promise.resolve({ exitCode: isWell(find(run)) ? 0 : 1 })),
    attach: async (run) => session(find(run).ended.promise),
    async *log(run) {
      const { order } = find(run)
      yield encoder.encode(`${order.pod.namespace}/${order.pod.name} ${run.container}: nothing is run here\n`)
    },
    async usage(run) {
      const one = find(run)
      if (one.run.state.state === 'ended') return undefined
      return {
        cpuNanoseconds: BigInt(Math.round(clock.elapsed() - one.since)) * 1_000_000n,
        memoryBytes: 1024 * 1024,
      }
    },
    close: async () => {},
  }
  return {
    driver,
    prober: {
      async ask(request) {
        const there = [...kept.values()].filter(({ order }) => order.pod.ip === request.host)
        return there.some(isWell)
          ? { result: 'success', output: '' }
          : { result: 'failure', output: `dial tcp ${request.host}:${request.port}: connect: connection refused` }
      },
    },
    get running() {
      return [...kept.values()].filter(({ run }) => run.state.state === 'running').length
    },
    get runs() {
      return [...kept.values()].map(({ run }) => run)
    },
    starts,
    crash(run, exitCode) {
      const one = kept.get(keyOf(run))
      return one ? end(one, exitCode) : false
    },
    lose() {
      for (const { over } of kept.values()) over.abort()
      kept.clear()
    },
  }
}

const keyOf = ({ podUid, container, attempt }: RunName): string => `${podUid}/${container}/${attempt}`

const encoder = new TextEncoder()

/** Of a process that says nothing and ends as it is told. */
function session(ended: Promise<{ readonly exitCode: number }>): Session {
  const closed = Promise.withResolvers<{ readonly exitCode: number }>()
  const over = Promise.race([ended, closed.promise])
  async function* silence() {
    await over
    yield* []
  }
  return {
    stdout: silence(),
    stderr: silence(),
    resize() {},
    close: () => closed.resolve({ exitCode: KILLED }),
    ended: over,
  }
}
