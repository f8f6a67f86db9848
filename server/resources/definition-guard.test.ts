/** An answer that is made by a definition of a moment ago is made anew, and what was said by that one is forgotten. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { test } from 'node:test'
import { milliseconds } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { systemClock } from '@muster/base/system.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openMemoryStore } from '@muster/store/memory/open.ts'
import { hookedStore } from '../elections/testing/hooked-store.ts'
import { openAsk } from '../testing/ask.ts'
import { DEFINITIONS, kettles, kettlesAreServed } from '../testing/kettles.ts'
import { byDefinition, definitionGuards, isOutdated } from './definition-guard.ts'

test('who is warned is warned of what is true of the definition of now', async (t) => {
  const hooked = hookedStore(await openMemoryStore({ clock: systemClock, random: seededRandom(1) }))
  const { api, ask } = await openAsk({ clock: systemClock, store: hooked.store })
  t.after(() => api.close())
  const old = kettles({ deprecated: true, deprecationWarning: 'brew in pots' })
  equal((await ask('POST', DEFINITIONS, old)).status, 201)
  await kettlesAreServed(ask, systemClock)

  const write = (name: string) =>
    ask('POST', '/apis/tea.test/v1/namespaces/default/kettles', {
      apiVersion: 'tea.test/v1',
      kind: 'Kettle',
      metadata: { name },
    })
  const warned = await write('one')
  deepEqual([warned.status, warned.warnings], [201, ['brew in pots']])
  let hasChanged = false
  hooked.beforeNextCommit(async () => {
    const { spec } = kettles()
    const changed = await ask('PATCH', `${DEFINITIONS}/kettles.tea.test`, { spec }, 'application/merge-patch+json')
    equal(changed.status, 200, changed.body.message)
    hasChanged = true
  })
  const { status, warnings } = await write('two')
  ok(hasChanged)
  deepEqual([status, warnings], [201, []])
})

test('a definition that never stops changing is an error that nobody tries again by himself', async () => {
  const clock = simClock()
  const madeOf = { name: 'kettles.tea.test', uid: '1', generation: 1, resourceVersion: '7' }
  const call = { served: { kind: { madeOf } }, info: { cluster: 'default' } } as never
  let tries = 0
  const answering = byDefinition({ clock, warnings: [] }, () => {
    tries++
    return definitionGuards(call, { find: async () => undefined }, 'update')
  })
  const refused = rejects(answering, (error) => !isOutdated(error) && /has just changed/.test(String(error)))
  await clock.advance(milliseconds(10_000))
  await refused
  equal(tries, 100)
})
