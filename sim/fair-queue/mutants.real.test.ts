/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the machine itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { checkFound, type Mutant, plantMutants } from '../mutants/plant.ts'
import { judge, play } from './scenario.ts'

const mutants: readonly Mutant[] = [
  {
    mistake: 'whoever came first goes first, whatever queue he is in',
    file: 'fair-queue.ts',
    line: 'line.had < best.had',
    becomes: '(line.waiting[0]?.arrivedAtMs ?? 0) < (best.waiting[0]?.arrivedAtMs ?? 0)',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'who was away for long has saved up turns',
    file: 'fair-queue.ts',
    line: 'line.had = Math.max(line.had, meter)',
    becomes: 'line.had = Math.max(line.had, 0)',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'a request costs what was guessed, however long it took',
    file: 'fair-queue.ts',
    line: 'line.had += turn.width * (now - turn.startedAtMs - SERVICE_MS_GUESS)',
    becomes: 'line.had += 0',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 60,
  },
  {
    mistake: 'a wide request starts whether its seats are free or not',
    file: 'fair-queue.ts',
    line: 'if (!oldest || !fits(oldest.width)) return undefined',
    becomes: 'if (!oldest) return undefined',
    foundBy: /seats are taken/,
    withinSeeds: 5,
  },
  {
    mistake: 'seats are not given back',
    file: 'fair-queue.ts',
    line: '      inWork--\n      seatsInUse -= turn.width',
    becomes: '      inWork--\n      seatsInUse -= 1',
    foundBy: /seats are free|the mouse|seats are taken|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'the youngest of a queue goes first',
    file: 'fair-queue.ts',
    line: '      const turn = line?.waiting[0]\n      if (!line || !turn) return undefined\n      leave(turn, line, 0)',
    becomes:
      '      const turn = line?.waiting.at(-1)\n      if (!line || !turn) return undefined\n      leave(turn, line, line.waiting.length - 1)',
    foundBy: /a younger request goes before an older one|seats are taken/,
    withinSeeds: 5,
  },
]

const choose = plantMutants(mutants, import.meta.url, /\/kernel\/fair-queue\.ts$/)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { createFairQueue } = await import('@muster/kernel/fair-queue.ts')
    let found: string | undefined
    let seed = 0
    while (found === undefined && seed < mutant.withinSeeds) found = judge(play(++seed, createFairQueue))
    checkFound(mutant, found, seed)
  })
}
