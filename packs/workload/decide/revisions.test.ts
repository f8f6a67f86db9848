import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { ControllerRevision, StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import {
  chooseRevision,
  hashOf,
  inOrder,
  isOf,
  newRevision,
  revisionData,
  surplusRevisions,
  templateOf,
} from './revisions.ts'

const template = (version: string): PodTemplateSpec => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image: `web:${version}`, args: ['<'] }] },
})
const owner: StatefulSet = {
  apiVersion: 'apps/v1',
  kind: 'StatefulSet',
  metadata: { name: 'web', namespace: 'shop', uid: 'u', annotations: { why: 'test', 'muster.dev/cluster': 'c' } },
}
const revision = (version: string, number: number, created = ''): ControllerRevision => {
  const made = newRevision(owner, template(version), number, 0)
  return { ...made, metadata: { ...made.metadata, ...(created ? { creationTimestamp: created } : {}) } }
}
const numbers = (revisions: readonly ControllerRevision[]) => revisions.map(({ revision }) => revision)

test('the hash is that of kube-controller-manager: of the fields in order, as Go prints them, and of the count', () => {
  equal(hashOf(revisionData(template('1')), 0), '7547899577')
  equal(hashOf(revisionData(template('1')), 1), '7547899576')
})

test('a revision keeps the template, belongs to its owner, and is named after both', () => {
  const made = revision('1', 4)
  equal(made.metadata.name, 'web-7547899577')
  deepEqual(made.metadata.labels, { app: 'web', 'controller.kubernetes.io/hash': '7547899577' })
  const { labels } = newRevision({ ...owner, kind: 'DaemonSet' }, template('1'), 4, 0).metadata
  deepEqual(labels, { app: 'web', 'controller-revision-hash': '7547899577' })
  equal(made.metadata.ownerReferences?.[0]?.uid, 'u')
  deepEqual(made.metadata.annotations, { why: 'test' })
  equal(made.revision, 4)
  deepEqual(templateOf(made, {}), template('1'))
  const long = newRevision({ ...owner, metadata: { ...owner.metadata, name: 'x'.repeat(250) } }, template('1'), 1, 0)
  equal(long.metadata.name?.length, 223 + 1 + '7547899577'.length)
})

test('fields in another order, or null instead of absent, are the same revision', () => {
  const data = revisionData(template('1'))
  const kept = {
    $patch: 'replace',
    spec: { containers: [{ args: ['<'], image: 'web:1', name: 'web' }] },
    metadata: { creationTimestamp: null, labels: { app: 'web' } },
  }
  equal(isOf({ ...revision('1', 1), data: { spec: { template: kept } } }, data), true)
  equal(isOf(revision('2', 1), data), false)
})

const [one, two, three] = [revision('1', 1), revision('2', 2), revision('3', 3)]
const data = (version: string) => revisionData(template(version))

test('a template is the latest revision, an earlier one that becomes the latest, or a new one', () => {
  deepEqual(chooseRevision([], data('1')), { choose: 'new', number: 1 })
  deepEqual(chooseRevision([two, one], data('2')), { choose: 'latest', revision: two })
  deepEqual(chooseRevision([three, one, two], data('1')), { choose: 'earlier', revision: one, number: 4 })
  deepEqual(chooseRevision([one, two], data('9')), { choose: 'new', number: 3 })
})

test('revisions are ordered by number, then by age, then by name', () => {
  const [older, newer] = [revision('5', 2, '2026-01-01T00:00:00Z'), revision('4', 2, '2026-01-02T00:00:00Z')]
  deepEqual(inOrder([three, newer, older, one]), [one, older, newer, three])
})

test('of old revisions the limit is kept, and every one that is used', () => {
  const none = () => false
  deepEqual(numbers(surplusRevisions([three, one, two], 1, none)), [1, 2])
  deepEqual(numbers(surplusRevisions([three, one, two], 3, none)), [])
  deepEqual(numbers(surplusRevisions([three, one, two], 0, (old) => old === two)), [1, 3])
  notEqual(one.metadata.name, two.metadata.name)
})
