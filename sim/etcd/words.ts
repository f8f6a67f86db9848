/** The words of etcd's v3 API, as far as the model speaks it. Keys are byte text: one character per byte. */
import { ControlError, type ErrorCode } from '@muster/base/errors.ts'

/** A key as one revision left it. `lease` is 0 for none. */
export interface KeyValue {
  readonly key: string
  readonly value: Uint8Array
  readonly createRevision: number
  readonly modRevision: number
  /** 1 when created, one more with each put. */
  readonly version: number
  readonly lease: number
}

/** One key when `end` is absent; all keys in [key, end) else. */
export interface KeyRange {
  readonly key: string
  readonly end?: string
}

/** A read as of `revision`, or now; `limit` 0 or absent is none. */
export interface RangeRequest extends KeyRange {
  readonly revision?: number
  readonly limit?: number
}

/** `count` is of all keys in the range, `more` whether the limit cut some off. */
export interface RangeResponse {
  readonly kvs: readonly KeyValue[]
  readonly count: number
  readonly more: boolean
  readonly revision: number
}

/** An absent key has 0 for every number, and no value at all: comparing its value fails. */
export type Compare = { readonly key: string; readonly is: 'equal' | 'not-equal' | 'greater' | 'less' } & (
  | { readonly target: 'version' | 'create' | 'mod' | 'lease'; readonly number: number }
  | { readonly target: 'value'; readonly value: Uint8Array }
)

/** One operation of a transaction. */
export type Op =
  | ({ readonly op: 'range' } & RangeRequest)
  | { readonly op: 'put'; readonly key: string; readonly value: Uint8Array; readonly lease?: number }
  | ({ readonly op: 'delete' } & KeyRange)

/** If all of `compare` hold, `success`, else `failure`. */
export interface TxnRequest {
  readonly compare: readonly Compare[]
  readonly success: readonly Op[]
  readonly failure: readonly Op[]
}

/** What one operation answered. */
export type OpResponse =
  | ({ readonly op: 'range' } & RangeResponse)
  | { readonly op: 'put' }
  | { readonly op: 'delete'; readonly deleted: number }

/** `revision` is the one that the transaction made, or the present one when it wrote nothing. */
export interface TxnResponse {
  readonly succeeded: boolean
  readonly responses: readonly OpResponse[]
  readonly revision: number
}

/** A change of one key. A deletion tells only the key and its revision. `previous` is absent below a compaction. */
export type EtcdEvent =
  | { readonly type: 'put'; readonly kv: KeyValue; readonly previous?: KeyValue }
  | {
      readonly type: 'delete'
      readonly kv: Pick<KeyValue, 'key' | 'modRevision'>
      readonly previous?: KeyValue
    }

/** etcd's own refusals: their text, and what they are called here. Source: api/v3rpc/rpctypes/error.go. */
const REFUSALS = {
  compacted: ['Gone', 'etcdserver: mvcc: required revision has been compacted'],
  futureRevision: ['RevisionAhead', 'etcdserver: mvcc: required revision is a future revision'],
  tooManyOps: ['Invalid', 'etcdserver: too many operations in txn request'],
  duplicateKey: ['Invalid', 'etcdserver: duplicate key given in txn request'],
  emptyKey: ['Invalid', 'etcdserver: key is not provided'],
  leaseNotFound: ['NotFound', 'etcdserver: requested lease not found'],
  timeout: ['Timeout', 'etcdserver: request timed out'],
} as const satisfies Record<string, readonly [ErrorCode, string]>

/** One of etcd's refusals, as an error. */
export function refusal(name: keyof typeof REFUSALS): ControlError {
  const [code, message] = REFUSALS[name]
  return new ControlError(code, message)
}

/** Whether a key is in a range. */
export const contains = ({ key, end }: KeyRange, asked: string): boolean =>
  end === undefined ? asked === key : asked >= key && asked < end
