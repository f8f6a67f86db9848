/** Bodies of requests and answers as the audit log keeps them: JSON text. */
import type { ApiResponse } from '@muster/api/message.ts'
import type { Json, JsonObject } from '@muster/api/object.ts'
import { decodeObject, isEnvelope } from '@muster/api/protobuf/envelope.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { isStatus, type Status } from '@muster/api/status.ts'
import { isControlError } from '@muster/base/errors.ts'
import { whenOver } from '../http/when-over.ts'

/** An object as JSON, perhaps without who owns its fields. */
export const jsonOf = (object: object, omitManagedFields: boolean): string =>
  JSON.stringify(omitManagedFields ? withoutOwners(object as never) : object)

/** The body of an answer as JSON; undefined for what is none: YAML, text, pages. */
export function jsonOfBytes(bytes: Uint8Array, response: ApiResponse, omitManagedFields: boolean): string | undefined {
  const type = String(response.headers['content-type'] ?? '')
  if (isEnvelope(bytes)) return jsonOfEnvelope(bytes, omitManagedFields)
  if (!type.startsWith('application/json') || bytes.length === 0) return undefined
  const text = decoder.decode(bytes).trimEnd()
  return omitManagedFields ? JSON.stringify(withoutOwners(JSON.parse(text))) : text
}

const decoder = new TextDecoder()

function jsonOfEnvelope(bytes: Uint8Array, omitManagedFields: boolean): string | undefined {
  try {
    return jsonOf(decodeObject(bytes, { apiVersion: '', kind: '' }), omitManagedFields)
  } catch (error) {
    // A list of custom resources' metadata, and others that have a form on the wire and no table here.
    if (isControlError(error)) return undefined
    throw error
  }
}

/** Of an object, of each item of a list, and of each row of a table. */
function withoutOwners(value: JsonObject): Json {
  const { metadata, items, rows, ...rest } = value
  return {
    ...rest,
    ...(metadata === undefined ? {} : { metadata: isObject(metadata) ? withoutField(metadata) : metadata }),
    ...(items === undefined ? {} : { items: Array.isArray(items) ? items.map(ofOne) : items }),
    ...(rows === undefined
      ? {}
      : {
          rows: Array.isArray(rows)
            ? rows.map((row) => (isObject(row) && isObject(row.object) ? { ...row, object: ofOne(row.object) } : row))
            : rows,
        }),
  }
}

const ofOne = (value: Json): Json => (isObject(value) ? withoutOwners(value) : value)

function withoutField({ managedFields: _owners, ...metadata }: JsonObject): JsonObject {
  return metadata
}

/** What a Status in an answer says; nothing where the answer is no Status. */
export function statusIn({ headers, body }: ApiResponse): Partial<Status> {
  if (body.body !== 'bytes' || body.bytes.length > STATUS_BYTES_MAX) return {}
  // Most answers are objects: they are not read again to find that out.
  const start = decoder.decode(body.bytes.subarray(0, STATUS_MARK_BYTES))
  if (isEnvelope(body.bytes) ? !start.includes('Status') : !STATUS_MARK.test(start)) return {}
  const value = parsed(body.bytes, String(headers['content-type'] ?? ''))
  if (!isStatus(value)) return {}
  const { status, message, reason, details } = value
  return {
    status,
    ...(message ? { message } : {}),
    ...(reason ? { reason } : {}),
    ...(details ? { details } : {}),
  }
}

/** An answer that is longer is no Status, or says more than anybody wants to read in a log. */
const STATUS_BYTES_MAX = 16 * 1024

/** White space of pretty JSON included; in an envelope apiVersion and kind come first, too. */
const STATUS_MARK_BYTES = 64
const STATUS_MARK = /^\s*\{\s*"kind":\s*"Status"/

function parsed(bytes: Uint8Array, type: string): unknown {
  if (isEnvelope(bytes)) {
    const text = jsonOfEnvelope(bytes, false)
    return text === undefined ? undefined : JSON.parse(text)
  }
  if (!type.startsWith('application/json')) return undefined
  return JSON.parse(decoder.decode(bytes))
}

/** The same chunks; `ended` hears their end, with all of them where they are no more than `bytesMax`. */
export function collecting(
  chunks: Iterable<Uint8Array> | AsyncIterable<Uint8Array>,
  bytesMax: number,
  ended: (bytes: Uint8Array | undefined) => Promise<void>,
): AsyncIterable<Uint8Array> {
  const kept: Uint8Array[] = []
  let length = 0
  async function* all(): AsyncIterable<Uint8Array> {
    for await (const chunk of chunks) {
      length += chunk.length
      if (length <= bytesMax) kept.push(chunk)
      yield chunk
    }
  }
  // Who lets go of a generator that he never began does not reach what is behind it.
  const letGo = async () => void (Symbol.asyncIterator in chunks && (await chunks[Symbol.asyncIterator]().return?.()))
  return whenOver(bytesMax === 0 ? chunks : all(), async () => {
    await letGo()
    await ended(length <= bytesMax ? Buffer.concat(kept) : undefined)
  })
}
