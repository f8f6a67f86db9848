/** A kind with every way of merging, for the tests of this folder. */
import type { Json, JsonObject, KubeObject } from '../../object.ts'
import { noReferences, type Schema, type TypeSchema } from '../../schema/schema.ts'
import { rootAtom } from '../atom.ts'
import { type FieldVersions, oneVersion } from '../versions.ts'

const text: Schema = { type: 'string' }
const number: Schema = { type: 'integer' }

const part: Schema = {
  type: 'object',
  required: ['name'],
  properties: {
    name: text,
    port: { type: 'integer', default: 80 },
    value: text,
    inner: {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['id'],
      items: { type: 'object', properties: { id: number, value: text } },
    },
  },
}

/** `parts` is told apart by name and port, `tags` by value; `steps` and `limits` are merged as one value each. */
export const SPEC: Schema = {
  type: 'object',
  properties: {
    size: number,
    ratio: { type: 'number' },
    on: { type: 'boolean' },
    text,
    port: { 'x-kubernetes-int-or-string': true, anyOf: [{ type: 'integer' }, { type: 'string' }] },
    parts: {
      type: 'array',
      items: part,
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name', 'port'],
    },
    tags: { type: 'array', items: text, 'x-kubernetes-list-type': 'set' },
    steps: { type: 'array', items: text },
    limits: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { cpu: text, memory: text } },
    labels: { type: 'object', additionalProperties: text },
    groups: { type: 'object', additionalProperties: { type: 'object', properties: { a: text, b: text } } },
    nested: { type: 'object', properties: { one: text, deep: { type: 'object', properties: { two: text } } } },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    anything: { 'x-kubernetes-preserve-unknown-fields': true },
  },
}

/** A schema with another spec. */
export const widgetWith = (spec: Schema): TypeSchema => ({
  root: {
    type: 'object',
    properties: {
      apiVersion: text,
      kind: text,
      metadata: { type: 'object' },
      spec,
      status: { type: 'object', properties: { ready: number } },
    },
  },
  source: noReferences,
})

/** The schema of a Widget. */
export const WIDGET: TypeSchema = widgetWith(SPEC)

/** Its atom. */
export const WIDGET_ATOM = rootAtom(WIDGET)

/** Its one version. */
export const WIDGET_VERSIONS: FieldVersions = oneVersion('example.com/v1', WIDGET)

/** A Widget with this spec and this metadata. */
export const widget = (spec?: Json, metadata: KubeObject['metadata'] = {}): KubeObject & JsonObject => {
  const named = { name: 'w', namespace: 'shop', ...metadata }
  const object = { apiVersion: 'example.com/v1', kind: 'Widget', metadata: JSON.parse(JSON.stringify(named)) }
  return spec === undefined ? object : { ...object, spec }
}

/** The same object with some of it otherwise, as nonsense as it may be. */
export const otherwise = (object: JsonObject, changes: JsonObject): JsonObject => ({ ...object, ...changes })
