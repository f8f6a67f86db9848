/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server or the store itself, in
 *       a copy that only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { apiServer } from './scenario.ts'

const mutants: readonly Mutant[] = [
  // 3: an acknowledged commit stays, a token is for once, and an unknown outcome is one of two.
  {
    mistake: 'after an unknown outcome the commit is tried under a new token',
    file: 'server/storage/settle.ts',
    line: 'const outcome = await store.commit(commit)',
    becomes: 'const outcome = await store.commit({ ...commit, token: commit.token + clock.elapsed() })',
    foundBy: /which was done at|was refused, .*, and done|, which was refused/,
    withinSeeds: 60,
  },
  {
    mistake: 'an unknown outcome is taken for a conflict',
    file: 'server/storage/settle.ts',
    line: "if (outcome.outcome !== 'unknown') return outcome",
    becomes: `if (outcome.outcome === 'unknown') return { outcome: 'conflict', guard: commit.guards[0], revision: 0 } as never
      if (outcome) return outcome`,
    foundBy: /was refused, .*, and done|, which was refused|which was done at/,
    withinSeeds: 60,
  },
  {
    mistake: 'a commit is acknowledged before it is on the disk',
    file: 'store/memory/memory-log.ts',
    line: 'await disk.sync()\n      end += frame.length',
    becomes: 'end += frame.length',
    foundBy: /the store was seen at \d+, and opens at|was acknowledged before a crash|is there after a crash/,
    withinSeeds: 60,
  },
  // 8: compaction changes no answer but to 410.
  {
    mistake: 'compaction lets go of what is there',
    file: 'store/ledger.ts',
    line: 'const needed = atHorizon >= 0 && (revisions[atHorizon] ?? 0) > 0 ? atHorizon : atHorizon + 1',
    becomes: 'const needed = atHorizon + 1',
    foundBy:
      /which the horizon|is there after a crash|begins at \d+ or later|is in the log|the list of|was there at \d+, or was not/,
    withinSeeds: 60,
  },
  {
    mistake: 'what compaction has passed is answered from what is left',
    file: 'store/ledger.ts',
    line: 'if (at < this.horizon) {',
    becomes: 'if (at < 0) {',
    foundBy: /the list of|a watch of|was there at|is in the log/,
    withinSeeds: 60,
  },
  {
    mistake: 'the horizon is forgotten when the store is opened again',
    file: 'store/ledger.ts',
    line: 'this.horizon = record.horizon',
    becomes: 'if (this.time > 0 && this.liveKeys > 0 && this.head > record.horizon + 40) this.horizon = record.horizon',
    foundBy:
      /the horizon \d+ stays|the list of|a watch of|was there at|is in the log|tells of a gap|tells of \d+, which/,
    withinSeeds: 60,
  },
  // 10: history ascends, with tombstones and causes, and time goes on.
  {
    mistake: 'time goes back with the clock',
    file: 'store/draft.ts',
    line: 'this.#time = Math.max(now, before ? before.#time : ledger.time) as Instant',
    becomes: 'this.#time = now',
    foundBy: /time goes on|goes back in time/,
    withinSeeds: 60,
  },
  {
    mistake: 'history leaves deletions out',
    file: 'server/history/history.ts',
    line: 'const told = versions.length > limit ? versions.slice(1) : versions',
    becomes:
      "const told = (versions.length > limit ? versions.slice(1) : versions).filter(({ change }) => change !== 'deleted')",
    foundBy: /the history of .* tells of|begins at \d+ or later/,
    withinSeeds: 60,
  },
  {
    mistake: 'history is told oldest first',
    file: 'server/history/history.ts',
    line: 'told[at - 1] ?? next, withObject)).reverse()',
    becomes: 'told[at - 1] ?? next, withObject))',
    foundBy: /descends|begins at \d+ or later|goes back in time/,
    withinSeeds: 60,
  },
  {
    mistake: 'what follows from a definition does not say so',
    file: 'server/cluster/custom-resources.ts',
    line: 'return ownCause(ACTOR, reason, key, Number(metadata.resourceVersion ?? 0) as Revision)',
    becomes: 'return ownCause(ACTOR, key === undefined ? key : reason)',
    foundBy: /was led to by something/,
    withinSeeds: 60,
  },
  {
    mistake: 'what was being erased when the process died is not erased',
    file: 'store/engine.ts',
    line: 'if (this.#ledger.erasing.size > 0) await this.#erase([...this.#ledger.erasing])',
    becomes: '',
    foundBy: /is erased/,
    withinSeeds: 60,
  },
  // 11: a restored store is another one.
  {
    mistake: 'a restored store goes on where the snapshot ends',
    file: 'store/restore.ts',
    line: 'ofNow > reached ? ofNow : reached + RESTORE_JUMP',
    becomes: 'reached',
    foundBy: /a store that was restored begins above/,
    withinSeeds: 60,
  },
  {
    mistake: 'each restore from one snapshot begins at the same revision',
    file: 'store/restore.ts',
    line: 'ofNow > reached ? ofNow : reached + RESTORE_JUMP',
    becomes: 'reached + RESTORE_JUMP',
    foundBy: /a store that was restored begins above/,
    withinSeeds: 60,
  },
  {
    mistake: 'leases outlive the store that granted them',
    file: 'store/restore.ts',
    line: 'await append(endAllLeases(ledger, deps.clock))',
    becomes: '',
    foundBy: /session .* of the store before/,
    withinSeeds: 60,
  },
  {
    mistake: 'revisions that were lost count as ones of this store',
    file: 'store/ledger.ts',
    line: 'if (jump) {',
    becomes: 'if (jump === null) {',
    foundBy: /nothing is told of \d+, which was lost|a watch of|the list of|comes after/,
    withinSeeds: 60,
  },
  // 13: nothing is admitted against what had changed.
  {
    mistake: 'a namespace may go while something is made in it',
    file: 'server/admission/steps/namespace-lifecycle.ts',
    line: "if (!namespace || request.verb !== 'create') return undefined",
    becomes: 'if (namespace) return undefined\n    if (!namespace) return undefined',
    foundBy: /is created while its namespace is open|goes when nothing is left in it/,
    withinSeeds: 60,
  },
  {
    mistake: 'a definition may change while something is made of it',
    file: 'server/resources/definition-guard.ts',
    line: "return [{ guard: 'revision', key: formatKey(key), equals: found.revision }]",
    becomes: 'return []',
    foundBy: /while it is defined|while its definition is|is as its definition says|goes when nothing of it is left/,
    withinSeeds: 60,
  },
  {
    mistake: 'whoever cleans up after a definition takes another of its name for it',
    file: 'server/cluster/custom-resources.ts',
    line: 'seen.metadata.uid === found.metadata.uid',
    becomes: 'seen.metadata.name === found.metadata.name',
    foundBy: /is deleted because its definition is|says that it goes when it does|while its definition is/,
    withinSeeds: 60,
  },
  {
    mistake: 'a quota may come while something is made',
    file: 'server/quota/accounts.ts',
    line: 'return commit({ guards: unlimited, also: [] })',
    becomes: 'return commit({ guards: [], also: [] })',
    foundBy: /the account says what there is|what is made is counted|there are no more/,
    withinSeeds: 60,
  },
]

const HOUSE = new URL('../../', import.meta.url).href
const choose = plantMutants(mutants, import.meta.url, new RegExp(`^${HOUSE}(server|store)/`))

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { openApiServer } = await import('@muster/server/api-server.ts')
    const { ADMISSION_STEPS } = await import('@muster/server/admission/steps.ts')
    const { openMemoryStore, restoreMemoryStore } = await import('@muster/store/memory/open.ts')
    const parts = { openApiServer, admission: ADMISSION_STEPS, openMemoryStore, restoreMemoryStore }
    await findMutant(apiServer(parts), mutant)
  })
}
