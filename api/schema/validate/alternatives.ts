/** The keywords that join schemas: anyOf, oneOf, allOf, not. Source: kube-openapi pkg/validation/validate schema_props.go. */
import { goQuote } from '../../go-text.ts'
import { alternativeOf, type SchemaNode } from '../node.ts'
import type { Schema } from '../schema.ts'
import { type Findings, fresh, merge, reportUnplaced } from './findings.ts'

/** Checks the same value by another schema, and answers how much of it matched. */
export type CheckAlternative = (alternative: SchemaNode, into: Findings) => number

interface Attempt {
  readonly findings: Findings
  readonly matches: number
}

/** Reports what is wrong by the joined schemas of a node, and answers how much of them matched. */
export function checkAlternatives(node: SchemaNode, check: CheckAlternative, path: string, findings: Findings): number {
  const { anyOf, oneOf, allOf, not } = node.schema
  const attempt = (schema: Schema): Attempt => {
    const own = fresh(findings)
    return { matches: check(alternativeOf(node, schema), own), findings: own }
  }
  const name = goQuote(path)
  let matches = 0
  if (anyOf && anyOf.length > 0) {
    const { chosen, passed } = chooseAny(anyOf, attempt)
    if (passed === 0) reportUnplaced(findings, `${name} must validate at least one schema (anyOf)`)
    merge(findings, chosen.findings)
    matches += chosen.matches
  }
  if (oneOf && oneOf.length > 0) {
    const { chosen, passed } = chooseOne(oneOf, attempt)
    if (passed !== 1) {
      const found = passed === 0 ? 'Found none valid' : `Found ${passed} valid alternatives`
      reportUnplaced(findings, `${name} must validate one and only one schema (oneOf). ${found}`)
    }
    if (passed < 2) {
      merge(findings, chosen.findings)
      matches += chosen.matches
    }
  }
  if (allOf && allOf.length > 0) {
    const attempts = allOf.map(attempt)
    for (const one of attempts) {
      merge(findings, one.findings)
      matches += one.matches
    }
    const passed = attempts.filter(hasPassed).length
    if (passed < allOf.length) {
      reportUnplaced(findings, `${name} must validate all the schemas (allOf)${passed === 0 ? '. None validated' : ''}`)
    }
  }
  if (not && hasPassed(attempt(not))) reportUnplaced(findings, `${name} must not validate the schema (not)`)
  return matches
}

/** The first that passed, or the nearest miss; and how many passed, as far as it was tried. */
interface Choice {
  readonly chosen: Attempt
  readonly passed: number
}

const hasPassed = ({ findings }: Attempt): boolean => findings.found.size === 0

const NOTHING: Attempt = { findings: { at: '', found: new Map() }, matches: -1 }

function chooseAny(schemas: readonly Schema[], attempt: (schema: Schema) => Attempt): Choice {
  let nearest = NOTHING
  for (const schema of schemas) {
    const one = attempt(schema)
    if (hasPassed(one)) return { chosen: one, passed: 1 }
    if (one.matches > nearest.matches) nearest = one
  }
  return { chosen: nearest, passed: 0 }
}

function chooseOne(schemas: readonly Schema[], attempt: (schema: Schema) => Attempt): Choice {
  const attempts = schemas.map(attempt)
  const [first, ...others] = attempts.filter(hasPassed)
  if (first) return { chosen: first, passed: 1 + others.length }
  const nearest = attempts.reduce((best, one) => (one.matches > best.matches ? one : best), NOTHING)
  return { chosen: nearest, passed: 0 }
}
