/**
 * Leads while elected, and stands again when it does not.
 *
 *     renew ─► leads? ─ no ──► wait: for the next renewal, or until somebody goes ─► renew
 *                └──── yes ──► lead(term) ── deposed, gone, or not heard of for too long ──► stop, then renew
 *
 * Nothing here keeps two from leading at once in their own opinion. What they write is fenced where the hub can do that.
 */
import type { Clock, Duration } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'

/** That it leads, as the hub says. */
export interface Lead {
  /** Another for each time that somebody begins to lead. */
  readonly term: string
  /** A revision at or after the one at which it was elected; absent where revisions say nothing of that. */
  readonly from?: string
  /** What every write of the term carries. */
  readonly headers: Readonly<Record<string, string>>
}

/** One who stands in an election: the two ways to are beside this file. */
export interface Seat {
  /** Stands, or goes on standing. Undefined: somebody else leads. Throws when that could not be learnt. */
  renew(): Promise<Lead | undefined>
  /** Resolves when another look is worth it before the next renewal; when the signal aborts at the latest. */
  changed(signal: AbortSignal): Promise<void>
  /** Makes way for the next one. */
  resign(): Promise<void>
  /** How long it stays without renewing. */
  readonly session: Duration
  readonly renewEvery: Duration
}

/** A time of leading. */
export interface Term extends Lead {
  /** Aborts when it is over, as soon as that is known. */
  readonly signal: AbortSignal
  /** A write was refused because it is over. */
  depose(): void
}

/** What standing takes. */
export interface ElectDeps {
  readonly clock: Clock
  readonly log: Logger
}

/** Of a session: whoever has heard nothing of his own for so long takes himself to be deposed, before the next one leads. */
const SILENCE_SHARE = 2 / 3

/** Stands until the signal aborts, then resigns. `lead` ends soon after its term's signal has aborted. */
export async function elect(
  seat: Seat,
  lead: (term: Term) => Promise<void>,
  { clock, log }: ElectDeps,
  signal: AbortSignal,
): Promise<void> {
  const silenceMax = (seat.session * SILENCE_SHARE) as Duration
  let heard = clock.elapsed()
  let reign: { readonly term: string; readonly stop: AbortController; readonly over: Promise<void> } | undefined
  const step = async () => {
    const ended = reign
    reign = undefined
    ended?.stop.abort()
    await ended?.over
  }
  const begin = (won: Lead) => {
    const stop = new AbortController()
    log.info('leads', { term: won.term })
    const over = lead({ ...won, signal: stop.signal, depose: () => stop.abort() })
    reign = { term: won.term, stop, over }
  }

  while (!signal.aborted) {
    const asked = clock.elapsed()
    const answer = await answerOf(seat, clock, log)
    if (answer !== 'unknown') heard = asked
    const isOver = answer === 'unknown' ? clock.elapsed() - heard >= silenceMax : answer?.term !== reign?.term
    if (reign && (isOver || reign.stop.signal.aborted)) {
      log.warn('leads no longer', { term: reign.term })
      await step()
    }
    if (answer !== 'unknown' && answer && !reign && !signal.aborted) begin(answer)
    await rest(seat, clock, [signal, reign?.stop.signal])
  }
  await step()
  await seat.resign().catch((error) => {
    if (!isControlError(error)) throw error
    log.warn('could not resign; the next one leads when this session ends', { error })
  })
}

/** Does not wait for an answer for longer than until the next renewal is due. */
async function answerOf(seat: Seat, clock: Clock, log: Logger): Promise<Lead | undefined | 'unknown'> {
  const answered = new AbortController()
  const late = clock.sleep(seat.renewEvery, answered.signal).then(
    () => 'unknown' as const,
    () => 'unknown' as const,
  )
  const asked = seat.renew().catch((error): 'unknown' => {
    log.warn('could not renew; it is tried again', { error })
    return 'unknown'
  })
  try {
    return await Promise.race([asked, late])
  } finally {
    answered.abort()
  }
}

/** Until the next renewal, or something happens. */
async function rest(seat: Seat, clock: Clock, ends: readonly (AbortSignal | undefined)[]): Promise<void> {
  const woken = new AbortController()
  const signal = AbortSignal.any([woken.signal, ...ends.filter((end) => end !== undefined)])
  await Promise.race([clock.sleep(seat.renewEvery, signal).catch(() => {}), seat.changed(signal)])
  woken.abort()
}
