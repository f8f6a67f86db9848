/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the machine itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { ok } from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after, test } from 'node:test'
import { judge, play } from './scenario.ts'

interface Mutant {
  readonly mistake: string
  /** What is there, and what is put in its place. */
  readonly line: string
  readonly becomes: string
  /** What the failure says. */
  readonly foundBy: RegExp
  readonly withinSeeds: number
}

const mutants: readonly Mutant[] = [
  {
    mistake: 'whoever came first goes first, whatever queue he is in',
    line: 'line.had < best.had',
    becomes: '(line.waiting[0]?.arrivedAtMs ?? 0) < (best.waiting[0]?.arrivedAtMs ?? 0)',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'who was away for long has saved up turns',
    line: 'line.had = Math.max(line.had, meter)',
    becomes: 'line.had = Math.max(line.had, 0)',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'a request costs what was guessed, however long it took',
    line: 'line.had += turn.width * (now - turn.startedAtMs - SERVICE_MS_GUESS)',
    becomes: 'line.had += 0',
    foundBy: /the mouse waited|even share/,
    withinSeeds: 60,
  },
  {
    mistake: 'a wide request starts whether its seats are free or not',
    line: 'if (!oldest || !fits(oldest.width)) return undefined',
    becomes: 'if (!oldest) return undefined',
    foundBy: /seats are taken/,
    withinSeeds: 5,
  },
  {
    mistake: 'seats are not given back',
    line: '      inWork--\n      seatsInUse -= turn.width',
    becomes: '      inWork--\n      seatsInUse -= 1',
    foundBy: /seats are free|the mouse|seats are taken|even share/,
    withinSeeds: 5,
  },
  {
    mistake: 'the youngest of a queue goes first',
    line: '      const turn = line?.waiting[0]\n      if (!line || !turn) return undefined\n      leave(turn, line, 0)',
    becomes:
      '      const turn = line?.waiting.at(-1)\n      if (!line || !turn) return undefined\n      leave(turn, line, line.waiting.length - 1)',
    foundBy: /a younger request goes before an older one|seats are taken/,
    withinSeeds: 5,
  },
]

/** The mistake that is to be loaded next. */
let planted = 0
const MACHINE = '/kernel/fair-queue.ts'

const hooks = registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    const isOurs = context.parentURL === import.meta.url && resolved.url.endsWith(MACHINE)
    return isOurs ? { ...resolved, url: `${resolved.url}?mutant=${planted}` } : resolved
  },
  load(url, context, nextLoad) {
    const [path = '', number] = url.split('?mutant=')
    const one = number === undefined ? undefined : mutants[Number(number)]
    if (!one) return nextLoad(url, context)
    const loaded = nextLoad(path, context)
    const text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined)
    return { ...loaded, source: plant(text, one) }
  },
})
after(() => hooks.deregister())

function plant(source: string, { mistake, line, becomes }: Mutant): string {
  const [before, behind, ...more] = source.split(line)
  ok(behind !== undefined && more.length === 0, `the machine has no such line, or several: ${mistake}`)
  return `${before}${becomes}${behind}`
}

for (const [index, { mistake, foundBy, withinSeeds }] of mutants.entries()) {
  test(`found within ${withinSeeds} seeds: ${mistake}`, async () => {
    planted = index
    const { createFairQueue } = await import('@muster/kernel/fair-queue.ts')
    let found: string | undefined
    for (let seed = 1; seed <= withinSeeds && found === undefined; seed++) {
      found = judge(play(seed, createFairQueue))
      if (found !== undefined && process.env.SHOW) console.log(mistake, '\n   ', seed, found)
    }
    ok(found !== undefined, `survived ${withinSeeds} seeds: ${mistake}`)
    ok(foundBy.test(found), `found for another reason than its own: ${found}`)
  })
}
