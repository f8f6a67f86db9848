/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the collector itself, in a copy
 *       that only this test loads, and must be found within so many seeds, for its own reason.
 */
import { ok } from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after, test } from 'node:test'
import { firstFailure } from '../scenario.ts'
import { garbage } from './scenario.ts'

interface Mutant {
  readonly mistake: string
  /** In which file of the collector, what is there, and what is put in its place. */
  readonly file: string
  readonly line: string
  readonly becomes: string
  /** What the failure says. */
  readonly foundBy: RegExp
  readonly withinSeeds: number
}

const mutants: readonly Mutant[] = [
  {
    mistake: 'one absent owner is enough',
    file: 'decide.ts',
    line: 'if (gone.length < owners.length)',
    becomes: 'if (gone.length === 0)',
    foundBy: /is collected while an owner of it is there/,
    withinSeeds: 5,
  },
  {
    mistake: 'whoever has the name is the owner',
    file: 'look.ts',
    line: 'if (!found || metadata?.uid !== reference.uid)',
    becomes: 'if (!found || !metadata)',
    foundBy: /the goal is not reached/,
    withinSeeds: 10,
  },
  {
    mistake: 'a box that owns a realm is looked for where no boxes are',
    file: 'look.ts',
    line: "if (kind?.scope === 'Namespaced' && of.namespace === '')",
    becomes: "if (kind?.scope === 'Namespaced' && of.namespace === 'nowhere')",
    foundBy: /although nobody knows its owner/,
    withinSeeds: 5,
  },
  {
    mistake: 'who waits for dependents does not wait',
    file: 'decide.ts',
    line: 'if (!dependents.some((dependent) => dependent.blocks))',
    becomes: 'if (dependents.length >= 0)',
    foundBy: /lets go of foregroundDeletion before/,
    withinSeeds: 10,
  },
  {
    mistake: 'who is to leave orphans does not make them any',
    file: 'decide.ts',
    line: 'return dependents.length === 0',
    becomes: 'return dependents.length >= 0',
    foundBy: /lets go of orphan before/,
    withinSeeds: 10,
  },
  {
    mistake: 'what is deleted need not be what was looked at',
    file: 'act.ts',
    line: 'propagationPolicy, preconditions: { uid, resourceVersion: String(revision) } }',
    becomes: 'propagationPolicy, preconditions: { uid } }',
    foundBy: /is collected while an owner of it is there|lets go of orphan before/,
    withinSeeds: 60,
  },
  {
    mistake: 'owners may have changed since they were looked at',
    file: 'act.ts',
    line: '.slice(0, OWNERS_GUARDED_MAX)',
    becomes: '.slice(0, 0)',
    foundBy: /is collected while an owner of it is there|loses an owner that is there/,
    withinSeeds: 60,
  },
  {
    mistake: 'a ring is waited for',
    file: 'decide.ts',
    line: "return ring.length > 0 ? { do: 'unblock', uids: ring } : { do: 'nothing' }",
    becomes: "return { do: 'nothing' }",
    foundBy: /the goal is not reached/,
    withinSeeds: 10,
  },
]

/** The mistake that is to be loaded next. */
let planted = 0

/** Loads the collector with a mistake in it: every file anew, one of them changed. */
const hooks = registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    if (!resolved.url.includes('/server/garbage/')) return resolved
    const mutant = context.parentURL === import.meta.url ? `?mutant=${planted}` : mutantIn(context.parentURL)
    return mutant ? { ...resolved, url: resolved.url + mutant } : resolved
  },
  load(url, context, nextLoad) {
    const mutant = mutantIn(url)
    if (mutant === undefined) return nextLoad(url, context)
    const loaded = nextLoad(url.slice(0, -mutant.length), context)
    const text =
      typeof loaded.source === 'string' ? loaded.source : new TextDecoder().decode(loaded.source ?? undefined)
    const one = mutants[Number(mutant.split('=')[1])]
    return { ...loaded, source: one && url.includes(`/${one.file}?`) ? plant(text, one) : text }
  },
})
after(() => hooks.deregister())

/** The end of a URL that says which mutant the file is of. */
const mutantIn = (url = ''): string | undefined => /\?mutant=\d+$/.exec(url)?.[0]

function plant(source: string, { mistake, file, line, becomes }: Mutant): string {
  const [before, behind, ...more] = source.split(line)
  ok(behind !== undefined && more.length === 0, `${file} has no such line, or several: ${mistake}`)
  return `${before}${becomes}${behind}`
}

for (const [index, { mistake, foundBy, withinSeeds }] of mutants.entries()) {
  test(`found within ${withinSeeds} seeds: ${mistake}`, async () => {
    planted = index
    const { collectGarbage } = await import('@muster/server/garbage/garbage-collector.ts')
    const found = await firstFailure(garbage({ collectGarbage }), withinSeeds)
    ok(found?.failure !== undefined, `survived ${withinSeeds} seeds: ${mistake}`)
    ok(foundBy.test(found.failure), `found for another reason than its own: ${found.failure}`)
    if (process.env.SHOW) console.log(mistake, '\n   ', found.seed, found.failure.split('\n')[0]?.slice(0, 300))
  })
}
