/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { quotas } from './scenario.ts'

const mutants: readonly Mutant[] = [
  {
    mistake: 'the account is written in a commit of its own, after that of the object',
    file: 'storage/carry-out.ts',
    line: 'const outcome = await commitSurely(deps, { token, guards, writes, cause })',
    becomes: `const outcome = await commitSurely(deps, { token, guards, writes: writes.slice(0, writes.length - along), cause })
  if (outcome.outcome === 'committed') {
    for (const [at, write] of writes.slice(writes.length - along).entries()) {
      const guard = guards[guards.length - along + at]
      await commitSurely(deps, { token: hashOf(write.key) + token, guards: [guard], writes: [write], cause })
    }
    return { outcome: 'committed', revisions: outcome.revisions, along: [] }
  }`,
    foundBy: /the account says|does not count/,
    withinSeeds: 3,
  },
  {
    mistake: 'what goes along may have changed since it was looked at',
    file: 'storage/carry-out.ts',
    line: '...also.map(({ key, from }) => unchanged(formatKey(key), from))',
    becomes: '...also.slice(0, 0).map(({ key, from }) => unchanged(formatKey(key), from))',
    foundBy: /the account says|there are more|does not count/,
    withinSeeds: 5,
  },
  {
    mistake: 'where no quota was seen, one may have come',
    file: 'quota/accounts.ts',
    line: 'unlimited.push(rosterUnchanged(key, NOT_THERE))',
    becomes: '',
    foundBy: /the account says|there are more|does not count/,
    withinSeeds: 20,
  },
  {
    mistake: 'where quotas were seen, another may have come',
    file: 'quota/accounts.ts',
    line: 'guards: ofRoster ? [] : [rosterUnchanged(key, roster)],',
    becomes: 'guards: [],',
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

const choose = plantMutants(mutants, import.meta.url, /\/server\/(quota|storage)\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { quotaAccounts } = await import('@muster/server/quota/accounts.ts')
    const { openStorage } = await import('@muster/server/storage/storage.ts')
    await findMutant(quotas({ quotaAccounts, openStorage }), mutant)
  })
}
