/** A revert is an ordinary write, and no way around what a kind allows. The rest of it is among the cases of the past. */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { CandidateKind } from '@muster/api/elections/candidate.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { asker } from './testing/ask.ts'

const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'
const CANDIDATE = `${GROUP}/candidates/work.one`

/** With a candidate, whose kind is never updated. */
async function open() {
  const clock = simClock()
  const store = await openMemoryStore({ clock, random: seededRandom(1) })
  const api = await openTestApi({ clock, store, kinds: [...BUILT_IN_KINDS, ...ELECTION_KINDS] })
  const ask = asker(api)
  equal((await ask('POST', `${GROUP}/elections`, { body: { metadata: { name: 'work' }, spec: {} } })).status, 201)
  const spec = { election: 'work', identity: 'one' }
  const joined = await ask('POST', `${GROUP}/candidates`, { body: { metadata: { name: 'work.one' }, spec } })
  equal(joined.status, 201, joined.body.message)
  const body = { spec: { revision: joined.body.metadata.resourceVersion } }
  const revert = (query = '', by = ask) => by('POST', `${CANDIDATE}/revert${query}`, { body })
  return { clock, store, api, ask, revert }
}

test('what is never updated is not reverted while it is there, also not as a trial', async (t) => {
  const { api, ask, revert } = await open()
  t.after(() => api.close())
  const before = (await ask('GET', CANDIDATE)).body
  for (const query of ['', '?dryRun=All']) {
    const { status, body } = await revert(query)
    deepEqual([status, body.reason], [405, 'MethodNotAllowed'])
    equal(
      body.message,
      'candidates "work.one" cannot be reverted: objects of its kind are not updated; delete it, and make another',
    )
  }
  deepEqual((await ask('GET', CANDIDATE)).body, before)
})

test('what is gone comes back where its kind is created', async (t) => {
  const { api, ask, revert } = await open()
  t.after(() => api.close())
  equal((await ask('DELETE', CANDIDATE)).status, 200)
  const { status, body } = await revert()
  equal(status, 201, body.message)
  equal((await ask('GET', CANDIDATE)).status, 200)
})

test('what is gone does not come back where its kind is created no more', async (t) => {
  const { clock, store, api, ask, revert } = await open()
  t.after(() => api.close())
  equal((await ask('DELETE', CANDIDATE)).status, 200)
  const kinds = ELECTION_KINDS.map((kind) =>
    kind.kind === CandidateKind.kind ? { ...kind, verbs: ['get' as const, 'list' as const] } : kind,
  )
  const later = await openTestApi({ clock, store, kinds: [...BUILT_IN_KINDS, ...kinds], seed: 2, isBootstrapped: true })
  t.after(() => later.close())
  const { status, body } = await revert('', asker(later))
  deepEqual([status, body.reason], [405, 'MethodNotAllowed'])
  equal(body.message, 'candidates "work.one" cannot be reverted: it is gone, and objects of its kind are not created')
})
