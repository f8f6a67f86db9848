import { deepEqual, equal, throws } from 'node:assert/strict'
import { test } from 'node:test'
import {
  clusterPrefixOf,
  formatKey,
  nameOf,
  namespaceOf,
  namespacePrefixOf,
  type ObjectKey,
  parseKey,
  resourcePrefixOf,
  type Scope,
  scopePrefix,
} from './key.ts'

const keys: readonly (readonly [string, ObjectKey])[] = [
  ['core/pods/main/shop/web-1', { group: '', resource: 'pods', cluster: 'main', namespace: 'shop', name: 'web-1' }],
  ['core/nodes/main//n1', { group: '', resource: 'nodes', cluster: 'main', namespace: '', name: 'n1' }],
  [
    'rbac.authorization.k8s.io/roles/eu/shop/system:reader',
    { group: 'rbac.authorization.k8s.io', resource: 'roles', cluster: 'eu', namespace: 'shop', name: 'system:reader' },
  ],
]

for (const [text, key] of keys) {
  test(`the key ${text} says its parts, and they say the key`, () => {
    equal(formatKey(key), text)
    deepEqual(parseKey(text), key)
    deepEqual([nameOf(text), namespaceOf(text)], [key.name, key.namespace])
    equal(resourcePrefixOf(text), scopePrefix({ group: key.group, resource: key.resource }))
    equal(clusterPrefixOf(text), scopePrefix({ group: key.group, resource: key.resource, cluster: key.cluster }))
    equal(namespacePrefixOf(text), scopePrefix(key))
  })
}

test('what is no key of an object is not taken for one', () => {
  for (const text of ['', 'muster/format', 'a/b/c/d', 'a/b/c/d/e/f', '/b/c/d/e', 'a/b//d/e', 'a/b/c/d/']) {
    equal(parseKey(text), undefined, text)
  }
})

test('no part of a key holds a slash, so that none can name what is another’s', () => {
  const pods = { group: '', resource: 'pods', cluster: 'main', namespace: 'shop', name: 'web' }
  const wrong: readonly (readonly [ObjectKey, RegExp])[] = [
    [{ ...pods, name: '' }, /^Name parameter required\.$/],
    [{ ...pods, name: 'a/b' }, /^Name parameter invalid: "a\/b": may not contain '\/'$/],
    [{ ...pods, name: '..' }, /may not be '\.\.'/],
    [{ ...pods, name: 'a%2Fb' }, /may not contain '%'/],
    [{ ...pods, namespace: 'shop/web' }, /Namespace parameter invalid/],
    [{ ...pods, cluster: 'main/shop' }, /Cluster parameter invalid/],
  ]
  for (const [key, message] of wrong) throws(() => formatKey(key), { code: 'BadRequest', message })
  const scopes: readonly Scope[] = [
    { ...pods, namespace: 'a/b' },
    { group: '', resource: 'pods', cluster: 'main/shop' },
  ]
  for (const scope of scopes) throws(() => scopePrefix(scope), { code: 'BadRequest' })
})
