/** Compares what two clusters came to, object by object, in the words of the oracle's results. */

import type { Json } from '../case.ts'
import { findDifferences, newPairing } from '../difference.ts'
import type { StepResult } from '../replay.ts'
import { withoutHashes } from './hashes.ts'
import type { Pictured, Played, PlayedStep } from './scenario.ts'

/** A result for each object that either has after a step, and one for the answers to the step's requests. */
export function comparePlayed(expected: Played, actual: Played): readonly StepResult[] {
  const [recorded, played] = [withoutHashes(expected), withoutHashes(actual)]
  return recorded.steps.flatMap((step, at) => {
    const other = played.steps[at] ?? { name: step.name, answers: [], objects: [] }
    return compareStep(step, other).map(
      ({ kind, name, one, two }): StepResult => ({
        topic: expected.scenario,
        kind,
        caseName: name,
        verb: 'picture',
        stepNumber: at + 1,
        request: step.name,
        differences: findDifferences(one, two, newPairing()),
      }),
    )
  })
}

interface Pair {
  readonly kind: string
  readonly name: string
  readonly one: Json | undefined
  readonly two: Json | undefined
}

/** Objects of one kind and name are compared as a list: pods of a set, whose names are made up. */
function compareStep(expected: PlayedStep, actual: PlayedStep): readonly Pair[] {
  const [ours, theirs] = [actual, expected].map(({ objects }) => byName(objects))
  const keys = [...new Set([...(theirs?.keys() ?? []), ...(ours?.keys() ?? [])])].sort()
  const pairs = keys.map((key): Pair => {
    const [kind = '', name = ''] = key.split('/')
    return { kind, name, one: theirs?.get(key), two: ours?.get(key) }
  })
  return [{ kind: 'Request', name: 'answers', one: expected.answers, two: actual.answers }, ...pairs]
}

const byName = (objects: readonly Pictured[]): ReadonlyMap<string, readonly Json[]> =>
  new Map(
    [...Map.groupBy(objects, ({ kind, name }) => `${kind}/${name}`)].map(([key, group]) => [
      key,
      group
        .map(({ object }) => object)
        .toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    ]),
  )
