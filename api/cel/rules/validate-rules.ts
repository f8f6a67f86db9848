/**
 * Asks the rules of a schema, `x-kubernetes-validations`, of a value and of what is inside it.
 *
 * Rules about `oldSelf` are asked where there was something before. Of other rules, what was broken already and has not
 * been touched since is told as a warning only. All rules of one write share one budget.
 * Source: apiextensions pkg/apiserver/schema/cel/validation.go; KEP-2876, KEP-4008.
 */
import {
  child,
  duplicate,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  internalFieldError,
  invalid,
  key,
  OMITTED,
  required,
  sayFieldError,
} from '../../field-error.ts'
import { byteLength, goQuote } from '../../go-text.ts'
import type { Json } from '../../object.ts'
import { isObject, ownValue } from '../../schema/json.ts'
import { alternativeOf, entryOf, hasBelow, itemOf, nodeOf, propertyOf, type SchemaNode } from '../../schema/node.ts'
import type { Schema, TypeSchema } from '../../schema/schema.ts'
import {
  type Correlated,
  correlate,
  correlatedField,
  correlatedItem,
  isUnchanged,
} from '../../schema/validate/correlate.ts'
import { bind } from '../bind.ts'
import { CALL_COST_MAX, WRITE_COST_MAX } from '../compile.ts'
import { type Declared, withTypeAndMeta } from '../declared.ts'
import type { Run } from '../evaluate.ts'
import { isFailure, NONE, some, type Value } from '../value.ts'
import { type CompiledRule, compileRules, declareField, declareOnce } from './compile-rules.ts'

/** What is known beside the value. */
export interface RuleOptions {
  /** What was there before an update. */
  readonly old?: Json | undefined
  /** Told what was broken before and still is. */
  readonly warn?: ((warning: string) => void) | undefined
}

/** A text that an expression makes is no longer than this. Source: apiserver pkg/apis/cel/config.go. */
const MESSAGE_BYTES_MAX = 5 * 1024

/** Every rule of the schema that a resource breaks. */
export function validateRules(type: TypeSchema, value: Json, { old, warn }: RuleOptions = {}): FieldError[] {
  const node = nodeOf(type)
  const declared = hasBelow(node, RULES) ? declareOnce(type.root, true) : undefined
  if (!declared) return []
  const walk: Walk = { errors: [], warn: warn ?? (() => {}), budget: WRITE_COST_MAX }
  const correlated = old === undefined || old === null ? undefined : correlate(node, value, old)
  const place: Place = { node, bearer: type.root, declared, isResource: true, path: '', correlated, nearest: undefined }
  visit(walk, place, value)
  return walk.errors
}

const RULES = 'x-kubernetes-validations'

interface Walk {
  readonly errors: FieldError[]
  readonly warn: (warning: string) => void
  /** Below zero once it is spent: then nothing more is asked. */
  budget: number
}

interface Place {
  readonly node: SchemaNode
  /** The schema whose rules are asked: the node's own, or one of its allOf. */
  readonly bearer: Schema
  readonly declared: Declared
  readonly isResource: boolean
  readonly path: FieldPath
  readonly correlated: Correlated | undefined
  /** The nearest value around this one that can be told from what it was. */
  readonly nearest: Correlated | undefined
  /** In allOf nothing is let pass for being as it was, but for what is around it. */
  readonly inAllOf?: true
}

function visit(walk: Walk, place: Place, value: Json): void {
  if (value === null || walk.budget < 0) return
  askRules(walk, place, value)
  for (const part of place.bearer.allOf ?? []) visit(walk, { ...place, bearer: part, inAllOf: true }, value)
  if (Array.isArray(value)) visitItems(walk, place, value)
  else if (isObject(value)) visitFields(walk, place, value)
}

function visitItems(walk: Walk, place: Place, list: readonly Json[]): void {
  const item = itemOf(place.node)
  const declared = place.declared.element
  const bearer = place.bearer.items
  if (!item || !declared || !bearer || !hasRules(place, item, bearer)) return
  for (const [at, value] of list.entries()) {
    const correlated = place.correlated && correlatedItem(place.correlated, at)
    visit(walk, inside(place, item, bearer, declared, index(place.path, at), correlated), value)
  }
}

function visitFields(walk: Walk, place: Place, object: Readonly<Record<string, Json>>): void {
  const { node, bearer, declared } = place
  const entry = entryOf(node)
  for (const name of Object.keys(object)) {
    const value = object[name] ?? null
    const correlated = place.correlated && correlatedField(place.correlated, name)
    const property = propertyOf(node, name)
    const own = ownValue(bearer.properties, name)
    if (property && own && hasRules(place, property, own)) {
      const type = declareField(declared, name, property.schema)
      if (type) visit(walk, inside(place, property, own, type, child(place.path, name), correlated), value)
    } else if (!property && entry && typeof bearer.additionalProperties === 'object' && declared.element) {
      const schema = bearer.additionalProperties
      if (!hasRules(place, entry, schema)) continue
      visit(walk, inside(place, entry, schema, declared.element, key(place.path, name), correlated), value)
    }
  }
}

/** What is asked in allOf stands in the alternative, and nothing of the node itself is asked a second time. */
const hasRules = (place: Place, node: SchemaNode, bearer: Schema): boolean =>
  place.inAllOf ? hasBelow(alternativeOf(node, bearer), RULES) : hasBelow(node, RULES)

const inside = (
  place: Place,
  node: SchemaNode,
  bearer: Schema,
  declared: Declared,
  path: FieldPath,
  correlated: Correlated | undefined,
): Place => ({
  node,
  bearer,
  declared,
  isResource: node.schema['x-kubernetes-embedded-resource'] ?? false,
  path,
  correlated,
  nearest: place.correlated ?? place.nearest,
  ...(place.inAllOf ? { inAllOf: true } : {}),
})

function askRules(walk: Walk, place: Place, value: Json): void {
  const { node, bearer, declared, path } = place
  if (!bearer[RULES]?.length) return
  const schema = place.isResource ? withTypeAndMeta(node.schema) : node.schema
  const { type = '' } = schema
  if (walk.budget <= 0) {
    const why = 'validation failed due to running out of cost budget, no further validation rules will be run'
    walk.errors.push(invalid(path, type, why))
    walk.budget = -1
    return
  }
  const self = bind(value, schema)
  const before = place.correlated?.old
  const oldSelf = before === undefined || before === null ? undefined : bind(before, schema)
  for (const rule of compileRules(bearer, node.schema, declared)) {
    if (rule.why !== undefined) walk.errors.push(invalid(path, type, `rule compile error: ${rule.why}`))
    else askRule(walk, place, { rule, type, value, self, oldSelf })
    if (walk.budget < 0) return
  }
}

interface Question {
  readonly rule: CompiledRule
  readonly type: string
  readonly value: Json
  readonly self: Value
  readonly oldSelf: Value | undefined
}

function askRule(walk: Walk, place: Place, question: Question): void {
  const { rule, type, self, oldSelf } = question
  const isOptional = rule.rule.optionalOldSelf ?? false
  if (!rule.program || (rule.usesOld && oldSelf === undefined && !isOptional)) return
  const old = isOptional ? (oldSelf === undefined ? NONE : some(oldSelf)) : oldSelf
  const variables = (name: string): Value | undefined => (name === 'self' ? self : name === 'oldSelf' ? old : undefined)
  const run = rule.program.run(variables, CALL_COST_MAX)
  if (run.cost > walk.budget) {
    const why = 'validation failed due to running out of cost budget, no further validation rules will be run'
    walk.errors.push(invalid(place.path, type, why))
    walk.budget = -1
    return
  }
  walk.budget -= run.cost
  if (run.value === true) return
  if (isFailure(run.value)) {
    walk.errors.push(invalid(place.path, type, sayFailure(run, run.value.message, rule)))
    if (run.cancelled) walk.budget = -1
    return
  }
  const outcome = messageOf(walk, rule, variables)
  const path = rule.fieldPath === '' ? place.path : child(place.path, rule.fieldPath)
  const tell = (error: FieldError): void => {
    if (!rule.usesOld && isAsBefore(place)) walk.warn(sayFieldError(error))
    else walk.errors.push(error)
  }
  if ('why' in outcome) {
    tell(outcome.isInternal ? internalFieldError(path, outcome.why) : invalid(path, type, outcome.why))
    walk.budget = -1
    return
  }
  const shown = type === 'object' || type === 'array' ? OMITTED : question.value
  tell(errorFor(rule.rule.reason, path, shown, outcome.message))
}

const isAsBefore = ({ correlated, nearest, inAllOf }: Place): boolean => {
  const nearestOne = (inAllOf ? undefined : correlated) ?? nearest
  return nearestOne !== undefined && isUnchanged(nearestOne)
}

/** The words in which a rule is named. */
const sayRule = ({ rule: { message = '', rule } }: CompiledRule): string => (message === '' ? rule : message).trim()

function sayFailure({ cancelled }: Run, why: string, rule: CompiledRule): string {
  if (cancelled) {
    return `'${why}': no further validation rules will be run due to call cost exceeds limit for rule: ${sayRule(rule)}`
  }
  return why === 'no such overload'
    ? `'${why}': call arguments did not match a supported operator, function or macro signature for rule: ${sayRule(rule)}`
    : `${why} evaluating rule: ${sayRule(rule)}`
}

type Message = { readonly message: string } | { readonly why: string; readonly isInternal?: true }

/** What is told of a broken rule: what its expression makes, or its message, or the rule itself. */
function messageOf(walk: Walk, rule: CompiledRule, variables: (name: string) => Value | undefined): Message {
  const { message = '', messageExpression = '' } = rule.rule
  const usual = message === '' ? `failed rule: ${sayRule(rule)}` : message.trim()
  if (!rule.message) return { message: usual }
  const run = rule.message.run(variables, CALL_COST_MAX)
  if (run.cancelled) {
    const which = goQuote(messageExpression)
    return {
      why: `no further validation rules will be run due to call cost exceeds limit for messageExpression: ${which}`,
    }
  }
  if (run.cost > walk.budget) {
    return {
      why: 'messageExpression evaluation failed due to running out of cost budget, no further validation rules will be run',
    }
  }
  walk.budget -= run.cost
  const said = typeof run.value === 'string' ? run.value.trim() : ''
  // One that cannot be made, or says nothing, or too much, gives way to the usual one.
  const isGood = said !== '' && byteLength(said) <= MESSAGE_BYTES_MAX && !said.includes('\n')
  return { message: isGood ? said : usual }
}

function errorFor(reason: string | undefined, path: FieldPath, value: unknown, why: string): FieldError {
  switch (reason) {
    case 'FieldValueForbidden':
      return forbidden(path, why)
    case 'FieldValueRequired':
      return required(path, why)
    case 'FieldValueDuplicate':
      return duplicate(path, value)
    default:
      return invalid(path, value, why)
  }
}
