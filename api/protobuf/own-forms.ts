/**
 * The types whose JSON does not look like their protobuf: times, quantities, numbers that may be texts, and what holds
 * any JSON. Each is told here both ways.
 *
 * Source: the hand-written Marshal and MarshalJSON methods of apimachinery (time_proto.go, micro_time_proto.go,
 * quantity_proto.go, intstr.go, extension.go, fieldsv1.go) and of apiextensions/v1 (marshal.go).
 */
import type { Json } from '../object.ts'
import { badRequest } from '../status.ts'
import { unfit } from './misfit.ts'
import { type Reader, readFields, readInt32, readInt64, readText, takeDelimited } from './reader.ts'
import { parseTimestamp, printTimestamp } from './timestamp.ts'
import { WIRE, type Writer, writeTag, writeTextField, writeVarint } from './writer.ts'

/** Writes a message of the type with that full name, as the value of a field. */
export type WriteNested = (writer: Writer, number: number, typeName: string, value: unknown) => void

/** Reads a message of the type with that full name, being the value of a field. */
export type ReadNested = (reader: Reader, typeName: string) => Json

/** How one type goes from JSON to protobuf and back. */
export interface OwnForm {
  /** JSON of the type's zero value. */
  readonly zero: Json
  /** Writes what is between the length and the end. `value` is never null or absent. */
  readonly write: (writer: Writer, value: unknown, nested: WriteNested) => void
  /** Reads to the end of the reader. */
  readonly read: (reader: Reader, nested: ReadNested) => Json
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const EXTENSIONS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'
const SCHEMA_PROPS = `${EXTENSIONS}.JSONSchemaProps`

/** Seconds since 1970, with a fraction or without; the zero time of Go is an empty message, and null in JSON. */
const time = (hasFraction: boolean): OwnForm => ({
  zero: null,
  write(writer, value) {
    if (typeof value !== 'string') throw unfit('a time', value)
    const { seconds, nanos } = parseTimestamp(value)
    writeVarint(writer, hasFraction ? nanos - (nanos % 1000) : 0)
    writeTag(writer, 2, WIRE.varint)
    writeVarint(writer, seconds)
    writeTag(writer, 1, WIRE.varint)
  },
  read(reader) {
    if (reader.at === reader.end) return null
    let seconds = 0
    let nanos = 0
    readFields(reader, 'Timestamp', {
      1: { wire: WIRE.varint, read: () => (seconds = readInt64(reader)) },
      2: { wire: WIRE.varint, read: () => (nanos = readInt32(reader)) },
    })
    return printTimestamp({ seconds, nanos }, hasFraction)
  },
})

const quantity: OwnForm = {
  zero: '0',
  write(writer, value) {
    if (typeof value !== 'string' && typeof value !== 'number') throw unfit('a quantity', value)
    writeTextField(writer, 1, String(value))
  },
  read(reader) {
    let text = '0'
    readFields(reader, 'Quantity', { 1: { wire: WIRE.bytes, read: () => (text = readText(reader)) } })
    return text
  },
}

const intOrString: OwnForm = {
  zero: 0,
  write(writer, value) {
    const isText = typeof value === 'string'
    if (!isText && !(typeof value === 'number' && Number.isInteger(value))) throw unfit('an integer or a text', value)
    writeTextField(writer, 3, isText ? value : '')
    writeVarint(writer, isText ? 0 : value)
    writeTag(writer, 2, WIRE.varint)
    writeVarint(writer, isText ? 1 : 0)
    writeTag(writer, 1, WIRE.varint)
  },
  read(reader) {
    let type = 0
    let number = 0
    let text = ''
    readFields(reader, 'IntOrString', {
      1: { wire: WIRE.varint, read: () => (type = readInt64(reader)) },
      2: { wire: WIRE.varint, read: () => (number = readInt32(reader)) },
      3: { wire: WIRE.bytes, read: () => (text = readText(reader)) },
    })
    if (type !== 0 && type !== 1) throw badRequest('impossible IntOrString.Type')
    return type === 1 ? text : number
  },
}

/** Any JSON, as its text. */
const anyJson: OwnForm = {
  zero: null,
  write(writer, value) {
    writeTextField(writer, 1, JSON.stringify(value))
  },
  read(reader) {
    let json: Json = null
    readFields(reader, 'RawExtension', {
      1: {
        wire: WIRE.bytes,
        read() {
          const start = takeDelimited(reader)
          json = parseJson(reader.bytes.toString('utf8', start, reader.at))
        },
      },
    })
    return json
  },
}

/** A schema, or true or false. Protobuf also says true beside a schema. */
const schemaOrBool: OwnForm = {
  zero: false,
  write(writer, value, nested) {
    if (typeof value !== 'boolean') nested(writer, 2, SCHEMA_PROPS, value)
    writeVarint(writer, value === false ? 0 : 1)
    writeTag(writer, 1, WIRE.varint)
  },
  read(reader, nested) {
    let allows = false
    let schema: Json | undefined
    readFields(reader, 'JSONSchemaPropsOrBool', {
      1: { wire: WIRE.varint, read: () => (allows = readInt64(reader) !== 0) },
      2: { wire: WIRE.bytes, read: () => (schema = nested(reader, SCHEMA_PROPS)) },
    })
    return schema ?? allows
  },
}

/** A schema, or a list of schemas. */
const schemaOrSchemas: OwnForm = {
  zero: null,
  write(writer, value, nested) {
    if (!Array.isArray(value)) nested(writer, 1, SCHEMA_PROPS, value)
    else for (const schema of value.toReversed()) nested(writer, 2, SCHEMA_PROPS, schema)
  },
  read(reader, nested) {
    let schema: Json = null
    const schemas: Json[] = []
    readFields(reader, 'JSONSchemaPropsOrArray', {
      1: { wire: WIRE.bytes, read: () => (schema = nested(reader, SCHEMA_PROPS)) },
      2: { wire: WIRE.bytes, read: () => schemas.push(nested(reader, SCHEMA_PROPS)) },
    })
    return schemas.length > 0 ? schemas : schema
  },
}

/** A schema, or a list of names. */
const schemaOrNames: OwnForm = {
  zero: null,
  write(writer, value, nested) {
    if (!Array.isArray(value)) nested(writer, 1, SCHEMA_PROPS, value)
    else for (const name of value.toReversed()) writeTextField(writer, 2, String(name))
  },
  read(reader, nested) {
    let schema: Json = null
    const names: Json[] = []
    readFields(reader, 'JSONSchemaPropsOrStringArray', {
      1: { wire: WIRE.bytes, read: () => (schema = nested(reader, SCHEMA_PROPS)) },
      2: { wire: WIRE.bytes, read: () => names.push(readText(reader)) },
    })
    return names.length > 0 ? names : schema
  },
}

/** The types with forms of their own, by full name. */
export const OWN_FORMS: Readonly<Record<string, OwnForm>> = {
  [`${META}.Time`]: time(false),
  [`${META}.MicroTime`]: time(true),
  [`${META}.FieldsV1`]: anyJson,
  'io.k8s.apimachinery.pkg.api.resource.Quantity': quantity,
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': intOrString,
  'io.k8s.apimachinery.pkg.runtime.RawExtension': anyJson,
  [`${EXTENSIONS}.JSON`]: anyJson,
  [`${EXTENSIONS}.JSONSchemaPropsOrBool`]: schemaOrBool,
  [`${EXTENSIONS}.JSONSchemaPropsOrArray`]: schemaOrSchemas,
  [`${EXTENSIONS}.JSONSchemaPropsOrStringArray`]: schemaOrNames,
}

function parseJson(text: string): Json {
  if (text === '') return null
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw badRequest(`failed to parse RawExtension bytes as JSON: ${cause instanceof Error ? cause.message : cause}`)
  }
}
