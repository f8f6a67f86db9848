/**
 * Reads an expression. It never throws: a text that is none has issues. After the first one that is about the grammar,
 * nothing more is read; cel-go goes on and may tell of more.
 *
 *     ?:  ─  ||  ─  &&  ─  < <= > >= == != in  ─  + -  ─  * / %  ─  ! -  ─  . [] ()  ─  literals, names, [ ], { }, ( )
 *
 * Source: cel-go parser/gen/CEL.g4, parser/parser.go.
 */
import type { Entry, Expression, Field, Item } from '../expression.ts'
import type { Issue } from '../issue.ts'
import { uint, type Value } from '../value.ts'
import { createMacros, type Macros } from './macros.ts'
import { pointsIn, readTokens, type Token } from './tokens.ts'
import { unquoteBytes, unquoteString } from './unquote.ts'

/** What came of it. */
export type Parsed =
  | { readonly parsed: true; readonly expression: Expression }
  | { readonly parsed: false; readonly issues: readonly Issue[] }

/** Longer ones are not looked at. Source: cel-go parser/options.go expressionSizeCodePointLimit. */
export const EXPRESSION_LENGTH_MAX = 100_000
/** An expression that is nested deeper could exhaust the stack. Source: cel-go parser/options.go maxRecursionDepth. */
const DEPTH_MAX = 250

/** Parses an expression and expands its macros. */
export function parse(text: string): Parsed {
  const length = pointsIn(text)
  if (length > EXPRESSION_LENGTH_MAX) {
    const message = `expression code point size exceeds limit: size: ${length}, limit ${EXPRESSION_LENGTH_MAX}`
    return { parsed: false, issues: [{ offset: -1, message }] }
  }
  const { tokens, issues } = readTokens(text)
  const parser = new Parser(text, tokens)
  const expression = parser.parseAll()
  const all = [...issues, ...parser.issues]
  return all.length > 0 ? { parsed: false, issues: all } : { parsed: true, expression }
}

/** Words that are no names. Source: cel-go parser/parser.go reservedIds. */
export const RESERVED: ReadonlySet<string> = new Set(
  'as break const continue else false for function if import in let loop package namespace null return true var void while'.split(
    ' ',
  ),
)

const RELATIONS: ReadonlySet<string> = new Set(['<', '<=', '>=', '>', '==', '!=', 'in'])
const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null'])
const START =
  "'[', '{', '(', '.', '-', '!', 'true', 'false', 'null', NUM_FLOAT, NUM_INT, NUM_UINT, STRING, BYTES, IDENTIFIER"
const START_OF_ARGUMENTS = START.replace("'(', ", "'(', ')', ")
const START_OF_LIST = START.replace("'[', ", "'[', ']', ").replace("'.', '-', '!', ", "'.', ',', '-', '!', '?', ")
const START_OF_MAP = START.replace("'{', ", "'{', '}', ").replace("'.', '-', '!', ", "'.', ',', '-', '!', '?', ")

/** Goes through the words once. A thing with a lifetime: that of one text. */
class Parser {
  readonly issues: Issue[] = []
  readonly #text: string
  readonly #tokens: readonly Token[]
  readonly #macros: Macros
  #at = 0
  #ids = 0
  #depth = 0
  #hasFailed = false

  constructor(text: string, tokens: readonly Token[]) {
    this.#text = text
    this.#tokens = tokens
    this.#macros = createMacros({
      newId: () => ++this.#ids,
      wrong: (offset, message) => {
        this.issues.push({ offset, message })
        return this.#literal(offset, null)
      },
    })
  }

  parseAll(): Expression {
    const expression = this.#expression(START)
    const next = this.#peek()
    const isLast = this.#tokens[this.#at + 1]?.kind === 'end'
    if (next.kind !== 'end') {
      this.#fail(next, `${isLast ? 'extraneous' : 'mismatched'} input ${quoted(next)} expecting <EOF>`)
    }
    return expression
  }

  #expression(expected: string): Expression {
    if (++this.#depth > DEPTH_MAX) {
      this.#failWith({ offset: -1, message: `expression recursion limit exceeded: ${DEPTH_MAX}` })
    }
    const condition = this.#or(expected)
    const mark = this.#peek()
    const whole = this.#take('?') ? this.#choice(mark, condition) : condition
    this.#depth--
    return whole
  }

  #choice(mark: Token, condition: Expression): Expression {
    const id = ++this.#ids
    const one = this.#or(START)
    this.#want(':')
    const other = this.#expression(START)
    return { kind: 'call', id, offset: mark.offset, name: '_?_:_', arguments: [condition, one, other] }
  }

  #or(expected: string): Expression {
    return this.#chain(
      '||',
      '_||_',
      () => this.#and(expected),
      () => this.#and(START),
    )
  }

  #and(expected: string): Expression {
    return this.#chain(
      '&&',
      '_&&_',
      () => this.#relation(expected),
      () => this.#relation(START),
    )
  }

  /** `a && b && c && d` is cut in the middle, so that a long chain is no deep tree. */
  #chain(symbol: string, name: string, first: () => Expression, next: () => Expression): Expression {
    const terms = [first()]
    const marks: { readonly id: number; readonly offset: number }[] = []
    for (let mark = this.#peek(); this.#take(symbol); mark = this.#peek()) {
      terms.push(next())
      marks.push({ id: ++this.#ids, offset: mark.offset })
    }
    const tree = (low: number, high: number): Expression => {
      const middle = Math.floor((low + high + 1) / 2)
      const mark = marks[middle]
      const [left, right] = [terms[middle], terms[middle + 1]]
      if (!mark || !left || !right) return terms[low] ?? this.#literal(0, null)
      const one = middle === low ? left : tree(low, middle - 1)
      const other = middle === high ? right : tree(middle + 1, high)
      return { kind: 'call', ...mark, name, arguments: [one, other] }
    }
    return tree(0, marks.length - 1)
  }

  #relation(expected: string): Expression {
    return this.#operators(
      RELATIONS,
      () => this.#sum(expected),
      () => this.#sum(START),
    )
  }

  #sum(expected: string): Expression {
    return this.#operators(
      SUMS,
      () => this.#product(expected),
      () => this.#product(START),
    )
  }

  #product(expected: string): Expression {
    return this.#operators(
      PRODUCTS,
      () => this.#unary(expected),
      () => this.#unary(START),
    )
  }

  #operators(symbols: ReadonlySet<string>, first: () => Expression, next: () => Expression): Expression {
    let left = first()
    for (let mark = this.#peek(); isSymbol(mark) && symbols.has(mark.text); mark = this.#peek()) {
      if (++this.#depth > DEPTH_MAX) {
        this.#failWith({ offset: -1, message: `expression recursion limit exceeded: ${DEPTH_MAX}` })
      }
      this.#at++
      const id = ++this.#ids
      const name = mark.text === 'in' ? '@in' : `_${mark.text}_`
      left = { kind: 'call', id, offset: mark.offset, name, arguments: [left, next()] }
    }
    return left
  }

  #unary(expected: string): Expression {
    const mark = this.#peek()
    if (mark.kind !== 'symbol' || (mark.text !== '!' && mark.text !== '-')) return this.#member(expected)
    let count = 0
    while (this.#take(mark.text)) count++
    const number = this.#peek()
    // A minus before a number belongs to it: -9223372036854775808 is an int, and 9223372036854775808 is none.
    if (mark.text === '-' && count === 1 && (number.kind === 'int' || number.kind === 'double')) {
      this.#at++
      return this.#suffixes(this.#number(number, mark))
    }
    const operand = this.#member(START)
    if (count % 2 === 0) return operand
    return {
      kind: 'call',
      id: ++this.#ids,
      offset: mark.offset,
      name: mark.text === '!' ? '!_' : '-_',
      arguments: [operand],
    }
  }

  #member(expected: string): Expression {
    return this.#suffixes(this.#primary(expected))
  }

  #suffixes(first: Expression): Expression {
    let whole = first
    for (let links = 0; ; links++) {
      const mark = this.#peek()
      if (links > DEPTH_MAX) {
        this.#failWith({ offset: -1, message: `expression recursion limit exceeded: ${DEPTH_MAX}` })
      }
      if (this.#take('.')) whole = this.#dotted(whole, mark)
      else if (this.#take('[')) whole = this.#indexed(whole, mark)
      else return whole
    }
  }

  #dotted(operand: Expression, dot: Token): Expression {
    const isOptional = this.#take('?')
    const name = this.#peek()
    if ((name.kind !== 'name' && name.kind !== 'escaped') || KEYWORDS.has(name.text)) {
      if (isOptional) return this.#fail(name, `mismatched input ${quoted(name)} expecting {IDENTIFIER, ESC_IDENTIFIER}`)
      if (['true', 'false', 'null'].includes(name.text)) {
        return this.#fail(name, `mismatched input '${name.text}' expecting IDENTIFIER`)
      }
      return this.#fail(name, `no viable alternative at input '${this.#between(dot, name)}'`)
    }
    this.#at++
    if (name.kind === 'escaped') return this.#failAt(dot.offset, "unsupported syntax: '`'")
    if (isOptional) {
      const field = this.#literal(name.offset, name.text)
      return { kind: 'call', id: ++this.#ids, offset: dot.offset, name: '_?._', arguments: [operand, field] }
    }
    const open = this.#peek()
    if (!this.#take('(')) {
      return { kind: 'select', id: ++this.#ids, offset: dot.offset, operand, field: name.text, test: false }
    }
    const id = ++this.#ids
    const given = this.#arguments()
    const call = { kind: 'call', id, offset: open.offset, name: name.text, target: operand, arguments: given } as const
    return this.#hasFailed ? call : this.#macros.expand(call)
  }

  #indexed(operand: Expression, mark: Token): Expression {
    const name = this.#take('?') ? '_[?_]' : '_[_]'
    const id = ++this.#ids
    const index = this.#expression(START)
    this.#want(']')
    return { kind: 'call', id, offset: mark.offset, name, arguments: [operand, index] }
  }

  #primary(expected: string): Expression {
    const token = this.#peek()
    switch (token.kind) {
      case 'int':
      case 'uint':
      case 'double':
        this.#at++
        return this.#number(token)
      case 'string':
      case 'bytes':
        this.#at++
        return this.#quoted(token)
      case 'name':
        return this.#name(token, false, expected)
      case 'symbol':
        break
      default:
        return this.#unexpected(token, expected)
    }
    if (this.#take('(')) {
      const inside = this.#expression(START)
      this.#want(')')
      return inside
    }
    if (this.#take('[')) return this.#list(token)
    if (this.#take('{')) return this.#map(token)
    if (this.#take('.')) {
      const name = this.#peek()
      if (name.kind === 'name') return this.#name(name, true, 'IDENTIFIER')
      return this.#fail(name, `no viable alternative at input '${this.#between(token, name)}'`)
    }
    return this.#unexpected(token, expected)
  }

  #name(token: Token, isAbsolute: boolean, expected: string): Expression {
    const { text, offset } = token
    if (text === 'in') return this.#unexpected(token, expected)
    this.#at++
    if (text === 'true' || text === 'false') return this.#literal(offset, text === 'true')
    if (text === 'null') return this.#literal(offset, null)
    const brace = this.#objectAhead()
    if (brace) return this.#object(token, isAbsolute, brace)
    if (RESERVED.has(text)) return this.#failAt(offset, `reserved identifier: ${text}`)
    const name = isAbsolute ? `.${text}` : text
    const open = this.#peek()
    if (!this.#take('(')) return { kind: 'name', id: ++this.#ids, offset, name }
    const id = ++this.#ids
    const call = { kind: 'call', id, offset: open.offset, name, arguments: this.#arguments() } as const
    return this.#hasFailed ? call : this.#macros.expand(call)
  }

  /** How many words of `a.b.C{` are left before its brace; undefined when there is none. */
  #objectAhead(): number | undefined {
    let at = this.#at
    while (this.#tokens[at]?.text === '.' && this.#tokens[at + 1]?.kind === 'name') at += 2
    return this.#tokens[at]?.text === '{' ? at : undefined
  }

  #object(first: Token, isAbsolute: boolean, brace: number): Expression {
    const names = this.#tokens.slice(this.#at, brace).map(({ text }) => text)
    const name = `${isAbsolute ? '.' : ''}${first.text}${names.join('')}`
    const offset = this.#tokens[brace]?.offset ?? 0
    this.#at = brace + 1
    const id = ++this.#ids
    const fields: Field[] = []
    while (!this.#isAt('}') && !this.#hasFailed) {
      if (this.#isAt(',') && this.#tokens[this.#at + 1]?.text === '}') break
      if (fields.length > 0) this.#want(',')
      const optional = this.#take('?')
      const field = this.#peek()
      if (field.kind !== 'name') {
        this.#fail(field, `mismatched input ${quoted(field)} expecting {'}', ',', '?', IDENTIFIER, ESC_IDENTIFIER}`)
        break
      }
      this.#at++
      const colon = this.#peek()
      this.#want(':')
      fields.push({ id: ++this.#ids, offset: colon.offset, name: field.text, value: this.#expression(START), optional })
    }
    this.#take(',')
    this.#want('}')
    return { kind: 'object', id, offset, name, fields }
  }

  #list(open: Token): Expression {
    const id = ++this.#ids
    const items: Item[] = []
    while (!this.#isAt(']') && !this.#hasFailed) {
      if (this.#isAt(',') && this.#tokens[this.#at + 1]?.text === ']') break
      if (items.length > 0) this.#want(',', "{']', ','}")
      const optional = this.#take('?')
      items.push({ value: this.#expression(items.length === 0 && !optional ? START_OF_LIST : START), optional })
    }
    this.#take(',')
    this.#want(']')
    return { kind: 'list', id, offset: open.offset, items }
  }

  #map(open: Token): Expression {
    const id = ++this.#ids
    const entries: Entry[] = []
    while (!this.#isAt('}') && !this.#hasFailed) {
      if (this.#isAt(',') && this.#tokens[this.#at + 1]?.text === '}') break
      if (entries.length > 0) this.#want(',', "{'}', ','}")
      const optional = this.#take('?')
      const key = this.#expression(entries.length === 0 && !optional ? START_OF_MAP : START)
      this.#want(':')
      entries.push({ key, value: this.#expression(START), optional })
    }
    this.#take(',')
    this.#want('}')
    return { kind: 'map', id, offset: open.offset, entries }
  }

  #arguments(): Expression[] {
    if (this.#take(')')) return []
    const given = [this.#expression(START_OF_ARGUMENTS)]
    while (this.#take(',')) given.push(this.#expression(START))
    this.#want(')')
    return given
  }

  #number(token: Token, sign?: Token): Expression {
    const offset = (sign ?? token).offset
    const wrong = () => this.#failAt(offset, `invalid ${token.kind} literal`)
    if (token.kind === 'double') {
      const value = Number(token.text) * (sign ? -1 : 1)
      return Number.isFinite(value) ? this.#literal(offset, value) : wrong()
    }
    const digits = token.kind === 'uint' ? token.text.slice(0, -1) : token.text
    const value = BigInt(digits) * (sign ? -1n : 1n)
    if (token.kind === 'uint') return value < 2n ** 64n ? this.#literal(offset, uint(value)) : wrong()
    return BigInt.asIntN(64, value) === value ? this.#literal(offset, value) : wrong()
  }

  #quoted({ kind, text, offset }: Token): Expression {
    if (kind === 'bytes') {
      const read = unquoteBytes(text)
      return 'bytes' in read ? this.#literal(offset, read.bytes) : this.#failAt(offset, read.wrong)
    }
    const read = unquoteString(text)
    return 'text' in read ? this.#literal(offset, read.text) : this.#failAt(offset, read.wrong)
  }

  #literal(offset: number, value: Value): Expression {
    return { kind: 'literal', id: ++this.#ids, offset, value }
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? END
  }

  #isAt(symbol: string): boolean {
    const token = this.#peek()
    return token.kind === 'symbol' && token.text === symbol
  }

  #take(symbol: string): boolean {
    if (!this.#isAt(symbol)) return false
    this.#at++
    return true
  }

  #want(symbol: string, expected = `'${symbol}'`): void {
    if (this.#take(symbol)) return
    const token = this.#peek()
    const next = this.#tokens[this.#at + 1]
    const follows = symbol === ':' ? isStart(token) : token.kind === 'end' || CLOSING.has(token.text)
    if (next?.kind === 'symbol' && expected.includes(`'${next.text}'`)) {
      this.#fail(token, `extraneous input ${quoted(token)} expecting ${expected}`)
    } else if (follows && !expected.startsWith('{')) this.#fail(token, `missing ${expected} at ${quoted(token)}`)
    else this.#fail(token, `mismatched input ${quoted(token)} expecting ${expected}`)
  }

  #unexpected(token: Token, expected: string): Expression {
    const next = this.#tokens[this.#at + 1]
    const isAlone = token.kind !== 'end' && next !== undefined && isStart(next)
    return this.#fail(token, `${isAlone ? 'extraneous' : 'mismatched'} input ${quoted(token)} expecting {${expected}}`)
  }

  #fail(token: Token, message: string): Expression {
    return this.#failWith({ offset: token.offset, message: `Syntax error: ${message}` })
  }

  /** The grammar is kept, but for what the words say. Reading goes on. */
  #failAt(offset: number, message: string): Expression {
    if (!this.#hasFailed) this.issues.push({ offset, message })
    return this.#literal(offset, null)
  }

  /** Ends the reading: everything from here on is the end. */
  #failWith(issue: Issue): Expression {
    if (!this.#hasFailed) this.issues.push(issue)
    this.#hasFailed = true
    this.#at = this.#tokens.length
    return this.#literal(0, null)
  }

  /** What is written from one word to the end of another. */
  #between(from: Token, to: Token): string {
    const points = [...this.#text]
    return points
      .slice(from.offset, to.kind === 'end' ? to.offset : to.offset + pointsIn(to.text))
      .join('')
      .trimEnd()
  }
}

const SUMS: ReadonlySet<string> = new Set(['+', '-'])
const PRODUCTS: ReadonlySet<string> = new Set(['*', '/', '%'])
const CLOSING: ReadonlySet<string> = new Set([')', ']', '}', ',', ':'])
const END: Token = { kind: 'end', text: '<EOF>', offset: 0 }

const isSymbol = ({ kind, text }: Token): boolean => kind === 'symbol' || text === 'in'

const isStart = ({ kind, text }: Token): boolean =>
  kind === 'symbol' ? ['[', '{', '(', '.', '-', '!'].includes(text) : kind !== 'end' && text !== 'in'

const quoted = ({ text }: Token): string => `'${text.replaceAll('\n', '\\n')}'`
