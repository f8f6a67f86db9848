/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { transactions } from './scenario.ts'

const mutants: readonly Mutant[] = [
  {
    mistake: 'the writes of a transaction are committed one by one',
    file: 'storage/carry-out.ts',
    line: 'const outcome = await commitSurely(deps, { token, guards, writes, cause })',
    becomes: `for (const [at, write] of writes.slice(0, own - 1).entries()) {
    await commitSurely(deps, { token: at + token, guards: guards.slice(at, at + 1), writes: [write], cause })
  }
  const outcome = await commitSurely(deps, { token, guards: guards.slice(own - 1), writes: writes.slice(own - 1), cause })`,
    foundBy: /boxes are written together|tokens/,
    withinSeeds: 2,
  },
  {
    mistake: 'only the first object must still be what was looked at',
    file: 'storage/stage.ts',
    line: 'const fitting = { ...content, guards: distinct(content.guards) }',
    becomes:
      'const fitting = { ...content, guards: distinct(content.guards).filter((_guard, at) => at === 0 || at >= content.own) }',
    foundBy: /there are -?\d+ tokens|boxes are written together|a list has/,
    withinSeeds: 3,
  },
  {
    mistake: 'a later write does not see what earlier ones changed on account of quotas',
    file: 'quota/accounts.ts',
    line: 'const known = charged.get(standing)?.quota ?? standing.quota',
    becomes: 'const known = standing.quota',
    foundBy: /the account says|there are more boxes/,
    withinSeeds: 5,
  },
  {
    mistake: 'each repetition of a transaction whose outcome is unknown is another one',
    file: 'storage/settle.ts',
    line: 'const outcome = await store.commit(commit)',
    becomes: 'const outcome = await store.commit({ ...commit, token: commit.token + clock.elapsed() })',
    foundBy: /was told that it is not|told that it is not|is done twice/,
    withinSeeds: 10,
  },
]

const choose = plantMutants(mutants, import.meta.url, /\/server\/(quota|storage)\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { quotaAccounts } = await import('@muster/server/quota/accounts.ts')
    const { openStorage } = await import('@muster/server/storage/storage.ts')
    await findMutant(transactions({ quotaAccounts, openStorage }), mutant)
  })
}
