/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { ok } from 'node:assert/strict'
import { registerHooks } from 'node:module'
import { after, test } from 'node:test'
import { firstFailure } from '../scenario.ts'
import { quotas } from './scenario.ts'

interface Mutant {
  readonly mistake: string
  /** In which file of the server, what is there, and what is put in its place. */
  readonly file: string
  readonly line: string
  readonly becomes: string
  /** What the failure says. */
  readonly foundBy: RegExp
  readonly withinSeeds: number
}

const mutants: readonly Mutant[] = [
  {
    mistake: 'the account is written in a commit of its own, after that of the object',
    file: 'storage/decide.ts',
    line: 'const outcome = await commitSurely(deps, commit)',
    becomes: `const outcome = await commitSurely(deps, { ...commit, writes: commit.writes.slice(0, commit.writes.length - along.also.length) })
  if (outcome.outcome === 'committed') {
    for (const one of along.also) {
      const key = formatKey(one.key)
      await commitSurely(deps, { token: hashOf(key) + commit.token, guards: [unchanged(key, one.from)], writes: [alsoWrite(one)], cause })
    }
    return { outcome: 'committed', revision: outcome.revision, along: [] }
  }`,
    foundBy: /the account says|does not count/,
    withinSeeds: 3,
  },
  {
    mistake: 'what goes along may have changed since it was looked at',
    file: 'storage/decide.ts',
    line: '...also.map(({ key, from }) => unchanged(formatKey(key), from))',
    becomes: '...also.slice(0, 0).map(({ key, from }) => unchanged(formatKey(key), from))',
    foundBy: /the account says|there are more|does not count/,
    withinSeeds: 5,
  },
  {
    mistake: 'where no quota was seen, one may have come',
    file: 'quota/accounts.ts',
    line: 'return commit({ guards: [rosterUnchanged(key, NOT_THERE)], also: [] })',
    becomes: 'return commit({ guards: [], also: [] })',
    foundBy: /the account says|there are more|does not count/,
    withinSeeds: 20,
  },
  {
    mistake: 'where quotas were seen, another may have come',
    file: 'quota/accounts.ts',
    line: 'const guards = ofRoster ? [] : [rosterUnchanged(key, roster)]',
    becomes: 'const guards = []',
    foundBy: /the account says|there are more|does not count/,
    withinSeeds: 40,
  },
  {
    mistake: 'what is deleted is not given back',
    file: 'quota/accounts.ts',
    line: 'const [before, after] = [change.before(), change.after()]',
    becomes: 'const [before, after] = [change.after() && change.before(), change.after()]',
    foundBy: /the account says/,
    withinSeeds: 3,
  },
]

/** The mistake that is to be loaded next. */
let planted = 0

/** Loads the server with a mistake in it: every file anew, one of them changed. */
const hooks = registerHooks({
  resolve(specifier, context, nextResolve) {
    const resolved = nextResolve(specifier, context)
    if (!/\/server\/(quota|storage)\//.test(resolved.url)) return resolved
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
    const { quotaAccounts } = await import('@muster/server/quota/accounts.ts')
    const { openStorage } = await import('@muster/server/storage/storage.ts')
    const found = await firstFailure(quotas({ quotaAccounts, openStorage }), withinSeeds)
    ok(found?.failure !== undefined, `survived ${withinSeeds} seeds: ${mistake}`)
    ok(foundBy.test(found.failure), `found for another reason than its own: ${found.failure}`)
    if (process.env.SHOW) console.log(mistake, '\n   ', found.seed, found.failure.split('\n')[0]?.slice(0, 300))
  })
}
