/** An expression made ready: parsed, checked, and planned. The entry to this folder, with the variables of a use. */
import { type Checked, check, type ObjectTypes } from './check.ts'
import type { Variables } from './environment.ts'
import { type Program, plan } from './evaluate.ts'
import { sayIssues } from './issue.ts'
import { parse } from './syntax/parse.ts'

/** What came of it; `why` is in the words of Kubernetes, and may have several lines. */
export type Compiled =
  | { readonly compiled: true; readonly checked: Checked; readonly program: Program }
  | { readonly compiled: false; readonly why: string }

/** Compiles an expression. Never throws. */
export function compile(text: string, variables: Variables, objects?: ObjectTypes): Compiled {
  const parsed = parse(text)
  if (!parsed.parsed) return { compiled: false, why: `compilation failed: ${sayIssues(text, parsed.issues)}` }
  const outcome = check(parsed.expression, variables, objects)
  if ('issues' in outcome) return { compiled: false, why: `compilation failed: ${sayIssues(text, outcome.issues)}` }
  const program = plan(outcome.checked)
  if ('why' in program) return { compiled: false, why: `program instantiation failed: ${program.why}` }
  return { compiled: true, checked: outcome.checked, program }
}

/** The most that one evaluation may cost. Source: apiserver pkg/apis/cel/config.go PerCallLimit. */
export const CALL_COST_MAX = 1_000_000
/** The most that all rules of one write may cost together. Source: the same, RuntimeCELCostBudget. */
export const WRITE_COST_MAX = 10_000_000
/** The most that all conditions of one webhook or policy may cost. Source: the same, RuntimeCELCostBudgetMatchConditions. */
export const CONDITIONS_COST_MAX = 2_500_000
