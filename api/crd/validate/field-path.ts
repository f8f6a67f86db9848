/**
 * Paths into a schema, such as `.spec.color` or `.spec['color']`: of selectable fields, and of rules. Each step must lead
 * to something that the schema knows.
 * Source: apiextensions pkg/apiserver/schema/cel/validation.go ValidFieldPath.
 */
import type { JSONSchemaProps } from '../../types/apiextensions-v1.ts'

/** Where a path leads, or why nowhere. */
export type FieldPathReading =
  | { readonly found: true; readonly steps: readonly string[]; readonly schema: JSONSchemaProps }
  | { readonly found: false; readonly why: string }

/** Follows a path from the schema's root. `brackets` lets a step be written as `['name']`. */
export function followPath(
  jsonPath: string,
  root: JSONSchemaProps,
  { brackets }: { brackets: boolean },
): FieldPathReading {
  const tokens = tokenize(jsonPath)
  const steps: string[] = []
  let schema = root
  for (let at = 0; at < tokens.length; ) {
    const opening = tokens[at++]
    let name = ''
    if (opening === '.') {
      const token = tokens[at++]
      if (token === undefined) return fail(ENDED)
      name = token
    } else if (opening === '[') {
      if (!brackets) return fail('array notation is not allowed')
      const quoted = tokens[at++]
      if (quoted === undefined) return fail(ENDED)
      if (!/^'.*'$/s.test(quoted) || quoted.length < 2) return fail(`expected single quoted string but got ${quoted}`)
      name = quoted.slice(1, -1).replaceAll(/\\(['\\])/g, '$1')
      const closing = tokens[at++]
      if (closing === undefined) return fail(ENDED)
      if (closing !== ']') return fail(`expected ] but got ${closing}`)
    } else return fail(`expected [ or . but got: ${opening}`)
    const next = stepInto(schema, name)
    if (!next) return fail('does not refer to a valid field')
    schema = next
    steps.push(name)
  }
  return { found: true, steps, schema }
}

const ENDED = 'unexpected end of JSON path'

const fail = (why: string): FieldPathReading => ({ found: false, why })

function stepInto({ properties, additionalProperties }: JSONSchemaProps, name: string): JSONSchemaProps | undefined {
  if (properties && Object.keys(properties).length > 0)
    return Object.hasOwn(properties, name) ? properties[name] : undefined
  // Of the values of a map without a schema nothing is known.
  return typeof additionalProperties === 'boolean' ? {} : additionalProperties
}

/** Dots and brackets alone, and what is between them; what begins with a quote goes on to the next one. */
const tokenize = (jsonPath: string): readonly string[] => jsonPath.match(/'(?:[^'\\]|\\.)*'|[.[\]]|[^.[\]]+/gs) ?? []
