/**
 * Computes what an expression says. It is planned once, into functions, and run for each object; a run ends with a value,
 * with a failure, or when it has cost more than it may.
 *
 * Costs are those of cel-go: a name costs 1, a field 1 more, a list that is made 10; what a call costs is in cost/actual.ts.
 * Source: cel-go interpreter/planner.go, interpretable.go, runtimecost.go.
 */

import { ControlError } from '@muster/base/errors.ts'
import type { Checked } from './check.ts'
import { callCost, LIST_COST, MAP_COST, OBJECT_COST } from './cost/actual.ts'
import { equal } from './equal.ts'
import type { Entry, Expression, Fold } from './expression.ts'
import type { Overload } from './functions/function.ts'
import { find, indexed } from './functions/operators.ts'
import { optionalField } from './functions/optionals.ts'
import { TYPE_NAMES } from './functions/standard.ts'
import {
  failure,
  isFailure,
  isList,
  isMap,
  isObject,
  isOptional,
  itemsOf,
  listValue,
  mapValue,
  type Value,
} from './value.ts'

/** A planned expression. */
export interface Program {
  run(variables: (name: string) => Value | undefined, costMax: number): Run
}

/** What a run came to, and what it cost. */
export interface Run {
  readonly value: Value
  readonly cost: number
  /** True when it was ended for its cost; the value is the failure that says so. */
  readonly cancelled: boolean
}

/** Plans an expression that was checked. What is computed at once and fails is no program: `why` says so. */
export function plan(settled: Checked): Program | { readonly why: string } {
  const checked: Planned = { ...settled, wrong: [] }
  const { bare, own } = planOne(checked.expression, checked)
  const [why] = checked.wrong
  if (why !== undefined) return { why }
  return {
    run(variables, costMax) {
      const meter = { cost: 0, costMax }
      try {
        const value = bare({ variables, names: undefined, meter })
        spend(meter, own)
        return { value, cost: meter.cost, cancelled: false }
      } catch (error) {
        if (error !== CANCELLED) throw error
        return { value: failure(CANCELLED.message), cost: meter.cost, cancelled: true }
      }
    },
  }
}

interface Planned extends Checked {
  readonly wrong: string[]
}

const CANCELLED = new ControlError('TooLarge', 'operation cancelled: actual cost limit exceeded')

interface Meter {
  cost: number
  readonly costMax: number
}

function spend(meter: Meter, cost: number): void {
  meter.cost += cost
  if (meter.cost > meter.costMax) throw CANCELLED
}

interface Names {
  readonly name: string
  readonly value: Value
  readonly outer: Names | undefined
}

interface Frame {
  readonly variables: (name: string) => Value | undefined
  readonly names: Names | undefined
  readonly meter: Meter
}

type Step = (frame: Frame) => Value

/** A part that is planned. A name with its fields costs its own 1 once, when nothing is selected of it any more. */
interface Part {
  readonly bare: Step
  readonly own: 0 | 1
  /** What it is, when that is known before it runs. */
  readonly constant?: Value
  /** True for names, fields and indexes, which go on as one. */
  readonly isPath?: true
}

const step = (bare: Step): Part => ({ bare, own: 0 })
const constant = (value: Value): Part => ({ bare: () => value, own: 0, constant: value })
const path = (bare: Step, own: 0 | 1): Part => ({ bare, own, isPath: true })

const whole = ({ bare, own }: Part): Step =>
  own === 0
    ? bare
    : (frame) => {
        const value = bare(frame)
        spend(frame.meter, own)
        return value
      }

function planOne(expression: Expression, checked: Planned): Part {
  switch (expression.kind) {
    case 'literal':
      return constant(expression.value)
    case 'name':
      return planName(expression.name, checked)
    case 'select':
      return planSelect(expression, checked)
    case 'call':
      return planCall(expression, checked)
    case 'list':
      return planList(expression, checked)
    case 'map':
      return planMap(expression.entries, checked)
    case 'object':
      return planObject(expression, checked)
    case 'fold':
      return planFold(expression, checked)
    default:
      return expression satisfies never
  }
}

function planName(name: string, checked: Planned): Part {
  if (Object.hasOwn(TYPE_NAMES, name) && !checked.names.has(name)) return constant({ cel: 'type', name })
  return path((frame) => {
    for (let names = frame.names; names; names = names.outer) if (names.name === name) return names.value
    return frame.variables(name) ?? failure(`no such attribute(s): ${name}`)
  }, 1)
}

function planSelect({ operand, field, test }: Extract<Expression, { kind: 'select' }>, checked: Planned): Part {
  const inside = planOne(operand, checked)
  const own = test ? 0 : inside.isPath ? inside.own : 1
  return path((frame) => {
    const value = inside.bare(frame)
    spend(frame.meter, 1)
    return isFailure(value) ? value : test ? hasField(value, field) : selected(value, field)
  }, own)
}

function selected(value: Value, field: string): Value {
  if (isOptional(value)) return optionalField(value, field)
  if (isMap(value) || isObject(value)) return find(value, field) ?? failure(`no such key: ${field}`)
  return failure('no such overload')
}

function hasField(value: Value, field: string): Value {
  if (isOptional(value)) return value.value === undefined ? false : hasField(value.value, field)
  if (isMap(value) || isObject(value)) {
    const found = find(value, field)
    return found !== undefined
  }
  return failure('no such overload')
}

function planCall(expression: Extract<Expression, { kind: 'call' }>, checked: Planned): Part {
  const { name, target } = expression
  const given = [...(target ? [target] : []), ...expression.arguments].map((argument) => planOne(argument, checked))
  const overloads = checked.overloads.get(expression.id) ?? []
  const [first, second, third] = given
  if (name === '_&&_' && first && second) return step(both(whole(first), whole(second), false))
  if (name === '_||_' && first && second) return step(both(whole(first), whole(second), true))
  if (name === '_?_:_' && first && second && third) return planChoice(first, second, third)
  if ((name === '_[_]' || name === '_[?_]' || name === '_?._') && first && second) {
    return planIndex(first, second, name === '_[_]')
  }
  if (name === '@not_strictly_false' && first) return planUnlessFalse(first)
  if ((name === 'or' || name === 'orValue') && target && first && second)
    return planOr(first, second, name === 'orValue')
  if (name === '@in' && first && second && isSet(second.constant)) return planIn(first, itemsOf(second.constant))
  return planFunction(name, overloads, given, checked.wrong)
}

/** `&&` when `decisive` is false, `||` when it is true: a side that decides makes the other one's failure unimportant. */
const both =
  (left: Step, right: Step, decisive: boolean): Step =>
  (frame) => {
    const one = left(frame)
    if (one === decisive) return decisive
    const other = right(frame)
    if (other === decisive) return decisive
    if (one === !decisive && other === !decisive) return !decisive
    if (isFailure(one)) return one
    return isFailure(other) ? other : failure('no such overload')
  }

function planChoice(condition: Part, one: Part, other: Part): Part {
  const decide = whole(condition)
  return path((frame) => {
    const chosen = decide(frame)
    if (chosen === true) return one.bare(frame)
    if (chosen === false) return other.bare(frame)
    return isFailure(chosen) ? chosen : failure('no such overload')
  }, 0)
}

function planIndex(container: Part, at: Part, isStrict: boolean): Part {
  return path(
    (frame) => {
      const value = container.bare(frame)
      const key = at.bare(frame)
      if (isFailure(value)) return value
      if (isFailure(key)) return key
      const found = isStrict && !isOptional(value) ? indexed(value, key) : optionalField(value, key)
      // To find that something is not there is for nothing.
      if (isStrict || (isOptional(found) && found.value !== undefined)) spend(frame.meter, 1)
      return found
    },
    container.isPath ? container.own : 1,
  )
}

function planUnlessFalse(part: Part): Part {
  const run = whole(part)
  return step((frame) => {
    const value = run(frame)
    spend(frame.meter, 1)
    return value !== false
  })
}

/** What stands behind `or` is looked at only when it is needed. */
function planOr(optional: Part, other: Part, unwraps: boolean): Part {
  const [run, instead] = [whole(optional), whole(other)]
  return step((frame) => {
    const value = run(frame)
    if (isFailure(value)) return value
    if (!isOptional(value)) return failure('no such overload')
    if (value.value === undefined) return instead(frame)
    return unwraps ? value.value : value
  })
}

const isSet = (value: Value | undefined): value is Extract<Value, { cel: 'list' }> =>
  value !== undefined && isList(value) && itemsOf(value).every((item) => item !== null && typeof item !== 'object')

/** A list of literals is looked through for nothing. */
function planIn(wanted: Part, items: readonly Value[]): Part {
  const run = whole(wanted)
  return step((frame) => {
    const value = run(frame)
    return isFailure(value) ? value : items.some((item) => equal(item, value))
  })
}

const CONVERSIONS: ReadonlySet<string> = new Set([
  ...['bool', 'bytes', 'double', 'duration', 'dyn', 'int', 'string', 'timestamp', 'type', 'uint'],
])

function planFunction(name: string, overloads: readonly Overload[], given: readonly Part[], wrong: string[]): Part {
  const [only] = given
  if (given.length === 1 && only?.constant !== undefined && CONVERSIONS.has(name)) {
    const value = callFirst(overloads, [only.constant])
    if (isFailure(value)) wrong.push(value.message)
    return constant(value)
  }
  const id =
    overloads.length === 1 ? (overloads[0]?.id ?? '') : name === '_==_' ? 'equals' : name === '_!=_' ? 'not_equals' : ''
  const isOfLists = overloads.some((overload) => overload.id.startsWith('list_'))
  const steps = given.map(whole)
  return step((frame) => {
    const values: Value[] = []
    let failed: Value | undefined
    for (const run of steps) {
      const value = run(frame)
      if (isFailure(value)) failed ??= value
      values.push(value)
    }
    // Functions of lists may compare each item with each: what that costs is paid before it is done.
    const before = failed || !isOfLists ? 0 : callCost(name, id, values, null)
    spend(frame.meter, before)
    const value = failed ?? callFirst(overloads, values)
    spend(frame.meter, Math.max(0, callCost(name, id, values, value) - before))
    return value
  })
}

function callFirst(overloads: readonly Overload[], values: readonly Value[]): Value {
  for (const { call } of overloads) {
    const value = call(values)
    if (value !== undefined) return value
  }
  return failure('no such overload')
}

function planList({ items }: Extract<Expression, { kind: 'list' }>, checked: Planned): Part {
  const parts = items.map(({ value, optional }) => ({ part: planOne(value, checked), optional }))
  if (parts.every(({ part, optional }) => !optional && part.constant !== undefined)) {
    return constant(listValue(parts.map(({ part }) => part.constant ?? null)))
  }
  const steps = parts.map(({ part, optional }) => ({ run: whole(part), optional }))
  return step((frame) => {
    const values: Value[] = []
    for (const { run, optional } of steps) {
      const value = run(frame)
      if (isFailure(value)) return value
      if (!optional) values.push(value)
      else if (isOptional(value) && value.value !== undefined) values.push(value.value)
    }
    spend(frame.meter, LIST_COST)
    return listValue(values)
  })
}

function planMap(entries: readonly Entry[], checked: Planned): Part {
  const parts = entries.map(({ key, value, optional }) => ({
    key: planOne(key, checked),
    value: planOne(value, checked),
    optional,
  }))
  if (
    parts.every(({ key, value, optional }) => !optional && key.constant !== undefined && value.constant !== undefined)
  ) {
    return constant(mapValue(parts.map(({ key, value }) => [key.constant ?? null, value.constant ?? null])))
  }
  const steps = parts.map(({ key, value, optional }) => ({ key: whole(key), value: whole(value), optional }))
  return step((frame) => {
    const made: [Value, Value][] = []
    for (const { key, value, optional } of steps) {
      const name = key(frame)
      if (isFailure(name)) return name
      const held = value(frame)
      if (isFailure(held)) return held
      if (!optional) made.push([name, held])
      else if (isOptional(held) && held.value !== undefined) made.push([name, held.value])
    }
    spend(frame.meter, MAP_COST)
    return newMap(made)
  })
}

function newMap(entries: readonly (readonly [Value, Value])[]): Value {
  const map = mapValue(entries)
  if (map.size === entries.length) return map
  const twice = entries.find(([key], at) => entries.findIndex(([other]) => equal(other, key)) < at)
  return failure(`Failed with repeated key: ${String(twice?.[0])}`)
}

function planObject({ name, fields }: Extract<Expression, { kind: 'object' }>, checked: Planned): Part {
  const steps = fields.map((field) => ({ ...field, run: whole(planOne(field.value, checked)) }))
  return step((frame) => {
    const made = new Map<string, Value>()
    for (const { name: field, run, optional } of steps) {
      const value = run(frame)
      if (isFailure(value)) return value
      if (!optional) made.set(field, value)
      else if (isOptional(value) && value.value !== undefined) made.set(field, value.value)
    }
    spend(frame.meter, OBJECT_COST)
    return { cel: 'object', name, get: (field) => made.get(field), fields: () => [...made.keys()] }
  })
}

function planFold(fold: Fold, checked: Planned): Part {
  const run = (expression: Expression): Step => whole(planOne(expression, checked))
  const [range, start, condition, next, result] = [
    run(fold.range),
    run(fold.start),
    run(fold.condition),
    run(fold.step),
    run(fold.result),
  ]
  const { item, second, accumulator } = fold
  return step((frame) => {
    const over = range(frame)
    if (isFailure(over)) return over
    const pairs = pairsOf(over)
    if (!pairs) return failure(`got '${typeof over}', expected iterable type`)
    const withValue = (value: Value): Frame => ({ ...frame, names: { name: accumulator, value, outer: frame.names } })
    let kept = start(frame)
    for (const [key, value] of pairs) {
      const outer = withValue(kept)
      const one: Names = { name: item, value: second === undefined && isList(over) ? value() : key, outer: outer.names }
      const names = second === undefined ? one : { name: second, value: value(), outer: one }
      const inside: Frame = { ...frame, names }
      if (condition(inside) === false) break
      kept = next(inside)
    }
    return result(withValue(kept))
  })
}

/** Index and item of a list, key and value of a map. */
function pairsOf(value: Value): Iterable<readonly [Value, () => Value]> | undefined {
  if (isList(value)) return listPairs(value)
  if (isMap(value)) return value.keys().map((key) => [key, () => value.get(key) ?? null] as const)
  if (isObject(value)) return value.fields().map((field) => [field, () => value.get(field) ?? null] as const)
  return undefined
}

function* listPairs(list: Extract<Value, { cel: 'list' }>): Generator<readonly [Value, () => Value]> {
  for (let at = 0; at < list.size; at++) yield [BigInt(at), () => list.at(at)]
}
