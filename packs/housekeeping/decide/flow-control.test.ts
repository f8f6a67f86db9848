// Which levels and schemas are made, put right, or left alone; and what a schema says of its level.
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { PriorityLevelConfiguration } from '@muster/api/types/flowcontrol-v1.ts'
import { instant } from '@muster/base/clock.ts'
import { AUTO_UPDATE, decideDangling, decideOwn } from './flow-control.ts'

const level = (shares: number, said?: string, generation = 1, name = 'workload-low'): PriorityLevelConfiguration => ({
  apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
  kind: 'PriorityLevelConfiguration',
  metadata: { name, generation, ...(said === undefined ? {} : { annotations: { [AUTO_UPDATE]: said } }) },
  spec: { type: 'Limited', limited: { nominalConcurrencyShares: shares } },
})

/** What is there, and how many shares it has after; none where nothing is done. */
const rows: readonly [what: string, current: PriorityLevelConfiguration | undefined, shares?: number, said?: string][] =
  [
    ['missing: made', undefined, 100, 'true'],
    ['as it should be: left alone', level(100, 'true')],
    ['changed, and kept by the server: put right', level(5, 'true', 2), 100, 'true'],
    ['changed, and kept by an administrator: left alone', level(5, 'false', 2)],
    ['never changed, and says nothing: kept by the server', level(100, undefined), 100, 'true'],
    ['changed, and says nothing: kept by who changed it', level(5, undefined, 2), 5, 'false'],
    ['catch-all: put right whatever it says', level(5, 'false', 2, 'catch-all'), 100, 'true'],
  ]
for (const [what, current, shares, said] of rows) {
  test(what, () => {
    const [step] = decideOwn(current, level(100, 'true', undefined, current?.metadata.name))
    equal(step?.object.spec?.limited?.nominalConcurrencyShares, shares)
    equal(step?.object.metadata.annotations?.[AUTO_UPDATE], said)
    equal(step?.do, shares === undefined ? undefined : current ? 'update' : 'create')
  })
}

test("what is nobody's but an administrator's is not looked at", () => {
  deepEqual(decideOwn(level(5), undefined), [])
})

test('a schema says whether its level is there, once', () => {
  const schema = {
    apiVersion: 'flowcontrol.apiserver.k8s.io/v1',
    kind: 'FlowSchema',
    metadata: { name: 's' },
    spec: { priorityLevelConfiguration: { name: 'gold' } },
  } as const
  const now = instant(Date.parse('2026-11-23T04:00:00Z'))
  const said = decideDangling(schema, false, now)
  deepEqual(said, {
    type: 'Dangling',
    status: 'True',
    reason: 'NotFound',
    message:
      'This FlowSchema references the PriorityLevelConfiguration object named "gold" but there is no such object',
    lastTransitionTime: '2026-11-23T04:00:00Z',
  })
  const told = { ...schema, status: { conditions: said ? [said] : [] } }
  equal(decideDangling(told, false, now), undefined)
  equal(decideDangling(told, true, now)?.status, 'False')
})
