/**
 * What can be asked of a kind: every path below its group and version, and what each method of it does.
 *
 *     …/deployments                                    list  (all namespaces)
 *     …/namespaces/{namespace}/deployments             list, create, deletecollection
 *     …/namespaces/{namespace}/deployments/{name}      get, update, patch, delete
 *     …/namespaces/{namespace}/deployments/{name}/X    what the subresource X can do
 *
 * Source: apiserver pkg/endpoints/installer.go; kube-openapi pkg/builder3.
 */
import type { Kind, KindVersion, OwnSubresource, Verb } from '../kind.ts'
import type { GroupVersion } from '../object.ts'
import { typeNameOf } from '../tables/schemas.ts'
import { componentName } from './component-name.ts'
import type { Content, Method, Operation, Parameter } from './document.ts'
import { refTo } from './document.ts'
import { article, groupTitle, gvkOf, namespaced, rootOf, tagOf, title } from './operation-names.ts'
import { NAMESPACE_PARAMETER, nameParameter, optionParameters, PARAMETERS, PATH_PARAMETER } from './parameters.ts'

/** One method of one path. Its parameters are all here; those that the path's methods share are not yet apart. */
export interface Route {
  readonly path: string
  readonly method: Method
  readonly operation: Operation
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

/** The route by which a group and version says what it serves. */
export function discoveryRoute(groupVersion: GroupVersion): Route {
  const operation: Operation = {
    description: 'get available resources',
    operationId: `get${groupTitle(groupVersion)}APIResources`,
    responses: answers([200], refTo(`${META}.APIResourceList`), MEDIA_TYPES),
    tags: [tagOf(groupVersion)],
  }
  return { path: `${rootOf(groupVersion)}/`, method: 'get', operation }
}

/** Every route of one version of a kind. */
export function routesOf(kind: Kind, version: KindVersion): readonly Route[] {
  const subject: Subject = { kind, version, groupVersion: { group: kind.group, version: version.name } }
  const root = rootOf(subject.groupVersion)
  const isNamespaced = kind.scope === 'Namespaced'
  const collection = isNamespaced ? `${root}/namespaces/{namespace}/${kind.plural}` : `${root}/${kind.plural}`
  const item = `${collection}/{name}`
  const may = (verb: Verb): boolean => kind.verbs === undefined || kind.verbs.includes(verb)
  const routes: Route[] = []
  if (may('list')) {
    routes.push(collectionRoute(subject, 'list', 'get', collection))
    if (isNamespaced) routes.push(collectionRoute(subject, 'list', 'get', `${root}/${kind.plural}`))
  }
  if (may('create')) routes.push(collectionRoute(subject, 'post', 'post', collection))
  if (may('deletecollection')) routes.push(collectionRoute(subject, 'deletecollection', 'delete', collection))
  for (const verb of ['get', 'update', 'patch', 'delete'] as const)
    if (may(verb)) routes.push(itemRoute(subject, verb, item))
  const { status, scale, others = [] } = version.subresources
  if (status) routes.push(...subresourceRoutes(subject, item, { name: 'status', ...selfOf(kind) }))
  if (scale) routes.push(...subresourceRoutes(subject, item, { name: 'scale', ...SCALE }))
  for (const other of others) routes.push(...subresourceRoutes(subject, item, other))
  return routes
}

interface Subject {
  readonly kind: Kind
  readonly version: KindVersion
  readonly groupVersion: GroupVersion
}

const OBJECT_VERBS = ['get', 'update', 'patch'] as const

const selfOf = ({ kind }: Kind) => ({ kind, verbs: OBJECT_VERBS })

const SCALE = { kind: 'Scale', group: 'autoscaling', version: 'v1', verbs: OBJECT_VERBS }

function collectionRoute(subject: Subject, action: string, method: Method, path: string): Route {
  const { kind, groupVersion } = subject
  const isEverywhere = kind.scope === 'Namespaced' && !path.includes('{namespace}')
  const word = action === 'post' ? 'create' : action === 'list' ? 'list' : 'delete'
  const middle = action === 'deletecollection' ? 'Collection' : ''
  const name = isEverywhere ? `${kind.kind}ForAllNamespaces` : `${namespaced(kind)}${kind.kind}`
  const self = componentName(groupVersion, kind.kind)
  const answer =
    action === 'list' ? componentName(groupVersion, kind.listKind) : action === 'post' ? self : `${META}.Status`
  const body = action === 'post' ? self : action === 'deletecollection' ? `${META}.DeleteOptions` : undefined
  const says = {
    list: `list or watch objects of kind ${kind.kind}`,
    post: `create ${article(kind.kind)} ${kind.kind}`,
    deletecollection: `delete collection of ${kind.kind}`,
  }[action]
  return {
    path,
    method,
    operation: {
      description: says ?? action,
      operationId: `${word}${groupTitle(groupVersion)}${middle}${name}`,
      parameters: inPath(path, kind.kind, PARAMETERS[action] ?? []),
      ...(body && { requestBody: bodyOf(body, action === 'post') }),
      responses: answers(CODES[action] ?? [200], refTo(answer), mediaTypes(kind, action === 'list')),
      tags: [tagOf(groupVersion)],
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': gvkOf(groupVersion, kind.kind),
    },
  }
}

type ItemVerb = 'get' | 'update' | 'patch' | 'delete' | 'create'

const ACTIONS = { get: 'get', update: 'put', patch: 'patch', delete: 'delete', create: 'post' } as const

const WORDS = { get: 'read', update: 'replace', patch: 'patch', delete: 'delete', create: 'create' } as const

const CODES: Readonly<Record<string, readonly number[]>> = {
  post: [200, 201, 202],
  put: [200, 201],
  patch: [200, 201],
  delete: [200, 202],
}

function itemRoute(subject: Subject, verb: ItemVerb, path: string, sub?: OwnSubresource): Route {
  const { kind, groupVersion } = subject
  const action = ACTIONS[verb]
  const own = { group: sub?.group ?? groupVersion.group, version: sub?.version ?? groupVersion.version }
  const type = componentName(own, sub?.kind ?? kind.kind)
  const answersItself = verb !== 'delete' || kind.rules.returnsDeleted === true
  const isLog = sub?.name === LOG
  const specific = isLog ? optionParameters(LOG_OPTIONS) : []
  const of = sub ? `${sub.name} of ` : ''
  const said = `${verb === 'patch' ? 'partially update' : WORDS[verb]} ${of}`
  const which = verb === 'create' || verb === 'delete' ? article(kind.kind) : 'the specified'
  return {
    path,
    method: action,
    operation: {
      description: `${said}${which} ${kind.kind}`,
      operationId: `${WORDS[verb]}${groupTitle(groupVersion)}${namespaced(kind)}${kind.kind}${title(sub?.name ?? '')}`,
      parameters: inPath(path, sub?.kind ?? kind.kind, [...(PARAMETERS[action] ?? []), ...specific]),
      ...bodyFor(subject, verb, type),
      responses: isLog
        ? answers([200], { type: 'string' }, [...mediaTypes(kind), 'text/plain'])
        : answers(CODES[action] ?? [200], refTo(answersItself ? type : `${META}.Status`), mediaTypes(kind)),
      tags: [tagOf(groupVersion)],
      'x-kubernetes-action': action,
      'x-kubernetes-group-version-kind': gvkOf(own, sub?.kind ?? kind.kind),
    },
  }
}

function bodyFor({ kind }: Subject, verb: ItemVerb, type: string): Pick<Operation, 'requestBody'> {
  switch (verb) {
    case 'get':
      return {}
    case 'delete':
      return { requestBody: bodyOf(`${META}.DeleteOptions`, false) }
    case 'patch': {
      const schema = refTo(`${META}.Patch`)
      // Only types of Kubernetes' own say how their lists are merged.
      const types = isBuiltIn(kind) ? PATCH_TYPES : PATCH_TYPES.filter((one) => !one.includes('strategic'))
      return { requestBody: { content: Object.fromEntries(types.map((one) => [one, { schema }])), required: true } }
    }
    case 'create':
    case 'update':
      return { requestBody: bodyOf(type, true) }
    default:
      return verb satisfies never
  }
}

const isBuiltIn = ({ group, kind, versions }: Kind): boolean =>
  versions.some(({ name }) => typeNameOf(group, name, kind) !== undefined)

function subresourceRoutes(subject: Subject, item: string, sub: OwnSubresource): readonly Route[] {
  const path = `${item}/${sub.name}`
  return sub.verbs.flatMap((verb) => {
    switch (verb) {
      case 'connect':
        return connectRoutes(subject, path, sub)
      case 'get':
      case 'update':
      case 'patch':
      case 'delete':
      case 'create':
        return [itemRoute(subject, verb, path, sub)]
      case 'list':
      case 'watch':
      case 'deletecollection':
        // No subresource is a collection.
        return []
      default:
        return verb satisfies never
    }
  })
}

/** A connection is opened with any method when it is passed on, and else with GET (WebSocket) or POST (SPDY). */
function connectRoutes({ kind, groupVersion }: Subject, path: string, sub: OwnSubresource): readonly Route[] {
  const isProxy = sub.name === 'proxy'
  const methods: readonly Method[] = isProxy ? CONNECT_METHODS : ['get', 'post']
  const paths = isProxy ? [path, `${path}/{path}`] : [path]
  const own = { group: sub.group ?? groupVersion.group, version: sub.version ?? groupVersion.version }
  const options = optionParameters(sub.kind)
  return paths.flatMap((one) =>
    methods.map((method) => ({
      path: one,
      method,
      operation: {
        description: `connect ${method.toUpperCase()} requests to ${sub.name} of ${kind.kind}`,
        operationId:
          `connect${groupTitle(groupVersion)}${title(method)}${namespaced(kind)}${kind.kind}${title(sub.name)}` +
          (one === path ? '' : 'WithPath'),
        parameters: inPath(one, sub.kind, options),
        responses: answers([200], { type: 'string' }, ['*/*']),
        tags: [tagOf(groupVersion)],
        'x-kubernetes-action': 'connect',
        'x-kubernetes-group-version-kind': gvkOf(own, sub.kind),
      },
    })),
  )
}

const CONNECT_METHODS: readonly Method[] = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put']

/** Its options are no kind that is sent: they are read from the query of a GET. */
const LOG = 'log'
const LOG_OPTIONS = 'PodLogOptions'

const PROTOBUF = 'application/vnd.kubernetes.protobuf'
const MEDIA_TYPES = ['application/json', PROTOBUF, 'application/yaml']
const WATCH_MEDIA_TYPES = ['application/json;stream=watch', `${PROTOBUF};stream=watch`]

/** Custom resources have no protobuf. */
const mediaTypes = (kind: Kind, isList = false): readonly string[] =>
  [...MEDIA_TYPES, ...(isList ? WATCH_MEDIA_TYPES : [])].filter((type) => isBuiltIn(kind) || !type.startsWith(PROTOBUF))

const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]

const SAYS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 202: 'Accepted', 401: 'Unauthorized' }

function answers(
  codes: readonly number[],
  schema: { readonly $ref: string } | { readonly type: string },
  types: readonly string[],
): Operation['responses'] {
  const content: Content = Object.fromEntries(types.toSorted().map((type) => [type, { schema }]))
  const good = codes.map((code) => [code, { content, description: SAYS[code] ?? '' }])
  return Object.fromEntries([...good, [401, { description: SAYS[401] ?? '' }]])
}

const bodyOf = (type: string, isRequired: boolean): NonNullable<Operation['requestBody']> => ({
  content: { '*/*': { schema: refTo(type) } },
  ...(isRequired && { required: true }),
})

function inPath(path: string, kind: string, parameters: readonly Parameter[]): readonly Parameter[] {
  const all = [
    ...parameters,
    ...(path.includes('{name}') ? [nameParameter(kind)] : []),
    ...(path.includes('{namespace}') ? [NAMESPACE_PARAMETER] : []),
    ...(path.includes('{path}') ? [PATH_PARAMETER] : []),
  ]
  return all.toSorted((one, other) => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0))
}
