/**
 * What one policy says to one request, under one binding with one parameter.
 * Source: apiserver pkg/admission/plugin/policy/validating/validator.go, message.go.
 */
import type { CompiledPolicy, Expressed } from '@muster/api/cel/admission/compile-policy.ts'
import { CALL_COST_MAX, WRITE_COST_MAX } from '@muster/api/cel/compile.ts'
import { failure, isFailure, type Value } from '@muster/api/cel/value.ts'
import { byteLength } from '@muster/api/go-text.ts'
import type { Validation } from '@muster/api/types/admissionregistration-v1.ts'
import { askConditions, type Budget, evaluate } from './conditions.ts'
import type { PolicyInput } from './input.ts'

/** Why a request is refused. */
export interface Denial {
  readonly message: string
  /** Invalid, when the policy says nothing else. */
  readonly reason: string | undefined
  /** Which validation it was; 0 when it was none. */
  readonly at: number
}

/** Everything that a policy says. */
export interface PolicyVerdict {
  readonly denials: readonly Denial[]
  readonly annotations: readonly { readonly key: string; readonly value: string }[]
  /** Annotations that could not be computed, of a policy that fails closed: these refuse whatever the binding does. */
  readonly failures: readonly string[]
}

const SILENT: PolicyVerdict = { denials: [], annotations: [], failures: [] }

/** A text that an expression makes is no longer than this. Source: apiserver pkg/apis/cel/config.go. */
const MESSAGE_BYTES_MAX = 5 * 1024

/** Asks a policy. `ignores` is true for one whose failures let a request pass. */
export function askPolicy(compiled: CompiledPolicy, known: PolicyInput, ignores: boolean): PolicyVerdict {
  const budget: Budget = { left: WRITE_COST_MAX }
  const input = withVariables(compiled.variables, known, budget)
  const failed = (message: string): Denial[] => (ignores ? [] : [{ message, reason: undefined, at: 0 }])
  const conditions = askConditions(compiled.conditions, input)
  if ('why' in conditions) return { ...SILENT, denials: failed(conditions.why) }
  if (!conditions.matches) return SILENT
  const denials: Denial[] = []
  for (const [at, one] of compiled.validations.entries()) {
    const outcome = evaluate(one, input, budget)
    if (budget.left < 0) return { ...SILENT, denials: failed('why' in outcome ? outcome.why : '') }
    if ('why' in outcome) denials.push(...failed(outcome.why).map((denial) => ({ ...denial, at })))
    else if (outcome.value !== true) {
      const message = sayDenial(one.validation, one.message && evaluate(one.message, input, budget))
      denials.push({ message, reason: one.validation.reason, at })
    }
  }
  return { denials, ...askAnnotations(compiled, withVariables(compiled.variables, known, budget), ignores) }
}

function askAnnotations(
  { annotations }: CompiledPolicy,
  input: PolicyInput,
  ignores: boolean,
): Pick<PolicyVerdict, 'annotations' | 'failures'> {
  const budget: Budget = { left: WRITE_COST_MAX }
  const noted: { key: string; value: string }[] = []
  const failures: string[] = []
  for (const annotation of annotations) {
    const outcome = evaluate(annotation, input, budget)
    if ('why' in outcome) {
      if (!ignores) failures.push(outcome.why)
    } else if (typeof outcome.value === 'string') {
      const value = outcome.value.trim()
      if (value !== '') noted.push({ key: annotation.key, value })
    }
  }
  return { annotations: noted, failures }
}

/** What the policy's expression makes; else its message; else the expression that was not true. */
function sayDenial(
  { expression, message = '' }: Validation,
  made: { readonly value: Value } | { readonly why: string } | undefined,
): string {
  const said = made && 'value' in made && typeof made.value === 'string' ? made.value.trim() : ''
  if (said !== '' && byteLength(said) <= MESSAGE_BYTES_MAX && !said.includes('\n')) return said
  return message === '' ? `failed expression: ${expression.trim()}` : message.trim()
}

/** The names that are known, and `variables`, each of which is computed when it is first asked for. */
export function withVariables(
  variables: ReadonlyMap<string, Expressed>,
  known: PolicyInput,
  budget: Budget,
): PolicyInput {
  if (variables.size === 0) return known
  const made = new Map<string, Value>()
  const compute = (name: string): Value | undefined => {
    const variable = variables.get(name)
    if (!variable) return undefined
    const { compiled } = variable
    if (!compiled.compiled) return failure(`composited variable "${name}" fails to compile: ${compiled.why}`)
    const { value, cost } = compiled.program.run(input, CALL_COST_MAX)
    budget.left -= cost
    return isFailure(value) ? failure(`composited variable "${name}" fails to evaluate: ${value.message}`) : value
  }
  const all: Value = {
    cel: 'object',
    name: 'kubernetes.variables',
    get(name) {
      const value = made.get(name) ?? compute(name)
      if (value !== undefined) made.set(name, value)
      return value
    },
    fields: () => [...variables.keys()],
  }
  const input: PolicyInput = (name) => (name === 'variables' ? all : known(name))
  return input
}
