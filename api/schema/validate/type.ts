/** Whether a value is of the type that its schema asks for. Source: kube-openapi pkg/validation/validate type.go. */
import { typeInvalid } from '../../field-error.ts'
import type { Json } from '../../object.ts'
import type { SchemaNode } from '../node.ts'
import { type JsonType, jsonTypeOf } from '../value-type.ts'
import { type Findings, placeOf, report } from './findings.ts'

/** True if the type is right. A list passes for a text with a format, as it does in Kubernetes. */
export function checkType(node: SchemaNode, value: Json, path: string, findings: Findings): boolean {
  const { types, format } = node
  const given = jsonTypeOf(value)
  if (given === 'null') {
    if (types.length === 0 || node.nullable) return true
    return reportType(findings, path, types.join(), 'null')
  }
  const isGiven = (type: JsonType) => types.includes(type)
  const fits =
    isGiven(given) ||
    (given === 'number' && isGiven('integer') && isAlmostInteger(value)) ||
    (given === 'integer' && isGiven('number'))
  const isCompound = given === 'string' || given === 'array'
  if (!isCompound && format !== '' && !fits && GO_FORMATS[given] !== format) {
    return reportType(findings, path, format, GO_FORMATS[given] ?? '')
  }
  if (isCompound && format !== '' && !isGiven('number') && !isGiven('integer')) return true
  return fits || reportType(findings, path, types.join(), given)
}

/** The format that the validator finds in a value of Go. */
const GO_FORMATS: Readonly<Partial<Record<JsonType, string>>> = { integer: 'int64', number: 'float64' }

function reportType(findings: Findings, path: string, wanted: string, given: string): false {
  const said = `${path} in body must be of type ${wanted}: "${given}"`
  report(findings, said, typeInvalid(placeOf(findings, path), given, said))
  return false
}

/** True for a float that differs from a whole number by less than its rounding. Source: go-openapi/swag IsFloat64AJSONInteger. */
export function isAlmostInteger(value: Json): boolean {
  if (typeof value !== 'number' || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const whole = Math.trunc(value)
  return value === whole || (whole > 0 && (value - whole) / (value + whole) < 1e-9)
}
