/**
 * What each message is made of: the rows of api/tables/protobuf.json, compiled when first asked for.
 *
 * A row has a line for each field, in the order of the numbers:
 *
 *     <number> <name in JSON> <shape> <type> [keep]        6 ports list io.k8s.api.core.v1.ContainerPort
 *
 * Source: the generated.proto files and struct tags of Kubernetes' Go modules, read by tools/oracle/tables.
 */
import table from '../tables/protobuf.json' with { type: 'json' }
import { OWN_FORMS, type OwnForm } from './own-forms.ts'

/**
 * How a field is there. `value`: always on the wire; `pointer`: only when it has been given; `list` and `map` (of
 * strings to the type): an entry for each, none when there are none.
 */
export type Shape = 'value' | 'pointer' | 'list' | 'map'

/** The scalars of protobuf that Kubernetes' types use. */
export type Scalar = 'string' | 'bytes' | 'bool' | 'int32' | 'int64' | 'double'

/** What the value of a field is, or each of its entries. */
export type FieldType =
  | { readonly is: 'scalar'; readonly scalar: Scalar }
  | { readonly is: 'own'; readonly form: OwnForm }
  | { readonly is: 'message'; readonly message: () => Message }

/** One field of a message. */
export interface Field {
  readonly number: number
  /** Its name in JSON. Empty: its own fields stand among those of its holder. */
  readonly json: string
  readonly shape: Shape
  readonly type: FieldType
  /** JSON shows it even when it is empty. */
  readonly keep: boolean
}

/** A message. In JSON it is an object, or only the list that is its one field. */
export interface Message {
  /** `Pod` of `io.k8s.api.core.v1.Pod`. */
  readonly name: string
  /** By ascending number. */
  readonly fields: readonly Field[]
  /** Where in {@link fields} a number is. */
  readonly places: ReadonlyMap<number, number>
  readonly isList: boolean
}

/** The message of a type by its full name. The same answer each time. Throws when there is none. */
export function messageOf(typeName: string): Message {
  const known = messages.get(typeName)
  if (known) return known
  const lines = LINES[typeName]
  if (!lines) throw new TypeError(`broken promise: there is no protobuf of the type '${typeName}'`)
  const fields = lines.map(compile)
  const message = {
    name: typeName.slice(typeName.lastIndexOf('.') + 1),
    fields,
    places: new Map(fields.map(({ number }, place) => [number, place])),
    isList: isListLine(lines[0]),
  }
  messages.set(typeName, message)
  return message
}

/** True when there is a message of that full name. */
export const hasMessage = (typeName: string): boolean => Object.hasOwn(LINES, typeName)

/** The full names of all messages, in byte order. */
export const messageNames = (): readonly string[] => Object.keys(LINES)

const LINES: Readonly<Record<string, readonly string[]>> = table
const messages = new Map<string, Message>()

function compile(line: string): Field {
  const [number, json = '', shape = '', type = '', keep] = line.split(' ')
  return {
    number: Number(number),
    json: json === '^' ? '' : json,
    shape: shapeOf(shape, type),
    type: typeOf(type),
    keep: keep === 'keep',
  }
}

function shapeOf(shape: string, type: string): Shape {
  // A message that is but a list is a Go slice, and is not there when it is nil.
  if (shape === 'value') return isListLine(LINES[type]?.[0]) ? 'pointer' : 'value'
  if (shape === 'pointer' || shape === 'list' || shape === 'map') return shape
  throw new TypeError(`broken promise: api/tables/protobuf.json has a field of the shape '${shape}'`)
}

function typeOf(type: string): FieldType {
  const form = OWN_FORMS[type]
  if (form) return { is: 'own', form }
  switch (type) {
    case 'string':
    case 'bytes':
    case 'bool':
    case 'int32':
    case 'int64':
    case 'double':
      return { is: 'scalar', scalar: type }
    default:
      // Asked for late: a type may hold itself.
      return { is: 'message', message: () => messageOf(type) }
  }
}

const isListLine = (line: string | undefined): boolean => line?.split(' ')[1] === '*'
