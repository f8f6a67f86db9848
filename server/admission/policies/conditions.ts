/**
 * Conditions in CEL under which a webhook or a policy is asked at all: one that is false is enough not to ask.
 * Source: apiserver pkg/admission/plugin/webhook/matchconditions/matcher.go.
 */
import type { CompiledCondition, Expressed } from '@muster/api/cel/admission/compile-policy.ts'
import { CALL_COST_MAX, CONDITIONS_COST_MAX } from '@muster/api/cel/compile.ts'
import { isFailure, type Value } from '@muster/api/cel/value.ts'
import type { PolicyInput } from './input.ts'

/** Whether to ask; or why that cannot be known, which the failure policy settles. */
export type ConditionsOutcome = { readonly matches: boolean } | { readonly why: string }

/** What is left for expressions of one kind; below zero when it was not enough. */
export interface Budget {
  left: number
}

/** Asks all conditions. */
export function askConditions(conditions: readonly CompiledCondition[], input: PolicyInput): ConditionsOutcome {
  const budget: Budget = { left: CONDITIONS_COST_MAX }
  const failures: string[] = []
  for (const condition of conditions) {
    const outcome = evaluate(condition, input, budget)
    if ('why' in outcome) {
      if (budget.left < 0) return { why: outcome.why }
      failures.push(outcome.why)
    } else if (outcome.value === false) return { matches: false }
  }
  const [first = '', ...more] = new Set(failures)
  if (failures.length === 0) return { matches: true }
  return { why: more.length === 0 ? first : `[${[first, ...more].join(', ')}]` }
}

/** The value of one expression, or why it has none. Source: apiserver pkg/admission/plugin/cel/activation.go Evaluate. */
export function evaluate(
  { text, compiled }: Expressed,
  input: PolicyInput,
  budget: Budget,
): { readonly value: Value } | { readonly why: string } {
  if (!compiled.compiled) return { why: `compilation error: ${compiled.why}` }
  const { value, cost } = compiled.program.run(input, CALL_COST_MAX)
  budget.left -= cost
  if (budget.left < 0) return { why: OUT_OF_BUDGET }
  return isFailure(value) ? { why: `expression '${text}' resulted in error: ${value.message}` } : { value }
}

const OUT_OF_BUDGET = 'validation failed due to running out of cost budget, no further validation rules will be run'
