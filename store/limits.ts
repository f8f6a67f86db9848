/** The same limits in every engine, so that what one accepts another does too. */
import { type Duration, hours, seconds } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import { byteLength } from './keys.ts'
import type { Cause, Commit, CompactionPolicy, Guard, RangeOptions, Revision } from './store.ts'

/** etcd takes 128 operations in one transaction; one of them is the commit's own record. */
export const WRITES_MAX = 100
/** As many as writes, so that each write may have one. */
export const GUARDS_MAX = 100

/** Keys, values, guards, token and cause together. etcd refuses requests over 1.5 MiB. */
export const COMMIT_BYTES_MAX = 1024 * 1024

/** Room for group, resource, cluster, namespace and name at their Kubernetes limits. */
export const KEY_BYTES_MAX = 2048

/** Room for two ids and a word. */
export const TOKEN_BYTES_MAX = 128
/** For actor, reason and details each: a paragraph, not a page. */
export const CAUSE_BYTES_MAX = 4096

/** An etcd lease that ends deletes its keys in one revision, and a revision has 128 places for writes. */
export const LEASE_KEYS_MAX = 100

/** The largest page that may be asked for by number. */
export const RANGE_LIMIT_MAX = 10_000

/** All leases together must fit into one record, which each part of a log begins with. */
export const LEASES_MAX = 50_000

/** Commits waiting for the disk. Beyond them the store answers TooManyRequests rather than grow. */
export const WAITING_COMMITS_MAX = 16_384

/** Throws Invalid, naming the field, when a commit breaks a limit. Answers roughly how many bytes it has. */
export function checkCommit(commit: Commit): number {
  const { token, guards, writes, cause } = commit
  if (writes.length < 1 || writes.length > WRITES_MAX) refuse('writes', `has ${writes.length}; 1 to ${WRITES_MAX} fit`)
  if (guards.length < 1 || guards.length > GUARDS_MAX) refuse('guards', `has ${guards.length}; 1 to ${GUARDS_MAX} fit`)

  let bytes = checkText('token', token, 1, TOKEN_BYTES_MAX) + checkCause(cause)
  let guardsAWrite = false
  for (let at = 0; at < writes.length; at++) {
    const write = writes[at]
    if (!write) continue
    bytes += checkKey('writes', at, write.key)
    if (write.write === 'put') bytes += write.value.length
    for (let other = 0; other < at; other++) {
      if (writes[other]?.key === write.key) refuse(`writes[${at}].key`, `'${write.key}' is written twice`)
    }
    guardsAWrite ||= guards.some((guard) => guard.guard !== 'prefix-empty' && guard.key === write.key)
  }
  for (let at = 0; at < guards.length; at++) {
    const guard = guards[at]
    if (guard) bytes += checkGuard(guard, at)
  }
  if (!guardsAWrite) refuse('guards', 'must name at least one key that is written, so that the commit can be repeated')
  if (bytes > COMMIT_BYTES_MAX) {
    throw new ControlError('TooLarge', `commit '${token}': ${bytes} bytes; at most ${COMMIT_BYTES_MAX} fit`)
  }
  return bytes
}

function checkGuard(guard: Guard, at: number): number {
  if (guard.guard === 'prefix-empty') return checkText(`guards[${at}].prefix`, guard.prefix, 1, KEY_BYTES_MAX)
  if (guard.guard !== 'absent') checkRevision(`guards[${at}].equals`, guard.equals)
  return checkKey('guards', at, guard.key)
}

function checkCause({ actor, reason, after, details = '' }: Cause): number {
  if (after !== undefined) checkRevision('cause.after', after)
  return (
    checkText('cause.actor', actor, 1, CAUSE_BYTES_MAX) +
    checkText('cause.reason', reason, 1, CAUSE_BYTES_MAX) +
    checkText('cause.details', details, 0, CAUSE_BYTES_MAX)
  )
}

const checkKey = (list: string, at: number, key: string): number =>
  checkText(`${list}[${at}].key`, key, 1, KEY_BYTES_MAX)

function checkText(field: string, text: string, min: number, max: number): number {
  if (!text.isWellFormed()) refuse(field, 'holds half a surrogate pair, which UTF-8 cannot carry')
  const bytes = byteLength(text)
  if (bytes < min || bytes > max) refuse(field, `has ${bytes} bytes; ${min} to ${max} fit`)
  return bytes
}

function checkRevision(field: string, revision: number): void {
  if (!isRevision(revision)) refuse(field, `${revision} is no revision`)
}

function refuse(field: string, why: string): never {
  throw new ControlError('Invalid', `commit: ${field} ${why}`)
}

/** Whole seconds, as etcd counts them. */
export const LEASE_TTL_MIN = seconds(1)
/** Twenty days: who is away for longer begins anew. */
export const LEASE_TTL_MAX = hours(24 * 20)

/** Each compaction tries every rule on every key. */
export const RETENTION_RULES_MAX = 256

/** Throws Invalid unless a lease may be granted for this long. */
export function checkTtl(ttl: Duration): void {
  if (ttl < LEASE_TTL_MIN || ttl > LEASE_TTL_MAX || !Number.isInteger(ttl / seconds(1))) {
    const days = LEASE_TTL_MAX / hours(24)
    throw new ControlError('Invalid', `lease: ttl ${ttl} ms must be whole seconds, from 1 second to ${days} days`)
  }
}

/** Throws Invalid, naming the field, when a range cannot be asked for like this. */
export function checkRange({ limit, at }: RangeOptions): void {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 1 || limit > RANGE_LIMIT_MAX)) {
    throw new ControlError('Invalid', `range: limit ${limit} must be a whole number from 1 to ${RANGE_LIMIT_MAX}`)
  }
  if (at !== undefined && !isRevision(at)) throw new ControlError('Invalid', `range: at ${at} is no revision`)
}

/** Throws Invalid, naming the field, when a policy makes no sense at this horizon and head. */
export function checkPolicy(
  { horizon, keep = [] }: CompactionPolicy,
  now: { horizon: Revision; head: Revision },
): void {
  const invalid = (why: string) => new ControlError('Invalid', `compact: ${why}`)
  if (!isRevision(horizon) || horizon < now.horizon || horizon > now.head) {
    throw invalid(
      `horizon ${horizon} must be a revision from ${now.horizon} (the horizon now) to ${now.head} (the head)`,
    )
  }
  if (keep.length > RETENTION_RULES_MAX)
    throw invalid(`keep has ${keep.length} rules; at most ${RETENTION_RULES_MAX} fit`)
  for (const [at, { prefix, versions, since }] of keep.entries()) {
    if (byteLength(prefix) > KEY_BYTES_MAX) throw invalid(`keep[${at}].prefix is longer than ${KEY_BYTES_MAX} bytes`)
    if (versions !== undefined && (!Number.isInteger(versions) || versions < 0)) {
      throw invalid(`keep[${at}].versions ${versions} must be a whole number from 0`)
    }
    if (since !== undefined && !isRevision(since)) throw invalid(`keep[${at}].since ${since} is no revision`)
  }
}

/** A safe integer from 0. */
export const isRevision = (revision: number): boolean => Number.isSafeInteger(revision) && revision >= 0
