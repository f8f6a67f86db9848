/**
 * The rules of a schema's node, compiled when a value of it first comes by and kept as long as the schema is.
 * Source: apiextensions pkg/apiserver/schema/cel/compilation.go.
 */
import type { Schema, ValidationRule } from '../../schema/schema.ts'
import { compile } from '../compile.ts'
import { estimate, type Sizes } from '../cost/estimate.ts'
import { cardinalityMax, type Declared, declare } from '../declared.ts'
import type { Variables } from '../environment.ts'
import { escapeField } from '../escape.ts'
import type { Program } from '../evaluate.ts'
import { optionalOf, sayType } from '../type.ts'

/** One rule. */
export interface CompiledRule {
  readonly rule: ValidationRule
  /** Absent when the rule is blank, or does not compile: then `why` says so. */
  readonly program?: Program
  readonly why?: string
  /** It speaks of what was there before, so it is asked only of updates. */
  readonly usesOld: boolean
  readonly costMax: number
  /** How many times it may be asked of one object, when nothing else bounds that. */
  readonly timesMax: number
  readonly message?: Program
  readonly messageWhy?: string
  readonly messageCostMax: number
  /** Where its errors are told, below the value that it is asked of; empty for the value itself. */
  readonly fieldPath: string
}

const NONE = { usesOld: false, costMax: 0, timesMax: 0, messageCostMax: 0, fieldPath: '' }

const compiled = new WeakMap<Schema, readonly CompiledRule[]>()

/** The rules of one node. `bearer` is the schema that has them, `declared` the type of the values that they are about. */
export function compileRules(bearer: Schema, schema: Schema, declared: Declared): readonly CompiledRule[] {
  const known = compiled.get(bearer)
  if (known) return known
  const rules = (bearer['x-kubernetes-validations'] ?? []).map((rule) => compileRule(rule, schema, declared))
  compiled.set(bearer, rules)
  return rules
}

function compileRule(rule: ValidationRule, schema: Schema, declared: Declared): CompiledRule {
  if (rule.rule.trim() === '') return { ...NONE, rule }
  const { type } = declared
  const variables: Variables = { self: type, oldSelf: rule.optionalOldSelf ? optionalOf(type) : type }
  const made = compile(rule.rule, variables)
  if (!made.compiled) return { ...NONE, rule, why: made.why }
  if (sayType(made.checked.type) !== 'bool') return { ...NONE, rule, why: 'cel expression must evaluate to a bool' }
  const sizes = sizesOf(declared)
  return {
    ...NONE,
    rule,
    program: made.program,
    usesOld: made.checked.names.has('oldSelf'),
    costMax: estimate(made.checked, sizes).max,
    timesMax: cardinalityMax(declared),
    fieldPath: rule.fieldPath ? sayPath(rule.fieldPath, schema) : '',
    ...compileMessage(rule.messageExpression ?? '', variables, sizes),
  }
}

function compileMessage(text: string, variables: Variables, sizes: Sizes): Partial<CompiledRule> {
  if (text === '') return {}
  const made = compile(text, variables)
  if (!made.compiled) return { messageWhy: `messageExpression ${made.why.replace(/^program /, '')}` }
  if (sayType(made.checked.type) !== 'string') return { messageWhy: 'messageExpression must evaluate to a string' }
  return { message: made.program, messageCostMax: estimate(made.checked, sizes).max }
}

/** The sizes of what begins with `self`. */
export const sizesOf =
  (root: Declared): Sizes =>
  (path) => {
    let found: Declared | undefined = root
    for (const step of path.slice(1)) {
      if (step === '@items' || step === '@values') found = found?.element
      // Keys are strings of which nothing is known.
      else if (step === '@keys') return found?.element ? KEY_LENGTH_MAX : undefined
      else found = found?.fields?.get(step)
    }
    return found?.elementsMax
  }

/** Source: apiserver pkg/cel/types.go StringType, which has no length. */
const KEY_LENGTH_MAX = 0

/** The path of a rule as errors print it. It was checked when the definition was written. */
function sayPath(path: string, root: Schema): string {
  let said = ''
  let schema: Schema | undefined = root
  for (const [token] of path.matchAll(/'(?:[^'\\]|\\.)*'|[^.[\]']+/gs)) {
    const name: string = token.startsWith("'") ? token.slice(1, -1).replaceAll(/\\(['\\])/g, '$1') : token
    const properties: Schema['properties'] = schema?.properties
    const inside: Schema['additionalProperties'] = schema?.additionalProperties
    said += properties ? `${said === '' ? '' : '.'}${name}` : `[${name}]`
    schema = properties?.[name] ?? (typeof inside === 'object' ? inside : undefined)
  }
  return said
}

const declarations = new WeakMap<Schema, Declared | 'none'>()

/** The type of a whole resource, or of a resource inside of another. */
export function declareOnce(schema: Schema, isResource: boolean): Declared | undefined {
  const known = declarations.get(schema)
  if (known) return known === 'none' ? undefined : known
  const declared = declare(schema, isResource)
  declarations.set(schema, declared ?? 'none')
  return declared
}

/** The type of a named field, which has none when expressions do not see it. */
export function declareField(parent: Declared, name: string, schema: Schema): Declared | undefined {
  const escaped = escapeField(name)
  if (escaped !== undefined) return parent.fields?.get(escaped)
  return declareOnce(schema, schema['x-kubernetes-embedded-resource'] ?? false)
}
