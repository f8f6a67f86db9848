/**
 * The API for programs: typed verbs over a function that carries requests.
 *
 * That function is the server itself in the same process, or a connection to one over HTTP (`client/http`): the same
 * code runs on both, and against any Kubernetes. Objects that come out belong to the caller, never to a cache.
 */
import { causeHeaders, type StatedCause } from '@muster/api/history/cause.ts'
import type { ApiRequest, Handle } from '@muster/api/message.ts'
import { apiVersionOf, type KubeObject } from '@muster/api/object.ts'
import { ControlError } from '@muster/base/errors.ts'
import { readAnswer } from './answer.ts'
import { type ObjectName, pathOf, type ResourceRef } from './resource-ref.ts'
import { readWatch, type WatchEvent } from './watch.ts'

/** How a client introduces itself, and where it goes. */
export interface ClientSettings {
  /** Carries each request. */
  readonly send: Handle
  /** A logical cluster of Muster; `*` is all of them. The server's own root when absent, as on any Kubernetes. */
  readonly cluster?: string
  /** Its part before the first `/` is the field manager of writes that name none. */
  readonly userAgent: string
  /** Sent with every request: authorization, a fence. */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent with every write: what led to it. */
  readonly cause?: StatedCause
}

/** One resource, seen through a client. Failures are thrown as ControlError with the server's Status as `details`. */
export interface ResourceClient<T extends KubeObject> {
  get(name: ObjectName): Promise<T>
  /** Undefined where `get` would throw NotFound. */
  find(name: ObjectName): Promise<T | undefined>
  list(options?: ListQuery): Promise<ListPage<T>>
  /** Follows what changes after a revision, for as long as the server lets it. */
  watch(options: WatchQuery): AsyncIterable<WatchEvent<T>>
  create(object: T, options?: WriteQuery): Promise<T>
  /** Replaces it. With a resourceVersion, only while that is its newest. */
  update(object: T, options?: WriteQuery): Promise<T>
  /** Replaces its status and nothing else. */
  updateStatus(object: T, options?: WriteQuery): Promise<T>
  patch(name: ObjectName, patch: Patch, options?: WriteQuery): Promise<T>
  /** Server-side apply: `object` says what this manager wants, and nothing more. Makes it when it is not there. */
  apply(object: T, options: ApplyQuery): Promise<T>
  delete(name: ObjectName, options?: DeleteQuery): Promise<void>
}

/** What part of a collection is wanted. */
export interface ListQuery {
  /** All namespaces when absent. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

/** Some objects that were all true at one revision. */
export interface ListPage<T> {
  readonly items: T[]
  readonly resourceVersion: string
  /** For the next page; empty on the last one. */
  readonly continue: string
}

/** What to follow, from where, and for how long. */
export interface WatchQuery {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** The state as it is comes first when absent. */
  readonly resourceVersion?: string
  readonly timeoutSeconds?: number
  /** Ends the watch from this side. */
  readonly signal: AbortSignal
}

/** How a write is made. */
export interface WriteQuery {
  readonly dryRun?: boolean
  readonly fieldManager?: string
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
  /** `status`, `scale`: the part that is written. */
  readonly subresource?: string
}

/** How an object is applied. */
export interface ApplyQuery extends WriteQuery {
  readonly fieldManager: string
  /** Takes fields from whoever holds them. */
  readonly force?: boolean
}

/** What must hold for a delete, and what becomes of dependents. */
export interface DeleteQuery {
  readonly uid?: string
  readonly resourceVersion?: string
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly dryRun?: boolean
}

/** A change of an object, in one of the forms that servers take. */
export type Patch =
  | { readonly patch: 'json'; readonly operations: readonly unknown[] }
  | { readonly patch: 'merge' | 'strategic'; readonly value: unknown }

/** The API for programs. */
export interface Client {
  resource<T extends KubeObject>(ref: ResourceRef<T>): ResourceClient<T>
  /** Any other path, in JSON: discovery, reviews, subresources. */
  call(request: Call): Promise<unknown>
  /** The same client in another logical cluster. */
  inCluster(cluster: string): Client
  /** The same client, whose writes state this cause; what it stated before and this does not change stays. */
  because(cause: StatedCause): Client
}

/** One request that has no verb of its own above. */
export interface Call {
  readonly method: string
  readonly path: string
  readonly query?: Readonly<Record<string, string | undefined>>
  readonly body?: unknown
  readonly contentType?: string
}

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** A client over a function that carries requests. */
export function createClient(settings: ClientSettings): Client {
  const { cluster } = settings
  const stated = settings.cause ? causeHeaders(settings.cause) : {}
  const request = (call: Call, signal: AbortSignal = NEVER): ApiRequest => ({
    method: call.method,
    path: cluster === undefined ? call.path : `/clusters/${cluster}${call.path}`,
    query: queryOf(call.query ?? {}),
    headers: {
      accept: 'application/json',
      'user-agent': settings.userAgent,
      ...(call.body === undefined ? {} : { 'content-type': call.contentType ?? 'application/json' }),
      ...settings.headers,
      ...(call.method === 'GET' ? {} : stated),
    },
    body: call.body === undefined ? NO_BYTES : encoder.encode(JSON.stringify(call.body)),
    signal,
  })
  const call = async (wanted: Call): Promise<unknown> => readAnswer(await settings.send(request(wanted)))

  const resource = <T extends KubeObject>(ref: ResourceRef<T>): ResourceClient<T> => {
    const ask = async (wanted: Call): Promise<T> => (await call(wanted)) as T // The server answers with what was asked for.
    const put = (object: T, options: WriteQuery | undefined, ...below: string[]) =>
      ask({
        method: 'PUT',
        path: pathOf(ref, namespaceOf(object), nameOf(object), ...below),
        query: writeQuery(options),
        body: object,
      })
    const subresource = (options: WriteQuery | undefined) => (options?.subresource ? [options.subresource] : [])

    return {
      get: ({ namespace, name }) => ask({ method: 'GET', path: pathOf(ref, namespace, name) }),
      async find({ namespace, name }) {
        const answered = await settings.send(request({ method: 'GET', path: pathOf(ref, namespace, name) }))
        return answered.status === 404 ? undefined : ((await readAnswer(answered)) as T)
      },
      async list({ namespace = '', ...query } = {}) {
        const page = await call({ method: 'GET', path: pathOf(ref, namespace), query: texts(query) })
        return readPage<T>(page, ref)
      },
      watch({ namespace = '', signal, ...query }) {
        const wanted: Call = {
          method: 'GET',
          path: pathOf(ref, namespace),
          query: { ...texts(query), watch: 'true', allowWatchBookmarks: 'true' },
        }
        return readWatch<T>(() => settings.send(request(wanted, signal)), signal)
      },
      create: (object, options) =>
        ask({
          method: 'POST',
          path: pathOf(ref, namespaceOf(object)),
          query: writeQuery(options),
          body: typed(ref, object),
        }),
      update: (object, options) => put(object, options, ...subresource(options)),
      updateStatus: (object, options) => put(object, options, 'status'),
      patch: ({ namespace, name }, patch, options) =>
        ask({
          method: 'PATCH',
          path: pathOf(ref, namespace, name, ...subresource(options)),
          query: writeQuery(options),
          body: patch.patch === 'json' ? patch.operations : patch.value,
          contentType: PATCH_TYPES[patch.patch],
        }),
      apply: (object, options) =>
        ask({
          method: 'PATCH',
          path: pathOf(ref, namespaceOf(object), nameOf(object), ...subresource(options)),
          query: { ...writeQuery(options), force: options.force ? 'true' : undefined },
          body: typed(ref, object),
          contentType: PATCH_TYPES.apply,
        }),
      async delete({ namespace, name }, options = {}) {
        const { uid, resourceVersion, dryRun, ...others } = options
        const preconditions = { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) }
        const body = {
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          ...others,
          preconditions,
          ...(dryRun ? { dryRun: ['All'] } : {}),
        }
        await call({ method: 'DELETE', path: pathOf(ref, namespace, name), body })
      },
    }
  }

  return {
    resource,
    call,
    inCluster: (name) => createClient({ ...settings, cluster: name }),
    because: (cause) => createClient({ ...settings, cause: { ...settings.cause, ...cause } }),
  }
}

const NEVER = new AbortController().signal
const NO_BYTES = new Uint8Array(0)
const encoder = new TextEncoder()

const nameOf = ({ metadata }: KubeObject): string => metadata.name ?? ''
const namespaceOf = ({ metadata }: KubeObject): string => metadata.namespace ?? ''

const typed = <T extends KubeObject>(ref: ResourceRef<T>, object: T): T => ({
  ...object,
  apiVersion: apiVersionOf(ref),
  kind: ref.kind,
})

const writeQuery = (options: WriteQuery = {}) => ({
  dryRun: options.dryRun ? 'All' : undefined,
  fieldManager: options.fieldManager,
  fieldValidation: options.fieldValidation,
})

const texts = (query: object): Record<string, string | undefined> =>
  Object.fromEntries(
    Object.entries(query).map(([name, value]) => [name, value === undefined ? undefined : String(value)]),
  )

function queryOf(query: Readonly<Record<string, string | undefined>>): URLSearchParams {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) if (value !== undefined && value !== '') search.set(name, value)
  return search
}

/** Items of a list carry no type of their own: it is said once, by the list. */
function readPage<T extends KubeObject>(page: unknown, ref: ResourceRef<T>): ListPage<T> {
  if (typeof page !== 'object' || page === null || !('items' in page)) {
    throw new ControlError('Internal', `the server's answer is no list of ${ref.plural}`)
  }
  const { items, metadata } = page as { items: T[] | null; metadata?: { resourceVersion?: string; continue?: string } }
  return {
    items: (items ?? []).map((item) => typed(ref, item)),
    resourceVersion: metadata?.resourceVersion ?? '',
    continue: metadata?.continue ?? '',
  }
}
