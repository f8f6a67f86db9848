/** How much room text takes on a terminal, and how to make it fit. */

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' })

/** Han, kana, hangul, full-width forms and emoji take two columns. Source: Unicode Annex 11, its wide classes. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|\p{Script=Han}/u

/** The columns that plain text (no escape codes) takes on a terminal. */
export function widthOf(plain: string): number {
  let width = 0
  for (const { segment } of graphemes.segment(plain)) width += WIDE.test(segment) ? 2 : 1
  return width
}

/** Text cut to a number of columns between graphemes, with an ellipsis where something was lost. */
export function shorten(plain: string, columns: number): string {
  if (widthOf(plain) <= columns) return plain
  let kept = ''
  let width = 0
  for (const { segment } of graphemes.segment(plain)) {
    width += widthOf(segment)
    if (width > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}

// Values are written by others: an escape code in one must not reach the reader's terminal.
const CONTROL = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** Text with every control character written out, so that it is safe to print on one line. */
export const visible = (raw: string): string =>
  raw.replace(CONTROL, (character) => {
    if (character === '\n') return '\\n'
    if (character === '\t') return '\\t'
    return `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`
  })
