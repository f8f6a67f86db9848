/**
 * The rules in CEL of a definition's schema: that each compiles, and that all of them together cannot cost more than a
 * write may. What a rule costs is reckoned from the largest object that fits into a request.
 * Source: apiextensions pkg/apis/apiextensions/validation validation.go, cel_validation.go.
 */

import { UNKNOWN } from '../../cel/cost/estimate.ts'
import type { Declared } from '../../cel/declared.ts'
import { type CompiledRule, compileRules, declareField, declareOnce } from '../../cel/rules/compile-rules.ts'
import {
  child,
  type FieldError,
  type FieldPath,
  forbidden,
  index,
  internalFieldError,
  invalid,
  key,
} from '../../field-error.ts'
import type { Schema } from '../../schema/schema.ts'
import { internalRule } from '../internal-form.ts'

/** The most that one rule may cost, as often as it may be asked. Source: StaticEstimatedCostLimit. */
const RULE_COST_MAX = 10_000_000
/** The most that all rules of a schema may cost. Source: StaticEstimatedCRDCostLimit. */
const SCHEMA_COST_MAX = 100_000_000
/** How many of the dearest are named, and what share of the whole makes one dear. Source: TotalCost. */
const NAMED_MAX = 4
const DEAR = SCHEMA_COST_MAX / 100

/** What is wrong with rules, of a schema that is structural. Below a path of `wrong`, nothing is compiled. */
export function validateExpressions(schema: Schema, path: FieldPath, wrong: readonly FieldPath[]): FieldError[] {
  const walk: Walk = { wrong, total: 0, dear: [], errors: [] }
  visit(walk, { schema, path, declared: () => declareOnce(schema, true), timesMax: 1, noOld: undefined })
  if (walk.total <= SCHEMA_COST_MAX) return walk.errors
  const named = walk.dear.toSorted((one, other) => other.cost - one.cost).slice(0, NAMED_MAX)
  const why = 'contributed to estimated rule cost total exceeding cost limit for entire OpenAPIv3 schema'
  const whole = 'x-kubernetes-validations estimated rule cost total for entire OpenAPIv3 schema'
  return [
    ...walk.errors,
    ...named.map((one) => forbidden(one.path, why)),
    forbidden(path, sayCost(whole, walk.total, SCHEMA_COST_MAX)),
  ]
}

interface Walk {
  readonly wrong: readonly FieldPath[]
  readonly errors: FieldError[]
  total: number
  readonly dear: { readonly path: FieldPath; readonly cost: number }[]
}

interface Place {
  readonly schema: Schema
  readonly path: FieldPath
  /** Asked only where there are rules. */
  readonly declared: () => Declared | undefined
  /** How many such values one object can have; undefined when no schema bounds it. */
  readonly timesMax: number | undefined
  /** The list or map inside of which nobody can tell what a value was before. */
  readonly noOld: FieldPath | undefined
}

/** Those inside come first, as Kubernetes tells them. */
function visit(walk: Walk, place: Place): void {
  const { schema, path } = place
  const { additionalProperties, properties = {}, items } = schema
  const timesMax = place.timesMax === undefined ? undefined : multiply(place.timesMax, elementsOf(schema))
  const element = () => place.declared()?.element
  if (typeof additionalProperties === 'object') {
    const inside = child(path, 'additionalProperties')
    visit(walk, { ...place, schema: additionalProperties, path: inside, declared: element, timesMax })
  }
  for (const [name, property] of Object.entries(properties)) {
    const declared = () => {
      const parent = place.declared()
      return parent && declareField(parent, name, property)
    }
    visit(walk, { ...place, schema: property, path: key(child(path, 'properties'), name), declared, timesMax })
  }
  if (items) {
    const noOld = schema['x-kubernetes-list-type'] === 'map' ? place.noOld : (place.noOld ?? path)
    visit(walk, { schema: items, path: child(path, 'items'), declared: element, timesMax, noOld })
  }
  const rules = schema['x-kubernetes-validations'] ?? []
  if (rules.length === 0 || walk.wrong.some((one) => one.startsWith(path))) return
  const declared = place.declared()
  const own = child(path, 'x-kubernetes-validations')
  if (!declared) {
    const why = 'internal error: failed to retrieve type information for x-kubernetes-validations'
    walk.errors.push(internalFieldError(own, why))
    return
  }
  for (const [at, rule] of compileRules(schema, schema, declared).entries())
    checkRule(walk, place, rule, index(own, at))
}

/** How many values a list or map has room for; undefined when it does not say. */
function elementsOf({ type, additionalProperties, maxProperties, maxItems }: Schema): number | undefined {
  if (type === 'object' && additionalProperties !== undefined) return maxProperties
  return type === 'array' ? maxItems : 1
}

function multiply(one: number, other: number | undefined): number | undefined {
  return other === undefined ? undefined : Math.min(UNKNOWN, one * Math.max(0, other))
}

function checkRule(walk: Walk, { timesMax, noOld }: Place, compiled: CompiledRule, path: FieldPath): void {
  const { rule, why, usesOld, costMax, messageWhy, messageCostMax, message } = compiled
  const cost = Math.min(UNKNOWN, costMax * (timesMax ?? compiled.timesMax))
  const [ofRule, ofMessage] = [child(path, 'rule'), child(path, 'messageExpression')]
  const { errors } = walk
  if (cost > RULE_COST_MAX) errors.push(forbidden(ofRule, sayCost('estimated rule cost', cost, RULE_COST_MAX)))
  count(walk, ofRule, cost)
  if (why !== undefined) errors.push(invalid(ofRule, internalRule(rule), why))
  if (messageWhy !== undefined) errors.push(invalid(ofMessage, internalRule(rule), messageWhy))
  else if (message) {
    if (messageCostMax > RULE_COST_MAX) {
      errors.push(forbidden(ofMessage, sayCost('estimated messageExpression cost', messageCostMax, RULE_COST_MAX)))
    }
    count(walk, ofMessage, messageCostMax)
  }
  if (usesOld && noOld !== undefined) {
    const uncorrelated = `oldSelf cannot be used on the uncorrelatable portion of the schema within ${noOld}`
    errors.push(invalid(ofRule, rule.rule, uncorrelated))
  } else if (!usesOld && rule.optionalOldSelf !== undefined) {
    const unused = 'may not be set if oldSelf is not used in rule'
    errors.push(invalid(child(path, 'optionalOldSelf'), rule.optionalOldSelf, unused))
  }
}

function count(walk: Walk, path: FieldPath, cost: number): void {
  walk.total = Math.min(UNKNOWN, walk.total + cost)
  if (cost >= DEAR) walk.dear.push({ path, cost })
}

function sayCost(what: string, cost: number, costMax: number): string {
  const factor = cost / costMax
  // Little more than enough is told exactly: "by a factor of 1.0x" would say nothing.
  const said = factor > 100 ? 'more than 100' : factor < 1.5 ? factor.toFixed(6) : factor.toFixed(1)
  return `${what} exceeds budget by factor of ${said}x (try simplifying the rule, or adding maxItems, maxProperties, and maxLength where arrays, maps, and strings are declared)`
}
