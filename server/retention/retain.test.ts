import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { BUILT_IN_KINDS } from '@muster/api/builtin/kinds.ts'
import { checkKind } from '@muster/api/define-kind.ts'
import { RetentionPolicyKind } from '@muster/api/history/retention-policy.ts'
import { hours, minutes } from '@muster/base/clock.ts'
import { noLog } from '@muster/base/log.ts'
import { seededRandom } from '@muster/base/random.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { asker } from '../history/testing/ask.ts'
import { openTestApi } from '../testing/open-test-api.ts'
import { retain } from './retain.ts'

test('the kind is one that Kubernetes would take', () => deepEqual(checkKind(RetentionPolicyKind), []))

test('what is older than the window goes by policy, and events go whole', async () => {
  const clock = simClock()
  const store = await openMemoryStore({ clock, random: seededRandom(1) })
  const api = await openTestApi({ clock, store, kinds: [...BUILT_IN_KINDS, RetentionPolicyKind] })
  const ask = asker(api)
  const life = new AbortController()
  let ids = 0
  const deps = {
    store,
    objects: api.objects,
    clock,
    log: noLog,
    newId: () => `retain-${ids++}`,
    storedAs: (_cluster: string, resource: { group: string; resource: string }) => resource,
  }
  void retain(deps, { window: hours(24), every: minutes(10) }, life.signal)

  const policies = '/apis/history.muster.dev/v1/retentionpolicies'
  const spec = { resources: [{ resource: 'configmaps' }], namespaces: ['default'], versions: 2 }
  const few = await ask('POST', policies, { body: { metadata: { name: 'few' }, spec } })
  equal(few.status, 201, few.body.message)
  equal((await ask('POST', policies, { body: { metadata: { name: 'bad' }, spec: { resources: [] } } })).status, 422)

  const maps = '/api/v1/namespaces/default/configmaps'
  const events = '/api/v1/namespaces/default/events'
  const involvedObject = { kind: 'ConfigMap', name: 'a', namespace: 'default' }
  await ask('POST', events, { body: { metadata: { name: 'e', namespace: 'default' }, involvedObject, reason: 'x' } })
  await ask('POST', maps, { body: { metadata: { name: 'a' } } })
  for (let at = 1; at <= 5; at++) {
    await ask('PATCH', `${maps}/a`, { body: { data: { x: String(at) } } })
    await ask('PATCH', `${events}/e`, { body: { count: at } })
  }
  const left = async (path: string) => (await ask('GET', `${path}/history`)).body.versions.length
  await clock.advance(hours(1))
  const applied = await ask('GET', `${policies}/few`)
  deepEqual(
    JSON.stringify(applied.body).includes('"type":"Applied","status":"True"'),
    true,
    JSON.stringify(applied.body),
  )
  // All of it lies within the window still.
  deepEqual([await left(`${maps}/a`), await left(`${events}/e`)], [6, 6])

  await clock.advance(hours(25))
  // What makes the horizon move is the change of rules or a thousand revisions; here it is the latter.
  for (let at = 0; at < 1100; at++) await ask('PATCH', `${maps}/a`, { body: { data: { x: `again-${at % 2}` } } })
  equal(await left(`${events}/e`), 6)
  await clock.advance(hours(25))
  const { horizon } = await store.status()
  ok(horizon > 1000, `the horizon is at ${horizon}`)
  equal(await left(`${maps}/a`), 2)
  equal(await left(`${events}/e`), 1)
  equal((await ask('GET', `${maps}?resourceVersion=${horizon - 1}&resourceVersionMatch=Exact`)).status, 410)
  life.abort()
  await clock.advance(minutes(11))
  api.close()
})
