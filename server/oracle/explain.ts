/** Answers that are not kube-apiserver's, and why: each has its reason in a table, and no reason outlives its cause. */
import type { OracleTopic } from './case.ts'
import type { StepResult } from './replay.ts'

/** Why some answers differ. */
export interface Explanation {
  /** What it is about, in a few words. */
  readonly about: string
  /** `meant` so; or `owed`, and to be mended. */
  readonly is: 'meant' | 'owed'
  /** A sentence or two for whoever wonders. */
  readonly why: string
  /** The numbers of the steps that differ, by `topic › kind › case`. */
  readonly answers: Readonly<Record<string, readonly number[]>>
}

/** Where a table of explanations and a replay do not agree. */
export interface Disagreement {
  /** Such as `pods › Pod › lives and dies › step 3`. */
  readonly step: string
  readonly topic: string
  readonly trouble: 'differs without a reason' | 'has a reason and matches' | 'has two reasons' | 'is not recorded'
}

/** Finds what has no reason though it differs, and what has one though it matches. Reasons for other topics are left. */
export function findDisagreements(
  results: readonly StepResult[],
  explanations: readonly Explanation[],
): readonly Disagreement[] {
  const reasons = reasonsByStep(explanations)
  const topics = new Set(results.map(({ topic }) => topic))
  const found: Disagreement[] = []
  for (const result of results) {
    const step = stepOf(caseOf(result), result.stepNumber)
    const count = reasons.get(step)?.length ?? 0
    const isSame = result.differences.length === 0
    reasons.delete(step)
    const trouble =
      count > 1
        ? 'has two reasons'
        : isSame && count > 0
          ? 'has a reason and matches'
          : !isSame && count === 0
            ? 'differs without a reason'
            : undefined
    if (trouble) found.push({ step, topic: result.topic, trouble })
  }
  for (const step of reasons.keys()) {
    const [topic = ''] = step.split(' › ')
    if (topics.has(topic)) found.push({ step, topic, trouble: 'is not recorded' })
  }
  return found
}

/** What an answer is explained by; undefined for one that is not. */
export function explanationOf(result: StepResult, explanations: readonly Explanation[]): Explanation | undefined {
  return explanations.find(({ answers }) => answers[caseOf(result)]?.includes(result.stepNumber))
}

/** How many answers a topic has, and how many of them are the same, if the table is right. */
export interface TopicCount {
  readonly topic: string
  readonly answers: number
  readonly same: number
}

/** Counts by topic, from what was recorded and what is explained alone. */
export function countTopics(
  topics: readonly OracleTopic[],
  explanations: readonly Explanation[],
): readonly TopicCount[] {
  return topics.map(({ topic, cases }) => {
    const answers = cases.flatMap(({ steps }) => steps.filter(({ setup }) => !setup)).length
    const unlike = explanations.reduce((sum, explanation) => sum + countAnswers(explanation, topic), 0)
    return { topic, answers, same: answers - unlike }
  })
}

/** How many answers a reason is for; of one topic, when one is named. */
export const countAnswers = ({ answers }: Explanation, topic?: string): number =>
  Object.entries(answers)
    .filter(([name]) => topic === undefined || name.startsWith(`${topic} › `))
    .reduce((sum, [, steps]) => sum + steps.length, 0)

const caseOf = ({ topic, kind, caseName }: StepResult): string => `${topic} › ${kind} › ${caseName}`
const stepOf = (name: string, stepNumber: number): string => `${name} › step ${stepNumber}`

function reasonsByStep(explanations: readonly Explanation[]): Map<string, readonly Explanation[]> {
  const entries = explanations.flatMap((explanation) =>
    Object.entries(explanation.answers).flatMap(([name, steps]) =>
      steps.map((number) => [stepOf(name, number), explanation] as const),
    ),
  )
  const groups = Map.groupBy(entries, ([step]) => step)
  return new Map([...groups].map(([step, group]) => [step, group.map(([, explanation]) => explanation)]))
}
