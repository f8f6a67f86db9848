/**
 * Goal: the story would notice. Each of these mistakes is planted in the source of controllers, server or agents, in a
 *       copy that only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { checkFound, type Mutant, plantMutants } from '../mutants/plant.ts'
import { type Told, tellFleet } from './story.ts'

/** Seeds before `from` are known not to show it. */
const mutants: readonly (Mutant & { readonly from: number })[] = [
  {
    mistake: 'pods of a node that is not heard of are taken for gone',
    file: 'controllers/node-eviction.ts',
    line: 'uid === undefined ? {} : { uid }',
    becomes: '{ ...(uid === undefined ? {} : { uid }), gracePeriodSeconds: 0 }',
    foundBy: /runs twice/,
    from: 2,
    withinSeeds: 3,
  },
  {
    mistake: 'an eviction is granted whatever the budget has left',
    file: 'resources/disruption-budget.ts',
    line: 'if (disruptionsAllowed === 0)',
    becomes: 'if (disruptionsAllowed < 0)',
    foundBy: /the budget is broken/,
    from: 1,
    withinSeeds: 2,
  },
  {
    mistake: 'a pod has no time left on a node that had its taint before it came',
    file: 'decide/pod-eviction.ts',
    line: 'Math.max(addedAt(taint, now), came) as Instant',
    becomes: 'Math.max(addedAt(taint, now), 0 * came) as Instant',
    foundBy: /not settled|after all healed/,
    from: 26,
    withinSeeds: 27,
  },
  {
    mistake: 'an agent that begins anew gives addresses before it knows those that are taken',
    file: 'agent/agent.ts',
    line: 'await keepAddresses()',
    becomes: 'void keepAddresses',
    foundBy: /after all healed: \d of \d/,
    from: 1,
    withinSeeds: 3,
  },
]

const choose = plantMutants(mutants, import.meta.url, /\/(server|runtime|packs|agent|test-server)\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { startTestCluster } = await import('@muster/test-server/cluster.ts')
    let found: Told | undefined
    for (let seed = mutant.from; seed <= mutant.withinSeeds && found?.failure === undefined; seed++) {
      found = await tellFleet(seed, { startTestCluster })
    }
    checkFound(mutant, found?.failure, found?.seed)
  })
}
