/** What a string literal stands for. Source: cel-go parser/unescape.go. */

/** The text of a string, or why it is none. The lexer has seen to its form; code points may still not exist. */
export function unquoteString(literal: string): { readonly text: string } | { readonly wrong: string } {
  const { body, isRaw } = bodyOf(literal)
  if (isRaw) return { text: body }
  let wrong: string | undefined
  const text = body.replace(ESCAPES, (_whole, simple?: string, hex?: string, octal?: string) => {
    if (simple !== undefined) return SIMPLE[simple] ?? simple
    const point = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex.slice(1), 16)
    if (point <= 0x10ffff && (point < 0xd800 || point > 0xdfff)) return String.fromCodePoint(point)
    wrong = 'invalid unicode code point'
    return ''
  })
  return wrong === undefined ? { text } : { wrong }
}

/** The bytes of a bytes literal, with its `b`: escapes are bytes, everything else is UTF-8. */
export function unquoteBytes(literal: string): { readonly bytes: Uint8Array } | { readonly wrong: string } {
  const { body, isRaw } = bodyOf(literal.slice(1))
  if (isRaw) return { bytes: new TextEncoder().encode(body) }
  const bytes: number[] = []
  let end = 0
  for (const found of body.matchAll(ESCAPES)) {
    const [whole, simple, hex, octal] = found
    bytes.push(...new TextEncoder().encode(body.slice(end, found.index)))
    end = found.index + whole.length
    if (hex !== undefined && /^[uU]/.test(hex)) return { wrong: 'unable to unescape string' }
    if (simple !== undefined) bytes.push(...new TextEncoder().encode(SIMPLE[simple] ?? simple))
    else bytes.push(hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex.slice(1), 16))
  }
  bytes.push(...new TextEncoder().encode(body.slice(end)))
  return { bytes: Uint8Array.from(bytes) }
}

const ESCAPES = /\\(?:([abfnrtv"'\\?`])|([xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8})|([0-3][0-7]{2}))/g
const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
}

function bodyOf(literal: string): { readonly body: string; readonly isRaw: boolean } {
  const isRaw = /^[rR]/.test(literal)
  const quoted = (isRaw ? literal.slice(1) : literal).replace(/\r\n?/g, '\n')
  const marks = quoted.length >= 6 && /^("""|''')/.test(quoted) ? 3 : 1
  return { body: quoted.slice(marks, -marks), isRaw }
}
