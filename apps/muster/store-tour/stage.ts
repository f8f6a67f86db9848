/** What the steps of the tour play on, and how they say what they saw. */
import type { Clock } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import type { Random } from '@muster/base/random.ts'
import type { CommitOutcome, Guard, Revision, Store, Write } from '@muster/store/store.ts'
import { find } from '../store-commands/find.ts'
import type { Text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'

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
export interface Step {
  readonly title: Text
  /** What a reader would type to do the same. */
  readonly command: string
  /** Plays it, and answers with what was seen; throws what was not as promised. */
  readonly play: (stage: Stage) => Promise<readonly Text[]>
}

/** Throws when something is not as the store promises. */
export function expect(condition: boolean, promise: string): asserts condition {
  if (!condition) throw new ControlError('Internal', `not as promised: ${promise}`)
}

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
