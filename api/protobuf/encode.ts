/**
 * Encodes a JSON object of one of Kubernetes' types as protobuf, byte for byte as Kubernetes does: fields by ascending
 * number, maps by ascending key, scalars that are no pointers always there.
 */
import { isControlError } from '@muster/base/errors.ts'
import { isObject } from '../schema/json.ts'
import { DEPTH_MAX } from './limits.ts'
import { type Field, type Message, messageOf, type Scalar } from './messages.ts'
import { inField, unfit } from './misfit.ts'
import type { WriteNested } from './own-forms.ts'
import {
  closeField,
  newWriter,
  WIRE,
  type Writer,
  writeBytes,
  writeDouble,
  writeTag,
  writeText,
  writeVarint,
  written,
  writtenSize,
} from './writer.ts'

/**
 * The bytes of an object, without an envelope.
 *
 * Guarantees: fields that the type does not have are left out (apiVersion and kind among them); null is absent.
 * Errors: Internal, naming the field, when a value is not of its type. Throws when there is no such type.
 */
export function encode(typeName: string, object: unknown): Uint8Array {
  const writer = newWriter()
  writeMessage(writer, messageOf(typeName), object)
  return written(writer)
}

function writeMessage(writer: Writer, message: Message, given: unknown): void {
  const value = given ?? (message.isList ? [] : {})
  if (++writer.depth > DEPTH_MAX) throw unfit(`a ${message.name} less than ${DEPTH_MAX} deep`, value)
  if (message.isList) {
    for (const field of message.fields) writeField(writer, field, value)
  } else {
    if (!isObject(value)) throw unfit(`a ${message.name}`, value)
    for (let place = message.fields.length - 1; place >= 0; place--) {
      const field = message.fields[place]
      if (field) writeNamed(writer, field, field.json === '' ? value : value[field.json])
    }
  }
  writer.depth--
}

function writeNamed(writer: Writer, field: Field, value: unknown): void {
  try {
    writeField(writer, field, value)
  } catch (error) {
    throw isControlError(error) && field.json !== '' ? inField(field.json, error) : error
  }
}

function writeField(writer: Writer, field: Field, value: unknown): void {
  const isAbsent = value === null || value === undefined
  switch (field.shape) {
    case 'value':
      writeOne(writer, field, value)
      return
    case 'pointer':
      if (!isAbsent) writeOne(writer, field, value)
      return
    case 'list':
      if (isAbsent) return
      if (!Array.isArray(value)) throw unfit('a list', value)
      for (let place = value.length - 1; place >= 0; place--) writeOne(writer, field, value[place])
      return
    case 'map':
      if (isAbsent) return
      if (!isObject(value)) throw unfit('a map', value)
      for (const key of keysFromLast(value)) {
        const before = writtenSize(writer)
        writeMapValue(writer, field, value[key])
        writeScalar(writer, 1, 'string', key)
        closeField(writer, field.number, before)
      }
      return
    default:
      field.shape satisfies never
  }
}

/** Bytes that are nil are left out of their entry; everything else is there. */
function writeMapValue(writer: Writer, field: Field, value: unknown): void {
  const isNil = value === null && field.type.is === 'scalar' && field.type.scalar === 'bytes'
  if (!isNil) writeOne(writer, { ...field, number: 2 }, value)
}

function writeOne(writer: Writer, { number, type }: Field, value: unknown): void {
  if (type.is === 'scalar') {
    writeScalar(writer, number, type.scalar, value ?? ZEROS[type.scalar])
    return
  }
  const before = writtenSize(writer)
  if (type.is === 'message') writeMessage(writer, type.message(), value)
  else if (value !== null && value !== undefined) type.form.write(writer, value, writeNested)
  else if (type.form.zero !== null) type.form.write(writer, type.form.zero, writeNested)
  closeField(writer, number, before)
}

const writeNested: WriteNested = (writer, number, typeName, value) => {
  const before = writtenSize(writer)
  writeMessage(writer, messageOf(typeName), value)
  closeField(writer, number, before)
}

const ZEROS: Readonly<Record<Scalar, string | number | boolean>> = {
  string: '',
  bytes: '',
  bool: false,
  int32: 0,
  int64: 0,
  double: 0,
}

function writeScalar(writer: Writer, number: number, scalar: Scalar, value: unknown): void {
  switch (scalar) {
    case 'string':
    case 'bytes': {
      if (typeof value !== 'string') throw unfit('a text', value)
      const before = writtenSize(writer)
      if (scalar === 'string') writeText(writer, value)
      else writeBytes(writer, Buffer.from(value, 'base64'))
      closeField(writer, number, before)
      return
    }
    case 'bool':
      if (typeof value !== 'boolean') throw unfit('true or false', value)
      writeVarint(writer, value ? 1 : 0)
      writeTag(writer, number, WIRE.varint)
      return
    case 'int32':
    case 'int64':
      if (!Number.isInteger(value)) throw unfit('an integer', value)
      writeVarint(writer, Number(value))
      writeTag(writer, number, WIRE.varint)
      return
    case 'double':
      if (typeof value !== 'number') throw unfit('a number', value)
      writeDouble(writer, value)
      writeTag(writer, number, WIRE.fixed64)
      return
    default:
      scalar satisfies never
  }
}

/** Kubernetes sorts keys by their bytes; JavaScript by units of UTF-16, which differ above U+FFFF. */
function keysFromLast(map: Readonly<Record<string, unknown>>): readonly string[] {
  const keys = Object.keys(map).sort()
  const sorted = keys.some((key) => /[\ud800-\udfff]/.test(key))
    ? keys.sort((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    : keys
  return sorted.reverse()
}
