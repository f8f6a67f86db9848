/** Prints how a replay went: what matched by kind, by verb and by topic, and each mismatch by its first difference. */
import type { Json } from './case.ts'
import { type Explanation, explanationOf } from './explain.ts'
import type { StepResult } from './replay.ts'

/** Mismatches that are listed; the counts tell of all. */
const LISTED_MAX = 200

/** The report as text, mismatches last. */
export function report(results: readonly StepResult[], explanations: readonly Explanation[] = []): string {
  const wrong = results.filter(({ differences }) => differences.length > 0)
  const listed = wrong.slice(0, LISTED_MAX).map((result) => describe(result, explanationOf(result, explanations)))
  const more = wrong.length > LISTED_MAX ? [`… and ${wrong.length - LISTED_MAX} more`] : []
  return [
    ...tally('kind', results),
    ...tally('verb', results),
    ...tally('topic', results),
    ...listed,
    ...more,
    `${results.length - wrong.length} of ${results.length} answers match`,
  ].join('\n')
}

function tally(by: 'kind' | 'verb' | 'topic', results: readonly StepResult[]): readonly string[] {
  const groups = Map.groupBy(results, (result) => result[by])
  const width = Math.max(by.length, ...[...groups.keys()].map((name) => name.length))
  const lines = [...groups].sort().map(([name, group]) => {
    const matched = group.filter(({ differences }) => differences.length === 0).length
    return `  ${name.padEnd(width)}  ${String(matched).padStart(5)} / ${group.length}`
  })
  return [`by ${by}`, ...lines, '']
}

function describe(
  { topic, kind, caseName, stepNumber, request, differences }: StepResult,
  explanation: Explanation | undefined,
): string {
  const [first] = differences
  const more = differences.length > 1 ? ` (and ${differences.length - 1} more)` : ''
  return [
    `✗ ${topic} › ${kind} › ${caseName} › step ${stepNumber}: ${request}`,
    `    ${first?.path}${more}`,
    `      expected ${show(first?.expected)}`,
    `      actual   ${show(first?.actual)}`,
    ...(explanation ? [`      ${explanation.is}: ${explanation.about}`] : []),
  ].join('\n')
}

/** Long values are cut: the fixture has them whole. */
const SHOWN_CHARACTERS_MAX = 400

const show = (value: Json | undefined): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value)
  return text.length > SHOWN_CHARACTERS_MAX ? `${text.slice(0, SHOWN_CHARACTERS_MAX)}…` : text
}
