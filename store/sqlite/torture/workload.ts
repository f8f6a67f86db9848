/** What the writers under fire do: commits chosen by chance, in a form that crosses a pipe without their values. */
import { between, chance, type Random } from '@muster/base/random.ts'
import type { Commit, Guard, LeaseId, Revision } from '../../store.ts'

/** Keys whose whole history is kept through every compaction, and keys that are thinned. */
export const KEPT = 'kept/'
/** See {@link KEPT}. */
export const THIN = 'thin/'

/** One commit without its values, which follow from its token. */
export interface Plan {
  readonly token: string
  readonly guards: readonly Guard[]
  readonly writes: readonly PlannedWrite[]
}

/** One write of a plan; `bytes` is the size of its value, `lease` is '' for none. */
export type PlannedWrite =
  | { readonly write: 'put'; readonly key: string; readonly bytes: number; readonly lease: LeaseId }
  | { readonly write: 'delete'; readonly key: string }

/** What a writer believes a key's revision to be; 0 when it is not there. */
export type Belief = Map<string, number>

const KEPT_KEYS = 48
const THIN_KEYS = 24
const VALUE_BYTES_MIN = 100
const VALUE_BYTES_MAX = 20_000

/** Every key that {@link planCommit} may write. */
export const PLANNED_KEYS: readonly string[] = [
  ...Array.from({ length: KEPT_KEYS }, (_, at) => `${KEPT}${at}`),
  ...Array.from({ length: THIN_KEYS }, (_, at) => `${THIN}${at}`),
]

/** The commit in full. */
export const commitOf = ({ token, guards, writes }: Plan): Commit => ({
  token,
  guards,
  writes: writes.map((write) => {
    if (write.write === 'delete') return write
    const { key, bytes, lease } = write
    const put = { write: 'put', key, value: valueBy(token, key, bytes) } as const
    return lease === '' ? put : { ...put, lease }
  }),
  cause: { actor: 'torture', reason: token },
})

/** The value that a token puts at a key: nobody else writes the same bytes. */
export const valueBy = (token: string, key: string, bytes: number): Buffer => Buffer.alloc(bytes, `${token}|${key}|`)

/** Creations, updates and deletions of one to five keys, each as the writer believes them to be. */
export function planCommit(random: Random, token: string, belief: Belief): Plan {
  const keys = new Set<string>()
  const count = chance(random, 0.5) ? 1 : between(random, 2, 5)
  while (keys.size < count) keys.add(PLANNED_KEYS[between(random, 0, PLANNED_KEYS.length - 1)] ?? KEPT)
  const guards: Guard[] = []
  const writes: PlannedWrite[] = []
  for (const key of keys) {
    const revision = belief.get(key) ?? 0
    if (guards.length === 0 || chance(random, 0.5)) guards.push(guardOf(random, key, revision))
    if (chance(random, 0.15)) writes.push({ write: 'delete', key })
    else writes.push({ write: 'put', key, bytes: valueBytes(random), lease: '' })
  }
  return { token, guards, writes }
}

function guardOf(random: Random, key: string, revision: number): Guard {
  if (revision === 0 && chance(random, 0.5)) return { guard: 'absent', key }
  return { guard: 'revision', key, equals: revision as Revision }
}

/** Most are small, some are larger than a page of the tape. */
function valueBytes(random: Random): number {
  return Math.round(VALUE_BYTES_MIN * (VALUE_BYTES_MAX / VALUE_BYTES_MIN) ** (random.next() ** 2))
}
