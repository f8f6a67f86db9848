/** The words of an expression. Source: the lexer of cel-go parser/gen/CEL.g4. */
import type { Issue } from '../issue.ts'

/** One word. `text` is as it was written; `offset` is in code points. */
export interface Token {
  readonly kind: 'name' | 'escaped' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'symbol' | 'end'
  readonly text: string
  readonly offset: number
}

/** The words, and what is no word. The last one is the end. */
export function readTokens(text: string): { readonly tokens: readonly Token[]; readonly issues: readonly Issue[] } {
  const tokens: Token[] = []
  const issues: Issue[] = []
  let at = 0
  let offset = 0
  while (at < text.length) {
    const blank = match(BLANK, text, at)
    if (blank === undefined) {
      const found = readToken(text, at)
      const said = found?.text ?? unknownAt(text, at)
      if (found) tokens.push({ ...found, offset })
      else issues.push({ offset, message: `Syntax error: token recognition error at: '${escaped(said)}'` })
      at += said.length
      offset += pointsIn(said)
    } else {
      at += blank.length
      offset += pointsIn(blank)
    }
  }
  tokens.push({ kind: 'end', text: '<EOF>', offset })
  return { tokens, issues }
}

const BLANK = /(?:[\t \r\n\f]+|\/\/[^\n]*)+/y

const ESCAPE = String.raw`\\(?:[abfnrtv"'\\?\x60]|[xX][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-3][0-7]{2})`
const STRINGS = [
  String.raw`[rR]"""[\s\S]*?"""`,
  String.raw`[rR]'''[\s\S]*?'''`,
  String.raw`[rR]"[^"\n\r]*"`,
  String.raw`[rR]'[^'\n\r]*'`,
  String.raw`"""(?:${ESCAPE}|[^\\])*?"""`,
  String.raw`'''(?:${ESCAPE}|[^\\])*?'''`,
  String.raw`"(?:${ESCAPE}|[^\\"\n\r])*"`,
  String.raw`'(?:${ESCAPE}|[^\\'\n\r])*'`,
].join('|')

/** A string as far as it is one. */
const BEGUN = new RegExp(String.raw`[rRbB]{0,2}(?:"(?:${ESCAPE}|[^\\"\n\r])*|'(?:${ESCAPE}|[^\\'\n\r])*)`, 'y')

/** In this order, of those that fit equally the first; none is a beginning of a later one that would fit longer. */
const WORDS: readonly (readonly [Token['kind'], RegExp])[] = [
  ['bytes', new RegExp(`[bB](?:${STRINGS})`, 'y')],
  ['string', new RegExp(STRINGS, 'y')],
  ['double', /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)/y],
  ['uint', /(?:0x[0-9a-fA-F]+|\d+)[uU]/y],
  ['int', /0x[0-9a-fA-F]+|\d+/y],
  ['name', /[A-Za-z_][A-Za-z0-9_]*/y],
  ['escaped', /`[A-Za-z0-9_.\-/ ]+`/y],
  ['symbol', /==|!=|<=|>=|&&|\|\||[<>[\]{}().,\-!?:+*/%]/y],
]

function readToken(text: string, at: number): Omit<Token, 'offset'> | undefined {
  for (const [kind, pattern] of WORDS) {
    const found = match(pattern, text, at)
    if (found !== undefined) return { kind, text: found }
  }
  return undefined
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0]
}

/** What was begun and could not be ended: half an operator with what follows it, a string up to where it breaks. */
function unknownAt(text: string, at: number): string {
  const begun = match(BEGUN, text, at)
  if (begun)
    return begun + text.slice(at + begun.length, at + begun.length + (text[at + begun.length] === '\\' ? 2 : 1))
  const length = '&|='.includes(text[at] ?? ' ') ? 2 : 1
  return [...text.slice(at, at + 4)].slice(0, length).join('')
}

const escaped = (text: string): string => text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')

/** Characters outside the basic plane are two in JavaScript and one in CEL. */
export function pointsIn(text: string): number {
  let points = 0
  for (const _point of text) points++
  return points
}
