/**
 * Shares a sum out by targets: everybody gets the same part of his target, but never less than his lower bound nor more
 * than his upper one.
 *
 *     got = clamp(part × target, low, high), with the one part for which all of it adds up
 */

/** One who gets a share. `low` is at most `target` and at most `high`. */
export interface Claim {
  readonly target: number
  readonly low: number
  readonly high: number
}

/** So that whoever wants nothing can still be given something. Source: apiserver conc_alloc.go MinTarget. */
const TARGET_MIN = 0.001

/** What each gets, in order, and which part of its target that is. A sum out of reach gives all their lower or upper bounds. */
export function shareOut(
  sum: number,
  claims: readonly Claim[],
): { readonly shares: readonly number[]; readonly part: number } {
  const wanted = claims.map(({ target, low, high }) => ({ target: Math.max(target, TARGET_MIN), low, high }))
  const at = (part: number) => wanted.map(({ target, low, high }) => Math.min(high, Math.max(low, part * target)))
  const total = (part: number) => at(part).reduce((all, one) => all + one, 0)
  // Between two neighbouring bounds the total grows in a straight line.
  const turns = wanted.flatMap(({ target, low, high }) => [low / target, high / target]).sort((a, b) => a - b)
  let below = 0
  for (const part of turns) {
    if (total(part) < sum) {
      below = part
      continue
    }
    const [from, to] = [total(below), total(part)]
    const exact = to === from ? part : below + ((part - below) * (sum - from)) / (to - from)
    return { shares: at(exact), part: exact }
  }
  return { shares: at(below), part: below }
}
