import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { type Authorizer, aboutResource } from '../authorization.ts'
import { withNodes } from './authorizer.ts'
import { createNodeRelations } from './relations.ts'

/*
 *   n1 ◄── pod shop/web ◄── secret pull, env · config map settings · account shop · claim data ◄── volume pv ◄── secret csi
 *   n1 ◄── attachment att        n2 ◄── pod shop/db ◄── secret db        n1 ◄── mirror pod shop/mirror
 */
const web = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'shop', name: 'web' },
  spec: {
    nodeName: 'n1',
    serviceAccountName: 'shop',
    imagePullSecrets: [{ name: 'pull' }],
    containers: [
      {
        name: 'a',
        env: [{ name: 'A', valueFrom: { secretKeyRef: { name: 'env', key: 'a' } } }],
        envFrom: [{ configMapRef: { name: 'settings' } }],
      },
    ],
    volumes: [
      { name: 'v', persistentVolumeClaim: { claimName: 'data' } },
      { name: 'scratch', ephemeral: {} },
    ],
    resourceClaims: [{ name: 'gpu', resourceClaimTemplateName: 'gpus' }],
  },
  status: { resourceClaimStatuses: [{ name: 'gpu', resourceClaimName: 'web-gpu-x' }] },
}
const db = {
  ...web,
  metadata: { namespace: 'shop', name: 'db' },
  spec: { nodeName: 'n2', containers: [], imagePullSecrets: [{ name: 'db' }] },
  status: {},
}
const mirror = {
  ...db,
  metadata: { namespace: 'shop', name: 'mirror', annotations: { 'kubernetes.io/config.mirror': 'x' } },
  spec: { ...db.spec, nodeName: 'n1' },
}
const volume = {
  apiVersion: 'v1',
  kind: 'PersistentVolume',
  metadata: { name: 'pv' },
  spec: {
    claimRef: { namespace: 'shop', name: 'data' },
    csi: {
      driver: 'd',
      volumeHandle: 'h',
      nodeStageSecretRef: { namespace: 'safe', name: 'csi' },
      controllerPublishSecretRef: { namespace: 'safe', name: 'controller' },
    },
  },
}
const attachment = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'VolumeAttachment',
  metadata: { name: 'att' },
  spec: { nodeName: 'n1', attacher: 'd', source: {} },
}

const nobody: Authorizer = {
  authorize: () => ({ allowed: false, reason: '' }),
  rulesFor: () => ({ rules: [], error: '' }),
}
const n1 = { username: 'system:node:n1', groups: ['system:nodes'] }

function world() {
  const relations = createNodeRelations()
  const put = (object: object) => {
    const { kind, metadata } = object as KubeObject
    relations.put(`${kind}/${metadata.namespace}/${metadata.name}`, () => object as KubeObject)
  }
  for (const object of [web, db, mirror, volume, attachment]) put(object)
  const authorizer = withNodes(relations, nobody)
  /** `verb group/resource/subresource namespace/name ?selector`, as far as there is something to say. */
  const ask = (text: string, user = n1): string => {
    const [verb = '', what = '', where = '/', selector = '?'] = text.split(' ')
    const [group = '', resource = '', subresource = ''] = what.split('/')
    const [namespace = '', name = ''] = where.split('/')
    const fieldSelector = selector.slice(1)
    const asked = aboutResource({ verb, group, resource, subresource, namespace, name, fieldSelector })
    const { allowed, reason } = authorizer.authorize(user, asked)
    return allowed ? 'yes' : reason
  }
  return { relations, put, ask, authorizer }
}

const STRANGE = "no relationship found between node 'n1' and this object"

const TABLE: readonly (readonly [string, string])[] = [
  ['get /pods shop/web', 'yes'],
  ['get /pods shop/db', STRANGE],
  ['get /pods/log shop/web', ''],
  ['watch /pods shop/web', 'yes'],
  ['list /pods / ?spec.nodeName=n1', 'yes'],
  ['list /pods / ?spec.nodeName!=n1', 'can only list/watch pods with spec.nodeName field selector'],
  ['list /pods / ?spec.nodeName=n2', 'can only list/watch pods with spec.nodeName field selector'],
  ['list /pods shop/', 'can only list/watch pods with spec.nodeName field selector'],
  ['create /pods shop/', 'yes'],
  ['update /pods shop/web', ''],
  ['patch /pods/status shop/web', 'yes'],
  ['create /pods/eviction shop/web', 'yes'],
  ['create /pods/exec shop/web', ''],
  ['get /secrets shop/pull', 'yes'],
  ['watch /secrets shop/env', 'yes'],
  ['list /secrets shop/', 'No Object name found'],
  ['list /secrets', 'can only read namespaced object of this type'],
  ['get /secrets shop/db', STRANGE],
  ['get /secrets other/pull', STRANGE],
  ['get /secrets safe/csi', 'yes'],
  ['get /secrets safe/controller', STRANGE],
  ['update /secrets shop/pull', 'can only read resources of this type'],
  ['get /configmaps shop/settings', 'yes'],
  ['get /configmaps shop/others', STRANGE],
  ['get /persistentvolumeclaims shop/data', 'yes'],
  ['get /persistentvolumeclaims shop/web-scratch', 'yes'],
  ['list /persistentvolumeclaims shop/', 'can only get individual resources of this type'],
  ['patch /persistentvolumeclaims/status shop/data', 'yes'],
  ['get /persistentvolumeclaims/status shop/data', 'can only get/update/patch this type'],
  ['get /persistentvolumes /pv', 'yes'],
  ['get /persistentvolumes /other', STRANGE],
  ['get resource.k8s.io/resourceclaims shop/web-gpu-x', 'yes'],
  ['get storage.k8s.io/volumeattachments /att', 'yes'],
  ['create /serviceaccounts/token shop/shop', 'yes'],
  ['get /serviceaccounts shop/shop', 'yes'],
  ['create /serviceaccounts/token shop/default', STRANGE],
  ['delete /serviceaccounts shop/shop', 'can only create tokens for individual service accounts'],
  ['get /nodes /n1', 'yes'],
  ['get /nodes /n2', "node 'n1' cannot read 'n2', only its own Node object"],
  ['list /nodes', "node 'n1' cannot read all nodes, only its own Node object"],
  ['create /nodes', 'yes'],
  ['delete /nodes /n1', ''],
  ['update coordination.k8s.io/leases kube-node-lease/n1', 'yes'],
  [
    'update coordination.k8s.io/leases kube-node-lease/n2',
    'can only access node lease with the same name as the requesting node',
  ],
  ['get coordination.k8s.io/leases shop/n1', 'can only access leases in the "kube-node-lease" system namespace'],
  ['list coordination.k8s.io/leases kube-node-lease/', 'can only get, create, update, patch, or delete a node lease'],
  ['delete storage.k8s.io/csinodes /n2', 'can only access CSINode with the same name as the requesting node'],
  ['list resource.k8s.io/resourceslices / ?spec.nodeName=n1', 'yes'],
  ['create certificates.k8s.io/certificatesigningrequests', 'yes'],
  ['create /events shop/', 'yes'],
  ['list /services', 'yes'],
  ['list apps/deployments', ''],
]

for (const [question, answer] of TABLE) test(`n1: ${question}`, () => equal(world().ask(question), answer))

test('what is bound elsewhere, unbound or deleted is not related any more', () => {
  const { ask, put, relations } = world()
  equal(ask('get /secrets shop/pull'), 'yes')
  put({ ...web, spec: { ...web.spec, nodeName: 'n2' } })
  equal(ask('get /secrets shop/pull'), STRANGE)
  equal(ask('get /secrets safe/csi'), STRANGE)
  put(web)
  equal(ask('get /secrets safe/csi'), 'yes')
  relations.remove('PersistentVolume/undefined/pv')
  equal(ask('get /secrets safe/csi'), STRANGE)
  relations.remove('Pod/shop/web')
  equal(ask('get /configmaps shop/settings'), STRANGE)
})

test('only a member of system:nodes with a name of a node is one', () => {
  const { ask, authorizer } = world()
  equal(ask('get /pods shop/web', { ...n1, groups: [] }), '')
  equal(ask('get /pods shop/web', { ...n1, username: 'system:node:' }), 'unknown node for user "system:node:"')
  deepEqual(authorizer.rulesFor(n1, 'shop'), {
    rules: [],
    error: 'node authorizer does not support user rule resolution',
    incomplete: true,
  })
})
