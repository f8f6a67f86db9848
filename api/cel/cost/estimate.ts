/**
 * The most that an expression can cost, by its text and the sizes of what it names: known before anything is evaluated.
 * Numbers that nothing bounds are {@link UNKNOWN}.
 * Source: cel-go checker/cost.go, ext/lists.go, ext/sets.go; Kubernetes cel/library/cost.go EstimateCallCost.
 */
import type { Checked } from '../check.ts'
import { ACCUMULATOR, type Expression, type Fold } from '../expression.ts'
import { sizeOfText } from '../functions/standard.ts'
import { sameType, type Type } from '../type.ts'
import { isList, isMap, type Value } from '../value.ts'
import {
  AUTHORIZATION_COST,
  CHEAP,
  LIST_COST,
  MAP_COST,
  OBJECT_COST,
  PER_CHARACTER,
  PER_PATTERN_CHARACTER,
} from './actual.ts'

/** From the least to the most. */
export interface Range {
  readonly min: number
  readonly max: number
}

/** Source: Go math.MaxUint64, to which cel-go's numbers grow and no further. */
export const UNKNOWN = 2 ** 64
const ANY_SIZE: Range = { min: 0, max: UNKNOWN }
const ONE: Range = { min: 1, max: 1 }
const NOTHING: Range = { min: 0, max: 0 }

/**
 * The largest size of what a path of fields leads to; undefined when nobody knows. The first step is a variable, others are
 * fields, or `@items`, `@values`, `@keys`.
 */
export type Sizes = (path: readonly string[]) => number | undefined

/** What an expression costs. */
export function estimate(checked: Checked, sizes: Sizes): Range {
  return new Estimator(checked, sizes).cost(checked.expression)
}

const capped = (value: number): number => Math.min(value, UNKNOWN)
const fixed = (value: number): Range => ({ min: value, max: value })
const add = (...ranges: readonly Range[]): Range => ({
  min: capped(ranges.reduce((sum, { min }) => sum + min, 0)),
  max: capped(ranges.reduce((sum, { max }) => sum + max, 0)),
})
const multiply = (one: Range, other: Range): Range => ({
  min: capped(one.min * other.min),
  max: capped(one.max * other.max),
})
const times = ({ min, max }: Range, factor: number): Range => ({
  min: capped(Math.ceil(min * factor)),
  max: capped(Math.ceil(max * factor)),
})
const union = (one: Range, other: Range): Range => ({
  min: Math.min(one.min, other.min),
  max: Math.max(one.max, other.max),
})
const characters = (size: Range): Range => times(size, PER_CHARACTER)
const newList = (size: Range, factor: number): Estimate => ({
  cost: add(times(size, factor), ONE, fixed(LIST_COST)),
  size,
})

interface Estimate {
  readonly cost: Range
  /** Of what the call answers. */
  readonly size?: Range | undefined
}

/** The sizes of the keys and values of a list or map that is made by an expression. */
interface EntrySizes {
  readonly kind: 'list' | 'map'
  readonly key: Range
  readonly value: Range
}

interface Local {
  readonly path: readonly string[] | undefined
  readonly size: Range | undefined
  readonly entries: EntrySizes | undefined
}

/** Goes through one expression. A thing with a lifetime: that of one estimate. */
class Estimator {
  readonly #checked: Checked
  readonly #sizes: Sizes
  readonly #paths = new Map<number, readonly string[]>()
  readonly #computed = new Map<number, Range>()
  readonly #entries = new Map<number, EntrySizes>()
  readonly #locals = new Map<string, Local[]>()

  constructor(checked: Checked, sizes: Sizes) {
    this.#checked = checked
    this.#sizes = sizes
  }

  cost(expression: Expression): Range {
    switch (expression.kind) {
      case 'literal':
        return NOTHING
      case 'name':
        this.#paths.set(expression.id, this.#local(expression.name)?.path ?? [expression.name])
        return ONE
      case 'select':
        return this.#costSelect(expression)
      case 'call':
        return this.#costCall(expression)
      case 'list': {
        const costs = expression.items.map(({ value }) => this.cost(value))
        const sizes = expression.items.map(({ value }) => this.#sizeOf(value))
        this.#entries.set(expression.id, { kind: 'list', key: ONE, value: unionAll(sizes) })
        return add(...costs, fixed(LIST_COST))
      }
      case 'map': {
        const costs = expression.entries.flatMap(({ key, value }) => [this.cost(key), this.cost(value)])
        const keys = unionAll(expression.entries.map(({ key }) => this.#sizeOf(key)))
        const values = unionAll(expression.entries.map(({ value }) => this.#sizeOf(value)))
        this.#entries.set(expression.id, { kind: 'map', key: keys, value: values })
        return add(...costs, fixed(MAP_COST))
      }
      case 'object':
        return add(...expression.fields.map(({ value }) => this.cost(value)), fixed(OBJECT_COST))
      case 'fold':
        return isBinding(expression) ? this.#costBinding(expression) : this.#costFold(expression)
      default:
        return expression satisfies never
    }
  }

  #costSelect({ id, operand, field, test }: Extract<Expression, { kind: 'select' }>): Range {
    const cost = this.cost(operand)
    if (test) return cost
    const own = ['map', 'object', 'parameter'].includes(this.#typeOf(operand).kind) ? ONE : NOTHING
    this.#paths.set(id, [...this.#pathOf(operand), field])
    return add(cost, own)
  }

  #costCall(call: Extract<Expression, { kind: 'call' }>): Range {
    const [first] = call.arguments
    if (call.name === 'dyn' && first) {
      const cost = this.cost(first)
      this.#copySizes(call, first)
      return add(ONE, cost)
    }
    const costs = call.arguments.map((argument) => this.cost(argument))
    const overloads = this.#checked.overloads.get(call.id) ?? []
    if (overloads.length === 0) return NOTHING
    const target = call.target ? this.cost(call.target) : NOTHING
    let cost: Range = { min: UNKNOWN, max: 0 }
    let size: Range | undefined
    for (const { id } of overloads) {
      const estimated = this.#estimate(call, id, costs)
      cost = union(cost, estimated.cost)
      if (estimated.size) size = size ? union(size, estimated.size) : estimated.size
      if ((id === 'index_list' || id === 'index_map') && first) {
        size = this.#entriesOf(first)?.value
        this.#paths.set(call.id, [...this.#pathOf(first), id === 'index_list' ? '@items' : '@values'])
      }
      size ??= this.#computeSize(call)
    }
    if (size) this.#computed.set(call.id, size)
    return add(target, cost)
  }

  #estimate(call: Extract<Expression, { kind: 'call' }>, id: string, costs: readonly Range[]): Estimate {
    const given = add(...costs)
    const own = this.#ofLists(call, id) ?? this.#ofKubernetes(call, id)
    if (own) return { ...own, cost: add(own.cost, given) }
    return this.#ofLanguage(call, id, costs)
  }

  /** Overloads of the libraries of cel-go for lists and sets. */
  #ofLists(call: Extract<Expression, { kind: 'call' }>, id: string): Estimate | undefined {
    const { target } = call
    const [first, second] = call.arguments
    const size = target ? this.#sizeOf(target) : ANY_SIZE
    switch (id) {
      case 'list_slice': {
        if (!first || !second) return undefined
        const length = intOf(second, size.max) - intOf(first, 0)
        return newList(fixed(length < 0 ? UNKNOWN : length), 1)
      }
      case 'list_flatten':
        return newList(size, 1)
      case 'list_flatten_int':
        return newList(size, first ? intOf(first, UNKNOWN) : 1)
      case 'lists_range':
        return newList(fixed(first ? intOf(first, UNKNOWN) : UNKNOWN), 1)
      case 'list_reverse':
        return newList(size, 1)
      case 'list_distinct':
        return newList(multiply(size, size), 2)
      case 'list_sets_contains_list':
      case 'list_sets_intersects_list':
      case 'list_sets_equivalent_list':
        if (!first || !second) return undefined
        return {
          cost: add(times(multiply(this.#sizeOf(first), this.#sizeOf(second)), id.includes('equivalent') ? 2 : 1), ONE),
        }
      default: {
        const sorted = /^list_(\w+)_sort(ByAssociatedKeys)?$/.exec(id)
        if (!sorted) return undefined
        const keys = sorted[2] ? first : target
        const by = keys ? this.#sizeOf(keys) : ANY_SIZE
        return newList(multiply(by, by), sorted[1] === 'string' || sorted[1] === 'bytes' ? 2 + PER_CHARACTER : 2)
      }
    }
  }

  /** Functions of Kubernetes. */
  #ofKubernetes(call: Extract<Expression, { kind: 'call' }>, id: string): Estimate | undefined {
    const { name, target } = call
    const [first, second] = call.arguments
    if (CHEAP.has(name)) return { cost: ONE }
    const size = target ? this.#sizeOf(target) : ANY_SIZE
    const firstSize = first ? this.#sizeOf(first) : ANY_SIZE
    switch (name) {
      case 'check':
        return { cost: fixed(AUTHORIZATION_COST) }
      case 'fieldSelector':
      case 'labelSelector': {
        const requirements = times(times(firstSize, 0.5), LIST_COST + OBJECT_COST)
        return { cost: add(fixed(LIST_COST), characters(firstSize), requirements) }
      }
      case 'isSorted':
      case 'sum':
      case 'max':
      case 'min':
      case 'indexOf':
      case 'lastIndexOf':
        return target && { cost: this.#traversal(target, size) }
      case 'url':
      case 'jsonpatch.escapeKey':
        return { cost: characters(firstSize), size: firstSize }
      case 'lowerAscii':
      case 'upperAscii':
      case 'substring':
      case 'trim':
        return { cost: characters(size), size }
      case 'replace':
        return first && second && this.#replacement(size, firstSize, this.#sizeOf(second))
      case 'split': {
        const count = second?.kind === 'literal' && typeof second.value === 'bigint' ? Number(second.value) : size.max
        return { cost: times(size, 2 * PER_CHARACTER), size: { min: 0, max: count < 0 ? UNKNOWN : count } }
      }
      case 'join':
        return target && this.#joined(target, size, first)
      case 'find':
      case 'findAll': {
        const cost = multiply(characters(add(size, ONE)), times(firstSize, PER_PATTERN_CHARACTER))
        return { cost, size: { min: 0, max: size.max } }
      }
      case 'cidr':
      case 'isIP':
      case 'isCIDR':
      case 'quantity':
      case 'isQuantity':
      case 'semver':
      case 'isSemver':
        return { cost: characters(firstSize) }
      case 'ip':
        return { cost: id === 'cidr_ip' ? ONE : characters(firstSize) }
      case 'ip.isCanonical':
        return { cost: times(firstSize, 2 * PER_CHARACTER) }
      case 'containsIP':
      case 'containsCIDR': {
        const bytes: Range = { min: 4, max: 16 }
        const masked = name === 'containsCIDR' ? add(characters(bytes), ONE) : NOTHING
        const parsed = id.endsWith('_string') ? characters(firstSize) : NOTHING
        return { cost: add(characters(add(bytes, bytes)), masked, parsed) }
      }
      case 'validate':
        return { cost: times(characters(firstSize), 128 * PER_PATTERN_CHARACTER) }
      case '_==_':
        return first && second && this.#foreignEquality(first, second)
      default:
        return undefined
    }
  }

  #foreignEquality(first: Expression, second: Expression): Estimate | undefined {
    const [type, other] = [this.#typeOf(first), this.#typeOf(second)]
    if (!sameType(type, other) || !('name' in type)) return undefined
    if (/^net\.|^kubernetes\.(Quantity|Semver|authorization\.)/.test(type.name)) return { cost: ONE }
    if (type.name === 'kubernetes.NamedFormat') return { cost: characters({ min: 1, max: 64 }) }
    return type.name === 'kubernetes.URL' ? { cost: characters({ min: 1, max: this.#sizeOf(second).max }) } : undefined
  }

  #traversal(target: Expression, size: Range): Range {
    const type = this.#typeOf(target)
    if (type.kind !== 'list') return characters(size)
    const { kind } = type.of
    if (kind !== 'string' && kind !== 'bytes') return size
    return multiply(size, add(ONE, characters(this.#itemSize(target))))
  }

  /** The size of the items of a list, by the path that leads to them. */
  #itemSize(list: Expression): Range {
    const path = this.#pathOf(list)
    const max = path.length === 0 || path[0] === ACCUMULATOR ? undefined : this.#sizes([...path, '@items'])
    return max === undefined ? ANY_SIZE : { min: 0, max }
  }

  #joined(target: Expression, count: Range, separator: Expression | undefined): Estimate {
    const items = multiply(count, this.#itemSize(target))
    const between: Range = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) }
    const size = separator ? add(items, multiply(this.#sizeOf(separator), between)) : items
    return { cost: characters(size), size }
  }

  #replacement(size: Range, part: Range, by: Range): Estimate {
    const most =
      part.min === 0
        ? { count: size.max + 1, kept: size.max }
        : by.max <= part.min
          ? { count: 0, kept: size.max }
          : { count: Math.ceil(size.max / part.min), kept: 0 }
    const least =
      part.max === 0
        ? { count: size.min + 1, kept: size.min }
        : part.max <= by.min
          ? { count: 0, kept: size.min }
          : { count: Math.ceil(size.min / part.max), kept: 0 }
    const result = add(multiply({ min: least.count, max: most.count }, by), { min: least.kept, max: most.kept })
    return { cost: times(size, 2 * PER_CHARACTER), size: result }
  }

  /** Functions of the language. */
  #ofLanguage(call: Extract<Expression, { kind: 'call' }>, id: string, costs: readonly Range[]): Estimate {
    const { target } = call
    const [first, second, third] = call.arguments
    const given = add(...costs)
    const size = first ? this.#sizeOf(first) : ANY_SIZE
    switch (id) {
      case 'string_format':
        return { cost: add(characters(target ? this.#sizeOf(target) : ANY_SIZE), given) }
      case 'string_to_bytes':
        return { cost: add(characters(size), given), size: { min: size.min, max: capped(size.max * 4) } }
      case 'bytes_to_string':
        return { cost: add(characters(size), given), size: { min: Math.trunc(size.min / 4), max: size.max } }
      case 'strings_quote':
        return { cost: add(characters(size), given), size: { min: size.min + 2, max: capped(size.max * 2 + 2) } }
      case 'starts_with_string':
      case 'ends_with_string':
        return { cost: add(characters(size), given) }
      case 'in_list':
        return { cost: add(second ? this.#sizeOf(second) : ANY_SIZE, given) }
      case 'matches_string':
        if (!target) break
        return {
          cost: add(multiply(characters(add(this.#sizeOf(target), ONE)), times(size, PER_PATTERN_CHARACTER)), given),
        }
      case 'contains_string':
        if (!target) break
        return { cost: add(multiply(characters(this.#sizeOf(target)), characters(size)), given) }
      case 'logical_and':
      case 'logical_or':
        return { cost: { min: costs[0]?.min ?? 0, max: given.max } }
      case 'conditional': {
        if (!second || !third) break
        const [condition = NOTHING, one = NOTHING, other = NOTHING] = costs
        const entries = unionEntries(this.#entriesOf(second), this.#entriesOf(third))
        if (entries) this.#entries.set(call.id, entries)
        return { cost: add(condition, union(one, other)), size: union(this.#sizeOf(second), this.#sizeOf(third)) }
      }
      case 'add_string':
      case 'add_bytes':
      case 'add_list': {
        if (!first || !second) break
        const sum = add(size, this.#sizeOf(second))
        const entries = unionEntries(this.#entriesOf(first), this.#entriesOf(second))
        if (entries) this.#entries.set(call.id, entries)
        return { cost: add(id === 'add_list' ? ONE : characters(sum), given), size: sum }
      }
      default:
        if (!/^(equals|not_equals|(less|greater)(_equals)?_(string|bytes))$/.test(id) || !second) break
        return { cost: add(characters(this.#smaller(size, this.#sizeOf(second))), given) }
    }
    return { cost: add(ONE, given) }
  }

  #smaller(one: Range, other: Range): Range {
    const max = Math.min(one.max, other.max)
    return { min: max > 0 ? 1 : 0, max }
  }

  #costFold(fold: Fold): Range {
    const before = add(this.cost(fold.range), this.cost(fold.start))
    this.#push(fold.accumulator, this.#asLocal(fold.start))
    const entries = this.#entriesOf(fold.range)
    const kind = entries?.kind ?? (this.#typeOf(fold.range).kind === 'list' ? 'list' : 'map')
    const path = this.#pathOf(fold.range)
    const key: Local = {
      path: [...path, kind === 'list' ? '@indices' : '@keys'],
      size: entries?.key,
      entries: undefined,
    }
    const value: Local = {
      path: [...path, kind === 'list' ? '@items' : '@values'],
      size: entries?.value,
      entries: undefined,
    }
    this.#push(fold.item, fold.second === undefined && kind === 'list' ? value : key)
    if (fold.second !== undefined) this.#push(fold.second, value)
    const each = add(this.cost(fold.condition), this.cost(fold.step))
    this.#pop(fold.item)
    if (fold.second !== undefined) this.#pop(fold.second)
    const result = this.cost(fold.result)
    this.#pop(fold.accumulator)
    const count = this.#sizeOf(fold.range)
    if (fold.start.kind === 'literal') {
      const size = this.#computeSize(fold.start)
      if (size) this.#computed.set(fold.id, size)
    } else if (fold.start.kind === 'list' || fold.start.kind === 'map') {
      this.#computed.set(fold.id, count)
      const made = this.#entriesOf(fold.step)
      if (made) this.#entries.set(fold.id, made)
    }
    return add(before, result, multiply(count, each))
  }

  #costBinding(fold: Fold): Range {
    const before = add(this.cost(fold.range), this.cost(fold.start))
    this.#push(fold.accumulator, this.#asLocal(fold.start))
    const cost = add(before, this.cost(fold.result))
    this.#pop(fold.accumulator)
    this.#copySizes(fold, fold.result)
    return cost
  }

  #asLocal(expression: Expression): Local {
    return {
      path: this.#pathOf(expression),
      size: this.#computeSize(expression),
      entries: this.#entriesOf(expression),
    }
  }

  #push(name: string, local: Local): void {
    this.#locals.set(name, [...(this.#locals.get(name) ?? []), local])
  }

  #pop(name: string): void {
    this.#locals.set(name, (this.#locals.get(name) ?? []).slice(0, -1))
  }

  #local(name: string): Local | undefined {
    return this.#locals.get(name)?.at(-1)
  }

  #typeOf({ id }: Expression): Type {
    return this.#checked.types.get(id) ?? { kind: 'dyn' }
  }

  #pathOf(expression: Expression): readonly string[] {
    const local = expression.kind === 'name' ? this.#local(expression.name) : undefined
    return local?.path ?? this.#paths.get(expression.id) ?? []
  }

  #copySizes(to: Expression, from: Expression): void {
    const [size, entries] = [this.#computeSize(from), this.#entriesOf(from)]
    if (size) this.#computed.set(to.id, size)
    if (entries) this.#entries.set(to.id, entries)
  }

  #entriesOf(expression: Expression): EntrySizes | undefined {
    const local = expression.kind === 'name' ? this.#local(expression.name) : undefined
    return this.#entries.get(expression.id) ?? local?.entries
  }

  #sizeOf(expression: Expression): Range {
    return this.#computeSize(expression) ?? ANY_SIZE
  }

  #computeSize(expression: Expression): Range | undefined {
    const computed = this.#computed.get(expression.id) ?? sizeOfWritten(expression)
    if (computed) return computed
    const path = this.#pathOf(expression)
    const max = path.length === 0 ? undefined : this.#sizes(path)
    if (max !== undefined) {
      const size: Range = { min: 0, max }
      this.#computed.set(expression.id, size)
      return size
    }
    if (SCALARS.has(this.#typeOf(expression).kind)) return ONE
    return expression.kind === 'name' ? this.#local(expression.name)?.size : undefined
  }
}

/** Of these, a value is one thing. Source: cel-go checker/cost.go computeTypeSize. */
const SCALARS: ReadonlySet<Type['kind']> = new Set(['bool', 'double', 'duration', 'int', 'timestamp', 'uint'])

/** A range that begins with nothing: of no sizes, none. */
const unionAll = (sizes: readonly Range[]): Range =>
  sizes.reduce(union, { min: sizes.length === 0 ? 0 : UNKNOWN, max: 0 })

const unionEntries = (one: EntrySizes | undefined, other: EntrySizes | undefined): EntrySizes | undefined =>
  one && other && { kind: one.kind, key: union(one.key, other.key), value: union(one.value, other.value) }

/** A fold over nothing that binds a name. */
const isBinding = ({ range, condition, accumulator }: Fold): boolean =>
  range.kind === 'list' &&
  range.items.length === 0 &&
  condition.kind === 'literal' &&
  condition.value === false &&
  accumulator !== ACCUMULATOR

function sizeOfWritten(expression: Expression): Range | undefined {
  switch (expression.kind) {
    case 'literal':
      return fixed(sizeOfLiteral(expression.value))
    case 'list':
      return fixed(expression.items.length)
    case 'map':
      return fixed(expression.entries.length)
    default:
      return undefined
  }
}

function sizeOfLiteral(value: Value): number {
  if (typeof value === 'string') return sizeOfText(value)
  if (value instanceof Uint8Array) return value.length
  return isList(value) || isMap(value) ? value.size : 1
}

const intOf = (expression: Expression, otherwise: number): number =>
  expression.kind === 'literal' && typeof expression.value === 'bigint'
    ? Math.max(0, Number(expression.value))
    : otherwise
