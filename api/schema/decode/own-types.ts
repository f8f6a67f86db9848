/**
 * The types that decode themselves: their UnmarshalJSON methods, one by one. What they answer is what their MarshalJSON
 * would write. What goes wrong in one of them ends the decoding.
 * Source: apimachinery meta/v1 (time.go, micro_time.go), util/intstr, api/resource; apiextensions/v1 marshal.go.
 */
import type { Json } from '../../object.ts'
import { formatQuantity, readQuantity } from '../../quantity.ts'
import { formatMicroTime, formatTime, readMicroTime, readTime } from '../../time.ts'
import { isObject } from '../json.ts'
import { nodeOf, type SchemaNode } from '../node.ts'
import type { Schema } from '../schema.ts'
import { structNameOf } from './go-type.ts'
import { noteBroken, type Run, sayWrong } from './run.ts'

/** Reads a value that is not null; `node` is of the type itself. `read` is for the values inside. */
export type ReadOwn = (run: Run, node: SchemaNode, value: Json, read: ReadInside) => Json | undefined

/** Reads a value by the schema of its type. */
export type ReadInside = (run: Run, node: SchemaNode, value: Json) => Json | undefined

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'

/** Any JSON, kept as it is. */
const readAnything: ReadOwn = (_run, _node, value) => value

const readQuantityText: ReadOwn = (run, _node, value) => {
  const reading = readQuantity((typeof value === 'string' ? value : JSON.stringify(value)).trim())
  return reading.read ? formatQuantity(reading.quantity) : noteBroken(run, reading.why)
}

const readIntOrString: ReadOwn = (run, _node, value) => {
  if (typeof value === 'string') return value
  const isInt32 = typeof value === 'number' && Number.isInteger(value) && Math.abs(value + 0.5) < 2 ** 31
  return isInt32 ? value : noteBroken(run, sayWrong(run, value, 'int32'))
}

/** Undefined for Go's zero time, which is as good as none. */
const readTimeText: ReadOwn = (run, _node, value) => {
  if (typeof value !== 'string') return noteBroken(run, sayWrong(run, value, 'string'))
  const reading = readTime(value)
  return reading.read ? (formatTime(reading.at) ?? undefined) : noteBroken(run, reading.why)
}

const readMicroTimeText: ReadOwn = (run, _node, value) => {
  if (typeof value !== 'string') return noteBroken(run, sayWrong(run, value, 'string'))
  const reading = readMicroTime(value)
  return reading.read ? (formatMicroTime(reading.at, reading.microseconds) ?? undefined) : noteBroken(run, reading.why)
}

const readSchemaOrBool: ReadOwn = (run, node, value, read) => {
  if (typeof value === 'boolean') return value
  return isObject(value) ? readSchemas(run, node, value, read) : noteBroken(run, 'boolean or JSON schema expected')
}

const readSchemaOrSchemas: ReadOwn = (run, node, value, read) => {
  if (isObject(value)) return readSchemas(run, node, value, read)
  return Array.isArray(value) && value.length > 0
    ? value.map((one) => readSchemas(run, node, one, read) ?? {})
    : undefined
}

const readSchemaOrNames: ReadOwn = (run, node, value, read) => {
  if (isObject(value)) return readSchemas(run, node, value, read)
  if (!Array.isArray(value) || value.length === 0) return undefined
  const misfit = value.find((one) => one !== null && typeof one !== 'string')
  return misfit === undefined ? value.map((one) => one ?? '') : noteBroken(run, sayWrong(run, misfit, 'string'))
}

/**
 * A schema within a schema. Go hands it to another decoder, which lists no unknown fields, and whose errors name the
 * struct outside.
 */
function readSchemas(run: Run, { source }: SchemaNode, value: Json, read: ReadInside): Json | undefined {
  const { unknown, outside, wrong, holders } = run
  const holder = holders.at(-1)
  run.unknown = undefined
  run.outside ??= holder && structNameOf(holder)
  run.wrong = undefined
  const taken = value === null ? undefined : read(run, nodeOf({ root: SCHEMA_PROPS, source }), value)
  if (run.wrong !== undefined) noteBroken(run, run.wrong)
  Object.assign(run, { unknown, outside, wrong })
  return taken
}

const SCHEMA_PROPS: Schema = { $ref: `${EXTENSIONS}.JSONSchemaProps` }

/** By the full names of the types. */
export const OWN_TYPES: ReadonlyMap<string, ReadOwn> = new Map([
  [`${META}.Time`, readTimeText],
  [`${META}.MicroTime`, readMicroTimeText],
  [`${META}.FieldsV1`, readAnything],
  ['io.k8s.apimachinery.pkg.api.resource.Quantity', readQuantityText],
  ['io.k8s.apimachinery.pkg.util.intstr.IntOrString', readIntOrString],
  ['io.k8s.apimachinery.pkg.runtime.RawExtension', readAnything],
  [`${EXTENSIONS}.JSON`, readAnything],
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`, readSchemaOrBool],
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`, readSchemaOrSchemas],
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`, readSchemaOrNames],
])
