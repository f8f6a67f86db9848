/**
 * Calls that are no calls: `has(a.b)`, `list.all(x, …)` and the others become tests and folds before they are checked.
 * Source: cel-go parser/macro.go, ext/comprehensions.go, ext/lists.go (sortBy), cel/library.go (optMap).
 */
import { ACCUMULATOR, type Expression } from '../expression.ts'
import type { Value } from '../value.ts'

/** A call, as it was written. */
export type Call = Extract<Expression, { readonly kind: 'call' }>

/** Expands one call; answers the call itself when it is no macro. */
export interface Macros {
  expand(call: Call): Expression
}

/** What making new nodes takes. */
export interface MacroDeps {
  newId(): number
  /** Notes what is wrong, and answers a node in place of what cannot be made. */
  wrong(offset: number, message: string): Expression
}

type Expand = (call: Call, make: Maker) => Expression

/** Macros of one text. */
export function createMacros(deps: MacroDeps): Macros {
  return {
    expand(call) {
      const name = `${call.target ? '.' : ''}${call.name}/${call.arguments.length}`
      const expand = Object.hasOwn(MACROS, name) ? MACROS[name] : undefined
      return expand ? expand(call, makerAt(call.offset, deps)) : call
    },
  }
}

const MACROS: Readonly<Record<string, Expand>> = {
  'has/1': has,
  '.all/2': quantified(all),
  '.all/3': quantified(all),
  '.exists/2': quantified(exists),
  '.exists/3': quantified(exists),
  '.exists_one/2': quantified(existsOne),
  '.exists_one/3': quantified(existsOne),
  '.existsOne/2': quantified(existsOne),
  '.existsOne/3': quantified(existsOne),
  '.map/2': (call, make) => mapped(call, make, undefined, call.arguments[1]),
  '.map/3': (call, make) => mapped(call, make, call.arguments[1], call.arguments[2]),
  '.filter/2': filtered,
  '.transformList/3': transformed(list),
  '.transformList/4': transformed(list),
  '.transformMap/3': transformed(map),
  '.transformMap/4': transformed(map),
  '.transformMapEntry/3': transformed(mapEntry),
  '.transformMapEntry/4': transformed(mapEntry),
  '.optMap/2': optMap,
  '.optFlatMap/2': optFlatMap,
  '.sortBy/2': sortBy,
}

interface Maker extends MacroDeps {
  literal(value: Value): Expression
  name(name: string): Expression
  call(name: string, ...given: readonly Expression[]): Expression
  method(name: string, target: Expression, ...given: readonly Expression[]): Expression
  list(...items: readonly Expression[]): Expression
  accumulator(): Expression
  fold(parts: Omit<Extract<Expression, { kind: 'fold' }>, 'id' | 'offset' | 'kind'>): Expression
}

function makerAt(offset: number, deps: MacroDeps): Maker {
  const node = () => ({ id: deps.newId(), offset })
  const name = (said: string): Expression => ({ ...node(), kind: 'name', name: said })
  return {
    ...deps,
    literal: (value) => ({ ...node(), kind: 'literal', value }),
    name,
    call: (called, ...given) => ({ ...node(), kind: 'call', name: called, arguments: given }),
    method: (called, target, ...given) => ({ ...node(), kind: 'call', name: called, target, arguments: given }),
    list: (...items) => ({ ...node(), kind: 'list', items: items.map((value) => ({ value, optional: false })) }),
    accumulator: () => name(ACCUMULATOR),
    fold: (parts) => ({ ...node(), kind: 'fold', ...parts }),
  }
}

function has({ arguments: [given], offset }: Call, make: Maker): Expression {
  if (given?.kind !== 'select') return make.wrong(given?.offset ?? 0, 'invalid argument to has() macro')
  return { ...given, id: make.newId(), offset, test: true }
}

/** The parts of a fold that says whether items are as wanted. */
interface Quantifier {
  readonly start: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

function all(predicate: Expression, make: Maker): Quantifier {
  return {
    start: make.literal(true),
    condition: make.call('@not_strictly_false', make.accumulator()),
    step: make.call('_&&_', make.accumulator(), predicate),
    result: make.accumulator(),
  }
}

function exists(predicate: Expression, make: Maker): Quantifier {
  return {
    start: make.literal(false),
    condition: make.call('@not_strictly_false', make.call('!_', make.accumulator())),
    step: make.call('_||_', make.accumulator(), predicate),
    result: make.accumulator(),
  }
}

function existsOne(predicate: Expression, make: Maker): Quantifier {
  const more = make.call('_+_', make.accumulator(), make.literal(1n))
  return {
    start: make.literal(0n),
    condition: make.literal(true),
    step: make.call('_?_:_', predicate, more, make.accumulator()),
    result: make.call('_==_', make.accumulator(), make.literal(1n)),
  }
}

function quantified(quantifier: (predicate: Expression, make: Maker) => Quantifier): Expand {
  return (call, make) => {
    const names = namesOf(call, call.arguments.length - 1, 'argument must be a simple name', make)
    const predicate = call.arguments.at(-1)
    if (!('item' in names) || !call.target || !predicate) return asExpression(names, call)
    return make.fold({ range: call.target, ...names, accumulator: ACCUMULATOR, ...quantifier(predicate, make) })
  }
}

function mapped(call: Call, make: Maker, filter: Expression | undefined, value: Expression | undefined): Expression {
  const names = namesOf(call, 1, 'argument is not an identifier', make)
  if (!('item' in names) || !call.target || !value) return asExpression(names, call)
  return grown(call.target, names, filter, make.list(), make.call('_+_', make.accumulator(), make.list(value)), make)
}

function filtered(call: Call, make: Maker): Expression {
  const names = namesOf(call, 1, 'argument is not an identifier', make)
  const [item, filter] = call.arguments
  if (!('item' in names) || !call.target || !item) return asExpression(names, call)
  return grown(call.target, names, filter, make.list(), make.call('_+_', make.accumulator(), make.list(item)), make)
}

type Growth = (
  names: Names,
  value: Expression,
  make: Maker,
) => { readonly start: Expression; readonly step: Expression }

function list(_names: Names, value: Expression, make: Maker): ReturnType<Growth> {
  return { start: make.list(), step: make.call('_+_', make.accumulator(), make.list(value)) }
}

function map({ item }: Names, value: Expression, make: Maker): ReturnType<Growth> {
  return { start: emptyMap(make), step: make.call('cel.@mapInsert', make.accumulator(), make.name(item), value) }
}

function mapEntry(_names: Names, value: Expression, make: Maker): ReturnType<Growth> {
  return { start: emptyMap(make), step: make.call('cel.@mapInsert', make.accumulator(), value) }
}

const emptyMap = (make: Maker): Expression => ({ kind: 'map', id: make.newId(), offset: 0, entries: [] })

function transformed(growth: Growth): Expand {
  return (call, make) => {
    const names = namesOf(call, 2, 'argument must be a simple name', make)
    const filter = call.arguments.length === 4 ? call.arguments[2] : undefined
    const value = call.arguments.at(-1)
    if (!('item' in names) || !call.target || !value) return asExpression(names, call)
    const { start, step } = growth(names, value, make)
    return grown(call.target, names, filter, start, step, make)
  }
}

/** A fold that takes one step for each item, or for each that passes the filter. */
function grown(
  range: Expression,
  names: Names,
  filter: Expression | undefined,
  start: Expression,
  step: Expression,
  make: Maker,
): Expression {
  return make.fold({
    range,
    ...names,
    accumulator: ACCUMULATOR,
    start,
    condition: make.literal(true),
    step: filter ? make.call('_?_:_', filter, step, make.accumulator()) : step,
    result: make.accumulator(),
  })
}

/** A fold over nothing: its result sees its start by a name. */
const bound = (name: string, value: Expression, result: Expression, make: Maker): Expression =>
  make.fold({
    range: make.list(),
    item: '#unused',
    accumulator: name,
    start: value,
    condition: make.literal(false),
    step: make.name(name),
    result,
  })

function optMap(call: Call, make: Maker): Expression {
  const [name, value] = call.arguments
  if (!call.target || !value) return call
  if (name?.kind !== 'name') {
    return make.wrong(name?.offset ?? 0, 'optMap() variable name must be a simple identifier')
  }
  const inside = bound(name.name, make.method('value', copy(call.target, make)), value, make)
  return whenThere(call.target, make.call('optional.of', inside), make)
}

function optFlatMap(call: Call, make: Maker): Expression {
  const [name, value] = call.arguments
  if (!call.target || !value) return call
  if (name?.kind !== 'name') {
    return make.wrong(name?.offset ?? 0, 'optFlatMap() variable name must be a simple identifier')
  }
  return whenThere(call.target, bound(name.name, make.method('value', copy(call.target, make)), value, make), make)
}

const whenThere = (target: Expression, then: Expression, make: Maker): Expression =>
  make.call('_?_:_', make.method('hasValue', target), then, make.call('optional.none'))

function sortBy(call: Call, make: Maker): Expression {
  const [name, key] = call.arguments
  if (!call.target || !key) return call
  const target = call.target
  if (!['name', 'select', 'call', 'list', 'fold'].includes(target.kind)) {
    return make.wrong(
      target.offset,
      'sortBy can only be applied to a list, identifier, comprehension, call or select expression',
    )
  }
  const names = namesOf(call, 1, 'argument is not an identifier', make)
  if (!('item' in names) || !name) return asExpression(names, call)
  const items = '@__sortBy_input__'
  const keys = grown(
    make.name(items),
    names,
    undefined,
    make.list(),
    make.call('_+_', make.accumulator(), make.list(key)),
    make,
  )
  return bound(items, target, make.method('@sortByAssociatedKeys', make.name(items), keys), make)
}

interface Names {
  readonly item: string
  readonly second?: string
}

/** The one or two names that a macro begins with, or a node that says what is wrong with them. */
function namesOf(call: Call, count: number, notAName: string, make: Maker): Names | Expression {
  const names: string[] = []
  for (const given of call.arguments.slice(0, count)) {
    if (given.kind !== 'name') return make.wrong(given.offset, notAName)
    if (given.name === ACCUMULATOR) {
      return make.wrong(given.offset, 'iteration variable overwrites accumulator variable')
    }
    if (names.includes(given.name)) return make.wrong(given.offset, `duplicate variable name: ${given.name}`)
    names.push(given.name)
  }
  const [item = '', second] = names
  return second === undefined ? { item } : { item, second }
}

const asExpression = (given: Names | Expression, otherwise: Expression): Expression =>
  'kind' in given ? given : otherwise

/** The same expression under new ids: what stands in two places is checked in both. */
function copy(expression: Expression, make: Maker): Expression {
  const id = make.newId()
  const each = <Part extends { readonly value: Expression }>(parts: readonly Part[]): Part[] =>
    parts.map((part) => ({ ...part, value: copy(part.value, make) }))
  switch (expression.kind) {
    case 'literal':
    case 'name':
      return { ...expression, id }
    case 'select':
      return { ...expression, id, operand: copy(expression.operand, make) }
    case 'call':
      return {
        ...expression,
        id,
        ...(expression.target ? { target: copy(expression.target, make) } : {}),
        arguments: expression.arguments.map((given) => copy(given, make)),
      }
    case 'list':
      return { ...expression, id, items: each(expression.items) }
    case 'map':
      return {
        ...expression,
        id,
        entries: each(expression.entries).map((entry) => ({ ...entry, key: copy(entry.key, make) })),
      }
    case 'object':
      return { ...expression, id, fields: each(expression.fields).map((field) => ({ ...field, id: make.newId() })) }
    case 'fold':
      return {
        ...expression,
        id,
        range: copy(expression.range, make),
        start: copy(expression.start, make),
        condition: copy(expression.condition, make),
        step: copy(expression.step, make),
        result: copy(expression.result, make),
      }
    default:
      return expression satisfies never
  }
}
