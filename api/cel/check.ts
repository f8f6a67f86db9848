/**
 * Says of each part of an expression which type it has and which overloads a call may mean, or what is wrong with it.
 * Names with dots are settled here: `a.b.c` may be a field of a field, or one name.
 * Source: cel-go checker/checker.go; for literals cel/validator.go.
 */

import { compilePattern } from '../schema/pattern.ts'
import { FUNCTIONS, typeOfName, type Variables } from './environment.ts'
import type { Expression, Fold, Item } from './expression.ts'
import { formatText } from './functions/format-text.ts'
import type { Overload } from './functions/function.ts'
import { readDuration, readTimestamp } from './functions/time.ts'
import type { Issue } from './issue.ts'
import {
  BOOL,
  DYN,
  ERROR,
  INT,
  insideOptional,
  isOpen,
  listOf,
  mapOf,
  optionalOf,
  parameter,
  partsOf,
  sameType,
  sayType,
  type Type,
} from './type.ts'
import { assign, assignAll, type Bindings, moreGeneral, substitute } from './unify.ts'
import { isFailure, typeOfValue } from './value.ts'

/** An expression that was checked. Names are as they were settled. */
export interface Checked {
  readonly expression: Expression
  readonly type: Type
  readonly types: ReadonlyMap<number, Type>
  readonly overloads: ReadonlyMap<number, readonly Overload[]>
  /** The variables that it names. */
  readonly names: ReadonlySet<string>
}

/** Makes objects by their fields, where a use allows that: `Object{spec: …}`. */
export type ObjectTypes = (name: string) => Type | undefined

/** Checks an expression against the variables of its use. */
export function check(
  expression: Expression,
  variables: Variables,
  objects: ObjectTypes = () => undefined,
): { readonly checked: Checked } | { readonly issues: readonly Issue[] } {
  const checker = new Checker(variables, objects)
  const settled = checker.check(expression)
  if (checker.issues.length > 0) return { issues: checker.issues }
  const result = checker.result(settled)
  const issues = [...checkLiterals(settled), ...checkItems(settled, result.types)]
  return issues.length > 0 ? { issues } : { checked: result }
}

interface Scope {
  readonly names: Readonly<Record<string, Type>>
  readonly outer: Scope | undefined
}

/** Goes through one expression. A thing with a lifetime: that of one check. */
class Checker {
  readonly issues: Issue[] = []
  readonly #variables: Variables
  readonly #objects: ObjectTypes
  readonly #types = new Map<number, Type>()
  readonly #overloads = new Map<number, readonly Overload[]>()
  readonly #names = new Set<string>()
  #bindings: Bindings = new Map()
  #scope: Scope | undefined
  #parameters = 0

  constructor(variables: Variables, objects: ObjectTypes) {
    this.#variables = variables
    this.#objects = objects
  }

  result(expression: Expression): Checked {
    const types = new Map([...this.#types].map(([id, type]) => [id, substitute(this.#bindings, type, true)]))
    const type = types.get(expression.id) ?? DYN
    return { expression, type, types, overloads: this.#overloads, names: this.#names }
  }

  check(expression: Expression): Expression {
    switch (expression.kind) {
      case 'literal':
        return this.#typed(expression, typeOfValue(expression.value))
      case 'name':
        return this.#checkName(expression)
      case 'select':
        return this.#checkSelect(expression)
      case 'call':
        return this.#checkCall(expression)
      case 'list':
        return this.#checkList(expression)
      case 'map':
        return this.#checkMap(expression)
      case 'object':
        return this.#checkObject(expression)
      case 'fold':
        return this.#checkFold(expression)
      default:
        return expression satisfies never
    }
  }

  #checkName(expression: Extract<Expression, { kind: 'name' }>): Expression {
    const found = this.#lookUp(expression.name)
    if (!found) return this.#undeclared(expression, expression.name)
    return this.#typed({ ...expression, name: found.name }, found.type)
  }

  #checkSelect(expression: Extract<Expression, { kind: 'select' }>): Expression {
    const name = expression.test ? undefined : qualifiedName(expression)
    const found = name === undefined ? undefined : this.#lookUp(name)
    if (found) {
      const { id, offset } = expression
      return this.#typed({ kind: 'name', id, offset, name: found.name }, found.type)
    }
    const operand = this.check(expression.operand)
    const type = this.#fieldType(expression, operand, expression.field, false)
    return this.#typed({ ...expression, operand }, expression.test ? BOOL : substitute(this.#bindings, type, false))
  }

  #fieldType(at: Expression, operand: Expression, field: string, isOptional: boolean): Type {
    const whole = substitute(this.#bindings, this.#typeOf(operand), false)
    const inside = insideOptional(whole)
    const target = inside ?? whole
    const type = this.#fieldOf(at, target, field)
    return inside || isOptional ? optionalOf(type) : type
  }

  #fieldOf(at: Expression, target: Type, field: string): Type {
    switch (target.kind) {
      case 'map':
        return target.value
      case 'object': {
        const type = target.field(field)
        if (type) return type
        this.#wrong(at, `undefined field '${field}'`)
        return ERROR
      }
      case 'parameter':
        this.#isAssignable(DYN, target)
        return DYN
      default:
        if (!isOpen(target)) this.#wrong(at, `type '${sayType(target)}' does not support field selection`)
        return DYN
    }
  }

  #checkCall(expression: Extract<Expression, { kind: 'call' }>): Expression {
    if (expression.name === '_?._') return this.#checkOptionalSelect(expression)
    const given = expression.arguments.map((argument) => this.check(argument))
    const { id, offset, target } = expression
    if (target === undefined) {
      const name = expression.name.replace(/^\./, '')
      const overloads = FUNCTIONS.get(name)
      if (!overloads) return this.#undeclared({ ...expression, arguments: given }, expression.name)
      return this.#resolve({ kind: 'call', id, offset, name, arguments: given }, overloads)
    }
    const prefix = qualifiedName(target)
    const name = prefix === undefined ? undefined : `${prefix}.${expression.name}`.replace(/^\./, '')
    const own = name === undefined ? undefined : FUNCTIONS.get(name)
    if (name !== undefined && own) return this.#resolve({ kind: 'call', id, offset, name, arguments: given }, own)
    const settled = this.check(target)
    const overloads = FUNCTIONS.get(expression.name)
    const call = { ...expression, target: settled, arguments: given }
    return overloads ? this.#resolve(call, overloads) : this.#undeclared(call, expression.name)
  }

  #checkOptionalSelect(expression: Extract<Expression, { kind: 'call' }>): Expression {
    const [operand, field] = expression.arguments
    if (!operand || field?.kind !== 'literal' || typeof field.value !== 'string') {
      return this.#undeclared(expression, expression.name)
    }
    const settled = this.check(operand)
    this.check(field)
    const type = substitute(this.#bindings, this.#fieldType(expression, settled, field.value, true), false)
    this.#overloads.set(expression.id, FUNCTIONS.get('_?._') ?? [])
    return this.#typed({ ...expression, arguments: [settled, field] }, type)
  }

  #resolve(call: Extract<Expression, { kind: 'call' }>, overloads: readonly Overload[]): Expression {
    const { target, name } = call
    const given = [...(target ? [target] : []), ...call.arguments].map((argument) => this.#typeOf(argument))
    if (name === '_&&_' || name === '_||_') return this.#resolveLogic(call, overloads, given)
    const fitting: Overload[] = []
    let result: Type | undefined
    for (const overload of overloads) {
      if (overload.method !== (target !== undefined)) continue
      const [type = DYN, ...wanted] = this.#fresh([overload.result, ...overload.arguments])
      const bindings = assignAll(this.#bindings, given, wanted)
      if (!bindings) continue
      this.#bindings = bindings
      fitting.push(overload)
      const own = substitute(bindings, type, false)
      if (result === undefined) result = own
      else if (result.kind !== 'dyn' && !sameType(own, result)) result = DYN
    }
    if (result === undefined) {
      const said = given.map((type) => sayType(substitute(this.#bindings, type, true)))
      const [first = '', ...rest] = said
      const signature = target ? `${first}.(${rest.join(', ')})` : `(${said.join(', ')})`
      this.#wrong(call, `found no matching overload for '${name}' applied to '${signature}'`)
      return this.#typed(call, ERROR)
    }
    this.#overloads.set(call.id, fitting)
    return this.#typed(call, result)
  }

  #resolveLogic(
    call: Extract<Expression, { kind: 'call' }>,
    overloads: readonly Overload[],
    given: readonly Type[],
  ): Expression {
    let isWrong = false
    for (const [at, type] of given.entries()) {
      const argument = call.arguments[at]
      if (!argument || this.#isAssignable(type, BOOL)) continue
      this.#mismatch(argument, BOOL, type)
      isWrong = true
    }
    this.#overloads.set(call.id, overloads)
    return this.#typed(call, isWrong ? ERROR : BOOL)
  }

  #checkList(expression: Extract<Expression, { kind: 'list' }>): Expression {
    let joined: Type | undefined
    const items = expression.items.map((item) => {
      const value = this.check(item.value)
      joined = this.#join(joined, this.#itemType(value, item))
      return { ...item, value }
    })
    return this.#typed({ ...expression, items }, listOf(joined ?? this.#newParameter()))
  }

  #checkMap(expression: Extract<Expression, { kind: 'map' }>): Expression {
    let keys: Type | undefined
    let values: Type | undefined
    const entries = expression.entries.map((entry) => {
      const key = this.check(entry.key)
      keys = this.#join(keys, this.#typeOf(key))
      const value = this.check(entry.value)
      values = this.#join(values, this.#itemType(value, entry))
      return { ...entry, key, value }
    })
    const type = mapOf(keys ?? this.#newParameter(), values ?? this.#newParameter())
    return this.#typed({ ...expression, entries }, type)
  }

  /** What is left of an optional item. */
  #itemType(value: Expression, { optional }: Item): Type {
    const type = this.#typeOf(value)
    if (!optional) return type
    const inside = insideOptional(type)
    if (!inside && type.kind !== 'dyn') this.#mismatch(value, optionalOf(type), type)
    return inside ?? type
  }

  #checkObject(expression: Extract<Expression, { kind: 'object' }>): Expression {
    const name = expression.name.replace(/^\./, '')
    const type = this.#objects(name)
    if (!type) return this.#undeclared(expression, name)
    const fields = expression.fields.map((field) => {
      const value = this.check(field.value)
      const wanted = type.kind === 'object' ? type.field(field.name) : DYN
      if (!wanted) this.issues.push({ offset: field.offset, message: `undefined field '${field.name}'` })
      const given = this.#itemType(value, field)
      if (wanted && !this.#isAssignable(wanted, given)) {
        const message = `expected type of field '${field.name}' is '${sayType(wanted)}' but provided type is '${sayType(given)}'`
        this.issues.push({ offset: field.offset, message })
      }
      return { ...field, value }
    })
    return this.#typed({ ...expression, name, fields }, type)
  }

  #checkFold(expression: Fold): Expression {
    const range = this.check(expression.range)
    const start = this.check(expression.start)
    const rangeType = substitute(this.#bindings, this.#typeOf(range), false)
    const accumulated = this.#typeOf(start)
    const [item, second] = this.#rangeItems(range, rangeType, expression.second !== undefined)
    const outer = this.#scope
    const accumulator: Scope = { names: { [expression.accumulator]: accumulated }, outer }
    const names = {
      [expression.item]: item,
      ...(expression.second === undefined ? {} : { [expression.second]: second }),
    }
    this.#scope = { names, outer: accumulator }
    const condition = this.check(expression.condition)
    this.#assert(condition, BOOL)
    const step = this.check(expression.step)
    this.#assert(step, accumulated)
    this.#scope = accumulator
    const result = this.check(expression.result)
    this.#scope = outer
    const type = substitute(this.#bindings, this.#typeOf(result), false)
    return this.#typed({ ...expression, range, start, condition, step, result }, type)
  }

  #rangeItems(range: Expression, type: Type, isPair: boolean): readonly [Type, Type] {
    switch (type.kind) {
      case 'list':
        return isPair ? [INT, type.of] : [type.of, ERROR]
      case 'map':
        return [type.key, type.value]
      case 'dyn':
      case 'error':
      case 'parameter':
        this.#isAssignable(DYN, type)
        return [DYN, DYN]
      default:
        this.#wrong(
          range,
          `expression of type '${sayType(type)}' cannot be range of a comprehension (must be list, map, or dynamic)`,
        )
        return [ERROR, ERROR]
    }
  }

  #join(before: Type | undefined, type: Type): Type {
    if (before === undefined) return type
    if (this.#isAssignable(before, type)) return moreGeneral(before, type)
    // Items of different types are refused afterwards, unless they are what a text is made of.
    return DYN
  }

  #lookUp(said: string): { readonly name: string; readonly type: Type } | undefined {
    const name = said.replace(/^\./, '')
    for (let scope = said === name ? this.#scope : undefined; scope; scope = scope.outer) {
      const type = Object.hasOwn(scope.names, name) ? scope.names[name] : undefined
      if (type) return { name, type }
    }
    const type = typeOfName(this.#variables, name)
    if (type && Object.hasOwn(this.#variables, name)) this.#names.add(name)
    return type && { name, type }
  }

  #assert(expression: Expression, type: Type): void {
    const found = this.#typeOf(expression)
    if (!this.#isAssignable(type, found)) this.#mismatch(expression, type, found)
  }

  #isAssignable(type: Type, wanted: Type): boolean {
    const bindings = assign(this.#bindings, type, wanted)
    if (bindings) this.#bindings = bindings
    return bindings !== undefined
  }

  /** The types of an overload with parameters of their own. */
  #fresh(types: readonly Type[]): readonly Type[] {
    if (!types.some(hasParameter)) return types
    const own = new Map<string, Type>()
    const renew = (type: Type): Type => {
      if (type.kind === 'parameter') {
        const known = own.get(type.name) ?? this.#newParameter()
        own.set(type.name, known)
        return known
      }
      if (!hasParameter(type)) return type
      switch (type.kind) {
        case 'list':
          return listOf(renew(type.of))
        case 'map':
          return mapOf(renew(type.key), renew(type.value))
        case 'opaque':
          return { ...type, of: type.of.map(renew) }
        case 'type':
          return type.of ? { kind: 'type', of: renew(type.of) } : type
        default:
          return type
      }
    }
    return types.map(renew)
  }

  #newParameter(): Type {
    return parameter(`_var${this.#parameters++}`)
  }

  #typeOf(expression: Expression): Type {
    return this.#types.get(expression.id) ?? DYN
  }

  #typed(expression: Expression, type: Type): Expression {
    this.#types.set(expression.id, type)
    return expression
  }

  #undeclared(expression: Expression, name: string): Expression {
    this.#wrong(expression, `undeclared reference to '${name}' (in container '')`)
    return this.#typed(expression, ERROR)
  }

  #mismatch(at: Expression, wanted: Type, found: Type): void {
    this.#wrong(at, `expected type '${sayType(wanted)}' but found '${sayType(found)}'`)
  }

  #wrong({ offset }: Expression, message: string): void {
    this.issues.push({ offset, message })
  }
}

const hasParameter = (type: Type): boolean => type.kind === 'parameter' || partsOf(type).some(hasParameter)

/** `a.b.c`, when an expression is nothing but names and dots. */
function qualifiedName(expression: Expression): string | undefined {
  if (expression.kind === 'name') return expression.name
  if (expression.kind !== 'select' || expression.test) return undefined
  const operand = qualifiedName(expression.operand)
  return operand === undefined ? undefined : `${operand}.${expression.field}`
}

/** Literals that some functions are given must be what those read. Source: cel-go cel/validator.go. */
function checkLiterals(expression: Expression): Issue[] {
  const issues = childrenOf(expression).flatMap(checkLiterals)
  if (expression.kind !== 'call') return issues
  const { name, target } = expression
  if (name === 'format') return [...issues, ...checkFormat(expression)]
  const argument = name === 'matches' && !target ? expression.arguments[1] : expression.arguments[0]
  if (argument?.kind !== 'literal' || typeof argument.value !== 'string') return issues
  const wrong = { offset: argument.offset, message: `invalid ${name} argument` }
  if (name === 'duration' && isFailure(readDuration(argument.value))) return [...issues, wrong]
  if (name === 'timestamp' && isFailure(readTimestamp(argument.value))) return [...issues, wrong]
  if (name === 'matches' && !compilePattern(argument.value).valid) return [...issues, wrong]
  return issues
}

/** A text of literals alone is made once, to see that it can be. Source: cel-go ext/formatting.go. */
function checkFormat({ target, offset, arguments: given }: Extract<Expression, { kind: 'call' }>): Issue[] {
  const [list] = given
  if (target?.kind !== 'literal' || typeof target.value !== 'string' || list?.kind !== 'list') return []
  const values = list.items.flatMap(({ value }) => (value.kind === 'literal' ? [value.value] : []))
  const made = values.length === list.items.length ? formatText(target.value, values) : ''
  if (!isFailure(made)) return []
  const at = made.message.startsWith('error during formatting') ? (list.items[0]?.value ?? list) : { offset }
  return [{ offset: at.offset, message: made.message }]
}

/** Items of one list, keys of one map, and its values are of one type. Source: cel-go cel/validator.go. */
function checkItems(expression: Expression, types: ReadonlyMap<number, Type>): Issue[] {
  if (expression.kind === 'call' && expression.name === 'format') return []
  const inside = childrenOf(expression).flatMap((part) => checkItems(part, types))
  if (expression.kind === 'list') return [...findOther(expression.items, types), ...inside]
  if (expression.kind !== 'map') return inside
  const keys = expression.entries.map(({ key }) => ({ value: key, optional: false }))
  return [...findOther(keys, types), ...findOther(expression.entries, types), ...inside]
}

function findOther(items: readonly Item[], types: ReadonlyMap<number, Type>): Issue[] {
  const typeOf = ({ value, optional }: Item): Type => {
    const type = types.get(value.id) ?? DYN
    return optional ? (insideOptional(type) ?? type) : type
  }
  const [first] = items
  const other = first && items.find((item) => !sameType(typeOf(item), typeOf(first)))
  if (!first || !other) return []
  const message = `expected type '${sayType(typeOf(first))}' but found '${sayType(typeOf(other))}'`
  return [{ offset: other.value.offset, message }]
}

/** The parts of an expression, in the order in which they are written. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return []
    case 'select':
      return [expression.operand]
    case 'call':
      return [...(expression.target ? [expression.target] : []), ...expression.arguments]
    case 'list':
      return expression.items.map(({ value }) => value)
    case 'map':
      return expression.entries.flatMap(({ key, value }) => [key, value])
    case 'object':
      return expression.fields.map(({ value }) => value)
    case 'fold':
      return [expression.range, expression.start, expression.condition, expression.step, expression.result]
    default:
      return expression satisfies never
  }
}
