/** The keeper of a node: all its runs, and what is asked of them. It knows no sockets. */
import { rmSync } from 'node:fs'
import type { Clock, Duration } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Run, RunName, RunOrder } from '../driver.ts'
import { findControlGroups, removeControlGroups } from './control-groups.ts'
import { lostState } from './ending.ts'
import { findIsolation, type Guarantees, guaranteesOf } from './guarantees.ts'
import { type Grounds, type KeptRun, keepRun } from './kept-run.ts'
import type { Isolation } from './launch.ts'
import { directoryOf, readRecords, writeRecord } from './records.ts'
import { markOf, runKey } from './run-key.ts'
import { findTools } from './tools.ts'
import { endMarked } from './trees.ts'

/** What is asked of a keeper; see {@link import('../driver.ts').Driver} for what each means. */
export interface Keeper {
  readonly guarantees: Guarantees
  runs(): readonly Run[]
  start(order: RunOrder): Promise<Run>
  stop(run: RunName, grace: Duration): Promise<void>
  forget(run: RunName): void
  /** The run when it is running; undefined when it has ended. Throws NotFound when there is none. */
  find(run: RunName): KeptRun | undefined
  /** Stops every run. Resolves once nothing is left of any. */
  end(grace: Duration): Promise<void>
}

/** Takes over a directory: what a keeper before has left running is ended, and is said to have ended. */
export async function openKeeper(
  settings: Pick<Grounds, 'directory' | 'logLimits' | 'changed'> & {
    readonly clock: Clock
    readonly namespaces: boolean
  },
): Promise<Keeper> {
  const { directory, clock } = settings
  const tools = findTools()
  await endMarked(markOf(directory), clock)
  /** Runs that this keeper has not started. They have ended. */
  const past = new Map<string, Run>()
  for (const record of readRecords(directory)) {
    const { run } = record
    const state = run.state.state === 'ended' ? run.state : lostState(run.state.startedAt, clock.now())
    past.set(runKey(run.run), { ...run, state })
    if (run.state.state !== 'ended') writeRecord(directory, { ...record, run: { ...run, state } })
  }
  const isolation: Isolation = settings.namespaces ? findIsolation(tools, directory) : { namespaces: false }
  const groups = findControlGroups(directory, tools.sh)
  const grounds: Grounds = { ...settings, tools, isolation, groups }
  const kept = new Map<string, KeptRun>()
  let ending = false
  const known = (name: RunName): Run | undefined => kept.get(runKey(name))?.run() ?? past.get(runKey(name))
  const mustKnow = (name: RunName): Run => {
    const run = known(name)
    if (!run) throw new ControlError('NotFound', `there is no run ${runKey(name)} on this node`)
    return run
  }
  const begin = (order: RunOrder): KeptRun => {
    try {
      return keepRun(order, grounds)
    } catch (error) {
      // Nothing is left of what was not begun: it may be ordered again.
      rmSync(directoryOf(directory, order.run), { recursive: true, force: true })
      throw error
    }
  }
  return {
    guarantees: guaranteesOf(isolation, groups, tools, settings.namespaces),
    runs: () => [...past.values(), ...[...kept.values()].map((one) => one.run())],
    async start(order) {
      const before = known(order.run)
      if (!before) {
        if (ending) throw new ControlError('Unavailable', 'the keeper of this node is ending: start the run again')
        kept.set(runKey(order.run), begin(order))
      }
      await kept.get(runKey(order.run))?.begun
      return mustKnow(order.run)
    },
    async stop(name, grace) {
      await kept.get(runKey(name))?.stop(grace)
    },
    forget(name) {
      const run = known(name)
      if (!run) return
      if (run.state.state !== 'ended') throw new ControlError('Conflict', `${runKey(name)} is running: stop it first`)
      rmSync(directoryOf(directory, name), { recursive: true, force: true })
      kept.delete(runKey(name))
      past.delete(runKey(name))
    },
    find: (name) => (mustKnow(name).state.state === 'ended' ? undefined : kept.get(runKey(name))),
    async end(grace) {
      ending = true
      await Promise.all([...kept.values()].map((run) => run.stop(grace)))
      removeControlGroups(groups)
    },
  }
}
