/**
 * Goal: the lock service's scenario would notice. Each of these mistakes has been made by somebody's real system; each
 *       is planted once, through a part that the service takes, and must be found within so many seeds.
 */
import { ok } from 'node:assert/strict'
import { test } from 'node:test'
import { hasCode } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { firstFailure } from '../scenario.ts'
import { LOCK, LOCK_TTL, RULES } from './member.ts'
import { type LockServiceParts, lockService } from './scenario.ts'

interface Mutant {
  readonly mistake: string
  readonly parts: Partial<LockServiceParts>
  /** What the failure says, so that it is found for its own reason. */
  readonly foundBy: RegExp
  readonly withinSeeds: number
}

const mutants: readonly Mutant[] = [
  {
    mistake: 'the fence is dropped',
    parts: { rules: { ...RULES, fence: () => [] } },
    foundBy: /is written while term|is written once and in order/,
    withinSeeds: 10,
  },
  {
    mistake: 'the fence is on the modification revision',
    parts: { rules: { ...RULES, fence: ({ revision }) => [{ guard: 'revision', key: LOCK, equals: revision }] } },
    foundBy: /the goal is not reached/,
    withinSeeds: 1,
  },
  {
    mistake: 'a watch is resumed from a revision that several events share',
    parts: {
      remote: (store) => ({
        ...store,
        async events(prefix, after) {
          const { events, revision } = await store.events(prefix, after)
          return { events, revision: events.at(-1)?.commitRevision ?? revision }
        },
      }),
    },
    foundBy: /the copy of \w+ is what the store held/,
    withinSeeds: 1,
  },
  {
    mistake: 'a new holder acts before it has caught up',
    parts: { rules: { ...RULES, async catchUp() {} } },
    foundBy: /is written once and in order/,
    withinSeeds: 10,
  },
  {
    mistake: 'after an unknown outcome the commit is tried under a new token',
    parts: { rules: { ...RULES, repeat: (commit, { random }) => ({ ...commit, token: newId(random) }) } },
    foundBy: /is written once and in order/,
    withinSeeds: 10,
  },
  {
    mistake: 'a commit is acknowledged before it is on the disk',
    parts: { disk: (disk) => ({ ...disk, async sync() {} }) },
    foundBy: /was seen at \d+ opens there or later|is there after a crash/,
    withinSeeds: 10,
  },
  {
    mistake: 'compaction passes a watcher, and nobody tells it',
    parts: {
      remote: (store) => ({
        ...store,
        async events(prefix, after) {
          try {
            return await store.events(prefix, after)
          } catch (error) {
            if (!hasCode(error, 'Gone')) throw error
            return { events: [], revision: (await store.range(prefix)).revision }
          }
        },
      }),
    },
    foundBy: /the copy of \w+ is what the store held/,
    withinSeeds: 10,
  },
  {
    mistake: 'a keep-alive is acknowledged and the lease is not kept',
    parts: { remote: (store) => ({ ...store, keepAlive: async () => LOCK_TTL }) },
    foundBy: /a lock ends \d+ ms after it was last kept alive/,
    withinSeeds: 1,
  },
]

for (const { mistake, parts, foundBy, withinSeeds } of mutants) {
  test(`found within ${withinSeeds} seeds: ${mistake}`, async () => {
    const found = await firstFailure(lockService(parts), withinSeeds)
    ok(found?.failure !== undefined, `survived ${withinSeeds} seeds: ${mistake}`)
    ok(foundBy.test(found.failure), `found for another reason than its own: ${found.failure}`)
  })
}
