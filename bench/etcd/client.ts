/** etcd's KV and Watch as the benches use them: typed at this edge, numbers for revisions, a few channels in turn. */
import { fileURLToPath } from 'node:url'
import { Client, credentials, type ServiceError } from '@grpc/grpc-js'
import { loadSync, type MethodDefinition } from '@grpc/proto-loader'
import { assert, ControlError } from '@muster/base/errors.ts'

/** Which keys. */
export interface EtcdRange {
  readonly key: string
  /** The first key that is no longer wanted; one key alone when absent. */
  readonly end?: string
  readonly limit?: number
}

/** A key as etcd holds it. */
export interface EtcdEntry {
  readonly key: string
  readonly value: Uint8Array
  readonly revision: number
}

/** One write of a transaction, and what must be true of its key. */
export interface EtcdPut {
  readonly key: string
  readonly value: Uint8Array
  /** The key's mod revision must equal this; 0 for a key that must be absent. */
  readonly guard: number
}

/** Told what a watch brings. */
export interface EtcdListener {
  readonly events: (events: readonly EtcdEntry[]) => void
  /** The watch ended, and nobody asked it to. */
  readonly lost: (error: unknown) => void
}

/** A connection to one etcd server. Every call throws Unavailable when etcd refuses it or does not answer in 30 s. */
export interface EtcdClient {
  range(
    range: EtcdRange,
  ): Promise<{ readonly entries: readonly EtcdEntry[]; readonly revision: number; readonly more: boolean }>
  /** All puts in one transaction, if all guards hold. Answers the revision, or undefined when a guard did not hold. */
  put(puts: readonly EtcdPut[]): Promise<number | undefined>
  /** Every put from a revision on, in order. Resolves once the watch is in place, to what ends it. */
  watch(range: EtcdRange, from: number, listener: EtcdListener): Promise<() => void>
  close(): void
}

/** Where etcd is, and how many ways lead to it. */
export interface EtcdAddress {
  readonly port: number
  /** Connections that calls take in turn. */
  readonly channels: number
}

/** Long enough for a disk under full load; a bench that waits longer measures a fault. */
const DEADLINE_MS = 30_000

const CHANNEL_OPTIONS = {
  // A pool for each channel: the shared one would make one connection of them all.
  'grpc.use_local_subchannel_pool': 1,
  // A watch that fell behind is sent more at once than the default of 4 MiB.
  'grpc.max_receive_message_length': -1,
} as const

const loaded = loadSync(fileURLToPath(new URL('./kv.proto', import.meta.url)), {
  longs: Number,
  enums: Number,
  defaults: true,
})

/** Connects on first use. */
export function etcdClient({ port, channels }: EtcdAddress): EtcdClient {
  const clients = Array.from(
    { length: channels },
    () => new Client(`127.0.0.1:${port}`, credentials.createInsecure(), CHANNEL_OPTIONS),
  )
  let turn = 0
  const call = <Reply>(method: MethodDefinition<object, object>, request: object, read: (reply: object) => Reply) =>
    new Promise<Reply>((resolve, reject) => {
      const client = clients[turn++ % clients.length]
      assert(client !== undefined, 'a client has at least one channel')
      client.makeUnaryRequest(
        method.path,
        method.requestSerialize,
        (bytes: Buffer) => read(method.responseDeserialize(bytes)),
        request,
        { deadline: Date.now() + DEADLINE_MS },
        (error: ServiceError | null, reply?: Reply) => {
          if (error === null && reply !== undefined) resolve(reply)
          else reject(new ControlError('Unavailable', `etcd: ${error?.details ?? 'no answer'}`, error))
        },
      )
    })
  return {
    range: ({ key, end, limit }) =>
      call(RANGE, { ...wireRange(key, end), limit: limit ?? 0 }, (reply: Partial<RangeReply>) => ({
        entries: (reply.kvs ?? []).map(readEntry),
        revision: reply.header?.revision ?? 0,
        more: reply.more ?? false,
      })),
    put: (puts) => {
      const keyed = puts.map(({ key, value, guard }) => ({ key: Buffer.from(key), value, guard }))
      return call(
        TXN,
        {
          compare: keyed.map(({ key, guard }) => ({ result: EQUAL, target: MOD, key, modRevision: guard })),
          success: keyed.map(({ key, value }) => ({ requestPut: { key, value } })),
        },
        (reply: Partial<TxnReply>) => ({ revision: reply.succeeded === true ? reply.header?.revision : undefined }),
      ).then(({ revision }) => revision)
    },
    watch: ({ key, end }, from, { events, lost }) =>
      new Promise((resolve, reject) => {
        const client = clients[turn++ % clients.length]
        assert(client !== undefined, 'a client has at least one channel')
        const stream = client.makeBidiStreamRequest(WATCH.path, WATCH.requestSerialize, WATCH.responseDeserialize)
        let closed = false
        const close = () => {
          closed = true
          stream.cancel()
        }
        stream.on('data', (reply: WatchReply) => {
          if (reply.canceled) lost(new ControlError('Gone', `etcd ended the watch: ${reply.cancelReason}`))
          else if (reply.created) resolve(close)
          if (reply.events.length > 0) events(reply.events.map(({ kv }) => readEntry(kv)))
        })
        stream.on('error', (error) => {
          if (closed) return
          reject(error)
          lost(error)
        })
        stream.write({
          createRequest: { ...wireRange(key, end), startRevision: from, prevKv: true },
        })
      }),
    close: () => {
      for (const client of clients) client.close()
    },
  }
}

// Replies as kv.proto and the options above make them: int64 as number, enums as number, absent fields filled in.
interface WireEntry {
  readonly key: Buffer
  readonly value: Buffer
  readonly modRevision: number
}

interface RangeReply {
  readonly header: { readonly revision: number }
  readonly kvs: readonly WireEntry[]
  readonly more: boolean
}

interface TxnReply {
  readonly header: { readonly revision: number }
  readonly succeeded: boolean
}

interface WatchReply {
  readonly created: boolean
  readonly canceled: boolean
  readonly cancelReason: string
  readonly events: readonly { readonly kv: WireEntry }[]
}

const EQUAL = 0
const MOD = 2

const RANGE = methodOf('KV', 'Range')
const TXN = methodOf('KV', 'Txn')
const WATCH = methodOf('Watch', 'Watch')

/** An end that is sent empty is not an absent one: etcd then reads from the key to the end of all keys. */
const wireRange = (key: string, end: string | undefined) => ({
  key: Buffer.from(key),
  ...(end !== undefined && { rangeEnd: Buffer.from(end) }),
})

const readEntry = ({ key, value, modRevision }: WireEntry): EtcdEntry => ({
  key: key.toString(),
  value,
  revision: modRevision,
})

function methodOf(service: string, method: string): MethodDefinition<object, object> {
  const definition = loaded[`etcdserverpb.${service}`]
  assert(definition !== undefined && !('format' in definition), `kv.proto has the service ${service}`)
  const found = definition[method]
  assert(
    found !== undefined && typeof found === 'object' && 'requestSerialize' in found,
    `kv.proto has ${service}.${method}`,
  )
  return found
}
