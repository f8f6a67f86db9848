/** The keywords of numbers. Source: kube-openapi pkg/validation/validate validator.go (numberValidator) and values.go. */
import { invalid } from '../../field-error.ts'
import { goFloat, goNumber } from '../../go-text.ts'
import type { SchemaNode } from '../node.ts'
import { INT64_END, jsonTypeOf } from '../value-type.ts'
import { type Findings, placeOf, report, reportUnplaced } from './findings.ts'
import { isAlmostInteger } from './type.ts'

/** Reports what is wrong with a number, be it integer or not. */
export function checkNumber(node: SchemaNode, value: number, path: string, findings: Findings): void {
  const { schema } = node
  const range = rangeOf(node)
  checkRange(range, value, 'Checked', path, findings)
  const compare = (bound: number, name: string): Comparison => {
    const fits = checkRange(range, bound, name, path, findings)
    // Integers are compared with integers: Go cuts the bound down to one. What does not fit, it compares as floats.
    if (!fits) return { bound, sayBound: goFloat, sayValue: goFloat }
    if (jsonTypeOf(value) !== 'integer') return { bound, sayBound: goFloat, sayValue: goNumber }
    return { bound: Math.trunc(bound), sayBound: goNumber, sayValue: goNumber }
  }
  const fail = ({ bound, sayBound, sayValue }: Comparison, why: string) => {
    const said = `${path} in body should be ${why} ${sayBound(bound)}`
    const message = `Invalid value: ${sayValue(value)}: ${said}`
    report(findings, said, { reason: 'FieldValueInvalid', path: placeOf(findings, path), message })
  }
  const { multipleOf, minimum, maximum, exclusiveMinimum, exclusiveMaximum } = schema
  if (multipleOf !== undefined) {
    const comparison = compare(multipleOf, 'MultipleOf')
    const { bound, sayBound } = comparison
    if (bound <= 0) {
      const said = `factor MultipleOf declared for ${path} must be positive: ${sayBound(bound)}`
      report(findings, said, invalid(placeOf(findings, path), bound, said))
    } else if (!isMultiple(value, bound, sayBound === goNumber)) fail(comparison, 'a multiple of')
  }
  if (minimum !== undefined) {
    const comparison = compare(minimum, 'Minimum boundary')
    const { bound } = comparison
    if (exclusiveMinimum && value <= bound) fail(comparison, 'greater than')
    if (!exclusiveMinimum && value < bound) fail(comparison, 'greater than or equal to')
  }
  if (maximum !== undefined) {
    const comparison = compare(maximum, 'Maximum boundary')
    const { bound } = comparison
    if (exclusiveMaximum && value >= bound) fail(comparison, 'less than')
    if (!exclusiveMaximum && value > bound) fail(comparison, 'less than or equal to')
  }
}

/** What a number is compared with, and how both are said. */
interface Comparison {
  readonly bound: number
  readonly sayBound: (bound: number) => string
  readonly sayValue: (value: number) => string
}

function isMultiple(value: number, factor: number, asIntegers: boolean): boolean {
  if (asIntegers) return value % factor === 0
  return isAlmostInteger(factor < 1 ? (1 / factor) * value : value / factor)
}

interface Range {
  readonly type: '' | 'integer' | 'number'
  readonly format: string
}

function rangeOf({ types, format }: SchemaNode): Range {
  const [type, ...more] = types
  return more.length > 0 || (type !== 'integer' && type !== 'number') ? { type: '', format: '' } : { type, format }
}

/** True if a number can be held by the type. The number is the value, or one that the schema compares it with. */
function checkRange({ type, format }: Range, value: number, name: string, path: string, findings: Findings): boolean {
  if (isWithin(type, format, value)) return true
  const wanted = format === '' ? `${type} (default format)` : `${type} with format ${format}`
  reportUnplaced(findings, `${name} value must be of type ${wanted} in ${path}`)
  return false
}

function isWithin(type: Range['type'], format: string, value: number): boolean {
  if (type === 'integer') {
    const end = format === 'int32' ? 2 ** 31 : INT64_END
    return Number.isInteger(value) && value >= -end && value < end
  }
  return format !== 'float' || Number.isFinite(Math.fround(value))
}
