/** A fence that a transaction is sent with holds for all of it, in its commit. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { ELECTION_KINDS } from '@muster/api/elections/kinds.ts'
import { TransactionKind } from '@muster/api/transaction/transaction.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { hookedStore } from '../elections/testing/hooked-store.ts'
import { asker } from '../history/testing/ask.ts'
import { openTestApi } from '../testing/open-test-api.ts'

const GROUP = '/apis/coordination.muster.dev/v1/namespaces/default'
const MAPS = '/api/v1/namespaces/default/configmaps'
const CANDIDATE = {
  apiVersion: 'coordination.muster.dev/v1',
  kind: 'Candidate',
  metadata: { name: 'work.one', namespace: 'default' },
  spec: { election: 'work', identity: 'one' },
}

test('who leads writes all of it, who was deposed nothing, also when that happens just before the commit', async (t) => {
  const clock = systemClock
  const hooked = hookedStore(await openMemoryStore({ clock, random: seededRandom(1) }))
  const kinds = [...BUILT_IN_KINDS, ...ELECTION_KINDS, TransactionKind]
  const api = await openTestApi({ clock, store: hooked.store, kinds })
  t.after(() => api.close())
  const ask = asker(api)
  await ask('POST', `${GROUP}/elections`, { body: { metadata: { name: 'work' }, spec: { sessionSeconds: 10 } } })
  const joined = await ask('POST', `${GROUP}/candidates`, { body: CANDIDATE })
  const transact = (objects: readonly object[], fence = `default/work@${joined.body.metadata.resourceVersion}`) =>
    ask('POST', '/apis/muster.dev/v1/transactions', {
      headers: { 'muster-fence': fence },
      body: { spec: { operations: objects.map((object) => ({ verb: 'create', object })) } },
    })
  const maps = (...names: readonly string[]) =>
    names.map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } }))

  equal((await transact(maps('a', 'b'))).status, 201)
  const { versions } = (await ask('GET', `${MAPS}/a/history`)).body as unknown as {
    versions: { by: { fence: string } }[]
  }
  match(versions[0]?.by.fence ?? '', /^default\/work@\d+$/)
  const other = await transact([{ ...CANDIDATE, metadata: { ...CANDIDATE.metadata, name: 'work.two' } }])
  match(other.body.message, /its session begins before it is written/)

  hooked.beforeNextCommit(async () => {
    equal((await ask('DELETE', `${GROUP}/candidates/work.one`)).status, 200)
  })
  const late = await transact(maps('c', 'd'))
  deepEqual([late.status, late.body.reason], [409, 'Deposed'])
  equal((await ask('GET', `${MAPS}/c`)).status, 404)
  equal((await transact(maps('e'), 'default/work@1')).body.reason, 'Deposed')
})
