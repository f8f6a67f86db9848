/**
 * The v2 document as protobuf, in the form of gnostic: kubectl before 1.27 asks for no other, and takes no JSON.
 *
 * Source: github.com/google/gnostic-models openapiv2/OpenAPIv2.proto. Only what Kubernetes' documents hold is written.
 */
import {
  closeField,
  newWriter,
  WIRE,
  type Writer,
  writeDouble,
  writeTag,
  writeTextField,
  writeVarint,
  written,
  writtenSize,
} from '../protobuf/writer.ts'
import type { OpenApiV2 } from './v2.ts'

/** The media type as which it is sent. */
export const GNOSTIC_MEDIA_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

/** The name by which clients ask for it. No media type may hold an @, so Go's clients refuse an answer of that name. */
export const GNOSTIC_ASKED_AS = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** The bytes of a document. Some 100 ms for all of Kubernetes: keep the answer. */
export function encodeGnostic(document: OpenApiV2): Uint8Array {
  const writer = newWriter(FIRST_SIZE_BYTES)
  writeMessage(writer, DOCUMENT, document)
  return written(writer)
}

/** All of Kubernetes takes less. */
const FIRST_SIZE_BYTES = 4 * 1024 * 1024

/** Writes a value as a field, or as several; what is absent or of another type writes nothing. */
type Write = (writer: Writer, value: unknown) => void

/** The fields of a message: what each field of the object writes. `x-…` goes to the field with that number. */
interface Message {
  readonly fields: Readonly<Record<string, Write>>
  readonly extensions?: number
}

const text =
  (number: number): Write =>
  (writer, value) => {
    if (typeof value === 'string') writeTextField(writer, number, value)
  }

const flag =
  (number: number): Write =>
  (writer, value) => {
    if (value !== true) return
    writeVarint(writer, 1)
    writeTag(writer, number, WIRE.varint)
  }

const integer =
  (number: number): Write =>
  (writer, value) => {
    if (!Number.isInteger(value)) return
    writeVarint(writer, Number(value))
    writeTag(writer, number, WIRE.varint)
  }

const double =
  (number: number): Write =>
  (writer, value) => {
    if (typeof value !== 'number') return
    writeDouble(writer, value)
    writeTag(writer, number, WIRE.fixed64)
  }

/** A field that holds what `write` writes. */
const around =
  (number: number, write: Write): Write =>
  (writer, value) => {
    if (value === undefined) return
    const before = writtenSize(writer)
    write(writer, value)
    closeField(writer, number, before)
  }

const message = (number: number, of: () => Message): Write =>
  around(number, (writer, value) => writeMessage(writer, of(), value))

/** Each of a list. What is written last comes first. */
const each =
  (write: Write): Write =>
  (writer, value) => {
    if (Array.isArray(value)) for (const one of value.toReversed()) write(writer, one)
  }

/** Each entry of a map, as a message of a name (1) and what `writeValue` makes of the value (2). */
const entries =
  (number: number, writeValue: Write): Write =>
  (writer, value) => {
    if (typeof value !== 'object' || value === null) return
    for (const [name, one] of Object.entries(value).toReversed()) writeEntry(writer, number, name, one, writeValue)
  }

function writeEntry(writer: Writer, number: number, name: string, value: unknown, writeValue: Write): void {
  const before = writtenSize(writer)
  writeValue(writer, value)
  writeTextField(writer, 1, name)
  closeField(writer, number, before)
}

/** Any value, as YAML: JSON is YAML. */
const anything = (number: number): Write =>
  around(number, (writer, value) => writeTextField(writer, 2, JSON.stringify(value)))

function writeMessage(writer: Writer, { fields, extensions }: Message, value: unknown): void {
  const object: Readonly<Record<string, unknown>> = typeof value === 'object' && value !== null ? { ...value } : {}
  if (extensions !== undefined) {
    for (const [name, one] of Object.entries(object).toReversed()) {
      if (name.startsWith('x-')) writeEntry(writer, extensions, name, one, anything(2))
    }
  }
  for (const [name, write] of Object.entries(fields).toReversed()) write(writer, object[name])
}

const schema = (number: number): Write => message(number, () => SCHEMA)

const SCHEMA: Message = {
  fields: {
    $ref: text(1),
    format: text(2),
    title: text(3),
    description: text(4),
    default: anything(5),
    multipleOf: double(6),
    maximum: double(7),
    exclusiveMaximum: flag(8),
    minimum: double(9),
    exclusiveMinimum: flag(10),
    maxLength: integer(11),
    minLength: integer(12),
    pattern: text(13),
    maxItems: integer(14),
    minItems: integer(15),
    uniqueItems: flag(16),
    maxProperties: integer(17),
    minProperties: integer(18),
    required: each(text(19)),
    enum: each(anything(20)),
    additionalProperties: around(21, (writer, value) =>
      (typeof value === 'boolean' ? flag(2) : schema(1))(writer, value),
    ),
    type: around(22, text(1)),
    items: around(23, schema(1)),
    properties: around(25, entries(1, schema(2))),
    externalDocs: message(29, () => ({ fields: { description: text(1), url: text(2) } })),
    example: anything(30),
  },
  extensions: 31,
}

/** What all parameters of paths and queries have; only the numbers differ. */
const simple = (type: number, uniqueItems: number) => (): Message => ({
  fields: {
    required: flag(1),
    in: text(2),
    description: text(3),
    name: text(4),
    type: text(type),
    uniqueItems: flag(uniqueItems),
  },
})

const BODY: Message = {
  fields: { description: text(1), name: text(2), in: text(3), required: flag(4), schema: schema(5) },
}

/** A parameter, wrapped by the place that it is in: ParametersItem { Parameter { NonBodyParameter { … } } }. */
const PLACES: Readonly<Record<string, Write>> = {
  body: around(
    1,
    message(1, () => BODY),
  ),
  query: around(1, around(2, message(3, simple(6, 20)))),
  path: around(1, around(2, message(4, simple(5, 19)))),
}

const parameters = (number: number): Write =>
  each(
    around(number, (writer, value) => {
      const place = typeof value === 'object' && value !== null && 'in' in value ? String(value.in) : ''
      PLACES[place]?.(writer, value)
    }),
  )

const RESPONSE: Message = { fields: { description: text(1), schema: around(2, schema(1)) } }

const OPERATION: Message = {
  fields: {
    tags: each(text(1)),
    description: text(3),
    operationId: text(5),
    produces: each(text(6)),
    consumes: each(text(7)),
    parameters: parameters(8),
    responses: around(
      9,
      entries(
        1,
        around(
          2,
          message(1, () => RESPONSE),
        ),
      ),
    ),
    schemes: each(text(10)),
  },
  extensions: 13,
}

const operation = (number: number): Write => message(number, () => OPERATION)

const PATH_ITEM: Message = {
  fields: {
    get: operation(2),
    put: operation(3),
    post: operation(4),
    delete: operation(5),
    options: operation(6),
    head: operation(7),
    patch: operation(8),
    parameters: parameters(9),
  },
}

const API_KEY: Message = { fields: { type: text(1), name: text(2), in: text(3), description: text(4) } }

const DOCUMENT: Message = {
  fields: {
    swagger: text(1),
    info: message(2, () => ({ fields: { title: text(1), version: text(2) } })),
    paths: around(
      8,
      entries(
        2,
        message(2, () => PATH_ITEM),
      ),
    ),
    definitions: around(9, entries(1, schema(2))),
    security: each(around(12, entries(1, around(2, each(text(1)))))),
    securityDefinitions: around(
      13,
      entries(
        1,
        around(
          2,
          message(2, () => API_KEY),
        ),
      ),
    ),
  },
}
