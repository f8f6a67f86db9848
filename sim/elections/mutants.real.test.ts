/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server or of the runtime, in a
 *       copy that only this test loads, and must be found within so many seeds, for its own reason.
 *
 * A fence on the modification revision cannot be planted here: a candidate is written once, which the audit checks, so
 * both revisions are the same. The lock service has that mutant.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { elections } from './scenario.ts'

const mutants: readonly Mutant[] = [
  {
    mistake: 'the fence is dropped: it is looked at before the commit, and not in it',
    file: 'storage/carry-out.ts',
    line: '...planned.flatMap(({ standing = [] }) => standing),\n',
    becomes: '\n',
    foundBy: /is written by/,
    withinSeeds: 20,
  },
  {
    mistake: 'leaders send no fence',
    file: 'election/run-elected.ts',
    line: 'headers: { ...hub.headers, ...term.headers }',
    becomes: 'headers: { ...hub.headers }',
    foundBy: /is written by/,
    withinSeeds: 5,
  },
  {
    mistake: 'a write that its fence refused is tried again without it',
    file: 'storage/decide.ts',
    line: 'const standing = await request.standing?.(attempt)',
    becomes: 'const standing = attempt > 0 ? [] : await request.standing?.(attempt)',
    foundBy: /is written by/,
    withinSeeds: 20,
  },
  {
    mistake: 'a new leader acts before it has caught up',
    file: 'runtime/run-controllers.ts',
    line: 'await untilOver(informers.catchUp(term.from), term.signal)',
    becomes: '',
    foundBy: /has not seen count/,
    withinSeeds: 5,
  },
  {
    mistake: 'a candidate outlives its session',
    file: 'resources/create.ts',
    line: '{ ...request, ...(lease === undefined ? {} : { lease }) }',
    becomes: 'request',
    foundBy: /lives by a lease/,
    withinSeeds: 1,
  },
  {
    mistake: 'whoever stands counts as leading',
    file: 'elections/session.ts',
    line: 'leads: leader === mine',
    becomes: 'leads: true',
    foundBy: /the goal is not reached|has not seen count/,
    withinSeeds: 40,
  },
]

const choose = plantMutants(mutants, import.meta.url, /\/(server|runtime)\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { openTestApi } = await import('@muster/server/testing/open-test-api.ts')
    const { runControllers } = await import('@muster/runtime/run-controllers.ts')
    await findMutant(elections({ openTestApi, runControllers }), mutant)
  })
}
