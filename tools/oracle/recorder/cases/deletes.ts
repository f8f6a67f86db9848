/** Deletion: preconditions, finalizers, propagation, collections. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import { as, asked, inNamespace, raw, resource, setup, type TopicDraft } from '../draft.ts'
import { APP_SELECTOR, POD_TEMPLATE } from './bodies.ts'

const mapsIn = (namespace: string) => resource('v1', 'configmaps', 'ConfigMap', namespace)
const NOBODY = '00000000-0000-0000-0000-000000000000'

/** The topic. */
export const deletes: TopicDraft = {
  topic: 'deletes',
  cases: [
    inNamespace('ConfigMap', 'is deleted on conditions', (namespace) => {
      const it = mapsIn(namespace)
      return [
        as('a', it.create({ metadata: { name: 'a' } })),
        it.remove('a', { preconditions: { uid: NOBODY } }),
        it.remove('a', { preconditions: { resourceVersion: '1' } }),
        it.remove('a', { preconditions: { uid: '{{a.metadata.uid}}', resourceVersion: '1' } }),
        it.remove('a', {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid: '{{a.metadata.uid}}', resourceVersion: '{{a.metadata.resourceVersion}}' },
        }),
        it.remove('a', { propagationPolicy: 'Odd' }),
        it.remove('a', { orphanDependents: true, propagationPolicy: 'Orphan' }),
        it.remove('a', { kind: 'ConfigMap', apiVersion: 'v1' }),
        it.remove('a', undefined, 'propagationPolicy=Odd'),
        it.remove('a', undefined, 'gracePeriodSeconds=x'),
        raw('DELETE', `${it.path}/a`, { text: '{' }),
        raw('DELETE', `${it.path}/a`, {
          text: 'propagationPolicy: Background',
          headers: { 'content-type': 'application/yaml' },
        }),
      ]
    }),
    inNamespace('ConfigMap', 'waits for its finalizers', (namespace) => {
      const it = mapsIn(namespace)
      return [
        as('a', it.create({ metadata: { name: 'a', finalizers: ['example.test/one', 'example.test/two'] } })),
        as('b', it.remove('a')),
        it.remove('a'),
        it.create({ metadata: { name: 'a' } }),
        it.patch('merge', 'a', { metadata: { finalizers: ['example.test/one', 'example.test/three'] } }),
        it.patch('merge', 'a', { metadata: { deletionTimestamp: null } }),
        it.patch('merge', 'a', { data: { still: 'here' } }),
        it.patch('json', 'a', [{ op: 'remove', path: '/metadata/finalizers/0' }]),
        it.apply('a', 'm', { metadata: { name: 'a', labels: { l: 'm' } } }),
        it.patch('json', 'a', [{ op: 'remove', path: '/metadata/finalizers' }]),
        it.get('a'),
        it.watch('resourceVersion={{a.metadata.resourceVersion}}'),
        it.create({
          metadata: {
            name: 'b',
            deletionTimestamp: '2024-01-01T00:00:00Z',
            deletionGracePeriodSeconds: 5,
            selfLink: '/x',
            uid: NOBODY,
            creationTimestamp: '2024-01-01T00:00:00Z',
          },
        }),
        it.create({ metadata: { name: 'c', resourceVersion: '5' } }),
      ]
    }),
    inNamespace('Deployment', 'is deleted with what it owns, or without', (namespace) => {
      const it = resource('apps/v1', 'deployments', 'Deployment', namespace)
      const body = (name: string): JsonObject => ({
        metadata: { name },
        spec: { selector: APP_SELECTOR, template: POD_TEMPLATE },
      })
      return [
        ...['a', 'b', 'c', 'd', 'e'].map((name) => setup(it.create(body(name)))),
        it.remove('a', { propagationPolicy: 'Foreground' }),
        it.get('a'),
        it.remove('a', { propagationPolicy: 'Background' }),
        it.patch('merge', 'a', { metadata: { finalizers: null } }),
        it.remove('b', { propagationPolicy: 'Orphan' }),
        it.remove('c', { propagationPolicy: 'Background' }),
        it.remove('d', { orphanDependents: true }),
        it.remove('e', { orphanDependents: false }),
        it.table(undefined, 'includeObject=None'),
      ]
    }),
    inNamespace('ConfigMap', 'is deleted by collection', (namespace) => {
      const it = mapsIn(namespace)
      return [
        ...['a', 'b', 'c', 'd'].map((name) => setup(it.create({ metadata: { name, labels: { name } } }))),
        setup(it.create({ metadata: { name: 'kept', finalizers: ['example.test/keep'] } })),
        it.removeAll('labelSelector=name%3Da'),
        it.removeAll('fieldSelector=metadata.name%3Db'),
        it.removeAll('labelSelector=none'),
        it.removeAll('fieldSelector=data%3Dx'),
        it.removeAll('', { preconditions: { uid: NOBODY } }),
        it.removeAll('limit=1'),
        asked(it.removeAll(), {}),
        it.list(),
      ]
    }),
    inNamespace('ConfigMap', 'is given a name', (namespace) => {
      const it = mapsIn(namespace)
      return [
        as('a', it.create({ metadata: { generateName: 'made-' } })),
        it.get('{{a.metadata.name}}'),
        it.create({ metadata: { generateName: 'made-', name: 'mine' } }),
        it.remove('{{a.metadata.name}}'),
        it.remove('{{a.metadata.name}}'),
      ]
    }),
    inNamespace('ConfigMap', 'is updated or created', (namespace) => {
      const it = mapsIn(namespace)
      return [
        it.update('a', { metadata: { name: 'a' } }),
        it.update('a', { metadata: { name: 'a', resourceVersion: '5' } }),
        it.update('a', { metadata: { name: 'a', uid: NOBODY } }),
        resource('coordination.k8s.io/v1', 'leases', 'Lease', namespace).update('a', { metadata: { name: 'a' } }),
        resource('v1', 'endpoints', 'Endpoints', namespace).update('a', { metadata: { name: 'a' } }),
        resource('v1', 'services', 'Service', namespace).update('a', {
          metadata: { name: 'a' },
          spec: { ports: [{ port: 80 }] },
        }),
        resource('rbac.authorization.k8s.io/v1', 'roles', 'Role', namespace).update('a', { metadata: { name: 'a' } }),
        resource('v1', 'limitranges', 'LimitRange', namespace).update('a', {
          metadata: { name: 'a' },
          spec: { limits: [] },
        }),
        resource('v1', 'secrets', 'Secret', namespace).update('a', { metadata: { name: 'a' } }),
        resource('v1', 'events', 'Event', namespace).update('a', {
          metadata: { name: 'a' },
          involvedObject: { namespace },
        }),
      ]
    }),
  ],
}
