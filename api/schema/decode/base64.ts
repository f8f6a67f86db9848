/** Bytes as texts, read as Go reads them. Source: Go encoding/base64 StdEncoding. */

/** The bytes as Go would write them, or where it stumbled. */
export type Base64Reading =
  | { readonly read: true; readonly text: string }
  | { readonly read: false; readonly why: string }

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'

/** Line ends within are passed over; bits behind the last byte are dropped. */
export function readBase64(text: string): Base64Reading {
  // What is right already, which is nearly everything, is found by one look.
  if (CANONICAL.test(text)) return { read: true, text }
  let letters = ''
  for (let at = 0; at < text.length; at++) {
    const letter = text.charAt(at)
    if (letter === '\n' || letter === '\r') continue
    if (LETTERS.includes(letter)) {
      letters += letter
      continue
    }
    return letter === '=' ? readPadding(text, at, letters) : corrupt(at)
  }
  return letters.length % 4 === 0 ? { read: true, text: letters } : corrupt(text.length - (letters.length % 4))
}

/** Two letters and two signs, or three and one, and then only line ends. */
function readPadding(text: string, at: number, letters: string): Base64Reading {
  const count = letters.length % 4
  if (count < 2) return corrupt(at)
  let end = at
  if (count === 2) {
    end = skipLineEnds(text, at + 1)
    if (end === text.length) return corrupt(text.length)
    if (text[end] !== '=') return corrupt(end - 1)
  }
  const rest = skipLineEnds(text, end + 1)
  if (rest < text.length) return corrupt(rest)
  const last = LETTERS.indexOf(letters.at(-1) ?? '')
  const whole = LETTERS.charAt(last - (last % (count === 2 ? 16 : 4)))
  return { read: true, text: `${letters.slice(0, -1)}${whole}${count === 2 ? '==' : '='}` }
}

function skipLineEnds(text: string, from: number): number {
  let at = from
  while (text[at] === '\n' || text[at] === '\r') at++
  return at
}

/** All before it is ASCII, so bytes are characters. */
const corrupt = (at: number): Base64Reading => ({ read: false, why: `illegal base64 data at input byte ${at}` })

const CANONICAL = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$/
