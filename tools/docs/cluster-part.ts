/** What a whole Kubernetes came to and Muster does not, for docs/conformance.md: from the recordings and their table of reasons. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { comparePlayed } from '@muster/server/oracle/cluster/compare.ts'
import { CLUSTER_EXPLANATIONS } from '@muster/server/oracle/cluster/explanations.ts'
import { parsePlayed } from '@muster/server/oracle/cluster/fixture.ts'
import { countAnswers } from '@muster/server/oracle/explain.ts'
import { ROOT, readText } from '../tree.ts'
import { markdownTable } from './markdown.ts'

const FIXTURES = 'server/oracle/cluster/fixtures'

/** The result by scenario, and every reason with where it holds. */
export function clusterPart(): string {
  const rows = readdirSync(join(ROOT, FIXTURES))
    .sort()
    .map((file) => {
      const played = parsePlayed(readText(`${FIXTURES}/${file}`))
      const compared = comparePlayed(played, played).length
      const unlike = CLUSTER_EXPLANATIONS.reduce((sum, one) => sum + countAnswers(one, played.scenario), 0)
      return { scenario: played.scenario, steps: played.steps.map(({ name }) => name).join('; '), compared, unlike }
    })
  const compared = rows.reduce((sum, row) => sum + row.compared, 0)
  const unlike = rows.reduce((sum, row) => sum + row.unlike, 0)
  return [
    `${rows.length} scenarios, ${compared} comparisons after their steps, ${unlike} of which differ:`,
    markdownTable(
      ['scenario', 'steps', 'compared', 'unlike'],
      rows.map((row) => [row.scenario, row.steps, String(row.compared), String(row.unlike)]),
    ),
    ...(CLUSTER_EXPLANATIONS.length === 0 ? [] : ['What differs:', reasons()]),
  ].join('\n\n')
}

const reasons = (): string =>
  markdownTable(
    ['about', 'objects', 'in', 'is', 'why'],
    CLUSTER_EXPLANATIONS.map((one) => [
      one.about,
      String(countAnswers(one)),
      [...new Set(Object.keys(one.answers).map((key) => key.split(' › ')[0]))].join(', '),
      one.is,
      one.why,
    ]),
  )
