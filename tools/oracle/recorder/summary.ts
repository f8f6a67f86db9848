/** Counts what was recorded. */
import type { OracleTopic } from '@muster/server/oracle/case.ts'

/** A line for each kind with its requests by verb, then the totals. Set-up steps are not counted. */
export function summary(topics: readonly OracleTopic[]): string {
  const cases = topics.flatMap((topic) => topic.cases)
  const counts = new Map<string, Map<string, number>>()
  let total = 0
  for (const { kind, steps } of cases) {
    const ofKind = counts.get(kind) ?? new Map<string, number>()
    counts.set(kind, ofKind)
    for (const { verb, setup } of steps) {
      if (setup) continue
      ofKind.set(verb, (ofKind.get(verb) ?? 0) + 1)
      total++
    }
  }
  const lines = [...counts].sort().map(([kind, verbs]) => {
    const said = [...verbs].sort().map(([verb, count]) => `${verb} ${count}`)
    return `  ${kind}: ${said.join(', ')}`
  })
  return [...lines, `${cases.length} cases, ${total} requests, ${counts.size} kinds`].join('\n')
}
