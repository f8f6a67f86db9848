import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import { seededRandom } from '@muster/base/random.ts'
import { sayFieldError } from '../field-error.ts'
import type { ObjectMeta } from '../object.ts'
import { FOREGROUND_FINALIZER, ORPHAN_FINALIZER, validateBuiltInFinalizers } from './finalizers.ts'
import { ANNOTATIONS_BYTES_MAX } from './labels.ts'
import { generateName, newUid } from './object-name.ts'
import { controllerOf, controllerReference } from './owner-references.ts'
import { alignNamespace, fillSystemFields, keepSystemFields, wipeSystemFields } from './system-fields.ts'
import { validateObjectMeta, validateObjectMetaUpdate } from './validate.ts'

const lines = (metadata: ObjectMeta, scope: 'Namespaced' | 'Cluster' = 'Namespaced'): string[] =>
  validateObjectMeta({ name: 'a', namespace: 'n', ...metadata }, { scope, name: 'dns-subdomain' }).map(sayFieldError)

const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u' }

// Said word for word by apimachinery v0.36.1, but for the long patterns, which names.test.ts has.
const WRONG: readonly [string, ObjectMeta, RegExp][] = [
  ['no name', { name: '' }, /^metadata\.name: Required value: name or generateName is required$/],
  ['a bad name', { name: 'A' }, /^metadata\.name: Invalid value: "A": a lowercase RFC 1123 subdomain/],
  ['a generateName of two characters is masked, not', { generateName: 'A-' }, /^$/],
  [
    'a bad generateName',
    { generateName: 'Ab-' },
    /^metadata\.generateName: Invalid value: "Ab-": a lowercase RFC 1123/,
  ],
  ['no namespace', { namespace: '' }, /^metadata\.namespace: Required value$/],
  ['a bad namespace', { namespace: 'a.b' }, /^metadata\.namespace: Invalid value: "a\.b": must not contain dots$/],
  [
    'a negative generation',
    { generation: -1 },
    /^metadata\.generation: Invalid value: -1: must be greater than or equal to 0$/,
  ],
  [
    'a bad label key',
    { labels: { 'a/': 'b' } },
    /^metadata\.labels: Invalid value: "a\/": name part must be non-empty/,
  ],
  ['a bad label value', { labels: { a: '-' } }, /^metadata\.labels: Invalid value: "-": a valid label must be/],
  [
    'an annotation key',
    { annotations: { 'a/b/c': '' } },
    /^metadata\.annotations: Invalid value: "a\/b\/c": a valid label key/,
  ],
  [
    'large annotations',
    { annotations: { a: 'x'.repeat(ANNOTATIONS_BYTES_MAX) } },
    /^metadata\.annotations: Too long: may not be more than 262144 bytes$/,
  ],
  [
    'an owner without uid',
    { ownerReferences: [{ ...owner, uid: '' }] },
    /^metadata\.ownerReferences\.uid: Invalid value: "": must not be empty$/,
  ],
  [
    'an owner of no version',
    { ownerReferences: [{ ...owner, apiVersion: 'a/b/c' }] },
    /^metadata\.ownerReferences\.apiVersion: Invalid value: "a\/b\/c": version must not be empty$/,
  ],
  [
    'an Event as owner',
    { ownerReferences: [{ ...owner, kind: 'Event' }] },
    /^metadata\.ownerReferences: Invalid value: \{"apiVersion":"v1","kind":"Event","name":"p","uid":"u"\}: \/v1, Kind=Event is disallowed from being an owner$/,
  ],
  [
    'two controllers',
    {
      ownerReferences: [
        { ...owner, controller: true },
        { ...owner, name: 'q', controller: true },
      ],
    },
    /: Only one reference can have Controller set to true\. Found "true" in references for Pod\/p and Pod\/q$/,
  ],
  ['a bad finalizer', { finalizers: ['a b'] }, /^metadata\.finalizers: Invalid value: "a b": name part/],
  [
    'both of two finalizers',
    { finalizers: [ORPHAN_FINALIZER, FOREGROUND_FINALIZER] },
    /^metadata\.finalizers: Invalid value: \["orphan","foregroundDeletion"\]: finalizer orphan and foregroundDeletion cannot be both set$/,
  ],
  [
    'a manager too long',
    { managedFields: [{ operation: 'Apply', manager: 'm'.repeat(129) }] },
    /^metadata\.managedFields\[0\]\.manager: Too long: may not be more than 128 bytes$/,
  ],
  [
    'an unprintable manager',
    { managedFields: [{ operation: 'Apply', manager: 'é\n' }] },
    /: invalid character U\+000A \(at position 2\)$/,
  ],
]

for (const [what, metadata, line] of WRONG) {
  test(`${what} is refused`, () => assert.match(lines(metadata).join('\n'), line))
}

test('what repeats much is not said for each of many', () => {
  const many = Array.from({ length: 1000 }, () => ({ ...owner, controller: true }))
  assert.equal(lines({ ownerReferences: many }).length, 8)
  assert.equal(lines({ managedFields: [{ operation: 'Apply', manager: '\n'.repeat(1000) }] }).length, 1)
})

test('metadata that keeps the rules is let through', () => {
  const metadata: ObjectMeta = {
    generateName: 'a-',
    labels: { 'example.com/a': 'b', c: '' },
    annotations: { 'Example.com/A': 'anything\n' },
    ownerReferences: [{ ...owner, controller: true }, owner],
    finalizers: ['example.com/a'],
    managedFields: [{ operation: 'Update', manager: 'm', fieldsType: 'FieldsV1', subresource: 'status' }],
  }
  assert.deepEqual(lines(metadata), [])
})

test('a kind of the whole cluster has no namespace', () => {
  assert.deepEqual(lines({}, 'Cluster'), ['metadata.namespace: Forbidden: not allowed on this type'])
})

test('built-in kinds take no finalizer without a prefix but their own', () => {
  const errors = validateBuiltInFinalizers(['orphan', 'a/b', 'mine'], 'metadata.finalizers')
  assert.deepEqual(errors.map(sayFieldError), [
    'metadata.finalizers[2]: Invalid value: "mine": name is neither a standard finalizer name nor is it fully qualified',
  ])
})

test('an update changes neither identity nor deletion', () => {
  const old: ObjectMeta = {
    name: 'a',
    namespace: 'n',
    uid: 'u',
    resourceVersion: '1',
    generation: 2,
    deletionTimestamp: 't',
    deletionGracePeriodSeconds: 30,
    finalizers: ['a/b'],
  }
  assert.deepEqual(validateObjectMetaUpdate(old, old), [])
  const changed: ObjectMeta = { name: 'b', namespace: 'm', uid: 'v', generation: 1, finalizers: ['x/z', 'a/b', 'x/y'] }
  assert.deepEqual(validateObjectMetaUpdate(changed, old).map(sayFieldError), [
    'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"x/y", "x/z"}',
    'metadata.resourceVersion: Invalid value: "": must be specified for an update',
    'metadata.generation: Invalid value: 1: must not be decremented',
    'metadata.name: Invalid value: "b": field is immutable',
    'metadata.namespace: Invalid value: "m": field is immutable',
    'metadata.uid: Invalid value: "v": field is immutable',
    'metadata.deletionTimestamp: Invalid value: null: field is immutable',
    'metadata.deletionGracePeriodSeconds: Invalid value: null: field is immutable',
  ])
})

test('at creation the server says what is its own', () => {
  const metadata: ObjectMeta = {
    generateName: 'web-',
    uid: 'mine',
    deletionTimestamp: 't',
    selfLink: '/',
    creationTimestamp: 't',
    labels: { a: 'b' },
  }
  wipeSystemFields(metadata)
  alignNamespace(metadata, 'n')
  fillSystemFields(metadata, { now: instant(0), random: seededRandom(1) })
  const { name = '', uid = '', ...rest } = metadata
  assert.match(name, /^web-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
  assert.match(uid, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  assert.deepEqual(rest, {
    generateName: 'web-',
    namespace: 'n',
    creationTimestamp: '1970-01-01T00:00:00Z',
    labels: { a: 'b' },
  })
})

test('an update carries over what it cannot change', () => {
  const old: ObjectMeta = {
    name: 'a',
    uid: 'u',
    generation: 3,
    creationTimestamp: 'c',
    deletionTimestamp: 'd',
    deletionGracePeriodSeconds: 0,
  }
  const metadata: ObjectMeta = { name: 'a', generation: 9, creationTimestamp: 'x', selfLink: '/' }
  keepSystemFields(metadata, old)
  assert.deepEqual(metadata, old)
  const young: ObjectMeta = { name: 'a', generation: 9, deletionGracePeriodSeconds: 1 }
  keepSystemFields(young, { name: 'a' })
  assert.deepEqual(young, { name: 'a', deletionGracePeriodSeconds: 1 })
})

test('the namespace is that of the path', () => {
  const inside: ObjectMeta = {}
  alignNamespace(inside, 'n')
  assert.deepEqual(inside, { namespace: 'n' })
  const outside: ObjectMeta = { namespace: 'n' }
  alignNamespace(outside, '')
  assert.deepEqual(outside, {})
  assert.throws(() => alignNamespace({ namespace: 'm' }, 'n'), {
    code: 'BadRequest',
    message: /does not match the namespace sent/,
  })
})

test('a generated name is no longer than a label of DNS', () => {
  assert.equal(generateName('x'.repeat(100), seededRandom(1)).length, 63)
  assert.notEqual(generateName('a', seededRandom(1)), generateName('a', seededRandom(2)))
  assert.equal(new Set(Array.from({ length: 1000 }, (_, seed) => newUid(seededRandom(seed)))).size, 1000)
})

test('the controller is the owner that manages', () => {
  const pod = { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', uid: 'u' } }
  const reference = controllerReference(pod)
  assert.deepEqual(reference, { ...owner, controller: true, blockOwnerDeletion: true })
  assert.equal(controllerOf({ ownerReferences: [owner, reference] }), reference)
  assert.equal(controllerOf({ ownerReferences: [owner] }), undefined)
})
