/**
 * Validation of a value by its schema, with the verdicts and the words of Kubernetes.
 *
 * Kubernetes counts how much of a schema a value satisfied, and of alternatives that all failed it reports the errors
 * of the one that came nearest. So the walk counts the same way: each keyword that applied is one match, and a right
 * type is one more.
 * Source: kube-openapi pkg/validation/validate; apiextensions pkg/apiserver/validation (errors, ratcheting).
 */
import { type FieldError, type FieldPath, invalid, notSupported, required, tooMany } from '../../field-error.ts'
import { goJson } from '../../go-text.ts'
import type { Json, JsonObject } from '../../object.ts'
import { isValidatedFormat } from '../formats.ts'
import { canonicalJson, equalJson, isObject, sortKeys } from '../json.ts'
import { entryOf, itemOf, nodeOf, propertyOf, type SchemaNode } from '../node.ts'
import type { Schema, TypeSchema } from '../schema.ts'
import { checkAlternatives } from './alternatives.ts'
import { type Correlated, correlate, correlatedField, correlatedItem, isUnchanged } from './correlate.ts'
import { type Findings, fresh, merge, placeOf, report } from './findings.ts'
import { checkNumber } from './number.ts'
import { checkFormat, checkText } from './text.ts'
import { checkType } from './type.ts'

/** What is known beside the value. */
export interface ValidateOptions {
  /** Where the value is in the object: paths of errors start there. The root when absent. */
  readonly at?: FieldPath
  /** What was there before: what is unchanged since then is let pass, even if it is wrong. */
  readonly old?: Json
}

/** Everything that is wrong with a value by the keywords of its schema; lists of type set and map are {@link validateListTypes}'s. */
export function validate(type: TypeSchema, value: Json, { at = '', old }: ValidateOptions = {}): FieldError[] {
  const node = nodeOf(type)
  const findings: Findings = { at, found: new Map() }
  visit(node, value, '', old === undefined ? undefined : correlate(node, value, old), findings)
  return [...findings.found.values()]
}

/** Checks a node; if it has an earlier value and is unchanged since, nothing is wrong with it. Answers its matches. */
function visit(
  node: SchemaNode,
  value: Json,
  path: string,
  correlated: Correlated | undefined,
  findings: Findings,
): number {
  if (!correlated) return check(node, value, path, undefined, findings)
  const own = fresh(findings)
  const matches = check(node, value, path, correlated, own)
  if (own.found.size > 0 && !isUnchanged(correlated)) merge(findings, own)
  return matches
}

function check(
  node: SchemaNode,
  value: Json,
  path: string,
  correlated: Correlated | undefined,
  findings: Findings,
): number {
  const { schema } = node
  if (value === null) {
    const isRight = checkType(node, value, path, findings)
    checkEnum(schema, value, path, findings)
    return isRight ? 1 : 0
  }
  const { format } = node
  let matches = 2
  if (format !== '' || node.types.length > 0) matches += checkType(node, value, path, findings) ? 2 : 1
  matches += 2
  if (node.joins) {
    // Alternatives judge the value as it is: Kubernetes lets nothing pass inside of them.
    const attempt = (alternative: SchemaNode, into: Findings) => check(alternative, value, path, undefined, into)
    matches += checkAlternatives(node, attempt, path, findings)
  }
  if (typeof value === 'string') {
    matches += 1
    checkText(node, value, path, findings)
    if (format !== '' && isValidatedFormat(format)) {
      matches += 1
      checkFormat(format, value, path, findings)
    }
  } else if (typeof value === 'number') {
    matches += 2
    checkNumber(node, value, path, findings)
  } else if (Array.isArray(value)) matches += 2 + checkList(node, value, path, correlated, findings)
  checkEnum(schema, value, path, findings)
  if (isObject(value)) matches += 1 + checkObject(node, value, path, correlated, findings)
  return matches
}

function checkList(
  node: SchemaNode,
  list: readonly Json[],
  path: string,
  correlated: Correlated | undefined,
  findings: Findings,
): number {
  const { minItems, maxItems, uniqueItems } = node.schema
  const item = itemOf(node)
  let matches = 0
  if (item) {
    for (const [index, value] of list.entries()) {
      const before = correlated && correlatedItem(correlated, index)
      matches += visit(item, value, `${path}[${index}]`, before, findings)
    }
  }
  if (minItems !== undefined && list.length < minItems) {
    const said = `${path} in body should have at least ${minItems} items`
    report(findings, said, invalid(placeOf(findings, path), list.length, said))
  }
  if (maxItems !== undefined && list.length > maxItems) {
    report(
      findings,
      `${path} in body should have at most ${maxItems} items`,
      tooMany(placeOf(findings, path), list.length, maxItems),
    )
  }
  if (uniqueItems && new Set(list.map(canonicalJson)).size < list.length) {
    const said = `${path} in body shouldn't contain duplicates`
    report(findings, said, invalid(placeOf(findings, path), '', said))
  }
  return matches
}

function checkObject(
  node: SchemaNode,
  object: JsonObject,
  path: string,
  correlated: Correlated | undefined,
  findings: Findings,
): number {
  const { schema } = node
  const names = Object.keys(object)
  checkSize(schema, names.length, path, findings)
  const ofEntry = entryOf(node)
  let matches = 0
  for (const name of names) {
    const property = propertyOf(node, name)
    if (!property && schema.additionalProperties === false) {
      const said = `${path}.${name} in body is a forbidden property`
      report(findings, said, invalid(placeOf(findings, path), name, said))
    }
    const child = property ?? ofEntry
    if (!child) continue
    const below = property && path === '' ? name : `${path}.${name}`
    const before = correlated && !(path === '' && isTypeMeta(name)) ? correlatedField(correlated, name) : undefined
    matches += visit(child, object[name] ?? null, below, before, findings)
  }
  for (const name of schema.required ?? []) {
    if (Object.hasOwn(object, name)) continue
    report(findings, `${path}.${name} in body is required`, required(placeOf(findings, `${path}.${name}`)))
  }
  return matches
}

/** They cannot have been wrong before: what was stored is read as the version that is asked for. */
const isTypeMeta = (name: string): boolean => name === 'apiVersion' || name === 'kind'

function checkSize({ minProperties, maxProperties }: Schema, size: number, path: string, findings: Findings): void {
  if (minProperties !== undefined && size < minProperties) {
    const said = `${path} in body should have at least ${minProperties} properties`
    report(findings, said, invalid(placeOf(findings, path), size, said))
  }
  if (maxProperties !== undefined && size > maxProperties) {
    const said = `${path} in body should have at most ${maxProperties} properties`
    report(findings, said, tooMany(placeOf(findings, path), size, maxProperties))
  }
}

function checkEnum({ enum: allowed }: Schema, value: Json, path: string, findings: Findings): void {
  if (!allowed || allowed.length === 0) return
  // Null is none of them, even if it stands among them: Kubernetes compares no nulls.
  if (value !== null && allowed.some((one) => isSame(value, one))) return
  const words = allowed.map((one) => (typeof one === 'string' ? one : goJson(sortKeys(one))))
  const said = `${path} in body should be one of [${words.join(' ')}]`
  report(findings, said, notSupported(placeOf(findings, path), sortKeys(value), words))
}

/** Go turns the value into the type of the allowed one first, which cuts a float down to an integer. */
const isSame = (value: Json, allowed: Json): boolean =>
  equalJson(value, allowed) || (typeof value === 'number' && Number.isInteger(allowed) && Math.trunc(value) === allowed)
