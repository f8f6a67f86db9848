import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noReferences, type Schema, type TypeSchema } from '../schema/schema.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { type Atom, atomOfField, DEDUCED, rootAtom, shapeOf, UNTYPED } from './atom.ts'

const inField = (schema: Schema): Atom =>
  fieldOf(rootAtom({ root: { type: 'object', properties: { field: schema } }, source: noReferences }), 'field')
const fieldOf = (atom: Atom, ...names: string[]): Atom =>
  names.reduce((parent, name) => {
    assert.ok(parent.map, `${name} is in an object`)
    return atomOfField(parent.map, name)
  }, atom)
const itemOf = (atom: Atom): Atom => atom.list?.item() ?? assert.fail('it is a list')

const SCALARS: readonly [Schema, Atom['scalar']][] = [
  [{ type: 'integer', format: 'int32' }, 'numeric'],
  [{ type: 'number' }, 'numeric'],
  [{ type: 'boolean' }, 'boolean'],
  [{ type: 'string' }, 'string'],
  [{ type: 'string', format: 'byte' }, 'string'],
  [{ type: 'string', format: 'date-time' }, 'untyped'],
]
for (const [schema, scalar] of SCALARS) {
  test(`${JSON.stringify(schema)} is ${scalar}`, () => assert.deepEqual(inField(schema), { scalar }))
}

test('without a type, a value may have any shape', () => {
  const atom = inField({ 'x-kubernetes-int-or-string': true })
  assert.deepEqual([atom.scalar, atom.list?.merged, atom.map?.merged], ['untyped', 'whole', 'by field'])
  assert.equal(shapeOf(atom, 1), 'scalar')
  assert.equal(shapeOf(atom, []), 'list')
  assert.equal(shapeOf(atom, {}), 'map')
  assert.equal(shapeOf(atom, null), 'map')
})

test('a value of the wrong shape is treated as its type has it', () => {
  assert.equal(shapeOf(inField({ type: 'string' }), {}), 'scalar')
  assert.equal(shapeOf(inField({ type: 'array', items: {} }), 'x'), 'list')
})

const LISTS: readonly [Schema, string, readonly string[]][] = [
  [{ type: 'array', items: { type: 'string' } }, 'whole', []],
  [{ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'atomic' }, 'whole', []],
  [{ type: 'array', items: { type: 'string' }, 'x-kubernetes-list-type': 'set' }, 'by value', []],
  [
    {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['a', 'b'],
    },
    'by keys',
    ['a', 'b'],
  ],
  [
    {
      type: 'array',
      items: { type: 'object' },
      'x-kubernetes-patch-strategy': 'merge',
      'x-kubernetes-patch-merge-key': 'k',
    },
    'by keys',
    ['k'],
  ],
  [{ type: 'array', items: { type: 'string' }, 'x-kubernetes-patch-strategy': 'merge' }, 'by value', []],
  [{ type: 'array', items: { type: 'object' }, 'x-kubernetes-patch-strategy': 'replace' }, 'whole', []],
]
for (const [schema, merged, keys] of LISTS) {
  test(`a list that is merged ${merged}: ${JSON.stringify(schema)}`, () => {
    const { list } = inField(schema)
    assert.deepEqual([list?.merged, list?.keys.map(({ name }) => name)], [merged, keys])
  })
}

test('a key of a list may have a default', () => {
  const items: Schema = {
    type: 'object',
    required: ['a'],
    properties: { a: { type: 'string' }, b: { type: 'integer', default: 80 } },
  }
  const { list } = inField({
    type: 'array',
    items,
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': ['a', 'b', 'c'],
  })
  assert.deepEqual(list?.keys, [{ name: 'a' }, { name: 'b', default: 80 }, { name: 'c' }])
})

test('what a type of Kubernetes requires is never missing: its zero value is the key', () => {
  const spec = fieldOf(rootAtom(typeSchemaOf('', 'v1', 'Pod')), 'spec')
  const containers = fieldOf(spec, 'containers')
  assert.deepEqual(containers.list?.keys, [{ name: 'name', default: '' }])
  const ports = fieldOf(itemOf(containers), 'ports')
  const keys = [
    { name: 'containerPort', default: 0 },
    { name: 'protocol', default: 'TCP' },
  ]
  assert.deepEqual(ports.list?.keys, keys)
})

const MAPS: readonly [Schema, string, Atom | undefined][] = [
  [{ type: 'object' }, 'by field', DEDUCED],
  [{ type: 'object', properties: { a: { type: 'string' } } }, 'by field', undefined],
  [{ type: 'object', properties: {}, 'x-kubernetes-map-type': 'atomic' }, 'whole', DEDUCED],
  [{ type: 'object', properties: { a: {} }, 'x-kubernetes-preserve-unknown-fields': true }, 'by field', DEDUCED],
  [{ type: 'object', additionalProperties: true }, 'by field', DEDUCED],
  [{ type: 'object', additionalProperties: false }, 'by field', undefined],
  [{ type: 'object', additionalProperties: { type: 'boolean' } }, 'by field', { scalar: 'boolean' }],
]
for (const [schema, merged, rest] of MAPS) {
  test(`a map that is merged ${merged}: ${JSON.stringify(schema)}`, () => {
    const { map } = inField(schema)
    assert.deepEqual([map?.merged, map?.rest()], [merged, rest])
  })
}

test('unknown fields are kept all the way down, until a type is referred to', () => {
  const inner: Schema = { type: 'object', properties: { a: { type: 'string' } } }
  const outer: Schema = {
    type: 'object',
    'x-kubernetes-preserve-unknown-fields': true,
    properties: { written: inner, referred: { $ref: 'inner' } },
  }
  const type: TypeSchema = { root: { type: 'object', properties: { outer } }, source: () => inner }
  assert.equal(fieldOf(rootAtom(type), 'outer', 'written').map?.rest(), DEDUCED)
  assert.equal(fieldOf(rootAtom(type), 'outer', 'referred').map?.rest(), undefined)
  assert.equal(inField(inner).map?.rest(), undefined)
})

test('a reference may say otherwise than its type, in either of two forms', () => {
  const type: TypeSchema = {
    root: {
      type: 'object',
      properties: {
        plain: { $ref: 'inner' },
        atomic: { $ref: 'inner', 'x-kubernetes-map-type': 'atomic' },
        wrapped: { allOf: [{ $ref: 'inner' }], default: {} },
      },
    },
    source: () => ({ type: 'object', properties: { a: { type: 'boolean' } } }),
  }
  const atom = rootAtom(type)
  assert.equal(fieldOf(atom, 'plain').map?.merged, 'by field')
  assert.equal(fieldOf(atom, 'atomic').map?.merged, 'whole')
  assert.deepEqual(fieldOf(atom, 'wrapped', 'a'), { scalar: 'boolean' })
})

test('a type may contain itself', () => {
  const source = (): Schema => ({ type: 'object', properties: { again: { $ref: 'self' } } })
  const self = source()
  const atom = rootAtom({ root: { type: 'object', properties: { again: { $ref: 'self' } } }, source: () => self })
  assert.equal(fieldOf(atom, 'again', 'again', 'again').map?.merged, 'by field')
})

test('types of Kubernetes whose JSON is not what it seems', () => {
  const pod = rootAtom(typeSchemaOf('', 'v1', 'Pod'))
  const limits = fieldOf(itemOf(fieldOf(pod, 'spec', 'containers')), 'resources', 'limits', 'cpu')
  assert.deepEqual(limits, { scalar: 'untyped' })
  const revision = rootAtom(typeSchemaOf('apps', 'v1', 'ControllerRevision'))
  assert.equal(fieldOf(revision, 'data'), UNTYPED)
})

test('metadata is that of every object, also where a schema says nothing of it', () => {
  const custom = rootAtom({
    root: { type: 'object', properties: { metadata: { type: 'object' } } },
    source: noReferences,
  })
  const embedding = inField({
    type: 'object',
    'x-kubernetes-embedded-resource': true,
    'x-kubernetes-preserve-unknown-fields': true,
  })
  for (const atom of [custom, embedding, rootAtom(typeSchemaOf('', 'v1', 'ConfigMap'))]) {
    assert.equal(fieldOf(atom, 'metadata', 'finalizers').list?.merged, 'by value')
    assert.deepEqual(fieldOf(atom, 'metadata', 'ownerReferences').list?.keys, [{ name: 'uid', default: '' }])
    assert.deepEqual(fieldOf(atom, 'metadata', 'labels', 'a'), { scalar: 'string' })
    assert.deepEqual(fieldOf(atom, 'kind'), { scalar: 'string' })
  }
})

test('an atom is made once', () => {
  const type = typeSchemaOf('apps', 'v1', 'Deployment')
  assert.equal(rootAtom(type), rootAtom(type))
  assert.equal(fieldOf(rootAtom(type), 'spec', 'template'), fieldOf(rootAtom(type), 'spec', 'template'))
})
