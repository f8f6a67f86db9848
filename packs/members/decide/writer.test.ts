import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject, KubeObject } from '@muster/api/object.ts'
import { inferDeletion, inferWriter } from './writer.ts'

type Entry = NonNullable<KubeObject['metadata']['managedFields']>[number]

const entry = (manager: string, time: string, fieldsV1: JsonObject, more: Partial<Entry> = {}): Entry => ({
  manager,
  operation: 'Update',
  apiVersion: 'apps/v1',
  fieldsType: 'FieldsV1',
  time: `2026-11-24T10:00:${time}Z`,
  fieldsV1,
  ...more,
})

const SPEC = { 'f:spec': { 'f:replicas': {} } }
const IMAGE = { 'f:spec': { 'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"a"}': { 'f:image': {} } } } } } }
const STATUS = { 'f:status': { 'f:replicas': {} } }

const web = (replicas: number, managedFields: Entry[], more: Partial<KubeObject['metadata']> = {}): KubeObject => ({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'web', managedFields, ...more },
  spec: { replicas },
})

const OWNER = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web', uid: 'u' }
const owner = { ...OWNER, controller: true }

test('who created it is who has its fields', () => {
  deepEqual(inferWriter(undefined, web(1, [entry('kubectl-create', '01', SPEC)])), {
    actor: 'kubectl-create',
    reason: 'create',
  })
  equal(inferWriter(undefined, web(1, [])).actor, 'unknown')
})

test('a field that is taken from a manager was not written by him', () => {
  const apply = { operation: 'Apply' } as const
  const before = web(2, [entry('argocd', '01', { ...SPEC, ...IMAGE }, apply)])
  const after = web(3, [entry('argocd', '09', IMAGE, apply), entry('kubectl', '09', SPEC, { subresource: 'scale' })])
  deepEqual(inferWriter(before, after), { actor: 'kubectl', reason: 'update scale' })
})

test('within one second of the same manager nothing but the fields changes: whoever holds them', () => {
  const fields = [entry('status-keeper', '01', STATUS, { subresource: 'status' }), entry('helm', '01', SPEC)]
  deepEqual(inferWriter(web(2, fields), web(3, fields)), { actor: 'helm', reason: 'update' })
})

test('an apply is called that, and so is a wish to delete', () => {
  const applied = entry('flux', '02', SPEC, { operation: 'Apply' })
  equal(inferWriter(web(1, []), web(2, [applied])).reason, 'apply')
  const fields = [applied]
  const ending = web(2, fields, { deletionTimestamp: '2026-11-24T10:00:03Z' })
  deepEqual(inferWriter(web(2, fields), ending).reason, 'delete: it is to end')
})

test('what a controller means follows from the owner; what it reports does not, nor what a person does', () => {
  const owned = { ownerReferences: [owner] }
  const at = (replicas: number, entries: Entry[]) => web(replicas, entries, owned)
  const kcm = (time: string) => entry('kube-controller-manager', time, SPEC)
  deepEqual(inferWriter(undefined, at(1, [kcm('01')])).owner, OWNER)
  deepEqual(inferWriter(at(1, [kcm('01')]), at(2, [kcm('02')])).owner, OWNER)
  const status = { subresource: 'status' }
  const reported = {
    ...at(2, [kcm('02'), entry('kube-controller-manager', '03', STATUS, status)]),
    status: { replicas: 2 },
  }
  equal(inferWriter(at(2, [kcm('02')]), reported).owner, undefined)
  equal(inferWriter(at(1, [kcm('01')]), at(5, [entry('kubectl-edit', '05', SPEC)])).owner, undefined)
  deepEqual(inferDeletion(at(1, [])).owner, OWNER)
  equal(inferDeletion(undefined).actor, 'unknown')
})

test('without an owner, what a controller means follows from what the object said before', () => {
  const revision = { 'f:metadata': { 'f:annotations': { 'f:deployment.kubernetes.io/revision': {} } } }
  const before = web(1, [entry('kubectl', '01', SPEC)])
  const after = web(1, [entry('kubectl', '01', SPEC), entry('kube-controller-manager', '01', revision)], {
    annotations: { 'deployment.kubernetes.io/revision': '1' },
  })
  deepEqual(inferWriter(before, after), { actor: 'kube-controller-manager', reason: 'update', owner: 'itself' })
})

test('a pod that got its node was bound by its scheduler, whoever holds its labels', () => {
  const labels = { 'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } } }
  const pod = (nodeName: string | undefined, more: object = {}): KubeObject => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'a', labels: { app: 'web', ...more }, managedFields: [entry('kcm', '01', labels)] },
    spec: { schedulerName: 'own-scheduler', ...(nodeName === undefined ? {} : { nodeName }) },
  })
  deepEqual(inferWriter(pod(undefined), pod('n1', { zone: 'a' })), {
    actor: 'own-scheduler',
    reason: 'bind',
    owner: 'itself',
  })
  equal(inferWriter(pod('n1'), pod('n1', { zone: 'a' })).actor, 'unknown')
})
