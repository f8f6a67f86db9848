/**
 * Mistakes that are planted in the source of the product itself, in copies that only one test loads, to see that a
 * scenario would notice: each must be found within so many seeds, for its own reason.
 */
import { ok } from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after } from 'node:test'
import { firstFailure, type Scenario } from '../scenario.ts'

/** A mistake, and what is to become of it. */
export interface Mutant {
  readonly mistake: string
  /** The end of the file's path, what is there once and only once, and what is put in its place. */
  readonly file: string
  readonly line: string
  readonly becomes: string
  /** What the failure says. */
  readonly foundBy: RegExp
  readonly withinSeeds: number
}

/**
 * Until the tests of a file are over, what that file (`from`, its import.meta.url) imports `under` a path is loaded anew,
 * with the mistake in it that was chosen last. Answers how to choose one: before each import.
 */
export function plantMutants(mutants: readonly Mutant[], from: string, under: RegExp): (mutant: Mutant) => void {
  let planted = 0
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      const resolved = nextResolve(specifier, context)
      if (!under.test(resolved.url)) return resolved
      const mark = context.parentURL === from ? `?mutant=${planted}` : markOf(context.parentURL)
      return mark ? { ...resolved, url: resolved.url + mark } : resolved
    },
    load(url, context, nextLoad) {
      const mark = markOf(url)
      if (mark === undefined) return nextLoad(url, context)
      const loaded = nextLoad(url.slice(0, -mark.length), context)
      const text =
        typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined)
      const one = mutants[Number(mark.split('=')[1])]
      return { ...loaded, source: one && url.includes(`/${one.file}?`) ? plant(text, one) : text }
    },
  })
  after(() => hooks.deregister())
  return (mutant) => {
    planted = mutants.indexOf(mutant)
  }
}

/** The end of a URL that says which mutant the file is of. */
const markOf = (url = ''): string | undefined => /\?mutant=\d+$/.exec(url)?.[0]

function plant(source: string, { mistake, file, line, becomes }: Mutant): string {
  const [before, behind, ...more] = source.split(line)
  ok(behind !== undefined && more.length === 0, `${file} has no such line, or several: ${mistake}`)
  return `${before}${becomes}${behind}`
}

/** Throws unless a scenario fails within the seeds of a mutant, for its reason. */
export async function findMutant<Subject>(
  scenario: Scenario<Subject>,
  mutant: Pick<Mutant, 'mistake' | 'foundBy' | 'withinSeeds'>,
): Promise<void> {
  const found = await firstFailure(scenario, mutant.withinSeeds)
  checkFound(mutant, found?.failure, found?.seed)
}

/** The same for what was found already. With SHOW in the environment it is printed. */
export function checkFound(
  { mistake, foundBy, withinSeeds }: Pick<Mutant, 'mistake' | 'foundBy' | 'withinSeeds'>,
  failure: string | undefined,
  seed: number | undefined,
): void {
  ok(failure !== undefined, `survived ${withinSeeds} seeds: ${mistake}`)
  ok(foundBy.test(failure), `found for another reason than its own: ${failure}`)
  if (process.env.SHOW) console.log(mistake, '\n   ', seed, failure.split('\n')[0]?.slice(0, 300))
}
