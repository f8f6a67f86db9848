/**
 * The types of CEL expressions: how they are written in messages, and when a value of one is good as another.
 *
 * A type parameter (`A` of `list(A)`) is bound to what it meets while an expression is checked: see unify.ts.
 * Source: the CEL specification; cel-go common/types/types.go, checker/format.go.
 */

/** A type. Two types are the same when they are written the same. */
export type Type =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'list'; readonly of: Type }
  | { readonly kind: 'map'; readonly key: Type; readonly value: Type }
  /** With fields that are known: a schema's object, or `kubernetes.URL`, which has none. */
  | { readonly kind: 'object'; readonly name: string; readonly field: (name: string) => Type | undefined }
  /** `optional_type(int)`, `net.IP`. */
  | { readonly kind: 'opaque'; readonly name: string; readonly of: readonly Type[] }
  | { readonly kind: 'parameter'; readonly name: string }
  /** The type of a type. */
  | { readonly kind: 'type'; readonly of?: Type }

/** `error` is the type of what was found wrong already: it fits everywhere, so that one mistake is told once. */
export type ScalarKind =
  | 'bool'
  | 'bytes'
  | 'double'
  | 'duration'
  | 'dyn'
  | 'error'
  | 'int'
  | 'null_type'
  | 'string'
  | 'timestamp'
  | 'uint'

/** True or false. */
export const BOOL: Type = { kind: 'bool' }
/** Bytes. */
export const BYTES: Type = { kind: 'bytes' }
/** A number with a fraction, of 64 bits. */
export const DOUBLE: Type = { kind: 'double' }
/** A length of time. */
export const DURATION: Type = { kind: 'duration' }
/** What is known only when it is evaluated. */
export const DYN: Type = { kind: 'dyn' }
/** What was found wrong already. */
export const ERROR: Type = { kind: 'error' }
/** A whole number, of 64 bits. */
export const INT: Type = { kind: 'int' }
/** Null alone. */
export const NULL: Type = { kind: 'null_type' }
/** A text. */
export const STRING: Type = { kind: 'string' }
/** A moment. */
export const TIMESTAMP: Type = { kind: 'timestamp' }
/** A whole number that is not negative, of 64 bits. */
export const UINT: Type = { kind: 'uint' }

/** `list(int)`. */
export const listOf = (of: Type): Type => ({ kind: 'list', of })
/** `map(string, int)`. */
export const mapOf = (key: Type, value: Type): Type => ({ kind: 'map', key, value })
/** `optional_type(int)`. */
export const optionalOf = (of: Type): Type => ({ kind: 'opaque', name: OPTIONAL, of: [of] })
/** `net.IP`. */
export const opaque = (name: string, ...of: readonly Type[]): Type => ({ kind: 'opaque', name, of })
/** An object type without fields: `kubernetes.URL`. */
export const object = (name: string, field: (name: string) => Type | undefined = () => undefined): Type => ({
  kind: 'object',
  name,
  field,
})
/** A type parameter. */
export const parameter = (name: string): Type => ({ kind: 'parameter', name })

const OPTIONAL = 'optional_type'

/** The type inside an optional one; undefined for any other. */
export const insideOptional = (type: Type): Type | undefined =>
  type.kind === 'opaque' && type.name === OPTIONAL ? type.of[0] : undefined

/** True for what is only known when it is evaluated, and for what was found wrong already. */
export const isOpen = ({ kind }: Type): boolean => kind === 'dyn' || kind === 'error'

/** The types inside a type. */
export function partsOf(type: Type): readonly Type[] {
  switch (type.kind) {
    case 'list':
      return [type.of]
    case 'map':
      return [type.key, type.value]
    case 'opaque':
      return type.of
    case 'type':
      return type.of ? [type.of] : []
    default:
      return []
  }
}

/** As messages name it. */
export function sayType(type: Type): string {
  switch (type.kind) {
    case 'error':
      return '!error!'
    case 'null_type':
      return 'null'
    case 'object':
    case 'parameter':
      return type.name
    default: {
      const name = type.kind === 'opaque' ? type.name : type.kind
      const parts = partsOf(type)
      return parts.length === 0 ? name : `${name}(${parts.map(sayType).join(', ')})`
    }
  }
}

/** True when both are written the same. */
export const sameType = (one: Type, other: Type): boolean =>
  one === other || (one.kind === other.kind && sayType(one) === sayType(other))

/** As the language itself names it, which is not always as messages of the checker do. */
export function nameType(type: Type): string {
  switch (type.kind) {
    case 'null_type':
      return 'null_type'
    case 'duration':
      return 'google.protobuf.Duration'
    case 'timestamp':
      return 'google.protobuf.Timestamp'
    default: {
      const parts = partsOf(type)
      const name = 'name' in type ? type.name : type.kind
      return parts.length === 0 ? name : `${name}(${parts.map(nameType).join(', ')})`
    }
  }
}
