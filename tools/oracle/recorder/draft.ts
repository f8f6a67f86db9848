/** The words in which cases are written: what to ask, of which resource, in which namespace. */
import { createHash } from 'node:crypto'
import type { Json, JsonObject, OracleRequest } from '@muster/server/oracle/case.ts'

/** A step before anybody has answered it. */
export interface StepDraft {
  readonly name?: string
  readonly setup?: true
  /** What kube-apiserver needs before it has noticed an earlier step. */
  readonly pauseMs?: number
  readonly request: OracleRequest
}

/** A case before it is recorded. */
export interface CaseDraft {
  readonly name: string
  readonly kind: string
  readonly namespace?: string
  readonly bodies?: Readonly<Record<string, JsonObject>>
  readonly steps: readonly StepDraft[]
}

/** One file of fixtures before it is recorded. */
export interface TopicDraft {
  readonly topic: string
  readonly cases: readonly CaseDraft[]
}

/** What a request may say beside its path and body. */
export interface Asked {
  readonly query?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly identity?: 'nobody'
}

/** A case in a namespace of its own. */
export function inNamespace(kind: string, name: string, steps: (namespace: string) => readonly StepDraft[]): CaseDraft {
  const namespace = namespaceOf(kind, name)
  return { name, kind, namespace, steps: steps(namespace) }
}

/** A case that needs no namespace. `prefix` is a name that no other case uses. */
export function inCluster(kind: string, name: string, steps: (prefix: string) => readonly StepDraft[]): CaseDraft {
  return { name, kind, steps: steps(namespaceOf(kind, name)) }
}

/** A namespace's name is a label of DNS: at most 63 characters. The hash keeps shortened ones apart. */
const SLUG_CHARACTERS_MAX = 40

function namespaceOf(kind: string, name: string): string {
  const words = `${kind} ${name}`.toLowerCase()
  const slug = words
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, SLUG_CHARACTERS_MAX)
    .replace(/-$/, '')
  return `${slug}-${createHash('sha256').update(words).digest('hex').slice(0, 6)}`
}

/** Marks a step as one that prepares the case. */
export const setup = (step: StepDraft): StepDraft => ({ ...step, setup: true })

/** Names a step, so that later ones can take values of its answer. */
export const as = (name: string, step: StepDraft): StepDraft => ({ ...step, name })

/** The same step, asked otherwise: with a query, other headers, or by nobody. */
export function asked(step: StepDraft, { query, headers, identity }: Asked): StepDraft {
  const { path } = step.request
  return {
    ...step,
    request: {
      ...step.request,
      path: query ? `${path}${path.includes('?') ? '&' : '?'}${query}` : path,
      ...(headers && { headers: { ...step.request.headers, ...headers } }),
      ...(identity && { identity }),
    },
  }
}

/** A step on any path. */
export const raw = (method: string, path: string, request: Omit<OracleRequest, 'method' | 'path'> = {}): StepDraft => ({
  request: { method, path, ...request },
})

/** The content types of a patch. */
export const PATCH = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const

/** What asks for a Table. */
export const TABLE = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' }
/** What asks for metadata alone. */
export const METADATA = { accept: 'application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io' }
/** What asks for a list of metadata alone. */
export const METADATA_LIST = { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' }

/** Everything that can be asked of one resource, or of one subresource of its objects. */
export interface Resource {
  readonly path: string
  create(body: JsonObject, query?: string): StepDraft
  get(name: string, query?: string): StepDraft
  list(query?: string): StepDraft
  table(name?: string, query?: string): StepDraft
  metadata(name: string): StepDraft
  metadataList(query?: string): StepDraft
  /** A watch that ends after a second. */
  watch(query?: string): StepDraft
  /** Creates from a body of the case, changed by a merge patch. */
  createFrom(from: string, change: JsonObject, query?: string): StepDraft
  update(name: string, body: JsonObject, query?: string): StepDraft
  /** Updates with the answer of an earlier step, changed by a merge patch. */
  change(name: string, from: string, change: JsonObject, query?: string): StepDraft
  patch(type: 'json' | 'merge' | 'strategic', name: string, body: Json, query?: string): StepDraft
  /** Server-side apply by a manager. */
  apply(name: string, manager: string, body: JsonObject, query?: string): StepDraft
  remove(name: string, options?: JsonObject, query?: string): StepDraft
  removeAll(query?: string, options?: JsonObject): StepDraft
  /** Creates below an object: `/eviction`, `/binding`, `/token`. */
  post(name: string, body: JsonObject, query?: string): StepDraft
  sub(subresource: string): Resource
}

/** A resource by its group and version, plural and kind. Bodies need no apiVersion and kind of their own. */
export function resource(apiVersion: string, plural: string, kind: string, namespace?: string): Resource {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
  return resourceAt(`${group}${namespace ? `/namespaces/${namespace}` : ''}/${plural}`, { apiVersion, kind }, '')
}

function resourceAt(path: string, typed: JsonObject, below: string): Resource {
  const at = (name?: string, query?: string): string =>
    `${path}${name === undefined ? '' : `/${name}${below}`}${query ? `?${query}` : ''}`
  const typedBody = (body: JsonObject): JsonObject => ({ ...typed, ...body })
  const patch = (type: keyof typeof PATCH, name: string, body: Json, query?: string): StepDraft =>
    raw('PATCH', at(name, query), { headers: { 'content-type': PATCH[type] }, body })
  return {
    path,
    create: (body, query) => raw('POST', at(undefined, query), { body: typedBody(body) }),
    createFrom: (from, change, query) => raw('POST', at(undefined, query), { from, body: change }),
    get: (name, query) => raw('GET', at(name, query)),
    list: (query) => raw('GET', at(undefined, query)),
    table: (name, query) => raw('GET', at(name, query), { headers: TABLE }),
    metadata: (name) => raw('GET', at(name), { headers: METADATA }),
    metadataList: (query) => raw('GET', at(undefined, query), { headers: METADATA_LIST }),
    watch: (query) => raw('GET', at(undefined, `watch=1&timeoutSeconds=1${query ? `&${query}` : ''}`)),
    update: (name, body, query) => raw('PUT', at(name, query), { body: typedBody(body) }),
    change: (name, from, change, query) => raw('PUT', at(name, query), { from, body: change }),
    patch,
    apply: (name, manager, body, query) =>
      patch('apply', name, typedBody(body), `fieldManager=${manager}${query ? `&${query}` : ''}`),
    remove: (name, options, query) => raw('DELETE', at(name, query), options && { body: options }),
    removeAll: (query, options) => raw('DELETE', at(undefined, query), options && { body: options }),
    post: (name, body, query) => raw('POST', at(name, query), { body: typedBody(body) }),
    sub: (subresource) => resourceAt(path, typed, `/${subresource}`),
  }
}

/** The namespaces themselves. */
export const namespaces = resource('v1', 'namespaces', 'Namespace')
