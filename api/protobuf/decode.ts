/**
 * Decodes protobuf of one of Kubernetes' types into the JSON object that Kubernetes would make of it: what is empty and
 * may be left out is left out, and what Go always prints is there (`spec: {}`, `containers: null`).
 */
import type { Json, JsonObject } from '../object.ts'
import { isObject } from '../schema/json.ts'
import { badRequest } from '../status.ts'
import { DEPTH_MAX, OBJECTS_MAX } from './limits.ts'
import { type Field, type Message, messageOf, type Scalar } from './messages.ts'
import type { ReadNested } from './own-forms.ts'
import {
  newReader,
  numberOf,
  type Reader,
  readBase64,
  readDouble,
  readInt32,
  readInt64,
  readTag,
  readText,
  skip,
  wireOf,
  within,
  wrongWire,
} from './reader.ts'
import { WIRE } from './writer.ts'

/**
 * The object of some bytes without an envelope.
 *
 * Guarantees: fields that the type does not have are passed over. A field that is there twice is as it was the last time.
 * Errors: BadRequest for whatever is no such message, or deeper than {@link DEPTH_MAX}, or more than
 * {@link OBJECTS_MAX} objects. Throws when there is no such type.
 */
export function decode(typeName: string, bytes: Uint8Array): JsonObject {
  const object = readMessage(newReader(bytes), messageOf(typeName))
  return isObject(object) ? object : {}
}

function readMessage(reader: Reader, message: Message): Json {
  if (++reader.depth > DEPTH_MAX) throw badRequest(`proto: ${message.name}: more than ${DEPTH_MAX} messages deep`)
  const values: (Json | undefined)[] = new Array(message.fields.length)
  while (reader.at < reader.end) {
    const tag = readTag(reader, message.name)
    const place = message.places.get(numberOf(tag))
    const field = place === undefined ? undefined : message.fields[place]
    if (place === undefined || field === undefined) skip(reader, wireOf(tag))
    else values[place] = readField(reader, field, wireOf(tag), values[place])
  }
  reader.depth--
  // An empty one is a nil slice in Go.
  return message.isList ? (values[0] ?? null) : assemble(reader, message, values)
}

/** The object in JSON, of what was there and what always is. */
function assemble(reader: Reader, { name, fields }: Message, values: readonly (Json | undefined)[]): JsonObject {
  if (++reader.objects > OBJECTS_MAX) throw badRequest(`proto: ${name}: more than ${OBJECTS_MAX} objects in a message`)
  const object: JsonObject = {}
  for (let place = 0; place < fields.length; place++) {
    const field = fields[place]
    if (field) put(reader, object, field, values[place])
  }
  return object
}

function put(reader: Reader, object: JsonObject, field: Field, given: Json | undefined): void {
  const value = given === undefined && (field.keep || field.json === '') ? zeroOf(reader, field) : given
  if (value === undefined) return
  if (field.json === '') Object.assign(object, value)
  else if (field.keep || !isLeftOut(field, value)) object[field.json] = value
}

function readField(reader: Reader, field: Field, wire: number, before: Json | undefined): Json {
  switch (field.shape) {
    case 'value':
    case 'pointer':
      return readOne(reader, field, wire)
    case 'list': {
      const list = Array.isArray(before) ? before : []
      if (wire === WIRE.bytes && isPackable(field)) {
        within(reader, () => {
          while (reader.at < reader.end) list.push(readOne(reader, field, WIRE.varint))
        })
      } else list.push(readOne(reader, field, wire))
      return list
    }
    case 'map': {
      if (wire !== WIRE.bytes) throw wrongWire(wire, field.json)
      const map = isObject(before) ? before : {}
      within(reader, () => readEntry(reader, field, map))
      return map
    }
    default:
      return field.shape satisfies never
  }
}

function readEntry(reader: Reader, field: Field, map: JsonObject): void {
  let key = ''
  let value: Json | undefined
  while (reader.at < reader.end) {
    const tag = readTag(reader, field.json)
    if (numberOf(tag) === 1 && wireOf(tag) === WIRE.bytes) key = readText(reader)
    else if (numberOf(tag) === 2) value = readOne(reader, field, wireOf(tag))
    else skip(reader, wireOf(tag))
  }
  value ??=
    field.type.is === 'scalar' && field.type.scalar === 'bytes' ? null : zeroOf(reader, { ...field, shape: 'value' })
  // A plain assignment to this one key would change what the map inherits.
  if (key === '__proto__')
    Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true })
  else map[key] = value
}

function readOne(reader: Reader, { json, type }: Field, wire: number): Json {
  if (type.is === 'scalar') return readScalar(reader, type.scalar, wire, json)
  if (wire !== WIRE.bytes) throw wrongWire(wire, json)
  return within(reader, () =>
    type.is === 'own' ? type.form.read(reader, readNested) : readMessage(reader, type.message()),
  )
}

const readNested: ReadNested = (reader, typeName) => within(reader, () => readMessage(reader, messageOf(typeName)))

function readScalar(reader: Reader, scalar: Scalar, wire: number, json: string): Json {
  if (wire !== WIRES[scalar]) throw wrongWire(wire, json)
  switch (scalar) {
    case 'string':
      return readText(reader)
    case 'bytes':
      return readBase64(reader)
    case 'bool':
      return readInt64(reader) !== 0
    case 'int32':
      return readInt32(reader)
    case 'int64':
      return readInt64(reader)
    case 'double':
      return readDouble(reader)
    default:
      return scalar satisfies never
  }
}

const WIRES: Readonly<Record<Scalar, number>> = {
  string: WIRE.bytes,
  bytes: WIRE.bytes,
  bool: WIRE.varint,
  int32: WIRE.varint,
  int64: WIRE.varint,
  double: WIRE.fixed64,
}

const isPackable = ({ type }: Field): boolean => type.is === 'scalar' && WIRES[type.scalar] === WIRE.varint

/** What Go prints of a field that nobody set. */
function zeroOf(reader: Reader, { shape, type }: Field): Json {
  if (shape !== 'value') return null
  if (type.is === 'own') return type.form.zero
  if (type.is === 'message') return assemble(reader, type.message(), [])
  return type.scalar === 'bool' ? false : type.scalar === 'string' || type.scalar === 'bytes' ? '' : 0
}

/** What `omitempty` and `omitzero` leave out. */
const isLeftOut = ({ shape, type }: Field, value: Json): boolean =>
  shape === 'value'
    ? value === '' || value === 0 || value === false || value === null
    : shape === 'pointer' &&
      ((type.is === 'scalar' && type.scalar === 'bytes' && value === '') || (type.is === 'message' && value === null))
