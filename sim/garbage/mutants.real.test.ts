/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the collector itself, in a copy
 *       that only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { garbage } from './scenario.ts'

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

const choose = plantMutants(mutants, import.meta.url, /\/server\/garbage\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { collectGarbage } = await import('@muster/server/garbage/garbage-collector.ts')
    await findMutant(garbage({ collectGarbage }), mutant)
  })
}
