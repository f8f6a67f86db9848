/** Bytes as JSON carries them. Source: RFC 4648, section 4. */

/** How many bytes a text in base64 stands for. The text is decoded already: it is right. */
export function base64Bytes(text: string): number {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0
  return (text.length / 4) * 3 - padding
}
