/** What the oracle found, for docs/conformance.md: from the recorded answers and the table of what differs, without a replay. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { countAnswers, countTopics } from '@muster/server/oracle/explain.ts'
import { EXPLANATIONS } from '@muster/server/oracle/explanations.ts'
import { parseTopic } from '@muster/server/oracle/fixture.ts'
import { ROOT, readText } from '../tree.ts'
import { markdownTable } from './markdown.ts'

const FIXTURES = 'server/oracle/fixtures'

/** The result by topic, and every reason with the number of answers that it is for. */
export function oraclePart(): string {
  const topics = readdirSync(join(ROOT, FIXTURES))
    .sort()
    .map((file) => parseTopic(readText(`${FIXTURES}/${file}`)))
  const counts = countTopics(topics, EXPLANATIONS)
  const answers = counts.reduce((sum, count) => sum + count.answers, 0)
  const same = counts.reduce((sum, count) => sum + count.same, 0)
  return [
    `${same} of ${answers} answers are kube-apiserver's (${percent(same, answers)}). By topic:`,
    markdownTable(
      ['topic', 'answers', 'the same', ''],
      counts.map((count) => [
        count.topic,
        String(count.answers),
        String(count.same),
        percent(count.same, count.answers),
      ]),
    ),
    '### What is not the same',
    'Some is meant so; the rest is owed.',
    markdownTable(
      ['about', 'answers', 'is', 'why'],
      EXPLANATIONS.map((explanation) => [
        explanation.about,
        String(countAnswers(explanation)),
        explanation.is,
        explanation.why,
      ]),
    ),
  ].join('\n\n')
}

const percent = (part: number, whole: number): string => `${((100 * part) / whole).toFixed(1)} %`
