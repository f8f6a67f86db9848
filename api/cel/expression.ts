/**
 * The tree that an expression is parsed to. Operators are calls: `a + b` is `_+_(a, b)`. Macros are gone: what is left of
 * them is `fold`, a loop over a list or map.
 * Source: the CEL specification, expr.proto.
 */
import type { Value } from './value.ts'

/** One node. `id` names it in the tables of the checker; positions are in code points. */
export type Expression =
  | (Node & { readonly kind: 'literal'; readonly value: Value })
  | (Node & { readonly kind: 'name'; readonly name: string })
  /** `operand.field`; with `test` it is `has(operand.field)`. */
  | (Node & { readonly kind: 'select'; readonly operand: Expression; readonly field: string; readonly test: boolean })
  | (Node & {
      readonly kind: 'call'
      readonly name: string
      /** What stands before the dot. */
      readonly target?: Expression
      readonly arguments: readonly Expression[]
    })
  | (Node & { readonly kind: 'list'; readonly items: readonly Item[] })
  | (Node & { readonly kind: 'map'; readonly entries: readonly Entry[] })
  | (Node & { readonly kind: 'object'; readonly name: string; readonly fields: readonly Field[] })
  | Fold

interface Node {
  readonly id: number
  readonly offset: number
}

/** `?value` leaves itself out when it is none. */
export interface Item {
  readonly value: Expression
  readonly optional: boolean
}
/** One entry of a map. */
export interface Entry extends Item {
  readonly key: Expression
}
/** One field of an object. */
export interface Field extends Item {
  readonly name: string
  readonly id: number
  readonly offset: number
}

/** `accumulator = start; for (item in range) { if (!condition) break; accumulator = step }; result`. */
export type Fold = Node & {
  readonly kind: 'fold'
  readonly range: Expression
  readonly item: string
  /** With a second name, the first stands for the index or key, and this one for the value. */
  readonly second?: string
  readonly accumulator: string
  readonly start: Expression
  readonly condition: Expression
  readonly step: Expression
  readonly result: Expression
}

/** The name under which folds of macros keep what they have so far. */
export const ACCUMULATOR = '__result__'
