/** Runs that take turns, and what is left of them: machines drift, and only neighbours in time can be compared. */
import type { Row } from './result.ts'
import { median } from './statistics.ts'

/** A B A B: each round runs every side once, in the same order. Answers the results by side. */
export async function alternate<Side, Result>(
  rounds: number,
  sides: readonly Side[],
  run: (side: Side, round: number) => Promise<Result>,
): Promise<readonly (readonly Result[])[]> {
  const results: Result[][] = sides.map(() => [])
  for (let round = 0; round < rounds; round++) {
    for (const [index, side] of sides.entries()) results[index]?.push(await run(side, round))
  }
  return results
}

/** Each number's median over the rows, or its largest where the column is called so; words as in the first row. */
export function medians(rows: readonly Row[]): Row {
  const columns = new Set(rows.flatMap((row) => Object.keys(row)))
  const cells = [...columns].map((column) => {
    const values = rows.flatMap((row) => row[column] ?? [])
    const numbers = values.filter((value) => typeof value === 'number')
    if (numbers.length === 0) return [column, values[0] ?? ''] as const
    return [column, column.startsWith('max') ? Math.max(...numbers) : median(numbers)] as const
  })
  return Object.fromEntries(cells)
}

/**
 * One line of medians per side, Muster's with how many times more of a column it shows than the peer. That is the
 * median over neighbouring runs, not the ratio of the medians: neighbours met the same machine.
 */
export function compared([muster = [], peer]: readonly (readonly Row[])[], column: string): readonly Row[] {
  if (peer === undefined) return [medians(muster)]
  const ratio = median(muster.map((row, round) => Number(row[column]) / Number(peer[round]?.[column])))
  return [{ ...medians(muster), ratio }, medians(peer)]
}
