/** The expressions of a policy, compiled. Source: apiserver pkg/admission/plugin/policy/validating/plugin.go, mutating/compilation.go. */
import type {
  MatchCondition,
  MutatingAdmissionPolicySpec,
  ValidatingAdmissionPolicySpec,
  Validation,
  Variable,
} from '../../types/admissionregistration-v1.ts'
import type { Compiled } from '../compile.ts'
import { DYN, type Type } from '../type.ts'
import { compileForPolicy, type PolicyNames } from './variables.ts'

/** An expression and what became of it. */
export interface Expressed {
  readonly text: string
  readonly compiled: Compiled
}

/** A condition under which something is asked at all. */
export interface CompiledCondition extends Expressed {
  readonly name: string
}

/** A policy that is ready to be asked. Variables may use those before them. */
export interface CompiledPolicy {
  readonly variables: ReadonlyMap<string, Expressed>
  readonly conditions: readonly CompiledCondition[]
  readonly validations: readonly (Expressed & {
    readonly validation: Validation
    readonly message: Expressed | undefined
  })[]
  readonly annotations: readonly (Expressed & { readonly key: string })[]
}

/** Compiles everything that a policy says. */
export function compilePolicy(spec: ValidatingAdmissionPolicySpec): CompiledPolicy {
  const { names, ...common } = compileCommon(spec)
  const withoutAuthorizer: PolicyNames = { ...names, authorizer: false }
  return {
    ...common,
    validations: (spec.validations ?? []).map((validation) => ({
      validation,
      ...express(validation.expression, names, 'bool'),
      message: validation.messageExpression
        ? express(validation.messageExpression, withoutAuthorizer, 'string')
        : undefined,
    })),
    annotations: (spec.auditAnnotations ?? []).map(({ key, valueExpression }) => ({
      key,
      ...express(valueExpression, names, 'string', 'null_type'),
    })),
  }
}

/** A policy that changes objects, ready to be asked. */
export interface CompiledMutatingPolicy extends Pick<CompiledPolicy, 'variables' | 'conditions'> {
  readonly mutations: readonly (Expressed & { readonly type: PatchType })[]
}

/** How a mutation says what it changes. */
export type PatchType = 'ApplyConfiguration' | 'JSONPatch'

/** Compiles everything that a policy says which changes objects. */
export function compileMutatingPolicy(spec: MutatingAdmissionPolicySpec): CompiledMutatingPolicy {
  const { names, ...common } = compileCommon(spec)
  const patchNames: PolicyNames = { ...names, patches: true }
  return {
    ...common,
    mutations: (spec.mutations ?? []).map(({ applyConfiguration, jsonPatch }) =>
      jsonPatch
        ? { type: 'JSONPatch', ...express(jsonPatch.expression ?? '', patchNames, 'list(JSONPatch)') }
        : { type: 'ApplyConfiguration', ...express(applyConfiguration?.expression ?? '', patchNames, 'Object') },
    ),
  }
}

/** What policies of either kind have, and the names that their expressions know. */
function compileCommon(spec: Pick<ValidatingAdmissionPolicySpec, 'paramKind' | 'variables' | 'matchConditions'>) {
  const params = spec.paramKind !== undefined
  const variables = compileVariables(spec.variables, params)
  const names: PolicyNames = { params, authorizer: true, variables: typesOf(variables) }
  return { names, variables, conditions: compileConditions(spec.matchConditions, names) }
}

/** The conditions of a policy or a webhook. */
export const compileConditions = (
  given: readonly MatchCondition[] | undefined,
  names: PolicyNames,
): readonly CompiledCondition[] =>
  (given ?? []).map(({ name, expression }) => ({ name, ...express(expression, names, 'bool') }))

/** Each variable, with those before it in sight. */
export function compileVariables(
  given: readonly Variable[] | undefined,
  params: boolean,
): ReadonlyMap<string, Expressed> {
  const compiled = new Map<string, Expressed>()
  for (const { name, expression } of given ?? []) {
    compiled.set(name, express(expression, { params, authorizer: true, variables: typesOf(compiled) }))
  }
  return compiled
}

/** The types of variables; one that did not compile may be anything. */
export const typesOf = (variables: ReadonlyMap<string, Expressed>): ReadonlyMap<string, Type> =>
  new Map([...variables].map(([name, { compiled }]) => [name, compiled.compiled ? compiled.checked.type : DYN]))

const express = (text: string, names: PolicyNames, ...wanted: readonly string[]): Expressed => ({
  text,
  compiled: compileForPolicy(text, names, ...wanted),
})
