import { deepEqual, equal, notEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { Deployment, ReplicaSet } from '@muster/api/types/apps-v1.ts'
import {
  byRevision,
  countIn,
  isOfTemplate,
  MAX_REPLICAS,
  newReplicaSet,
  newSetAnnotations,
  nextRevision,
  REVISION,
  REVISION_HISTORY,
  setOfTemplate,
} from './deployment-sets.ts'

const template = (image: string) => ({
  metadata: { labels: { app: 'web' } },
  spec: { containers: [{ name: 'web', image }] },
})

const deployment = (annotations: Record<string, string> = {}, collisionCount?: number): Deployment => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', namespace: 'shop', uid: 'u', annotations },
  spec: {
    replicas: 10,
    minReadySeconds: 5,
    selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }] },
    strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%' } },
    template: template('web:1'),
  },
  ...(collisionCount === undefined ? {} : { status: { collisionCount } }),
})

const set = (name: string, annotations: Record<string, string> = {}, created = '2026-01-01T00:00:00Z'): ReplicaSet => ({
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: { name, annotations, creationTimestamp: created },
  spec: { selector: {}, template: template(name) },
})

test('a new set has the hash in its name, its labels, its selector and its template', () => {
  const made = newReplicaSet(deployment({ note: 'x', [REVISION]: '9' }), 3, 4)
  const hash = made.metadata.labels?.['pod-template-hash'] ?? ''
  deepEqual(made, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: {
      name: `web-${hash}`,
      namespace: 'shop',
      labels: { app: 'web', 'pod-template-hash': hash },
      annotations: {
        note: 'x',
        [REVISION]: '3',
        'deployment.kubernetes.io/desired-replicas': '10',
        'deployment.kubernetes.io/max-replicas': '13',
      },
      ownerReferences: [
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          name: 'web',
          uid: 'u',
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas: 4,
      minReadySeconds: 5,
      selector: { matchExpressions: [{ key: 'app', operator: 'Exists' }], matchLabels: { 'pod-template-hash': hash } },
      template: { ...template('web:1'), metadata: { labels: { app: 'web', 'pod-template-hash': hash } } },
    },
  })
  equal(newReplicaSet(deployment(), 1, 1).metadata.name, made.metadata.name)
  notEqual(newReplicaSet(deployment({}, 1), 1, 1).metadata.name, made.metadata.name)
  const long = deployment()
  long.metadata.name = 'x'.repeat(253)
  equal(newReplicaSet(long, 1, 1).metadata.name?.length, 253)
})

test('a template is known again but for its hash, and of two sets the oldest counts', () => {
  const made = newReplicaSet(deployment(), 1, 1)
  equal(isOfTemplate(made.spec?.template, template('web:1')), true)
  equal(isOfTemplate(made.spec?.template, template('web:2')), false)
  const [older, younger] = [set('a', {}, '2026-01-01T00:00:00Z'), set('b', {}, '2026-01-02T00:00:00Z')]
  const same = [younger, older].map((one) => ({ ...one, spec: { selector: {}, template: template('x') } }))
  equal(setOfTemplate(same, template('x'))?.metadata.name, 'a')
  equal(setOfTemplate(same, template('y')), undefined)
})

test('revisions are counted on, and what is no number is passed over', () => {
  const sets = [set('a', { [REVISION]: '2' }), set('b', { [REVISION]: 'x' }), set('c'), set('d', { [REVISION]: '10' })]
  equal(nextRevision(sets), 11)
  equal(nextRevision([]), 1)
  const numbered = [sets[3], sets[0], sets[2]].flatMap((one) => one ?? [])
  deepEqual(
    byRevision(numbered).map(({ metadata }) => metadata.name),
    ['c', 'a', 'd'],
  )
  equal(countIn(set('a', { [MAX_REPLICAS]: '13' }), MAX_REPLICAS), 13)
  equal(countIn(set('a', { [MAX_REPLICAS]: '-1' }), MAX_REPLICAS), undefined)
  equal(countIn(set('a', { [MAX_REPLICAS]: '4294967296' }), MAX_REPLICAS), undefined)
  equal(countIn(set('a'), MAX_REPLICAS), undefined)
})

test('a set that is new again has a higher number, and remembers those that it had', () => {
  const again = (annotations: Record<string, string>, revision: number) =>
    newSetAnnotations(deployment({ cause: 'back' }), set('a', annotations), revision)
  deepEqual(again({ [REVISION]: '1', cause: 'back' }, 3), { [REVISION]: '3', [REVISION_HISTORY]: '1' })
  deepEqual(again({ [REVISION]: '3', [REVISION_HISTORY]: '1' }, 5), {
    cause: 'back',
    [REVISION]: '5',
    [REVISION_HISTORY]: '1,3',
  })
  deepEqual(again({ [REVISION]: '7' }, 3), { cause: 'back' })
  deepEqual(again({ [REVISION]: 'x' }, 3), {})
  const long = Array.from({ length: 500 }, (_, at) => 1000 + at).join(',')
  const history = again({ [REVISION]: '2000', [REVISION_HISTORY]: long }, 2001)[REVISION_HISTORY] ?? ''
  equal(history.length <= 2000, true)
  equal(history.endsWith(',1499,2000'), true)
})

test('what is of the Deployment alone is not copied', () => {
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': '{}', [REVISION_HISTORY]: '1', kept: 'x' }
  deepEqual(newSetAnnotations(deployment(annotations), set('a', { [REVISION]: '1' }), 1), { kept: 'x' })
})
