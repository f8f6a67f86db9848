/**
 * Keys are text; their order is that of their UTF-8 bytes, in every engine.
 *
 * JavaScript compares strings by UTF-16 code units, which differs from byte order once a surrogate meets U+E000 and
 * above. So an ordered index holds each key as *byte text*: one character per UTF-8 byte. For ASCII, that is the key.
 */

const BEYOND_ASCII = /[^\0-\x7f]/

/** The key as one character per UTF-8 byte; comparing two of these with `<` compares bytes. */
export const toByteText = (key: string): string =>
  BEYOND_ASCII.test(key) ? Buffer.from(key, 'utf8').toString('latin1') : key

/** The smallest byte text after every key that starts with this byte text; undefined when there is none. */
export function prefixEnd(prefix: string): string | undefined {
  for (let length = prefix.length; length > 0; length--) {
    const last = prefix.charCodeAt(length - 1)
    if (last < 0xff) return prefix.slice(0, length - 1) + String.fromCharCode(last + 1)
  }
  return undefined
}

/** Bytes that a text takes in UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8')
