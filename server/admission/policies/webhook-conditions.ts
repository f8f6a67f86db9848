/** The conditions of webhooks, compiled when they are first asked and kept as long as their webhook is. */
import { type CompiledCondition, compileConditions } from '@muster/api/cel/admission/compile-policy.ts'
import type { Conditions } from '../webhooks/match.ts'
import { askConditions } from './conditions.ts'
import { factsOf, policyInput } from './input.ts'

const NAMES = { params: false, authorizer: true } as const

const compiled = new WeakMap<object, readonly CompiledCondition[]>()

/** Asks the conditions of a webhook. They see no namespace. */
export const webhookConditions: Conditions = ({ hook: { webhook }, form }, request, context) => {
  const conditions = compiled.get(webhook) ?? compileConditions(webhook.matchConditions, NAMES)
  compiled.set(webhook, conditions)
  const outcome = askConditions(conditions, policyInput(factsOf(request, form.resource, context), NAMES))
  if ('why' in outcome) return { verdict: 'failed', why: outcome.why }
  return { verdict: outcome.matches ? 'true' : 'false' }
}
