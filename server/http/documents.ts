/** Everything that is about no resource: discovery, OpenAPI, version, health, metrics. */

import { type ApiRequest, type ApiResponse, answer, answerJson, answerText } from '@muster/api/message.ts'
import type { GroupVersion } from '@muster/api/object.ts'
import type { OpenApiV3 } from '@muster/api/openapi/document.ts'
import { encodeGnostic, GNOSTIC_ASKED_AS, GNOSTIC_MEDIA_TYPE } from '@muster/api/openapi/gnostic.ts'
import { openApiV2 } from '@muster/api/openapi/v2.ts'
import { openApiV3 } from '@muster/api/openapi/v3.ts'
import { openApiV3Index, openApiV3Path } from '@muster/api/openapi/v3-index.ts'
import { methodNotServed, notAcceptable, notServed } from '@muster/api/status.ts'
import { loadDescriptions } from '@muster/api/tables/descriptions.ts'
import { DISCOVERY_CACHE_CONTROL, KEYS_MEDIA_TYPE, KEYS_PATH } from '../auth/tokens/discovery.ts'
import { aggregated, coreVersions, group, groupList, resourceList } from '../discovery/documents.ts'
import { tagOf } from '../discovery/tag.ts'
import { dumpOf } from '../fairness/dump.ts'
import type { Levels } from '../fairness/levels.ts'
import { type HealthCheck, health } from '../health/health.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { ClusterResources, Registry } from '../registry/registry.ts'
import { writeYaml } from '../resources/write-yaml.ts'
import { type Accepted, negotiate, type Offer, TEXT_MEDIA_TYPES, wantsPretty } from './accept.ts'
import type { RequestInfo } from './request-info.ts'
import { versionInfo } from './version.ts'

/** What documents are made from. */
export interface DocumentDeps {
  readonly registry: Registry
  readonly metrics: Metrics
  readonly checks: readonly HealthCheck[]
  /** For `/debug/api_priority_and_fairness`. */
  readonly levelsOf: (cluster: string) => Levels
  /** Muster's own version. */
  readonly version: string
  /** Host and port under which clients reach the server. */
  readonly address: () => string
  /** What the issuer of tokens publishes about a logical cluster, by path. */
  readonly issuerDocument: (cluster: string, path: string) => Promise<object | undefined>
  /** What happened in a logical cluster, or in all: `/changes`. */
  readonly changes: (request: ApiRequest, cluster: string) => Promise<ApiResponse>
}

/** Answers paths that are about no resource; undefined when there is nothing. */
export type AnswerDocument = (request: ApiRequest, info: RequestInfo) => Promise<ApiResponse | undefined>

/** Documents, made when first asked for and again when what is served has changed. */
export function createDocuments(deps: DocumentDeps): AnswerDocument {
  const openApi = createOpenApi(deps.registry)
  return async (request, { cluster, path }) => {
    const resources = deps.registry.cluster(cluster)
    const parts = path.split('/').filter((part) => part !== '')
    const [first = '', second, third, ...rest] = parts
    if (path.startsWith('//')) return undefined
    switch (first) {
      case '':
        return path === '/' ? readOnly(request, rootPaths(resources)) : undefined
      case 'api':
        if (second === undefined)
          return discovery(request, coreVersions(deps.address()), () => aggregated(resources, true))
        return third === undefined ? found(request, resourceList(resources, '', second)) : undefined
      case 'apis':
        if (second === undefined) return discovery(request, groupList(resources), () => aggregated(resources, false))
        if (third === undefined) {
          const one = group(resources, second)
          return one && readOnly(request, one)
        }
        return rest.length === 0 ? foundIn(request, resources, second, third) : undefined
      case 'version':
        return second === undefined ? readOnly(request, versionInfo(deps.version)) : undefined
      case 'livez':
      case 'readyz':
      case 'healthz':
        return health(path, request.query, deps.checks)
      case 'metrics': {
        if (second !== undefined) return undefined
        const { contentType, text } = await deps.metrics.print()
        return answer(200, contentType, Buffer.from(text))
      }
      case 'changes':
        return second === undefined ? deps.changes(request, cluster) : undefined
      case 'debug': {
        const dump = second === 'api_priority_and_fairness' && third && rest.length === 0
        const text = dump && dumpOf(third, deps.levelsOf(cluster).all, request.query)
        return text ? answerText(200, text) : undefined
      }
      case 'openapi':
        return openApi(request, cluster, parts.slice(1))
      case '.well-known':
      case 'openid': {
        const document = await deps.issuerDocument(cluster, path)
        if (document) {
          checkMethod(request)
          const mediaType = path === KEYS_PATH ? KEYS_MEDIA_TYPE : 'application/json'
          return answer(200, mediaType, Buffer.from(JSON.stringify(document)), {
            'cache-control': DISCOVERY_CACHE_CONTROL,
          })
        }
        if (first === 'openid') throw notServed()
        return undefined
      }
      default:
        return undefined
    }
  }
}

function rootPaths(resources: ClusterResources) {
  const groups = resources.groups()
  const paths = groups.flatMap(({ name, versions }) =>
    name === ''
      ? ['/api', ...versions.map((version) => `/api/${version.name}`)]
      : [`/apis/${name}`, ...versions.map((version) => `/apis/${name}/${version.name}`)],
  )
  const others = [
    '/.well-known/openid-configuration',
    '/apis',
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ]
  return { paths: [...paths, ...others].sort() }
}

const AGGREGATED = { kind: 'APIGroupDiscoveryList', group: 'apidiscovery.k8s.io', version: 'v2' }
const AGGREGATED_TYPE = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList'

const DISCOVERY_OFFER: Offer = {
  mediaTypes: TEXT_MEDIA_TYPES,
  allows: ({ kind, group: of, version }, mediaType) =>
    mediaType === 'application/json' &&
    kind === AGGREGATED.kind &&
    of === AGGREGATED.group &&
    version === AGGREGATED.version,
}

/** `/api` and `/apis`: one document for all, for clients that know it, or the list that leads to the others. */
function discovery(request: ApiRequest, plain: object, whole: () => object): ApiResponse {
  checkMethod(request)
  const accepted = accept(request, DISCOVERY_OFFER)
  if (!accepted.as) return written(plain, accepted)
  const bytes = Buffer.from(JSON.stringify(whole()))
  return withTag(request, answer(200, AGGREGATED_TYPE, bytes, { vary: 'Accept' }), tagOf(bytes))
}

/** As the server of Kubernetes says what it cannot give; its words differ here from those of resources. */
function accept(request: ApiRequest, offer: Offer): Accepted {
  const { headers, query } = request
  return negotiate(headers.accept, offer, { pretty: wantsPretty(query, headers['user-agent']), watch: false })
}

const PLAIN_OFFER: Offer = { mediaTypes: TEXT_MEDIA_TYPES, allows: () => false }

function readOnly(request: ApiRequest, document: object): ApiResponse {
  checkMethod(request)
  return written(document, accept(request, PLAIN_OFFER))
}

function written(document: object, { mediaType, pretty }: Accepted): ApiResponse {
  if (mediaType === 'application/yaml') return answer(200, mediaType, Buffer.from(writeYaml(document)))
  return pretty
    ? answer(200, 'application/json', Buffer.from(`${JSON.stringify(document, undefined, 2)}\n`))
    : answerJson(200, document)
}

/**
 * A version that a known group does not have is another trouble than a group that nobody knows; a group of custom
 * resources is one that the server of Kubernetes' own does not know.
 */
function foundIn(
  request: ApiRequest,
  resources: ClusterResources,
  name: string,
  version: string,
): ApiResponse | undefined {
  const known = resources.groups().find((group) => group.name === name)
  const document = known && resourceList(resources, name, version)
  const isOwn = known?.versions.some((one) => one.resources.some(({ builtIn }) => builtIn))
  return document || isOwn ? found(request, document) : undefined
}

function found(request: ApiRequest, document: object | undefined): ApiResponse {
  if (!document) throw notServed()
  return readOnly(request, document)
}

function checkMethod({ method }: ApiRequest): void {
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') throw methodNotServed()
}

/** Who has the newest is told so, and is sent nothing. */
function withTag({ headers }: ApiRequest, response: ApiResponse, tag: string): ApiResponse {
  const quoted = `"${tag}"`
  if (headers['if-none-match'] !== quoted) return { ...response, headers: { ...response.headers, etag: quoted } }
  return { status: 304, headers: { etag: quoted, vary: 'Accept' }, body: { body: 'bytes', bytes: new Uint8Array(0) } }
}

/** The documents of one logical cluster, for one state of its registry. */
interface OpenApiOfCluster {
  readonly generation: number
  readonly v3: Map<string, { readonly document: OpenApiV3; readonly bytes: Uint8Array; readonly hash: string }>
  v2?: { readonly json: Uint8Array; readonly gnostic: Uint8Array }
}

function createOpenApi(registry: Registry) {
  const clusters = new Map<string, OpenApiOfCluster>()

  const documentsOf = async (cluster: string): Promise<OpenApiOfCluster> => {
    const resources = registry.cluster(cluster)
    // Without custom resources all logical clusters have the same documents.
    const key = resources.generation === 0 ? '' : cluster
    const known = clusters.get(key)
    if (known?.generation === resources.generation) return known
    const descriptions = await loadDescriptions()
    const v3: OpenApiOfCluster['v3'] = new Map()
    for (const { name, versions } of resources.groups()) {
      for (const version of versions) {
        const groupVersion = { group: name, version: version.name }
        const kinds = version.resources.map(({ kind }) => kind)
        v3.set(
          openApiV3Path(groupVersion),
          lazily(() => openApiV3(groupVersion, kinds, descriptions)),
        )
      }
    }
    const made = { generation: resources.generation, v3 }
    clusters.set(key, made)
    return made
  }

  return async (
    request: ApiRequest,
    cluster: string,
    [which, ...parts]: readonly string[],
  ): Promise<ApiResponse | undefined> => {
    if (which === 'v2' && parts.length === 0) return v2(request, await documentsOf(cluster))
    if (which !== 'v3') return undefined
    const { v3 } = await documentsOf(cluster)
    if (parts.length === 0) {
      const entries = [...v3].map(([path, { hash: of }]) => ({ groupVersion: groupVersionOf(path), hash: of }))
      // As Kubernetes sends it, which names no type and lets Go guess one.
      const index = Buffer.from(JSON.stringify(openApiV3Index(entries)))
      return answer(200, 'text/plain; charset=utf-8', index, { vary: 'Accept' })
    }
    const path = parts.join('/')
    const one = v3.get(path)
    if (!one) return undefined
    const asked = request.query.get('hash')
    const headers = { vary: 'Accept' }
    if (asked !== null && asked !== one.hash) {
      const location = `/openapi/v3/${path}?hash=${one.hash}`
      return {
        status: 301,
        headers: { ...headers, location, etag: `"${one.hash}"`, 'content-type': 'application/json' },
        body: { body: 'bytes', bytes: new Uint8Array(0) },
      }
    }
    // A document named by its hash never changes.
    const kept = asked === null ? {} : { 'cache-control': 'public, immutable' }
    return withTag(request, answer(200, 'application/json', one.bytes, { ...headers, ...kept }), one.hash)
  }
}

/** The index needs every hash and a client seldom more than one document: each is made when first looked at. */
function lazily(make: () => OpenApiV3) {
  let made: { document: OpenApiV3; bytes: Uint8Array; hash: string } | undefined
  const get = () => {
    if (!made) {
      const document = make()
      const bytes = Buffer.from(JSON.stringify(document))
      made = { document, bytes, hash: tagOf(bytes) }
    }
    return made
  }
  return {
    get document() {
      return get().document
    },
    get bytes() {
      return get().bytes
    },
    get hash() {
      return get().hash
    },
  }
}

/** The inverse of `openApiV3Path`. */
function groupVersionOf(path: string): GroupVersion {
  const [, one = '', two] = path.split('/')
  return two === undefined ? { group: '', version: one } : { group: one, version: two }
}

/** One document for everything: JSON, or the protobuf that kubectl of old asks for. */
function v2(request: ApiRequest, documents: OpenApiOfCluster): ApiResponse {
  documents.v2 ??= makeV2(documents)
  const { json, gnostic } = documents.v2
  const vary = { vary: 'Accept-Encoding, Accept' }
  const accepts = request.headers.accept ?? '*/*'
  if (accepts.includes(GNOSTIC_MEDIA_TYPE) || accepts.includes(GNOSTIC_ASKED_AS)) {
    return withTag(request, answer(200, GNOSTIC_MEDIA_TYPE, gnostic, vary), tagOf(gnostic))
  }
  if (!/\*\/\*|application\/(\*|json)/.test(accepts)) throw notAcceptable(['application/json', GNOSTIC_MEDIA_TYPE])
  return withTag(request, answer(200, 'application/json', json, vary), tagOf(json))
}

function makeV2({ v3 }: OpenApiOfCluster) {
  const document = openApiV2([...v3.values()].map((one) => one.document))
  return { json: Buffer.from(JSON.stringify(document)), gnostic: encodeGnostic(document) }
}
