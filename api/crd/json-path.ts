/**
 * The paths of printer columns: `.spec.replicas`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.list[0]`.
 *
 *     .name   .na\\.me   ['name']      a field                    .*  [*]        everything inside
 *     [0]  [-1]  [0:2]  [::2]          items of a list            [?(@.a=="b")]  items for which it holds
 *
 * Of the templates of kubectl, these are the part that chooses one value. Recursion (`..`), unions and ranges choose
 * several, of which a column would show the first; they are refused.
 * Source: client-go util/jsonpath.
 */
import type { Json } from '../object.ts'
import { isObject, ownValue } from '../schema/json.ts'

/** A path that was understood. */
export type JsonPath = readonly Step[]

type Step =
  | { readonly step: 'field'; readonly name: string }
  | { readonly step: 'all' }
  | {
      readonly step: 'slice'
      readonly from?: number
      readonly to?: number
      readonly by: number
      readonly isOne: boolean
    }
  | { readonly step: 'filter'; readonly left: JsonPath; readonly test?: Test }

interface Test {
  readonly operator: '==' | '!=' | '<' | '<=' | '>' | '>='
  readonly right: JsonPath | { readonly value: Json }
}

/** Reads a path; undefined when it is none of these. */
export function parseJsonPath(text: string): JsonPath | undefined {
  const steps: Step[] = []
  let rest = text.trim().replace(/^[$@]/, '')
  while (rest !== '') {
    const taken = takeField(rest) ?? takeFilter(rest) ?? takeBrackets(rest)
    if (!taken) return undefined
    steps.push(...taken.steps)
    rest = rest.slice(taken.length)
  }
  return steps
}

/** The values that a path chooses; none where it leads nowhere, undefined where it cannot be followed. */
export function findByPath(path: JsonPath, value: Json): readonly Json[] | undefined {
  let found: readonly Json[] = [value]
  for (const step of path) {
    const next = found.map((one) => follow(step, one))
    if (next.some((values) => values === undefined)) return undefined
    found = next.flatMap((values) => values ?? [])
  }
  return found
}

interface Taken {
  readonly steps: readonly Step[]
  readonly length: number
}

/** A dot with nothing behind it is the field without a name, which nothing has. */
function takeField(text: string): Taken | undefined {
  const [whole, name] = /^\.(?!\.)((?:\\.|[^.,[\]$@{}\s\\])*)/.exec(text) ?? []
  if (whole === undefined || name === undefined) return undefined
  const step: Step = name === '*' ? { step: 'all' } : { step: 'field', name: name.replaceAll('\\', '') }
  return { steps: [step], length: whole.length }
}

function takeBrackets(text: string): Taken | undefined {
  const [whole, inside] = /^\[([^\]]*)\]/.exec(text) ?? []
  if (whole === undefined || inside === undefined) return undefined
  const name = /^'([^']*)'$/.exec(inside)?.[1]
  if (name !== undefined) {
    const steps = parseJsonPath(`.${name}`)
    return steps && { steps, length: whole.length }
  }
  if (inside === '*') return { steps: [{ step: 'slice', by: 1, isOne: false }], length: whole.length }
  const slice = readSlice(inside)
  return slice && { steps: [slice], length: whole.length }
}

function readSlice(text: string): Step | undefined {
  const [whole, from = '', to, by] = /^(-?\d*)(:-?\d*)?(:-?\d*)?$/.exec(text) ?? []
  if (whole === undefined || /^-?$/.test(text)) return undefined
  const number = (digits: string | undefined): number | undefined =>
    /\d/.test(digits ?? '') ? Number(digits) : undefined
  const [start, end, step] = [number(from), number(to?.slice(1)), number(by?.slice(1))]
  return {
    step: 'slice',
    ...(start === undefined ? {} : { from: start }),
    ...(end === undefined ? {} : { to: end }),
    by: step ?? 1,
    isOne: to === undefined,
  }
}

const OPERATORS = /^([^!<>=]+)(==|!=|<=|>=|<|>)(.+)$/s

function takeFilter(text: string): Taken | undefined {
  const [whole, inside] = /^\[\?\(((?:"[^"]*"|'[^']*'|[^"')])*)\)\]/.exec(text) ?? []
  if (whole === undefined || inside === undefined) return undefined
  const [, leftText, operator, rightText] = OPERATORS.exec(inside) ?? []
  const left = parseJsonPath((leftText ?? inside).trim())
  if (!left) return undefined
  if (operator === undefined || rightText === undefined)
    return { steps: [{ step: 'filter', left }], length: whole.length }
  const right = readOperand(rightText.trim())
  if (!right) return undefined
  const test = { operator: operator as Test['operator'], right }
  return { steps: [{ step: 'filter', left, test }], length: whole.length }
}

function readOperand(text: string): Test['right'] | undefined {
  const quoted = /^(?:"([^"]*)"|'([^']*)')$/.exec(text)
  if (quoted) return { value: quoted[1] ?? quoted[2] ?? '' }
  if (text === 'true' || text === 'false') return { value: text === 'true' }
  if (/^[-+]?\d+(?:\.\d+)?$/.test(text)) return { value: Number(text) }
  return parseJsonPath(text)
}

function follow(step: Step, value: Json): readonly Json[] | undefined {
  switch (step.step) {
    case 'field': {
      const field = isObject(value) ? ownValue(value, step.name) : undefined
      return field === undefined ? [] : [field]
    }
    case 'all':
      return Array.isArray(value) ? value : isObject(value) ? Object.values(value) : []
    case 'slice':
      return value === null ? [] : Array.isArray(value) ? slice(value, step) : undefined
    case 'filter':
      return Array.isArray(value) ? filter(value, step.left, step.test) : undefined
    default:
      return step satisfies never
  }
}

/** Outside of the list there is nothing to be had, and that is an error; nothing from nowhere is not. */
function slice(
  list: readonly Json[],
  { from = 0, to, by, isOne }: Step & { step: 'slice' },
): readonly Json[] | undefined {
  const start = from < 0 ? from + list.length : from
  const last = isOne ? start + 1 : (to ?? list.length)
  const end = last < 0 ? last + list.length : last
  if (start === end) return []
  if (start < 0 || start >= list.length || end < 0 || end > list.length || start > end || by <= 0) return undefined
  return list.slice(start, end).filter((_, at) => at % by === 0)
}

function filter(list: readonly Json[], left: JsonPath, test: Test | undefined): readonly Json[] | undefined {
  const kept: Json[] = []
  for (const item of list) {
    const lefts = findByPath(left, item) ?? []
    if (!test) {
      if (lefts.length > 0) kept.push(item)
      continue
    }
    const rights = Array.isArray(test.right) ? findByPath(test.right as JsonPath, item) : valueIn(test.right)
    const [one, other] = [lefts[0], rights?.[0]]
    if (one === undefined || other === undefined) continue
    if (lefts.length > 1 || typeof one !== typeof other) return undefined
    if (holds(test.operator, one, other)) kept.push(item)
  }
  return kept
}

const valueIn = (right: Test['right']): readonly Json[] => ('value' in right ? [right.value] : [])

function holds(operator: Test['operator'], one: Json, other: Json): boolean {
  const [left, right] = [one ?? 0, other ?? 0]
  switch (operator) {
    case '==':
      return left === right
    case '!=':
      return left !== right
    case '<':
      return left < right
    case '<=':
      return left <= right
    case '>':
      return left > right
    case '>=':
      return left >= right
    default:
      return operator satisfies never
  }
}
