/**
 * The keys of etcd and their revisions, without time, network or leases.
 *
 *     revision   1     2        3            4        5
 *                      put a    put b, c     del a    put b      one revision for all writes of a transaction
 *     compact(4)                             ▲ reads and watches below are refused; a deletion at 4 is still told
 *
 * Sources: etcd 3.6, server/storage/mvcc (kvstore_txn.go, watchable_store.go) and server/etcdserver/api/v3rpc/key.go;
 * etcd pull request 18274 for the deletion at the compacted revision, which older releases lose.
 */
import {
  type Compare,
  contains,
  type EtcdEvent,
  type KeyRange,
  type KeyValue,
  type Op,
  type OpResponse,
  type RangeRequest,
  type RangeResponse,
  refusal,
  type TxnRequest,
  type TxnResponse,
} from './words.ts'

/** Of the compares, of each branch; not of their sum. Source: etcd's default of --max-txn-ops. */
export const TXN_OPS_MAX = 128

/** After every byte text. */
const BEYOND_ALL = '\u0100'

/** Everything that etcd's applied log has made of its keys. */
export interface Keyspace {
  /** The present one. 1 in an empty etcd. */
  readonly revision: number
  /** The newest compaction's; -1 before the first, as in etcd. */
  readonly compacted: number
  range(request: RangeRequest): RangeResponse
  txn(request: TxnRequest, leaseExists: (lease: number) => boolean): TxnResponse
  /** Deletes all keys of a lease in one revision; none when it has none. */
  endLease(lease: number): void
  compact(revision: number): void
  /** All changes at or after a revision, in order. Refuses what is compacted. */
  eventsFrom(range: KeyRange, revision: number): readonly EtcdEvent[]
}

/** A version of one key; without a value, the key was deleted. */
interface Version {
  readonly revision: number
  readonly key: string
  readonly kv: KeyValue | undefined
}

/** An etcd in which nothing was written yet. */
export function newKeyspace(): Keyspace {
  let revision = 1
  let compacted = -1
  /** All retained versions, in order of revision, then of writing. */
  let log: Version[] = []
  /** The same, by key. */
  let keys = new Map<string, Version[]>()

  const index = (version: Version) => {
    const versions = keys.get(version.key)
    if (versions === undefined) keys.set(version.key, [version])
    else versions.push(version)
  }
  const at = (key: string, asked: number): KeyValue | undefined =>
    keys.get(key)?.findLast((version) => version.revision <= asked)?.kv

  const live = (range: KeyRange, asked: number): KeyValue[] => {
    const candidates = range.end === undefined ? [range.key] : [...keys.keys()].filter((key) => contains(range, key))
    // Byte text, so that the order of its characters is etcd's order of bytes.
    return candidates
      .sort((left, right) => (left < right ? -1 : left > right ? 1 : 0))
      .flatMap((key) => at(key, asked) ?? [])
  }

  const range = ({ limit = 0, revision: asked = 0, ...keyRange }: RangeRequest, now: number): RangeResponse => {
    const all = live(keyRange, asked > 0 ? asked : now)
    const kvs = limit > 0 ? all.slice(0, limit) : all
    return { kvs, count: all.length, more: kvs.length < all.length, revision: now }
  }

  const checkRange = ({ revision: asked = 0 }: RangeRequest) => {
    if (asked > revision) throw refusal('futureRevision')
    if (asked > 0 && asked < compacted) throw refusal('compacted')
  }

  /** Runs writes as one revision: `now` is the one that readers among them see, their own writes included. */
  const write = <Answer>(run: (add: (key: string, kv: KeyValue | undefined) => void, now: () => number) => Answer) => {
    const made = revision + 1
    let wrote = false
    const answer = run(
      (key, kv) => {
        const version = { revision: made, key, kv }
        log.push(version)
        index(version)
        wrote = true
      },
      () => (wrote ? made : revision),
    )
    if (wrote) revision = made
    return answer
  }

  return {
    get revision() {
      return revision
    },
    get compacted() {
      return compacted
    },

    range(request) {
      if (request.key === '') throw refusal('emptyKey')
      checkRange(request)
      return range(request, revision)
    },

    txn({ compare, success, failure }, leaseExists) {
      if ([compare, success, failure].some((list) => list.length > TXN_OPS_MAX)) throw refusal('tooManyOps')
      for (const { key } of [...compare, ...success, ...failure]) if (key === '') throw refusal('emptyKey')
      checkDuplicates(success)
      checkDuplicates(failure)
      const succeeded = compare.every((asked) => holds(asked, at(asked.key, revision)))
      const ops = succeeded ? success : failure
      // All that can refuse is looked at before anything is written.
      for (const op of ops) {
        if (op.op === 'range') checkRange(op)
        if (op.op === 'put' && op.lease && !leaseExists(op.lease)) throw refusal('leaseNotFound')
      }
      const responses = write((add, now) =>
        ops.map((op): OpResponse => {
          switch (op.op) {
            case 'range':
              return { op: 'range', ...range(op, now()) }
            case 'put': {
              const before = at(op.key, now())
              add(op.key, {
                key: op.key,
                value: op.value,
                createRevision: before?.createRevision ?? revision + 1,
                modRevision: revision + 1,
                version: (before?.version ?? 0) + 1,
                lease: op.lease ?? 0,
              })
              return { op: 'put' }
            }
            case 'delete': {
              const found = live(op, now())
              for (const { key } of found) add(key, undefined)
              return { op: 'delete', deleted: found.length }
            }
            default:
              return op satisfies never
          }
        }),
      )
      return { succeeded, responses, revision }
    },

    endLease(lease) {
      const found = live({ key: '\0', end: BEYOND_ALL }, revision).filter((kv) => kv.lease === lease)
      write((add) => {
        for (const { key } of found) add(key, undefined)
      })
    },

    compact(asked) {
      if (asked <= compacted) throw refusal('compacted')
      if (asked > revision) throw refusal('futureRevision')
      compacted = asked
      log = log.filter(({ revision: made, key, kv }) => made >= asked || (kv !== undefined && at(key, asked) === kv))
      keys = new Map()
      for (const version of log) index(version)
    },

    eventsFrom(asked, from) {
      if (from < compacted) throw refusal('compacted')
      return log.flatMap(({ revision: made, key, kv }): EtcdEvent[] => {
        if (made < from || !contains(asked, key)) return []
        // Asked for as a read of the revision before, which a compaction may have taken.
        const previous = made - 1 < compacted ? undefined : at(key, made - 1)
        const before = previous && { previous }
        return kv ? [{ type: 'put', kv, ...before }] : [{ type: 'delete', kv: { key, modRevision: made }, ...before }]
      })
    },
  }
}

/** No key is put twice in one branch, nor put and deleted. Deletions may overlap. */
function checkDuplicates(ops: readonly Op[]): void {
  const puts = new Set<string>()
  const deletes = ops.filter((op) => op.op === 'delete')
  for (const op of ops) {
    if (op.op !== 'put') continue
    if (puts.has(op.key) || deletes.some((range) => contains(range, op.key))) throw refusal('duplicateKey')
    puts.add(op.key)
  }
}

function holds(compare: Compare, kv: KeyValue | undefined): boolean {
  const order = difference(compare, kv)
  if (order === undefined) return false
  return { equal: order === 0, 'not-equal': order !== 0, greater: order > 0, less: order < 0 }[compare.is]
}

/** Below, at or above zero as the key is below, at or above what it is compared with; undefined: not comparable. */
function difference(compare: Compare, kv: KeyValue | undefined): number | undefined {
  if (compare.target === 'value') return kv && Buffer.compare(kv.value, compare.value)
  const { version, createRevision: create, modRevision: mod, lease } = kv ?? NOTHING
  return { version, create, mod, lease }[compare.target] - compare.number
}

/** What an absent key compares as. */
const NOTHING = { version: 0, createRevision: 0, modRevision: 0, lease: 0 }
