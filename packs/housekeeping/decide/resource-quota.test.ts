import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { readAmounts } from '@muster/api/quota/amounts.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import { decideQuota, isInOrder } from './resource-quota.ts'

const quota = (version: string, hard: object, status?: object): ResourceQuota => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'q', resourceVersion: version },
  spec: { hard: { ...hard } },
  ...(status ? { status } : {}),
})
const counted = (used: Record<string, string>) => readAmounts(used)

test('a new quota begins with what was counted', () => {
  const seen = quota('1', { pods: '5' })
  equal(isInOrder(seen), false)
  const step = decideQuota({ quota: seen, counted: counted({ pods: '3' }) }, seen)
  ok(step.do === 'write')
  deepEqual(step.quota.status, { hard: { pods: '5' }, used: { pods: '3' } })
  ok(isInOrder(step.quota))
})

test('one that is right is left alone, one that shows another limit is not', () => {
  const right = quota('1', { pods: '5' }, { hard: { pods: '5.0' }, used: { pods: '3' } })
  equal(decideQuota({ quota: right, counted: counted({ pods: '3' }) }, right).do, 'write')
  const same = quota('1', { pods: '5' }, { hard: { pods: '5' }, used: { pods: '3' } })
  equal(decideQuota({ quota: same, counted: counted({ pods: '3' }) }, same).do, 'nothing')
})

test('what was wrong is set right by as much, whatever was written meanwhile', () => {
  const hard = { pods: '9' }
  const seen = quota('1', hard, { hard, used: { pods: '5', old: '1' } })
  const now = quota('4', hard, { hard, used: { pods: '7', old: '1' } })
  const step = decideQuota({ quota: seen, counted: counted({ pods: '3' }) }, now)
  ok(step.do === 'write')
  deepEqual(step.quota.status, { hard, used: { pods: '5' } })
  equal(step.quota.metadata.resourceVersion, '4')
})

test('never below nothing', () => {
  const hard = { pods: '9' }
  const seen = quota('1', hard, { hard, used: { pods: '5' } })
  const step = decideQuota(
    { quota: seen, counted: counted({ pods: '1' }) },
    quota('2', hard, { hard, used: { pods: '2' } }),
  )
  ok(step.do === 'write')
  deepEqual(step.quota.status?.used, { pods: '0' })
})

test('a count of another wish, or from before there was an account, is none', () => {
  const hard = { pods: '9' }
  const seen = quota('1', hard, { hard, used: { pods: '5' } })
  const other = quota('2', { pods: '8' }, { hard, used: { pods: '5' } })
  equal(decideQuota({ quota: seen, counted: counted({ pods: '5' }) }, other).do, 'count-again')
  const begun = quota('2', hard, { hard, used: { pods: '5' } })
  equal(decideQuota({ quota: quota('1', hard), counted: counted({ pods: '4' }) }, begun).do, 'count-again')
})
