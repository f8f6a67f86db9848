/**
 * What a real kube-apiserver was asked and what it answered, as plain data: the format of `fixtures/*.json`.
 *
 *     Topic ── Case ── Step ── request  as the case's author wrote it, with {{templates}}
 *                           └─ response as kube-apiserver gave it, with {{placeholders}} for what never repeats
 *
 * docs/oracle.md tells how fixtures come to be and how they are replayed.
 */

/** Whatever JSON can say. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json }

/** An object of JSON. */
export type JsonObject = { readonly [key: string]: Json }

/** One file of fixtures. */
export interface OracleTopic {
  readonly topic: string
  /** The version of Kubernetes that answered, such as `v1.36.1`. */
  readonly kubernetes: string
  readonly cases: readonly OracleCase[]
}

/** Steps in order, independent of other cases. */
export interface OracleCase {
  readonly name: string
  readonly kind: string
  /** A namespace that is this case's alone; {@link preparation} makes it. */
  readonly namespace?: string
  /** Bodies from which requests start, by the name that their `from` gives. */
  readonly bodies?: Readonly<Record<string, JsonObject>>
  readonly steps: readonly OracleStep[]
}

/** One request and its answer. */
export interface OracleStep {
  /** Later requests of the case take values of this answer by this name. */
  readonly name?: string
  /** The command of kubectl that this request was the first of. */
  readonly command?: string
  /** As {@link verbOf} says. */
  readonly verb: string
  /**
   * True for what prepares the case: it must succeed, or find itself done (409). Its answer is not compared, and kept
   * only under a name.
   */
  readonly setup?: true
  /** How long kube-apiserver was left alone before this step, for its own caches to notice the steps before. */
  readonly pauseMs?: number
  readonly request: OracleRequest
  readonly response: OracleResponse
}

/** A request in which every string may hold templates: `{{created.metadata.uid}}`, `{{repeat x 100}}`. */
export interface OracleRequest {
  readonly method: string
  /** With its query. */
  readonly path: string
  /** Beside {@link DEFAULT_HEADERS}, which these override; lower case. */
  readonly headers?: Readonly<Record<string, string>>
  /** `nobody` sends no credentials of its own; absent, the {@link ADMIN} asks. */
  readonly identity?: 'nobody'
  /** Sent as JSON. With `from`, a JSON merge patch (RFC 7386) upon that answer's body. */
  readonly body?: Json
  /** A body of the case, or the name of an earlier step whose answered body is sent, changed by `body`. */
  readonly from?: string
  /** Sent as it is, instead of a body of JSON. */
  readonly text?: string
  /** Bytes that are sent as they are, instead of a body of JSON. */
  readonly base64?: string
}

/** An answer without what never repeats. At most one of `body`, `events` and `text` is there. */
export interface OracleResponse {
  readonly status: number
  /** Those of {@link COMPARED_HEADERS} that came; several values of one name in a list. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  readonly body?: Json
  /** The events of a watch. */
  readonly events?: readonly Json[]
  /** A body that is not JSON. */
  readonly text?: string
  /** True when the body was too long to keep; it is not compared. */
  readonly omitted?: true
}

/** What each request carries unless it says otherwise. The name of the field manager comes from the user agent. */
export const DEFAULT_HEADERS: Readonly<Record<string, string>> = {
  accept: 'application/json',
  'user-agent': 'oracle/1.0',
}

/** Who asks when a request does not say. Kubernetes adds the group `system:authenticated`. */
export const ADMIN = { name: 'oracle-admin', uid: 'oracle-admin-uid', groups: ['system:masters'] } as const

/** The headers of an answer that clients act upon. */
export const COMPARED_HEADERS: readonly string[] = [
  'allow',
  'content-type',
  'etag',
  'location',
  'retry-after',
  'vary',
  'warning',
  'www-authenticate',
]

/** What makes a case's namespace, with the account that a controller would add: without it no pod is admitted. */
export function preparation({ namespace }: Pick<OracleCase, 'namespace'>): readonly OracleRequest[] {
  if (namespace === undefined) return []
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default' } }
  return [
    {
      method: 'POST',
      path: '/api/v1/namespaces',
      body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    },
    { method: 'POST', path: `/api/v1/namespaces/${namespace}/serviceaccounts`, body: account },
  ]
}

/**
 * What a request does, as one counts it: `create`, `get`, `list`, `watch`, `update`, `patch`, `apply`, `delete`,
 * `deletecollection`, each with the subresource after it; `table` and `metadata` for reads in those forms; `path` for
 * what is not a resource.
 */
export function verbOf({ method, path, headers }: OracleRequest): string {
  const [pathname = '', query = ''] = path.split('?')
  const resource = resourcePath(pathname)
  if (!resource) return 'path'
  const accept = headers?.accept ?? ''
  const form = accept.includes('as=Table') ? 'table' : accept.includes('as=PartialObjectMetadata') ? 'metadata' : ''
  const [, name, subresource] = resource
  const isWatch = /(^|&)watch=(1|true)/.test(query) || /^\/apis?\/(\w[^/]*\/)?v\w+\/watch\//.test(pathname)
  const verb = bareVerb(method, name !== undefined, headers?.['content-type'] ?? '', isWatch)
  return [form && verb === 'watch' ? `${verb} ${form}` : form || verb, subresource].filter(Boolean).join(' ')
}

/** Resource, name and subresource of a path. */
function resourcePath(pathname: string): readonly string[] | undefined {
  const [, rest] = /^\/(?:api\/[^/]+|apis\/[^/]+\/[^/]+)\/(?:watch\/)?(.+)$/.exec(pathname) ?? []
  const parts = rest?.split('/')
  const isInNamespace = parts?.[0] === 'namespaces' && parts.length > 2 && !OF_NAMESPACE.has(parts[2] ?? '')
  return isInNamespace ? parts.slice(2) : parts
}

const OF_NAMESPACE = new Set(['finalize', 'status'])

function bareVerb(method: string, isNamed: boolean, contentType: string, isWatch: boolean): string {
  switch (method) {
    case 'GET':
      return isWatch ? 'watch' : isNamed ? 'get' : 'list'
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return contentType.includes('apply-patch') ? 'apply' : 'patch'
    case 'DELETE':
      return isNamed ? 'delete' : 'deletecollection'
    default:
      return method.toLowerCase()
  }
}
