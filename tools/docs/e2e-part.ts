/** Which of Kubernetes' end-to-end tests are not run and which fail, for docs/conformance.md: from the tables of the check. */
import { FAILING, NOT_RUN, type Reason } from 'muster/ecosystem/e2e-reasons.ts'
import { markdownTable } from './markdown.ts'

/** Both tables. */
export function e2ePart(): string {
  return ['What is run, and fails:', reasonTable(FAILING), 'What is not run:', reasonTable(NOT_RUN)].join('\n\n')
}

const reasonTable = (reasons: readonly Reason[]): string =>
  markdownTable(
    ['about', 'is', 'why', 'tests whose names match'],
    reasons.map(({ about, is, why, tests }) => [about, is, why, tests.map((test) => `\`${test}\``).join(', ')]),
  )
