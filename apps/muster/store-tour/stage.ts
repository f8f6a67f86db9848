/** What the steps of the tour play on, and how they say what they saw. */
import type { Clock } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import type { CommitOutcome, Guard, Revision, Store, Write } from '@muster/store/store.ts'
import { find } from '../store-commands/find.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { expect, type Step as PlayStep } from '../tour/play.ts'

/** A real store server in a directory of its own. */
export interface Stage {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: Random
  /** The store behind the server that runs now. */
  readonly store: () => Store
  /** The server's own account of itself, once it runs. */
  readonly about: () => string
  /** Starts the server on the tour's directory. */
  readonly start: () => Promise<void>
  /** Ends the server with SIGKILL. */
  readonly kill: () => Promise<void>
}

/** One thing that the store promises, played. */
export type Step = PlayStep<Stage>

/** One write of the tour. */
export interface TourWrite {
  readonly write: Write
  readonly actor: string
  readonly reason: string
  /** The revision relied on; found out when absent. */
  readonly ifRevision?: Revision
}

/** Commits one write, and answers with its outcome. */
export async function commitOne(
  { store, random }: Stage,
  { write, actor, reason, ifRevision }: TourWrite,
): Promise<CommitOutcome> {
  const { key } = write
  const seen = ifRevision ?? (await find(store(), key))?.revision
  const guard: Guard = seen === undefined ? { guard: 'absent', key } : { guard: 'revision', key, equals: seen }
  return store().commit({ token: newId(random), guards: [guard], writes: [write], cause: { actor, reason } })
}

/** Puts a text, and answers with its revision; throws when the store says anything but yes. */
export async function putText(
  stage: Stage,
  key: string,
  value: string,
  actor: string,
  reason: string,
): Promise<Revision> {
  const outcome = await commitOne(stage, { write: { write: 'put', key, value: Buffer.from(value) }, actor, reason })
  expect(outcome.outcome === 'committed', `the write of ${key} is acknowledged`)
  return outcome.revision
}
