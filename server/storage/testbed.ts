/** For tests: storage over a store in memory, pods to put into it, and a reader of its watches. */
import type { KubeObject } from '@muster/api/object.ts'
import type { GroupResource } from '@muster/api/status.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import type { Store } from '@muster/store/store.ts'
import type { WriteRequest } from './decide.ts'
import type { ObjectKey } from './key.ts'
import type { ListRequest } from './read.ts'
import type { Attributes, Selection } from './selection.ts'
import { openStorage, type Storage, type StorageDeps, type WatchRequest } from './storage.ts'
import { jsonWatchEncoding } from './watch-encoding.ts'
import type { WatchStream } from './watch-stream.ts'

/** The resource that most tests are about. */
export const PODS: GroupResource = { group: '', resource: 'pods' }

/** A store and what stands on it. */
export interface Testbed {
  readonly store: Store
  readonly storage: Storage
}

/** Opens storage over an empty store, or over what `wrap` makes of one. */
export async function openTestbed(
  clock: Clock,
  wrap: (store: Store) => Store = (store) => store,
  more: Partial<StorageDeps> = {},
): Promise<Testbed> {
  const store = wrap(await openMemoryStore({ clock, random: seededRandom(1) }))
  return { store, storage: await openStorageOver(store, clock, more) }
}

/** Opens storage over a store that is open. */
export const openStorageOver = (store: Store, clock: Clock, more: Partial<StorageDeps> = {}): Promise<Storage> =>
  openStorage({
    store,
    clock,
    random: seededRandom(2),
    attributesOf: podAttributes,
    indexedField: ({ resource }) => (resource === 'pods' ? 'spec.nodeName' : undefined),
    pause: async () => {},
    ...more,
  })

/** What selectors may ask of a pod. */
export function podAttributes({ metadata, spec }: KubeObject): Attributes {
  const nodeName = typeof spec === 'object' && spec !== null && 'nodeName' in spec ? String(spec.nodeName) : ''
  const { name = '', namespace = '', labels = {} } = metadata
  return { labels, fields: { 'metadata.name': name, 'metadata.namespace': namespace, 'spec.nodeName': nodeName } }
}

/** The key of a pod of namespace `shop` in logical cluster `main`, unless told otherwise. */
export const podKey = (name: string, namespace = 'shop', cluster = 'main'): ObjectKey => ({
  ...PODS,
  cluster,
  namespace,
  name,
})

/** A pod with these labels and on this node. */
export const pod = (
  name: string,
  labels: Record<string, string> = {},
  nodeName = '',
  namespace = 'shop',
): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace, uid: `uid-${name}`, labels },
  spec: { nodeName },
})

let requests = 0

/** A request that no other has the id of. */
export const request = (more: Partial<WriteRequest> = {}): WriteRequest => ({
  id: `request-${++requests}`,
  cause: { actor: 'test', reason: 'says so' },
  ...more,
})

/** A list without limits, of the newest state. */
export const listing = (more: Partial<ListRequest> = {}): ListRequest => ({
  limit: 0,
  continue: '',
  resourceVersion: '',
  resourceVersionMatch: '',
  ...more,
})

/** A watch from now on, in JSON. */
export const watching = (more: Partial<WatchRequest> = {}): WatchRequest => ({
  resourceVersion: '',
  sendInitialEvents: false,
  allowWatchBookmarks: false,
  timeout: seconds(3600),
  encoding: jsonWatchEncoding({ apiVersion: 'v1', kind: 'Pod' }),
  ...more,
})

/** Those with a label. */
export const labelled = (label: string, value: string): Selection => ({
  key: `${label}=${value}`,
  matches: ({ labels }) => labels[label] === value,
  exact: {},
})

/** Those with a field. */
export const fielded = (field: string, value: string): Selection => ({
  key: `${field}=${value}`,
  matches: ({ fields }) => fields[field] === value,
  exact: { [field]: value },
})

/** What a reader of a watch has got so far. Reads on until the watch ends. */
export interface WatchReader {
  /** `ADDED web-1@7`, `BOOKMARK @9`, `ERROR 410`. */
  readonly lines: string[]
  /** How many blocks they came in. */
  blocks: number
  hasEnded: boolean
}

/** Reads a watch from now on. */
export function readWatch(stream: WatchStream): WatchReader {
  const reader: WatchReader = { lines: [], blocks: 0, hasEnded: false }
  void read()
  return reader

  async function read() {
    for await (const block of stream) {
      reader.blocks++
      reader.lines.push(...linesOf(block))
    }
    reader.hasEnded = true
  }
}

/** The frames of a block, as {@link WatchReader} shows them. */
export const linesOf = (block: Uint8Array): string[] =>
  Buffer.from(block)
    .toString()
    .trim()
    .split('\n')
    .map((line) => {
      const { type, object } = JSON.parse(line)
      if (type === 'ERROR') return `ERROR ${object.code} ${object.reason}`
      const end = object.metadata.annotations?.['k8s.io/initial-events-end'] === 'true' ? ' end' : ''
      return `${type} ${object.metadata.name ?? ''}@${object.metadata.resourceVersion}${end}`
    })

/** A store as a plain object, whose verbs a test can replace. */
export const plainStore = (store: Store): Store => ({
  range: (prefix, options) => store.range(prefix, options),
  commit: (commit) => store.commit(commit),
  watch: (prefix, after) => store.watch(prefix, after),
  lease: (ttl) => store.lease(ttl),
  keepAlive: (lease) => store.keepAlive(lease),
  revoke: (lease) => store.revoke(lease),
  history: (key, options) => store.history(key, options),
  erase: (key) => store.erase(key),
  compact: (policy) => store.compact(policy),
  revisionAt: (time) => store.revisionAt(time),
  snapshot: () => store.snapshot(),
  status: () => store.status(),
  head: () => store.head(),
  close: () => store.close(),
})
