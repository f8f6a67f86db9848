/**
 * Time, as the rest of the code sees it. A clock is passed in; only `base/system.ts` reads the machine's.
 *
 * Two readings, never mixed: an Instant says when something happened, for people; `elapsed` says how long
 * something took, for decisions. A wall clock may be set back; the other never goes back.
 */

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number & { readonly unit: 'instant-ms' }

/** A length of time in milliseconds. Build one with {@link milliseconds}, {@link seconds}, {@link minutes}, {@link hours}. */
export type Duration = number & { readonly unit: 'duration-ms' }

/** Everything that code may ask of time. The machine's is in `base/system.ts`, the simulator's in `sim`. */
export interface Clock {
  /** The wall clock's reading. May jump. */
  now(): Instant
  /** Time since an arbitrary start. Never goes back. */
  elapsed(): Duration
  /** Resolves after `length`; rejects with the signal's reason if it aborts first. */
  sleep(length: Duration, signal?: AbortSignal): Promise<void>
}

/** A length of time from a count of milliseconds. */
export const milliseconds = (count: number): Duration => count as Duration
/** A length of time from a count of seconds. */
export const seconds = (count: number): Duration => (count * 1000) as Duration
/** A length of time from a count of minutes. */
export const minutes = (count: number): Duration => seconds(count * 60)
/** A length of time from a count of hours. */
export const hours = (count: number): Duration => minutes(count * 60)

/** An instant from its milliseconds since the Unix epoch, UTC. */
export const instant = (millisecondsSinceEpoch: number): Instant => millisecondsSinceEpoch as Instant

/** The instant that lies a length of time after another. */
export const add = (at: Instant, length: Duration): Instant => (at + length) as Instant
/** How long after `earlier` the `later` instant lies; negative when the wall clock was set back between them. */
export const since = (earlier: Instant, later: Instant): Duration => (later - earlier) as Duration

/** A moment of one clock's `elapsed` time after which an answer is no longer wanted. */
export type Deadline = number & { readonly unit: 'deadline-elapsed-ms' }

/** The deadline that lies a length of time from now. */
export const deadlineAfter = (clock: Clock, length: Duration): Deadline => (clock.elapsed() + length) as Deadline

/** What is left until the deadline; zero once it has passed. */
export const remaining = (clock: Clock, deadline: Deadline): Duration =>
  Math.max(0, deadline - clock.elapsed()) as Duration

/** True from the very moment of the deadline on. */
export const hasPassed = (clock: Clock, deadline: Deadline): boolean => clock.elapsed() >= deadline

/** RFC 3339 in UTC with milliseconds, the form of every time that Muster prints. */
export const formatInstant = (at: Instant): string => new Date(at).toISOString()
