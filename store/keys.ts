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

/** Bytes that a text takes in UTF-8. */
export const byteLength = (text: string): number => Buffer.byteLength(text, 'utf8')
