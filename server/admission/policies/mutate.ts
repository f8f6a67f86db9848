/**
 * What one mutation of a policy makes of an object.
 * Source: apiserver pkg/admission/plugin/policy/mutating/patch; the messages are its own.
 */
import { type Atom, rootAtom } from '@muster/api/apply/atom.ts'
import { mergeConfiguration } from '@muster/api/apply/merge-configuration.ts'
import type { CompiledMutatingPolicy } from '@muster/api/cel/admission/compile-policy.ts'
import { WRITE_COST_MAX } from '@muster/api/cel/compile.ts'
import { misnamedTypes, objectToJson, toJson } from '@muster/api/cel/to-json.ts'
import { isList, isObject, itemsOf, type Structure, type Value } from '@muster/api/cel/value.ts'
import type { JsonObject } from '@muster/api/object.ts'
import { applyJsonPatch, isTestFailure, readJsonPatch, whyNotPatched } from '@muster/api/patch/json-patch.ts'
import { isObject as isJsonObject } from '@muster/api/schema/json.ts'
import type { TypeSchema } from '@muster/api/schema/schema.ts'
import { isControlError } from '@muster/base/errors.ts'
import { type Budget, evaluate } from './conditions.ts'
import type { PolicyInput } from './input.ts'
import { withVariables } from './validate.ts'

type CompiledMutation = CompiledMutatingPolicy['mutations'][number]

/** The object afterwards, which shares nothing with the one before; or why there is none. */
export type Mutated = { readonly object: JsonObject } | { readonly why: string }

/** Asks one mutation of a policy, and does what it says to the object as it is shown to the policy. */
export function mutate(
  { variables }: Pick<CompiledMutatingPolicy, 'variables'>,
  mutation: CompiledMutation,
  known: PolicyInput,
  shown: JsonObject,
  schema: TypeSchema,
): Mutated {
  const budget: Budget = { left: WRITE_COST_MAX }
  const outcome = evaluate(mutation, withVariables(variables, known, budget), budget)
  if ('why' in outcome) return outcome
  try {
    return mutation.type === 'JSONPatch'
      ? patchWith(outcome.value, shown)
      : applyTo(outcome.value, shown, rootAtom(schema))
  } catch (error) {
    if (isControlError(error) && error.code === 'Invalid') return { why: error.message }
    throw error
  }
}

function applyTo(made: Value, shown: JsonObject, atom: Atom): Mutated {
  if (!isObject(made)) return { why: 'unsupported return type from ApplyConfiguration expression' }
  const misnamed = misnamedTypes(made, 'Object')
  if (misnamed.length > 0) return { why: `type mismatch: ${misnamed.join('\n')}` }
  const { apiVersion = null, kind = null } = shown
  const outcome = mergeConfiguration(atom, shown, { ...objectToJson(made), apiVersion, kind })
  return 'why' in outcome ? { why: `error applying patch: ${outcome.why}` } : { object: outcome.merged }
}

function patchWith(made: Value, shown: JsonObject): Mutated {
  const operations = isList(made) ? itemsOf(made).filter(isObject) : []
  const misnamed = operations.flatMap((operation) => misnamedIn(operation.get('value')))
  if (misnamed.length > 0) return { why: `type mismatch: ${misnamed.join('\n')}` }
  try {
    const patched = applyJsonPatch(shown, readJsonPatch(operations.map(operationOf)))
    return isJsonObject(patched) ? { object: patched } : { why: 'JSON Patch: the patch does not leave an object' }
  } catch (error) {
    if (!isControlError(error)) throw error
    return isTestFailure(error) ? { object: shown } : { why: `JSON Patch: ${whyNotPatched(error)}` }
  }
}

/** A value may begin anywhere within the object. */
const misnamedIn = (value: Value | undefined): string[] =>
  value !== undefined && isObject(value) ? misnamedTypes(value, value.name) : []

/** Go leaves out a `from` that is empty, and says `op` and `path` always. */
function operationOf(operation: Structure): JsonObject {
  const [from, value] = [operation.get('from') ?? '', operation.get('value')]
  return {
    op: toJson(operation.get('op') ?? ''),
    path: toJson(operation.get('path') ?? ''),
    ...(from === '' ? {} : { from: toJson(from) }),
    ...(value === undefined ? {} : { value: toJson(value) }),
  }
}
