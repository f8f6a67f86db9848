/** Bytes as JSON carries them. Source: RFC 4648, section 4. */

/** How many bytes a text in base64 stands for. The text is decoded already: it is right. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}

/** Bytes, a letter each, are joined so many at a time: a call takes only so many arguments. */
const CHUNK_BYTES = 8192

/** Bytes as JSON carries them. */
export function base64Of(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) {
    text += String.fromCharCode(...bytes.subarray(at, at + CHUNK_BYTES))
  }
  return btoa(text)
}
