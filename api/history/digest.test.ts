import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { digestOf, type WrittenChange } from './digest.ts'

/** A write at a revision, of an object of namespace shop. */
const write = (revision: number, what: string, more: Partial<WrittenChange> = {}): WrittenChange => {
  const [resource = '', name = ''] = what.split('/')
  const group = resource === 'pods' || resource === 'events' ? '' : 'apps'
  return {
    cluster: 'eu',
    group,
    resource,
    namespace: 'shop',
    name,
    revision: String(revision),
    time: `2026-11-24T10:00:${String(revision).padStart(2, '0')}.000Z`,
    change: 'updated',
    by: { user: 'kubectl', reason: 'update' },
    fields: [{ field: '.spec.replicas', from: 1, to: 2 }],
    ...more,
  }
}
const because = (what: string, revision: number) => {
  const { group, resource, namespace, name } = write(revision, what)
  return {
    user: 'controller',
    reason: 'create',
    because: { group, resource, namespace, name, revision: String(revision) },
  }
}

test('what follows from a write is told with it, along the whole chain', () => {
  const { groups } = digestOf([
    write(1, 'deployments/web'),
    write(2, 'replicasets/web-1', { change: 'created', by: because('deployments/web', 1) }),
    write(3, 'pods/web-1-a', { change: 'created', by: because('replicasets/web-1', 2) }),
    write(4, 'pods/web-1-b', { change: 'created', by: because('replicasets/web-1', 2) }),
  ])
  equal(groups.length, 1)
  deepEqual(
    [groups[0]?.by.user, groups[0]?.object.name, groups[0]?.writes, groups[0]?.consequences],
    [
      'kubectl',
      'web',
      1,
      [
        { group: '', resource: 'pods', created: 2, updated: 0, deleted: 0 },
        { group: 'apps', resource: 'replicasets', created: 1, updated: 0, deleted: 0 },
      ],
    ],
  )
})

test('the same done in several clusters is told once; another field, or another hand, is another change', () => {
  const { groups } = digestOf([
    write(1, 'deployments/web', { cluster: 'eu' }),
    write(2, 'deployments/web', { cluster: 'us' }),
    write(3, 'deployments/web', { cluster: 'us', fields: [{ field: '.spec.paused', to: true }] }),
    write(4, 'deployments/web', { cluster: 'us', by: { user: 'argocd', reason: 'apply' } }),
  ])
  deepEqual(
    groups.map(({ by, clusters, writes }) => [by.user, clusters, writes]),
    [
      ['kubectl', ['eu', 'us'], 2],
      ['kubectl', ['us'], 1],
      ['argocd', ['us'], 1],
    ],
  )
})

test('reports are counted and not told: status, events, leases', () => {
  const status = [{ field: '.status.readyReplicas', from: 1, to: 2 }]
  const digest = digestOf([
    write(1, 'deployments/web', { fields: status, by: { user: 'kcm', reason: 'update status' } }),
    write(2, 'events/web.1', { change: 'created', by: { user: 'kubelet', reason: 'create' } }),
    write(3, 'events/web.2', { change: 'created', by: { user: 'kubelet', reason: 'create' } }),
  ])
  deepEqual(
    [digest.writes, digest.groups, digest.reports],
    [
      3,
      [],
      [
        { user: 'kubelet', writes: 2 },
        { user: 'kcm', writes: 1 },
      ],
    ],
  )
})

test('what began before the time that was asked for is told by what led to it', () => {
  const { groups } = digestOf([
    write(7, 'pods/web-1-a', { change: 'deleted', by: because('replicasets/web-1', 2) }),
    write(8, 'pods/web-1-b', { change: 'created', by: because('replicasets/web-1', 2) }),
  ])
  deepEqual(
    groups.map(({ change, object, writes, consequences }) => [change, object.name, writes, consequences]),
    [['led to', 'web-1', 0, [{ group: '', resource: 'pods', created: 1, updated: 0, deleted: 1 }]]],
  )
})

test('every write is in one place, whatever order they come in, and whatever they say led to them', () => {
  const any = fc.array(
    fc.record({
      name: fc.constantFrom('a', 'b'),
      resource: fc.constantFrom('deployments', 'pods', 'events'),
      cluster: fc.constantFrom('eu', 'us'),
      led: fc.option(fc.record({ name: fc.constantFrom('a', 'b'), revision: fc.integer({ min: 1, max: 40 }) })),
      isStatus: fc.boolean(),
    }),
    { maxLength: 40 },
  )
  fc.assert(
    fc.property(any, fc.infiniteStream(fc.integer()), (drawn, order) => {
      const writes = drawn.map(({ name, resource, cluster, led, isStatus }, at) =>
        write(at + 1, `${resource}/${name}`, {
          cluster,
          ...(led ? { by: because(`deployments/${led.name}`, led.revision) } : {}),
          ...(isStatus ? { fields: [{ field: '.status.x', to: 1 }] } : {}),
        }),
      )
      const digest = digestOf(writes)
      const told = digest.groups.reduce(
        (sum, group) =>
          sum +
          group.writes +
          group.consequences.reduce((all, one) => all + one.created + one.updated + one.deleted, 0),
        0,
      )
      equal(told + digest.reports.reduce((sum, one) => sum + one.writes, 0), writes.length)
      const keys = new Map(writes.map((one) => [one, order.next().value as number]))
      deepEqual(digestOf(writes.toSorted((one, other) => (keys.get(one) ?? 0) - (keys.get(other) ?? 0))), digest)
    }),
  )
})
