/**
 * The OpenAPI v3 document of one group and version, made from the kinds that are served: kubectl reads it to validate,
 * to explain, and to learn from the parameters of PATCH whether a kind knows dryRun and fieldValidation.
 */
import type { Kind } from '../kind.ts'
import type { GroupVersion } from '../object.ts'
import { componentsOf, type Descriptions, referencesOf } from './components.ts'
import type { Method, OpenApiV3, Operation, Parameter, PathItem } from './document.ts'
import { discoveryRoute, type Route, routesOf } from './operations.ts'

/**
 * The document of a group and version. Of the kinds, those count that are served in it; the rest is passed over.
 * `descriptions` are what `loadDescriptions` of api/tables gave. Takes some 10 ms for the core group: keep the answer.
 */
export function openApiV3(groupVersion: GroupVersion, kinds: readonly Kind[], descriptions: Descriptions): OpenApiV3 {
  const { group, version } = groupVersion
  const served = kinds
    .filter((kind) => kind.group === group)
    .flatMap((kind) =>
      kind.versions.filter((one) => one.served && one.name === version).map((one) => ({ kind, version: one })),
    )
  const routes = [discoveryRoute(groupVersion), ...served.flatMap((one) => routesOf(one.kind, one.version))]
  const paths = pathsOf(routes)
  const shared = ['DeleteOptions', 'WatchEvent'].map((kind) => ({ group, kind, version }))
  const isWatched = routes.some(({ operation }) => operation['x-kubernetes-action'] === 'list')
  const named = new Set([...referencesOf(paths), ...(isWatched ? [WATCH_EVENT] : [])])
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths,
    components: {
      schemas: componentsOf(served, named, descriptions, shared),
      securitySchemes: {
        BearerToken: {
          description: 'Bearer Token authentication',
          in: 'header',
          name: 'authorization',
          type: 'apiKey',
        },
      },
    },
  }
}

/** Sent by a list that is watched, though no path says so. */
const WATCH_EVENT = 'io.k8s.apimachinery.pkg.apis.meta.v1.WatchEvent'

/** What all methods of a path have is said once, for the path. Source: kube-openapi pkg/builder3, buildOpenAPI. */
function pathsOf(routes: readonly Route[]): Readonly<Record<string, PathItem>> {
  const paths = Object.groupBy(routes, ({ path }) => path)
  return Object.fromEntries(
    Object.entries(paths)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([path, methods = []]) => [path, pathItem(methods)]),
  )
}

function pathItem(routes: readonly Route[]): PathItem {
  const [first, ...others] = routes
  const common = (first?.operation.parameters ?? []).filter((parameter) =>
    others.every(({ operation }) => operation.parameters?.some((one) => isSame(one, parameter))),
  )
  const operations: Partial<Record<Method, Operation>> = {}
  for (const { method, operation } of routes) {
    const { parameters = [], ...rest } = operation
    const own = parameters.filter((parameter) => !common.some((one) => isSame(one, parameter)))
    operations[method] = own.length === 0 ? rest : { ...rest, parameters: own }
  }
  return common.length === 0 ? operations : { ...operations, parameters: common }
}

const isSame = (one: Parameter, other: Parameter): boolean =>
  one.name === other.name && one.in === other.in && one.description === other.description
