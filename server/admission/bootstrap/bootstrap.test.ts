import { deepEqual, equal, ok } from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { bootstrapPolicy } from '../../auth/policy/bootstrap-policy.ts'
import { flowControlObjects } from './flow-control.ts'
import { bootstrapObjects } from './objects.ts'

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, inner]) => [name, sorted(inner)]),
  )
}

test('requests share the server as they do in Kubernetes, object for object', () => {
  const lines = flowControlObjects().map(
    ({ metadata, spec }) => `${metadata.name} ${JSON.stringify(sorted({ annotations: metadata.annotations, spec }))}`,
  )
  equal(lines.length, 19)
  // Of what kube-apiserver v1.36.1 had made by itself, read from it and put the same way.
  equal(createHash('sha256').update(lines.sort().join('\n')).digest('hex').slice(0, 16), 'ce0cfda75a1c8e4f')
})

const FACTS = { clientAuthority: 'authority', serviceCidr: '10.96.0.0/16', apiAddress: '10.96.0.1', apiPort: 6443 }

test('a cluster starts with what Kubernetes starts with, namespaces before what is in them', () => {
  const objects = bootstrapObjects(FACTS)
  const nameOf = ({ kind, metadata }: (typeof objects)[number]) =>
    `${kind} ${metadata.namespace ?? ''}/${metadata.name}`
  deepEqual(objects.filter(({ kind }) => kind !== 'FlowSchema' && kind !== 'PriorityLevelConfiguration').map(nameOf), [
    'Namespace /kube-system',
    'Namespace /kube-public',
    'Namespace /kube-node-lease',
    'Namespace /default',
    'PriorityClass /system-node-critical',
    'PriorityClass /system-cluster-critical',
    'ServiceCIDR /kubernetes',
    'ConfigMap kube-system/extension-apiserver-authentication',
    'Service default/kubernetes',
  ])
  const made = new Set(objects.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name))
  for (const { metadata } of [...objects, ...bootstrapPolicy()]) {
    ok(metadata.namespace === undefined || made.has(metadata.namespace), metadata.name)
  }
  const service = objects.find(({ kind }) => kind === 'Service')
  deepEqual(service?.spec, {
    ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
    clusterIP: '10.96.0.1',
    clusterIPs: ['10.96.0.1'],
    type: 'ClusterIP',
    sessionAffinity: 'None',
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  })
})

test('every call makes objects of its own', () => {
  for (const object of bootstrapObjects(FACTS)) object.metadata.name = 'changed'
  for (const schema of flowControlObjects()) if (schema.spec) schema.spec = {} as never
  ok(bootstrapObjects(FACTS).every(({ metadata }) => metadata.name !== 'changed'))
})
