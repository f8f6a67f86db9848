/**
 * The best node for a pod among those that will do.
 *
 * As kube-scheduler, it looks no further than for enough of them, and begins where the last look ended.
 */
import type { CountedSpread, Judge } from './judge.ts'
import { enoughOf, SCORE_MAX, spreadWeight, WEIGHTS } from './scores.ts'

/** A choice: the number of a node, or -1; and where the next look begins. */
export interface Choice {
  readonly node: number
  readonly next: number
}

/** Chooses among all nodes by their numbers, beginning at one of them. Of equals the first is taken. */
export function choose(judge: Judge, size: number, from: number): Choice {
  const room = new Int32Array(enoughOf(size))
  const { count, best, next } = judge.find(from, room)
  if (count <= 1 || judge.comparesLoadAlone) return { node: best, next }
  const found = [...room.subarray(0, count)]
  const scores = scoreOf(judge, found)
  const at = scores.reduce((first, score, other) => (score > (scores[first] ?? 0) ? other : first), 0)
  return { node: found[at] ?? -1, next }
}

/** The scores of nodes, in their order. */
export function scoreOf(judge: Judge, nodes: readonly number[]): Int32Array {
  const { nodes: fit, load, softSpread, wishes } = judge
  const scores = Int32Array.from(nodes, (node) => load.score[node] ?? 0)
  const add = (weight: number, score: (at: number) => number) => {
    for (let at = 0; at < nodes.length; at++) scores[at] = (scores[at] ?? 0) + weight * score(at)
  }
  if (fit.tainted > 0) {
    const counts = nodes.map((node) => fit.taints[node] ?? 0)
    const most = largest(counts)
    if (most > 0) add(WEIGHTS.taints, (at) => SCORE_MAX - Math.trunc((SCORE_MAX * (counts[at] ?? 0)) / most))
  }
  if (fit.preferred > 0) {
    const weights = nodes.map((node) => fit.preference[node] ?? 0)
    const most = largest(weights)
    if (most > 0) add(WEIGHTS.affinity, (at) => Math.trunc((SCORE_MAX * (weights[at] ?? 0)) / most))
  }
  if (softSpread.length > 0) {
    const score = spreadScores(softSpread, nodes)
    add(WEIGHTS.spread, (at) => score[at] ?? 0)
  }
  if (wishes.length > 0) {
    const sums = nodes.map((node) => wishes.reduce((sum, { tally, weight }) => sum + weight * tally.at(node), 0))
    const [least, most] = [smallest(sums), largest(sums)]
    if (most > least) {
      add(WEIGHTS.wishes, (at) => Math.trunc((SCORE_MAX * ((sums[at] ?? 0) - least)) / (most - least)))
    }
  }
  return scores
}

const largest = (numbers: readonly number[]): number => numbers.reduce((most, one) => Math.max(most, one))
const smallest = (numbers: readonly number[]): number => numbers.reduce((least, one) => Math.min(least, one))

const HOSTNAME = 'kubernetes.io/hostname'
const LEFT_OUT = -1

/** Fewer of those that are spread is better. A node that lacks a label is the worst. Source: podtopologyspread/scoring.go. */
function spreadScores(constraints: readonly CountedSpread[], nodes: readonly number[]): readonly number[] {
  const has = (node: number) => constraints.every(({ tally }) => (tally.topology.partOf[node] ?? -1) >= 0)
  const counted = nodes.filter(has)
  const weights = constraints.map(({ topologyKey, tally: { topology } }) =>
    spreadWeight(
      topologyKey === HOSTNAME ? counted.length : new Set(counted.map((node) => topology.partOf[node])).size,
    ),
  )
  const raw = nodes.map((node) => {
    if (!has(node)) return LEFT_OUT
    const sum = constraints.reduce((score, { topologyKey, tally, maxSkew }, at) => {
      const count = topologyKey === HOSTNAME ? tally.on(node) : tally.at(node)
      return score + count * (weights[at] ?? 0) + maxSkew - 1
    }, 0)
    return Math.round(sum)
  })
  const known = raw.filter((score) => score !== LEFT_OUT)
  if (known.length === 0) return raw.map(() => 0)
  const [least, most] = [smallest(known), largest(known)]
  return raw.map((score) => {
    if (score === LEFT_OUT) return 0
    return most === 0 ? SCORE_MAX : Math.trunc((SCORE_MAX * (most + least - score)) / most)
  })
}
