/**
 * The envelope in which Kubernetes sends protobuf: a prefix, then a message that says what is inside.
 *
 *     k8s\0  Unknown { typeMeta { apiVersion = 1, kind = 2 } = 1, raw = 2, contentEncoding = 3, contentType = 4 }
 *
 * Source: apimachinery pkg/runtime/serializer/protobuf, pkg/runtime/generated.proto.
 */
import { ControlError } from '@muster/base/errors.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { badRequest } from '../status.ts'
import { decode } from './decode.ts'
import { encode } from './encode.ts'
import { newReader, readFields, readText, takeDelimited, within } from './reader.ts'
import { protobufTypeOf } from './type-names.ts'
import {
  closeField,
  newWriter,
  WIRE,
  writeBytes,
  writeTag,
  writeTextField,
  writeVarint,
  written,
  writtenSize,
} from './writer.ts'

/** The media type of bodies in this form. */
export const PROTOBUF_MEDIA_TYPE = 'application/vnd.kubernetes.protobuf'

/** What an envelope says, and the message in it. */
export interface Envelope {
  readonly apiVersion: string
  readonly kind: string
  /** Encoded as the message of that kind. Shares its memory with the envelope. */
  readonly raw: Uint8Array
}

/** True for bytes that begin as an envelope does. */
export const isEnvelope = (bytes: Uint8Array): boolean => PREFIX.every((byte, place) => bytes[place] === byte)

/** An object in its envelope. Errors: Internal for a kind that has no protobuf (ask {@link protobufTypeOf} first). */
export function encodeObject(object: KubeObject): Uint8Array {
  const { apiVersion, kind } = object
  const type = protobufTypeOf(apiVersion, kind)
  if (type === undefined) throw new ControlError('Internal', `${apiVersion} ${kind} has no form in protobuf`)
  return encodeEnvelope(apiVersion, kind, encode(type, object))
}

/**
 * The object in an envelope. `assumed` says what it is when the envelope does not.
 * Errors: BadRequest for what is no envelope, names no kind or one that has no protobuf, or is malformed inside.
 */
export function decodeObject(
  bytes: Uint8Array,
  assumed?: { readonly apiVersion: string; readonly kind: string },
): JsonObject {
  const envelope = decodeEnvelope(bytes)
  const kind = envelope.kind || (assumed?.kind ?? '')
  const apiVersion = envelope.apiVersion || (assumed?.apiVersion ?? '')
  const typeMeta = `runtime.TypeMeta{APIVersion:"${envelope.apiVersion}", Kind:"${envelope.kind}"}`
  if (kind === '') throw badRequest(`Object 'Kind' is missing in '${typeMeta}'`)
  if (apiVersion === '') throw badRequest(`Object 'apiVersion' is missing in '${typeMeta}'`)
  const type = protobufTypeOf(apiVersion, kind)
  if (type === undefined) throw badRequest(`no kind "${kind}" is registered for version "${apiVersion}"`)
  return { apiVersion, kind, ...decode(type, envelope.raw) }
}

/** Puts an encoded message into an envelope. */
export const encodeEnvelope = (apiVersion: string, kind: string, raw: Uint8Array): Uint8Array =>
  Buffer.concat([envelopeHead(apiVersion, kind, raw.length), raw, ENVELOPE_TAIL])

/** What stands in an envelope before a message of this size. */
export function envelopeHead(apiVersion: string, kind: string, rawSizeBytes: number): Uint8Array {
  const writer = newWriter()
  writeVarint(writer, rawSizeBytes)
  writeTag(writer, 2, WIRE.bytes)
  const before = writtenSize(writer)
  writeTextField(writer, 2, kind)
  writeTextField(writer, 1, apiVersion)
  closeField(writer, 1, before)
  writeBytes(writer, PREFIX)
  return written(writer)
}

/** What stands in an envelope after the message: contentEncoding and contentType, always there and always empty. */
export const ENVELOPE_TAIL = Uint8Array.of(0x1a, 0, 0x22, 0)

/** Takes the message out of an envelope, without decoding it. Errors: BadRequest for what is no envelope. */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (bytes.length === 0) throw badRequest('empty data')
  if (!isEnvelope(bytes)) {
    throw badRequest(`provided data does not appear to be a protobuf message, expected prefix [${PREFIX.join(' ')}]`)
  }
  if (bytes.length === PREFIX.length) throw badRequest('empty body')
  const reader = newReader(bytes.subarray(PREFIX.length))
  let apiVersion = ''
  let kind = ''
  let raw: Uint8Array = new Uint8Array()
  const typeMeta = {
    1: { wire: WIRE.bytes, read: () => (apiVersion = readText(reader)) },
    2: { wire: WIRE.bytes, read: () => (kind = readText(reader)) },
  }
  readFields(reader, 'Unknown', {
    1: { wire: WIRE.bytes, read: () => within(reader, () => readFields(reader, 'TypeMeta', typeMeta)) },
    2: { wire: WIRE.bytes, read: () => (raw = reader.bytes.subarray(takeDelimited(reader), reader.at)) },
  })
  return { apiVersion, kind, raw }
}

const PREFIX = Uint8Array.of(0x6b, 0x38, 0x73, 0)
