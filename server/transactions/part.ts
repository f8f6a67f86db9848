/**
 * An operation of a transaction as the request that it stands for, so that it goes the way of every such request.
 *
 *     {"verb":"patch","target":{"apiVersion":"apps/v1","kind":"Deployment","namespace":"shop","name":"web"},…}
 *     PATCH /apis/apps/v1/namespaces/shop/deployments/web
 */
import { type FieldError, invalid as invalidField, required } from '@muster/api/field-error.ts'
import { type ApiRequest, parseQuery } from '@muster/api/message.ts'
import { type JsonObject, parseApiVersion } from '@muster/api/object.ts'
import { isObject } from '@muster/api/schema/json.ts'
import type { Operation } from '@muster/api/transaction/transaction.ts'
import { assert } from '@muster/base/errors.ts'
import { CANDIDATES } from '../elections/look.ts'
import { DEFAULT_CLUSTER, requestInfoOf } from '../http/request-info.ts'
import { servedBy } from '../http/resource-call.ts'
import type { ClusterResources, Registry, Served } from '../registry/registry.ts'
import type { ResourceCall, ResourceInfo } from '../resources/call.ts'

/** An operation, and what of it does not change from one try to the next. */
export interface Part {
  readonly at: number
  /** `spec.operations[3]`. */
  readonly path: string
  readonly operation: Operation
  readonly served: Served
  readonly info: ResourceInfo
  /** Without its body. */
  readonly request: ApiRequest
}

/** Whom an operation is about, as it says so itself. */
export interface Named {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace: string
  readonly name: string
}

const METHODS = {
  create: 'POST',
  update: 'PUT',
  apply: 'PATCH',
  patch: 'PATCH',
  delete: 'DELETE',
  check: 'GET',
} as const satisfies Record<Operation['verb'], string>

const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const

/** The request of an operation, or what is wrong with what it names. */
export function partOf(
  call: ResourceCall,
  registry: Registry,
  { operation, at, dryRun }: { readonly operation: Operation; readonly at: number; readonly dryRun: boolean },
): Part | FieldError {
  const path = `spec.operations[${at}]`
  const named = namedBy(operation)
  const field = operation.target ? `${path}.target` : `${path}.object`
  const resources = registry.cluster(call.info.cluster)
  const served = servedAs(resources, named)
  if (!served) {
    const why = `nothing of this kind is served; a kind that a transaction defines is served after it: define it first, by itself`
    return invalidField(`${field}.kind`, `${named.kind} in ${named.apiVersion}`, why)
  }
  const inNamespace = served.kind.scope === 'Namespaced'
  const namespaceField = operation.target ? `${field}.namespace` : `${field}.metadata.namespace`
  if (inNamespace && named.namespace === '') {
    return required(namespaceField, `${named.kind} lives in a namespace, and a transaction may be about several`)
  }
  if (!inNamespace && named.namespace !== '') {
    return invalidField(namespaceField, named.namespace, `${named.kind} lives in no namespace`)
  }
  if (!isKept(served)) {
    return invalidField(`${field}.kind`, named.kind, 'it is answered and not kept, and so is no part of a transaction')
  }
  if (operation.verb === 'create' && isSession(served)) {
    return invalidField(`${field}.kind`, named.kind, 'its session begins before it is written, and so by itself')
  }
  const { subresource = '' } = operation
  const request = requestOf(call, operation, pathOf(call, served, named, operation), dryRun)
  const info = requestInfoOf(request)
  assert(info?.about === 'resource', 'the path of an object is about a resource')
  // A name with a slash is nobody's.
  if (servedBy(registry, info)) return { at, path, operation, served, info, request }
  return subresource === ''
    ? invalidField(operation.target ? `${field}.name` : `${field}.metadata.name`, named.name, 'it cannot be a name')
    : invalidField(`${path}.subresource`, subresource, `${named.kind} has no such part`)
}

/** What an operation says that it is about. */
export function namedBy({ object, target }: Operation): Named {
  const said: JsonObject = isObject(object) ? object : { ...target, metadata: { ...target } }
  const { apiVersion, kind, metadata } = said
  const { name, namespace } = isObject(metadata) ? metadata : {}
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return { apiVersion: text(apiVersion), kind: text(kind), namespace: text(namespace), name: text(name) }
}

/** The resource of a kind; undefined where it is not served. */
export function servedAs(
  resources: ClusterResources,
  { apiVersion, kind }: Pick<Named, 'apiVersion' | 'kind'>,
): Served | undefined {
  const { group, version } = parseApiVersion(apiVersion) ?? {}
  return resources
    .groups()
    .find(({ name }) => name === group)
    ?.versions.find(({ name }) => name === version)
    ?.resources.find((served) => served.kind.kind === kind)
}

const isKept = ({ kind }: Served): boolean => kind.verbs === undefined || kind.verbs.includes('get')

const isSession = ({ kind }: Served): boolean => kind.group === CANDIDATES.group && kind.plural === CANDIDATES.resource

function pathOf({ info }: ResourceCall, { kind, version }: Served, { namespace, name }: Named, operation: Operation) {
  const { verb, subresource } = operation
  const root = kind.group === '' ? `/api/${version.name}` : `/apis/${kind.group}/${version.name}`
  const parts = [
    ...(namespace === '' ? [] : ['namespaces', namespace]),
    kind.plural,
    ...(verb === 'create' ? [] : [name]),
    ...(subresource === undefined ? [] : [subresource]),
  ]
  const cluster = info.cluster === DEFAULT_CLUSTER ? '' : `/clusters/${info.cluster}`
  return `${cluster}${root}/${parts.map(encodeURIComponent).join('/')}`
}

/** With the options of the transaction, and those of its own. */
function requestOf({ request }: ResourceCall, operation: Operation, path: string, dryRun: boolean): ApiRequest {
  const { verb, fieldManager, force, patchType } = operation
  const query = parseQuery('')
  const manager = fieldManager ?? request.query.get('fieldManager') ?? ''
  const validation = request.query.get('fieldValidation') ?? ''
  if (verb !== 'delete' && verb !== 'check') {
    if (manager !== '') query.set('fieldManager', manager)
    if (validation !== '') query.set('fieldValidation', validation)
    if (dryRun) query.set('dryRun', 'All')
    if (force !== undefined) query.set('force', String(force))
  }
  const type =
    verb === 'apply' ? 'application/apply-patch+yaml' : patchType ? PATCH_TYPES[patchType] : 'application/json'
  return {
    ...request,
    method: METHODS[verb],
    path,
    query,
    headers: { ...request.headers, 'content-type': type },
    body: NO_BODY,
  }
}

const NO_BODY = new Uint8Array(0)
