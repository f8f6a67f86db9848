/** For tests: what a kind makes of an object, as a write of it would go, without a server. */
import { sayFieldError } from '../../field-error.ts'
import type { Kind } from '../../kind.ts'
import { apiVersionOf, type JsonObject, type KubeObject } from '../../object.ts'
import { decode } from '../../schema/decode/decode.ts'

/** The moment of every trial, RFC 3339. */
export const TRIAL_NOW = '2026-01-02T03:04:05Z'

/** A trial of a write: what is there before, and through which subresource it goes. */
export interface Trial {
  readonly old?: KubeObject
  readonly subresource?: string
}

/** An object of the kind, named `a`, decoded and with its defaults. Throws when it does not decode. */
export function makeObject(kind: Kind, body: JsonObject): KubeObject {
  const [version] = kind.versions
  if (!version) throw new TypeError(`${kind.kind} has no version`)
  const whole = {
    metadata: { name: 'a' },
    ...body,
    apiVersion: apiVersionOf({ group: kind.group, version: version.name }),
    kind: kind.kind,
  }
  const decoding = decode(version.schema(), whole, { unknown: 'drop' })
  if (!decoding.decoded) throw new TypeError(decoding.why)
  const object = decoding.object as unknown as KubeObject
  version.default?.(object)
  return object
}

/** What is wrong with an object, each `path: message`; of metadata only what the kind itself looks at. */
export function tryKind(kind: Kind, body: JsonObject, { old, subresource = '' }: Trial = {}): string[] {
  const { rules } = kind
  const object = makeObject(kind, body)
  const context = { subresource, now: TRIAL_NOW, ...(old ? { old } : {}) }
  if (old) rules.prepareForUpdate?.(object, old, context)
  else rules.prepareForCreate?.(object, context)
  return [
    ...(rules.validate?.(object, context) ?? []),
    ...(old ? (rules.validateUpdate?.(object, old, context) ?? []) : []),
  ].map(sayFieldError)
}

/** The cells of an object's row, by the names of their columns. `now` is a minute after the object was made. */
export function cellsOf(kind: Kind, body: JsonObject): Record<string, unknown> {
  const object = makeObject(kind, body)
  object.metadata.creationTimestamp = TRIAL_NOW
  const now = Date.parse(TRIAL_NOW) + 60_000
  return Object.fromEntries((kind.versions[0]?.columns ?? []).map((column) => [column.name, column.cell(object, now)]))
}
