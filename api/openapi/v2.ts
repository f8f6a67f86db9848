/**
 * The OpenAPI v2 document (Swagger) of everything that is served: what kubectl before 1.27 validates and explains with.
 * It is made from the v3 documents, and says less: v2 has no words for some of what they say.
 *
 * Source: OpenAPI 2.0; apiextensions pkg/controller/openapi/v2/conversion.go for what kubectl cannot cope with.
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { COMPONENT, METHODS, type OpenApiV3, type Operation, type Parameter, type PathItem } from './document.ts'

/** A v2 document: plain JSON, as it is sent. */
export interface OpenApiV2 {
  readonly swagger: '2.0'
  readonly info: { readonly title: string; readonly version: string }
  readonly paths: Readonly<Record<string, JsonObject>>
  readonly definitions: Readonly<Record<string, JsonObject>>
  readonly security: readonly JsonObject[]
  readonly securityDefinitions: Readonly<Record<string, JsonObject>>
}

/** The v2 document that says what these v3 documents say together. Some 50 ms for all of Kubernetes: keep the answer. */
export function openApiV2(documents: readonly OpenApiV3[]): OpenApiV2 {
  const schemas = new Map<string, JsonObject>()
  for (const { components } of documents) {
    for (const [name, schema] of Object.entries(components.schemas)) {
      schemas.set(name, together(schemas.get(name), schema))
    }
  }
  const paths = documents.flatMap((document) => Object.entries(document.paths))
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(sorted(paths).map(([path, item]) => [path, pathItem(item)])),
    definitions: Object.fromEntries(sorted([...schemas]).map(([name, schema]) => [name, definition(schema)])),
    security: [{ BearerToken: [] }],
    securityDefinitions: Object.assign({}, ...documents.map(({ components }) => components.securitySchemes)),
  }
}

const GVK = 'x-kubernetes-group-version-kind'

/** A type that several groups share is a kind of each of them. */
function together(one: JsonObject | undefined, other: JsonObject): JsonObject {
  const [mine, more] = [one?.[GVK], other[GVK]]
  if (!one || !Array.isArray(mine) || !Array.isArray(more)) return other
  const known = new Set(mine.map((gvk) => JSON.stringify(gvk)))
  return { ...other, [GVK]: [...mine, ...more.filter((gvk) => !known.has(JSON.stringify(gvk)))] }
}

const sorted = <Value>(entries: readonly (readonly [string, Value])[]): readonly (readonly [string, Value])[] =>
  entries.toSorted(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))

const pathItem = (item: PathItem): JsonObject =>
  Object.fromEntries([
    ...METHODS.flatMap((method) => (item[method] ? [[method, operation(item[method])] as const] : [])),
    ...(item.parameters ? [['parameters', item.parameters.map(parameter)] as const] : []),
  ])

function operation({ requestBody, responses, parameters = [], tags, ...rest }: Operation): JsonObject {
  const answers = Object.entries(responses)
  const produces = Object.keys(answers[0]?.[1].content ?? {})
  const { action, gvk } = { action: rest['x-kubernetes-action'], gvk: rest[GVK] }
  const own: Json[] = parameters.map(parameter)
  if (requestBody) {
    const [content] = Object.values(requestBody.content)
    own.unshift({
      in: 'body',
      name: 'body',
      ...(requestBody.required && { required: true }),
      schema: definition(content?.schema ?? {}),
    })
  }
  return {
    consumes: Object.keys(requestBody?.content ?? { '*/*': {} }),
    description: rest.description,
    operationId: rest.operationId,
    ...(own.length > 0 && { parameters: own }),
    produces,
    responses: Object.fromEntries(
      answers.map(([code, { description, content = {} }]) => {
        const [first] = Object.values(content)
        return [code, { description, ...(first && { schema: definition(first.schema) }) }]
      }),
    ),
    schemes: ['https'],
    tags: [...tags],
    ...(action !== undefined && { 'x-kubernetes-action': action }),
    ...(gvk !== undefined && { [GVK]: { ...gvk } }),
  }
}

const parameter = ({ schema, ...rest }: Parameter): JsonObject => ({ ...rest, ...schema })

/** One schema in the words of v2. */
export function definition(schema: Json): JsonObject {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return {}
  const [wrapped] = Array.isArray(schema.allOf) ? schema.allOf : []
  const isReference = isObject(wrapped) && typeof wrapped.$ref === 'string'
  const node: JsonObject = isReference ? { $ref: wrapped.$ref ?? '' } : {}
  for (const [key, value] of Object.entries(schema)) {
    if (!UNSAID.has(key)) node[key] = part(key, value)
  }
  if (typeof node.$ref === 'string') node.$ref = node.$ref.replace(COMPONENT, '#/definitions/')
  if (isEitherType(schema)) node.type = 'string'
  return spared(schema, node)
}

/** What v2, or kubectl's reader of it, has no word for. */
const UNSAID: ReadonlySet<string> = new Set(['allOf', 'anyOf', 'oneOf', 'not', 'nullable', 'default'])

function part(key: string, value: Json): Json {
  if (key === 'properties' && isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, definition(one)]))
  }
  if (key === 'items' || (key === 'additionalProperties' && isObject(value))) return definition(value)
  return value
}

/** Quantity and IntOrString are texts or numbers in v3, and only texts in v2. */
const isEitherType = ({ oneOf, type }: JsonObject): boolean =>
  type === undefined &&
  Array.isArray(oneOf) &&
  oneOf.every((one) => isObject(one) && Object.keys(one).join() === 'type')

const SAID_OF_OPEN_KINDS: ReadonlySet<string> = new Set(['type', GVK, 'x-kubernetes-selectable-fields'])

/** Takes away what kubectl would read as more than it says: a field may be null, or hold what nobody declared. */
function spared(schema: JsonObject, node: JsonObject): JsonObject {
  const isOpen = schema['x-kubernetes-preserve-unknown-fields'] === true
  const isRoot = Array.isArray(schema[GVK])
  // Source: apiextensions pkg/controller/openapi/builder: of a whole kind that holds anything nothing else is said.
  if (isRoot && isOpen) return Object.fromEntries(Object.entries(node).filter(([key]) => SAID_OF_OPEN_KINDS.has(key)))
  if (schema.nullable === true || isOpen) {
    delete node.items
    delete node.properties
    if (!isRoot && (schema.nullable === true || node.type === 'object')) delete node.type
  }
  if (node.type === 'array' && node.items === undefined) delete node.type
  if (Array.isArray(node.required) && isObject(schema.properties)) {
    const { properties } = schema
    const required = node.required.filter(
      (name) => !(isObject(properties[String(name)]) && isNullable(properties[String(name)])),
    )
    if (required.length > 0) node.required = required
    else delete node.required
  }
  return node
}

const isNullable = (schema: Json | undefined): boolean => isObject(schema) && schema.nullable === true
