/**
 * Label filters as a text: `app=web,tier in (front,back),!old,weight>3`.
 *
 *     filter       = [ requirement { "," requirement } ]
 *     requirement  = [ "!" ] KEY | KEY ( "=" | "==" | "!=" | ">" | "<" ) [ VALUE ] | KEY ( "in" | "notin" ) "(" values ")"
 *     values       = [ VALUE ] { "," [ VALUE ] }
 *
 * `in` and `notin` are words only where an operator may stand. Source: apimachinery pkg/labels/selector.go, whose
 * complaints these are.
 */

import { sayFieldError, sayFieldErrors } from '../field-error.ts'
import { badRequest } from '../status.ts'
import { checkKey, checkRequirement, type LabelOperator, type LabelRequirement, orderByKey } from './labels.ts'

/** The requirements of a text, ordered by key. Throws BadRequest in the words of Kubernetes. */
export function parseLabels(text: string): readonly LabelRequirement[] {
  const reader: Reader = { tokens: scan(text), at: 0 }
  const requirements: LabelRequirement[] = []
  for (;;) {
    const first = peek(reader)
    if (first.token === 'end') return orderByKey(requirements)
    if (first.token !== 'word' && first.token !== '!') {
      throw badRequest(`found '${first.text}', expected: !, identifier, or 'end of string'`)
    }
    requirements.push(readRequirement(reader))
    const next = take(reader)
    if (next.token === 'end') return orderByKey(requirements)
    if (next.token !== ',') throw badRequest(`found '${next.text}', expected: ',' or 'end of string'`)
    const after = peek(reader)
    if (after.token !== 'word' && after.token !== '!') {
      throw badRequest(`found '${after.text}', expected: identifier after ','`)
    }
  }
}

type Symbol = ')' | ',' | '!' | '==' | '=' | '>' | '<' | '!=' | '('

interface Token {
  readonly token: Symbol | 'in' | 'notin' | 'word' | 'end'
  readonly text: string
}

interface Reader {
  readonly tokens: readonly Token[]
  at: number
}

const END: Token = { token: 'end', text: '' }

/** Longest first. */
const SYMBOLS: readonly Symbol[] = ['==', '!=', '=', '!', '(', ')', ',', '>', '<']

function scan(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    const rest = /[^ \t\r\n]/.exec(text.slice(at))
    if (!rest) break
    at += rest.index
    const symbol = SYMBOLS.find((one) => text.startsWith(one, at))
    const [word = ''] = symbol === undefined ? (/^[^ \t\r\n=!(),><]+/.exec(text.slice(at)) ?? []) : []
    if (symbol !== undefined) tokens.push({ token: symbol, text: symbol })
    else tokens.push({ token: word === 'in' || word === 'notin' ? word : 'word', text: word })
    at += symbol?.length ?? word.length
  }
  return tokens
}

/** The next token; `in` and `notin` are ordinary words here. */
function peek({ tokens, at }: Reader): Token {
  const next = tokens[at] ?? END
  return next.token === 'in' || next.token === 'notin' ? { token: 'word', text: next.text } : next
}

function take(reader: Reader): Token {
  const next = peek(reader)
  reader.at++
  return next
}

function readRequirement(reader: Reader): LabelRequirement {
  const requirement = readParts(reader)
  const errors = checkRequirement(requirement)
  if (errors.length > 0) throw unreadable(sayFieldErrors(errors))
  return requirement
}

function readParts(reader: Reader): LabelRequirement {
  const isNegated = peek(reader).token === '!'
  if (isNegated) take(reader)
  const { token, text: key } = take(reader)
  if (token !== 'word') throw unreadable(`found '${key}', expected: identifier`)
  for (const error of checkKey(key, '')) throw unreadable(sayFieldError(error))
  const next = peek(reader).token
  if (next === 'end' || next === ',') return { key, operator: isNegated ? '!' : 'exists', values: [] }
  // A negation with an operator after it reads as the negation alone, and fails at what follows.
  if (isNegated) return { key, operator: '!', values: [] }
  const operator = readOperator(reader)
  const isSet = operator === 'in' || operator === 'notin'
  return { key, operator, values: isSet ? readValues(reader) : [readValue(reader)] }
}

function readOperator(reader: Reader): LabelOperator {
  const { token, text } = reader.tokens[reader.at++] ?? END
  switch (token) {
    case 'in':
    case 'notin':
    case '=':
    case '==':
    case '!=':
      return token
    case '>':
      return 'gt'
    case '<':
      return 'lt'
    default:
      throw unreadable(`found '${text}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

/** Sorted, none twice. A comma without a word beside it stands for the empty value. */
function readValues(reader: Reader): readonly string[] {
  const opening = take(reader)
  if (opening.token !== '(') throw unreadable(`found '${opening.text}' expected: '('`)
  const first = peek(reader)
  if (first.token === ')') {
    take(reader)
    return ['']
  }
  if (first.token !== 'word' && first.token !== ',') {
    throw unreadable(`found '${first.text}', expected: ',', ')' or identifier`)
  }
  const values = readList(reader)
  take(reader)
  return [...values].toSorted()
}

/** Up to the closing parenthesis, which is left. */
function readList(reader: Reader): ReadonlySet<string> {
  const values = new Set<string>()
  for (;;) {
    const { token, text } = take(reader)
    const next = peek(reader)
    if (token === 'word') {
      values.add(text)
      if (next.token === ')') return values
      if (next.token !== ',') throw unreadable(`found '${next.text}', expected: ',' or ')'`)
    } else if (token === ',') {
      if (values.size === 0 || next.token === ',' || next.token === ')') values.add('')
      if (next.token === ')') return values
    } else {
      throw unreadable(`found '${text}', expected: ',', or identifier`)
    }
  }
}

function readValue(reader: Reader): string {
  const next = peek(reader)
  if (next.token === 'end' || next.token === ',') return ''
  const { token, text } = take(reader)
  if (token !== 'word') throw unreadable(`found '${text}', expected: identifier`)
  return text
}

const unreadable = (why: string) => badRequest(`unable to parse requirement: ${why}`)
