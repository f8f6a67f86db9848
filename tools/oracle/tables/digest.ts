/**
 * What of an OpenAPI document must be as Kubernetes publishes it, in few words: each operation with its parameters, and
 * a hash of each schema. The words people read about operations are our own, and no part of it.
 */
import { createHash } from 'node:crypto'

/** The digest of one document. */
export interface Digest {
  /** By path and method: operation, action, kind, body, answers, parameters. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** By the full name of the type. */
  readonly schemas: Readonly<Record<string, string>>
}

/** Digests a v3 document, or a v2 one. Of both, what Muster does not do is left out. */
export function digestDocument(document: unknown): Digest {
  const { paths = {}, components, definitions, parameters: shared = {} } = asRecord(document)
  const schemas = asRecord(definitions ?? asRecord(components).schemas)
  return {
    paths: Object.fromEntries(
      Object.entries(asRecord(paths))
        .filter(([path]) => !path.includes(DEPRECATED_WATCH))
        .map(([path, item]) => [path, digestPath(asRecord(item), asRecord(shared))]),
    ),
    schemas: Object.fromEntries(
      Object.entries(schemas).map(([name, schema]) => [name, hash(normalise(schema, OF_MANY_GROUPS.test(name)))]),
    ),
  }
}

/** Paths that Kubernetes has kept since before `?watch=true`, and no client asks for. */
const DEPRECATED_WATCH = '/watch/'

/** Features of Kubernetes that are not finished there, and not begun here; and a second binary form. */
const NOT_OURS = /^(shardSelector|ignoreStoreReadErrorWithClusterBreakingPotential)$/
const NOT_SPOKEN = /cbor/

/** Every group and version of a server is listed in these; no two servers have the same. */
const OF_MANY_GROUPS = /\.(DeleteOptions|WatchEvent)$/

type Properties = Readonly<Record<string, unknown>>

function digestPath(item: Properties, shared: Properties): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(item).map(([method, value]) => {
      if (method === 'parameters') return [method, parameterNames(value, shared)]
      const { operationId, parameters, requestBody, responses, tags, ...rest } = asRecord(value)
      const { group = '', version, kind } = asRecord(rest['x-kubernetes-group-version-kind'])
      const body = Object.keys(asRecord(asRecord(requestBody).content)).filter((type) => !NOT_SPOKEN.test(type))
      return [
        method,
        [
          operationId,
          rest['x-kubernetes-action'] ?? '-',
          kind ? `${group}/${version}/${kind}` : '-',
          `tags=${asList(tags).join()}`,
          `body=${body.sort().join()}`,
          `answers=${answersOf(asRecord(responses))}`,
          `parameters=${parameterNames(parameters, shared)}`,
        ].join(' '),
      ]
    }),
  )
}

const answersOf = (responses: Properties): string =>
  Object.entries(responses)
    .map(([code, response]) => {
      const { content, schema } = asRecord(response)
      const [first] = Object.values(asRecord(content))
      const type = asRecord(asRecord(first).schema ?? schema)
      return `${code}:${String(type.$ref ?? type.type ?? '').replace(/.*[/.]/, '')}`
    })
    .join()

function parameterNames(parameters: unknown, shared: Properties): string {
  return asList(parameters)
    .map((one) => {
      const { $ref } = asRecord(one)
      return asRecord(typeof $ref === 'string' ? shared[$ref.replace('#/parameters/', '')] : one)
    })
    .map(({ name, in: place, type, schema }) => `${name}:${place}:${type ?? asRecord(schema).type ?? '-'}`)
    .filter((name) => !NOT_OURS.test(name.replace(/:.*/, '')))
    .sort()
    .join()
}

/** A schema in one order, without the zero values of Go that Kubernetes publishes as defaults. */
function normalise(value: unknown, isOfManyGroups: boolean): unknown {
  if (Array.isArray(value)) return value.map((one) => normalise(one, isOfManyGroups))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, one]) => !(key === 'default' && ['""', '0', 'false', '{}'].includes(JSON.stringify(one))))
      .filter(([key]) => !(isOfManyGroups && key === 'x-kubernetes-group-version-kind'))
      .map(([key, one]) => [key, normalise(one, isOfManyGroups)] as const)
      .map(([key, one]) =>
        key === 'allOf' && isOnly$ref(one) ? (['$ref', one[0].$ref] as const) : ([key, one] as const),
      )
      .sort(([one], [other]) => (one < other ? -1 : 1)),
  )
}

/** A reference that was wrapped for the sake of a default that is left out is the reference itself. */
const isOnly$ref = (value: unknown): value is readonly [{ readonly $ref: string }] =>
  Array.isArray(value) && value.length === 1 && '$ref' in asRecord(value[0])

const hash = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12)

const asRecord = (value: unknown): Properties =>
  typeof value === 'object' && value !== null ? (value as Properties) : {}

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
