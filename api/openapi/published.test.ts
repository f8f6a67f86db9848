import { deepEqual, equal, ok } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { type Digest, digestDocument } from '@muster/tools/oracle/tables/digest.ts'
import { BUILT_IN_KINDS } from '../builtin/kinds.ts'
import type { Kind, OwnSubresource, Verb } from '../kind.ts'
import { apiVersionOf, type GroupVersion, parseApiVersion } from '../object.ts'
import { loadDescriptions } from '../tables/descriptions.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { openApiV2 } from './v2.ts'
import { openApiV3 } from './v3.ts'

// What Kubernetes publishes, in digests: tools/oracle/tables/digest.ts says what of it counts.
const PUBLISHED: { readonly v3: Readonly<Record<string, Digest>>; readonly v2: Digest } = JSON.parse(
  gunzipSync(readFileSync(new URL('./testdata/published.json.gz', import.meta.url))).toString(),
)

const descriptions = await loadDescriptions()

test('there is a digest of every group and version', () => {
  ok(Object.keys(PUBLISHED.v3).length >= 22)
})

for (const [apiVersion, published] of Object.entries(PUBLISHED.v3)) {
  test(`the v3 document of ${apiVersion} is the one that Kubernetes publishes`, () => {
    const groupVersion = parseApiVersion(apiVersion)
    ok(groupVersion)
    const digest = digestDocument(openApiV3(groupVersion, kindsOf(groupVersion, published), descriptions))
    deepEqual(digest.paths, published.paths)
    deepEqual(digest.schemas, pick(published.schemas, Object.keys(digest.schemas)))
    const missing = Object.keys(published.schemas).filter((name) => !(name in digest.schemas))
    deepEqual(missing, [])
  })
}

test('the v2 document says of them what that of Kubernetes says', () => {
  const documents = Object.entries(PUBLISHED.v3).map(([apiVersion, published]) => {
    const groupVersion = parseApiVersion(apiVersion) ?? { group: '', version: '' }
    return openApiV3(groupVersion, kindsOf(groupVersion, published), descriptions)
  })
  const digest = digestDocument(openApiV2(documents))
  ok(Object.keys(digest.paths).length > 200)
  deepEqual(digest.paths, pick(PUBLISHED.v2.paths, Object.keys(digest.paths)))
  deepEqual(digest.schemas, pick(PUBLISHED.v2.schemas, Object.keys(digest.schemas)))
})

test('every path of every built-in kind is one that Kubernetes has, with the same parameters and types', () => {
  const served = new Set(
    BUILT_IN_KINDS.flatMap(({ group, versions }) => versions.map(({ name }) => apiVersionOf({ group, version: name }))),
  )
  for (const apiVersion of served) {
    const published = PUBLISHED.v3[apiVersion]
    const groupVersion = parseApiVersion(apiVersion)
    ok(published && groupVersion, apiVersion)
    const { paths } = digestDocument(openApiV3(groupVersion, BUILT_IN_KINDS, descriptions))
    deepEqual(paths, pick(published.paths, Object.keys(paths)), apiVersion)
  }
})

const pick = <Value>(
  all: Readonly<Record<string, Value>>,
  names: readonly string[],
): Readonly<Record<string, Value | undefined>> => Object.fromEntries(names.map((name) => [name, all[name]]))

/** The kinds that a published document has, read off its paths: what the document made of them must bring back. */
function kindsOf({ group, version }: GroupVersion, { paths }: Digest): readonly Kind[] {
  const resources = new Map<
    string,
    { scope: Kind['scope']; own: Record<string, Operations>; subs: Record<string, Operations> }
  >()
  for (const [path, methods] of Object.entries(paths)) {
    const below = path.replace(/^\/apis?\/([^/]+\.[^/]+\/|(?!v\d)[^/]+\/)?v\d+\//, '')
    const [, namespaced, plural = '', item, sub] =
      /^(namespaces\/\{namespace\}\/)?([a-z]+)(\/\{name\})?(?:\/([a-z]+))?$/.exec(below) ?? []
    if (plural === '') continue
    const resource = resources.get(plural) ?? { scope: 'Cluster', own: {}, subs: {} }
    resources.set(plural, resource)
    if (namespaced) resource.scope = 'Namespaced'
    const operations = Object.fromEntries(
      Object.entries(methods).flatMap(([method, text]) =>
        method === 'parameters' ? [] : [[method, readOperation(text)]],
      ),
    )
    if (sub) resource.subs[sub] = operations
    else
      resource.own[item ? 'item' : namespaced || !('collection' in resource.own) ? 'collection' : 'everywhere'] =
        operations
  }
  return [...resources].map(([plural, { scope, own, subs }]) => {
    const { collection = {}, item = {} } = own
    const kind = [collection.post, item.get, collection.get].find((one) => one)?.kind ?? ''
    const others = Object.entries(subs).filter(([name]) => name !== 'status' && name !== 'scale')
    const verbs: Verb[] = [
      ...(collection.get ? (['list', 'watch'] as const) : []),
      ...(collection.post ? (['create'] as const) : []),
      ...(collection.delete ? (['deletecollection'] as const) : []),
      ...verbsOf(item),
    ]
    return {
      group,
      kind,
      listKind: collection.get?.answer ?? `${kind}List`,
      plural,
      singular: kind.toLowerCase(),
      shortNames: [],
      categories: [],
      scope,
      storedAs: version,
      verbs,
      versions: [
        {
          name: version,
          served: true,
          schema: () => typeSchemaOf(group, version, kind),
          columns: [],
          subresources: {
            ...(subs.status && { status: true }),
            ...(subs.scale && { scale: { replicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' } }),
            others: others.map(([name, operations]) => subresourceOf(name, operations)),
          },
        },
      ],
      rules: { generation: 'none', ...(item.delete?.answer === kind && { returnsDeleted: true }) },
    }
  })
}

interface OperationDigest {
  readonly action: string
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly answer: string
}

type Operations = Readonly<Record<string, OperationDigest>>

function readOperation(text: string): OperationDigest {
  const [, action = '', gvk = ''] = text.split(' ')
  const [group = '', version = '', kind = ''] = gvk.split('/')
  return { action, group, version, kind, answer: /answers=200:(\w*)/.exec(text)?.[1] ?? '' }
}

function subresourceOf(name: string, operations: Operations): OwnSubresource {
  const [one] = Object.values(operations)
  const verbs = one?.action === 'connect' ? (['connect'] as const) : verbsOf(operations)
  return { name, kind: one?.kind ?? '', group: one?.group ?? '', version: one?.version ?? '', verbs }
}

function verbsOf({ get, put, patch, post, delete: gone }: Operations): readonly Verb[] {
  const named = { get, update: put, patch, create: post, delete: gone }
  return (['get', 'update', 'patch', 'create', 'delete'] as const).filter((verb) => named[verb])
}

test('the kinds are read off the paths as they are', () => {
  const apps = kindsOf({ group: 'apps', version: 'v1' }, PUBLISHED.v3['apps/v1'] ?? { paths: {}, schemas: {} })
  const deployment = apps.find(({ kind }) => kind === 'Deployment')
  equal(apps.length, 5)
  deepEqual(
    [deployment?.plural, deployment?.listKind, deployment?.scope],
    ['deployments', 'DeploymentList', 'Namespaced'],
  )
  equal(deployment?.verbs?.length, 8)
})
