/**
 * Goal: the scenario would notice. Each of these mistakes is planted in the source of the server itself, in a copy that
 *       only this test loads, and must be found within so many seeds, for its own reason.
 */
import { test } from 'node:test'
import { findMutant, type Mutant, plantMutants } from '../mutants/plant.ts'
import { objects } from './scenario.ts'

const mutants: readonly Mutant[] = [
  {
    mistake: 'a bookmark says the newest revision, and not that of the last event delivered',
    file: 'watch-stream.ts',
    line: 'encoding.bookmark(this.#cursor, false) : ',
    becomes: 'encoding.bookmark(this.#hub.head, false) : ',
    foundBy: /was told everything after/,
    withinSeeds: 20,
  },
  {
    mistake: 'an object that leaves a selection is not deleted for those who watch it',
    file: 'audience.ts',
    line: "return was ? 'DELETED' : undefined",
    becomes: "return was && now === undefined ? 'DELETED' : undefined",
    foundBy: /was told everything after/,
    withinSeeds: 20,
  },
  {
    mistake: 'a write that changes nothing is made all the same',
    file: 'write.ts',
    line: 'return isSame(current, next, bytes)',
    becomes: 'return false',
    foundBy: /changes something/,
    withinSeeds: 20,
  },
  {
    mistake: 'what allowed a write is not guarded',
    file: 'carry-out.ts',
    line: 'grounds?.guards ?? []',
    becomes: 'grounds?.guards?.slice(1) ?? []',
    foundBy: /is created while its namespace is open/,
    withinSeeds: 20,
  },
  {
    mistake: 'an update is guarded by the object being the same one, and not the same version',
    file: 'decide.ts',
    line: "{ guard: 'revision', key, equals: current.revision }",
    becomes: "{ guard: 'create-revision', key, equals: current.createRevision }",
    foundBy: /no write is lost/,
    withinSeeds: 20,
  },
  {
    mistake: 'after an unknown outcome the commit is tried under a new token',
    file: 'settle.ts',
    line: 'const outcome = await store.commit(commit)',
    becomes: 'const outcome = await store.commit({ ...commit, token: commit.token + clock.elapsed() })',
    foundBy: /which was done at \d+ already/,
    withinSeeds: 20,
  },
  {
    mistake: 'a read without a version does not wait for what others have acknowledged',
    file: 'read.ts',
    line: "if (rule.read === 'newest') await beFresh(deps)",
    becomes: "if (rule.read === 'newest') await undefined",
    foundBy: /a read of .* sees/,
    withinSeeds: 20,
  },
  {
    mistake: 'after its line broke, a server goes on from what is newest',
    file: 'feed.ts',
    line: "store.watch('', this.#revision)",
    becomes: "store.watch('', await store.head())",
    foundBy: /a read of .* sees|was told everything after|the list of/,
    withinSeeds: 20,
  },
  {
    mistake: 'what happens while a resource is read for the first time is lost',
    file: 'cache.ts',
    line: 'for (const event of early) this.#apply(event)',
    becomes: 'void early',
    foundBy: /a read of .* sees|was told everything after|the list of/,
    withinSeeds: 20,
  },
  {
    mistake: 'a page of the past says that it holds all that happened',
    file: 'past.ts',
    line: 'const upTo = events.at(-1)?.revision ?? until',
    becomes: 'const upTo = until',
    foundBy: /was told everything after/,
    withinSeeds: 20,
  },
  {
    mistake: 'a page of the past goes beyond what the server itself has heard of, which is told again when it does',
    file: 'past.ts',
    line: 'if (page.after === after && page.upTo <= until) return page',
    becomes: 'if (page.after === after) return page',
    foundBy: /was told everything after/,
    withinSeeds: 40,
  },
  {
    mistake: 'a server shows half of a commit',
    file: 'feed.ts',
    line: 'begun.findLastIndex(({ revision, commitRevision }) => revision === commitRevision)',
    becomes: 'begun.length - 1',
    foundBy: /ends between commits/,
    withinSeeds: 20,
  },
  {
    mistake: 'initial events and what comes after them are not of one moment',
    file: 'storage.ts',
    line: 'initial, after: initial.revision, bookmarks',
    becomes: 'initial, after: (initial.revision - 1) as Revision, bookmarks',
    foundBy: /was told everything after|the list of/,
    withinSeeds: 20,
  },
  {
    mistake: 'one who falls out of memory goes on with what is there',
    file: 'watch-stream.ts',
    line: "if (this.#isOutOfMemory) return this.#hasKeptUp ? 'over' : 'past'",
    becomes: '',
    foundBy: /was told everything after/,
    withinSeeds: 20,
  },
  {
    mistake: 'pages of a list are of now',
    file: 'read.ts',
    line: 'if (cache.changedAt <= revision) return present',
    becomes: 'if (revision > 0) return present',
    foundBy: /the list of/,
    withinSeeds: 20,
  },
]

const choose = plantMutants(mutants, import.meta.url, /\/server\/storage\//)

for (const mutant of mutants) {
  test(`found within ${mutant.withinSeeds} seeds: ${mutant.mistake}`, async () => {
    choose(mutant)
    const { openStorage } = await import('@muster/server/storage/storage.ts')
    await findMutant(objects({ openStorage }), mutant)
  })
}

test('found within 20 seeds: a watch is resumed from where its commit ended', async () => {
  const resumeAt = (_revision: number, endOfCommit: number) => endOfCommit
  const mistake = 'resume from a shared revision'
  await findMutant(objects({ resumeAt }), { mistake, foundBy: /was told everything after/, withinSeeds: 20 })
})
