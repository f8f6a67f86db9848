/** Values are bytes; JSON is text. A value travels as `text` when it is UTF-8, else as `base64`. */
import { ControlError } from '@muster/base/errors.ts'
import type { Fields } from './fields.ts'

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

// Fatal, so that bytes which are not UTF-8 are told apart; the mark at the start of a file is kept as it is.
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Bytes as JSON carries them: exactly one of the two fields. */
export type WireValue = { readonly text: string } | { readonly base64: string }

/** The bytes as text when they are UTF-8; undefined when they are not. */
export function textOf(value: Uint8Array): string | undefined {
  try {
    return strict.decode(value)
  } catch {
    return undefined
  }
}

/** A value as JSON carries it. */
export function encodeValue(value: Uint8Array): WireValue {
  const text = textOf(value)
  return text === undefined ? { base64: Buffer.from(value).toString('base64') } : { text }
}

/** The bytes of a value from its `text` or `base64` field; throws Invalid unless there is exactly one. */
export function decodeValue(fields: Fields, path: string): Uint8Array {
  if (fields.has('text') === fields.has('base64')) {
    throw new ControlError('Invalid', `${path}: wanted the value as either text or base64`)
  }
  if (fields.has('text')) {
    const text = fields.text('text')
    if (!text.isWellFormed()) {
      throw new ControlError('Invalid', `${path}.text: holds half a surrogate pair, which UTF-8 cannot carry`)
    }
    return Buffer.from(text, 'utf8')
  }
  const base64 = fields.text('base64')
  if (!BASE64.test(base64)) throw new ControlError('Invalid', `${path}.base64: wanted base64 with its padding`)
  return Buffer.from(base64, 'base64')
}
