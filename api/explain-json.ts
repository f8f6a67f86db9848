/**
 * Why a text is no JSON, in the words of Go's parser: `invalid character '}' looking for beginning of object key string`.
 *
 * Node's own parser says where it stopped, in words that change from version to version; so the text is read a second
 * time, only when the first has failed. Source: Go encoding/json scanner.go.
 */
import { goQuote } from './go-text.ts'

/** The first thing that is wrong; undefined for a text that is JSON after all. */
export function explainJson(text: string): string | undefined {
  const scan: Scan = { text, at: 0, open: [], expects: 'value' }
  for (;;) {
    while (isSpace(text[scan.at])) scan.at++
    const character = text[scan.at]
    if (character === undefined) return isComplete(scan) ? undefined : UNEXPECTED_END
    const trouble = step(scan, character)
    if (trouble !== undefined) return trouble
  }
}

const UNEXPECTED_END = 'unexpected end of JSON input'

interface Scan {
  readonly text: string
  at: number
  /** The brackets that are open. */
  readonly open: ('{' | '[')[]
  expects: 'value' | 'value or end' | 'name' | 'name or end' | 'colon' | 'comma or end'
}

const isSpace = (character: string | undefined): boolean =>
  character === ' ' || character === '\n' || character === '\t' || character === '\r'

const isComplete = ({ open, expects }: Scan): boolean => open.length === 0 && expects === 'comma or end'

/** Takes one token. Answers what is wrong with it. */
function step(scan: Scan, character: string): string | undefined {
  const { expects } = scan
  switch (expects) {
    case 'value':
    case 'value or end':
      return expects === 'value or end' && character === ']' ? close(scan) : takeValue(scan, character)
    case 'name':
    case 'name or end':
      if (expects === 'name or end' && character === '}') return close(scan)
      if (character !== '"') return stopped(scan, 'looking for beginning of object key string')
      scan.expects = 'colon'
      return takeString(scan)
    case 'colon':
      if (character !== ':') return stopped(scan, 'after object key')
      scan.at++
      scan.expects = 'value'
      return undefined
    case 'comma or end':
      return takeComma(scan, character)
    default:
      return expects satisfies never
  }
}

function takeValue(scan: Scan, character: string): string | undefined {
  if (character === '{' || character === '[') {
    scan.open.push(character)
    scan.at++
    scan.expects = character === '{' ? 'name or end' : 'value or end'
    return undefined
  }
  scan.expects = 'comma or end'
  if (character === '"') return takeString(scan)
  if (/[-0-9]/.test(character)) return takeNumber(scan)
  const word = WORDS.find(([first]) => first === character)
  return word === undefined ? stopped(scan, 'looking for beginning of value') : takeWord(scan, word)
}

const WORDS = ['true', 'false', 'null']

function takeComma(scan: Scan, character: string): string | undefined {
  const inside = scan.open.at(-1)
  if (inside === undefined) return stopped(scan, 'after top-level value')
  if (character === (inside === '{' ? '}' : ']')) return close(scan)
  if (character !== ',') {
    return stopped(scan, inside === '{' ? 'after object key:value pair' : 'after array element')
  }
  scan.at++
  scan.expects = inside === '{' ? 'name' : 'value'
  return undefined
}

function close(scan: Scan): undefined {
  scan.open.pop()
  scan.at++
  scan.expects = 'comma or end'
}

function takeString(scan: Scan): string | undefined {
  scan.at++
  for (;;) {
    const character = scan.text[scan.at]
    if (character === undefined) return UNEXPECTED_END
    if (character < ' ') return stopped(scan, 'in string literal')
    scan.at++
    if (character === '"') return undefined
    if (character === '\\') {
      const trouble = takeEscape(scan)
      if (trouble !== undefined) return trouble
    }
  }
}

function takeEscape(scan: Scan): string | undefined {
  const letter = scan.text[scan.at] ?? ''
  if (letter === '' || !'bfnrtu\\/"'.includes(letter)) return stopped(scan, 'in string escape code')
  scan.at++
  if (letter !== 'u') return undefined
  for (const end = scan.at + 4; scan.at < end; scan.at++) {
    const digit = scan.text[scan.at] ?? ''
    if (!/^[0-9a-fA-F]$/.test(digit)) return stopped(scan, 'in \\u hexadecimal character escape')
  }
  return undefined
}

function takeNumber(scan: Scan): string | undefined {
  if (scan.text[scan.at] === '-') scan.at++
  if (scan.text[scan.at] === '0') scan.at++
  else if (!takeDigits(scan)) return stopped(scan, 'in numeric literal')
  if (scan.text[scan.at] === '.') {
    scan.at++
    if (!takeDigits(scan)) return stopped(scan, 'after decimal point in numeric literal')
  }
  if (scan.text[scan.at] === 'e' || scan.text[scan.at] === 'E') {
    scan.at++
    if (scan.text[scan.at] === '+' || scan.text[scan.at] === '-') scan.at++
    if (!takeDigits(scan)) return stopped(scan, 'in exponent of numeric literal')
  }
  return undefined
}

/** True when there was at least one. */
function takeDigits(scan: Scan): boolean {
  const start = scan.at
  while (/^\d$/.test(scan.text[scan.at] ?? '')) scan.at++
  return scan.at > start
}

function takeWord(scan: Scan, word: string): string | undefined {
  for (const letter of word) {
    if (scan.text[scan.at] !== letter) return stopped(scan, `in literal ${word} (expecting '${letter}')`)
    scan.at++
  }
  return undefined
}

/**
 * Says which character is wrong. Go reads bytes, and shows the first of a character that has several as if it were
 * Latin-1; where the text ends within a word or a number, it says that it read a space.
 */
function stopped({ text, at }: Scan, where: string): string {
  const [byte = 0x20] = new TextEncoder().encode(String.fromCodePoint(text.codePointAt(at) ?? 0x20))
  const shown = String.fromCharCode(byte)
  if (shown === "'") return `invalid character '\\'' ${where}`
  return `invalid character '${shown === '"' ? shown : goQuote(shown).slice(1, -1)}' ${where}`
}
