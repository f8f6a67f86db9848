import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { defaultDefinition } from './crd/defaults.ts'
import { kindOf } from './crd/kind-of.ts'
import { checkKind, crdOf, defineKind, type ResourceOf } from './define-kind.ts'
import { sayFieldError } from './field-error.ts'
import type { RuleContext } from './kind.ts'
import type { JsonObject } from './object.ts'
import { readCustom } from './schema/custom.ts'
import { decode } from './schema/decode/decode.ts'
import { typeSchemaOf } from './tables/schemas.ts'

const context: RuleContext = { subresource: '', now: '2026-01-01T00:00:00Z' }

const DevSpaceKind = defineKind({
  group: 'dev.example.com',
  version: 'v1',
  kind: 'DevSpace',
  plural: 'devspaces',
  shortNames: ['ds'],
  categories: ['all'],
  description: 'A place to work in.',
  spec: Type.Object({
    idleAfterSeconds: Type.Integer({ minimum: 60, default: 600, description: 'Asleep after so long without a visit.' }),
    size: Type.Union([Type.Literal('Small'), Type.Literal('Large')], { default: 'Small' }),
    replicas: Type.Optional(Type.Integer()),
    source: Type.Optional(
      Type.Union([
        Type.Object({ from: Type.Literal('Git'), url: Type.String() }),
        Type.Object({ from: Type.Literal('Image'), image: Type.String() }),
      ]),
    ),
    labels: Type.Optional(Type.Record(Type.String(), Type.String())),
  }),
  status: Type.Object({
    phase: Type.Optional(Type.Enum(['Asleep', 'Awake'])),
    replicas: Type.Optional(Type.Integer()),
  }),
  columns: [
    { name: 'Phase', type: 'string', path: '.status.phase', description: 'Where it stands.' },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp', priority: 1 },
  ],
  scale: { replicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  selectableFields: ['.spec.size'],
  rules: {
    validate: ({ spec }) =>
      spec.size === 'Large' && spec.idleAfterSeconds > 3600
        ? [{ reason: 'FieldValueForbidden', path: 'spec.idleAfterSeconds', message: 'Forbidden: too dear' }]
        : [],
    validateUpdate: ({ spec }, old) =>
      spec.size === old.spec.size
        ? []
        : [{ reason: 'FieldValueInvalid', path: 'spec.size', message: 'Invalid value: it cannot change' }],
    warnings: ({ spec }) => (spec.idleAfterSeconds > 1800 ? ['spec.idleAfterSeconds is long'] : []),
  },
})
type DevSpace = ResourceOf<typeof DevSpaceKind>

const space: DevSpace = {
  apiVersion: 'dev.example.com/v1',
  kind: 'DevSpace',
  metadata: { name: 'a', namespace: 'default' },
  spec: { idleAfterSeconds: 600, size: 'Small', source: { from: 'Git', url: 'https://example.com' } },
  status: { phase: 'Awake' },
}

test('the type of objects is that of the schema', () => {
  // None of these is run: it is tsc that judges them.
  const wrong = (): readonly DevSpace[] => [
    // @ts-expect-error: no such size
    { ...space, spec: { ...space.spec, size: 'Huge' } },
    // @ts-expect-error: a number is needed
    { ...space, spec: { size: 'Small' } },
    // @ts-expect-error: an image is not from Git
    { ...space, spec: { ...space.spec, source: { from: 'Git', image: 'x' } } },
    // @ts-expect-error: no such phase
    { ...space, status: { phase: 'Gone' } },
    { ...space, spec: { ...space.spec, labels: { a: 'b' } } },
  ]
  ok(wrong)
  const { phase } = space.status ?? {}
  const said: 'Asleep' | 'Awake' | undefined = phase
  equal(said, 'Awake')
  const plain = defineKind({
    group: 'dev.example.com',
    version: 'v1',
    kind: 'Plain',
    plural: 'plains',
    description: 'A kind without a status.',
    spec: Type.Object({ a: Type.String() }),
  })
  const one: ResourceOf<typeof plain> = {
    apiVersion: 'dev.example.com/v1',
    kind: 'Plain',
    metadata: {},
    spec: { a: 'x' },
  }
  deepEqual([one.spec.a, plain.versions[0]?.subresources], ['x', {}])
})

test('a kind is a kind like every other', () => {
  const { versions, rules, spec: _spec, status: _status, definition: _definition, ...names } = DevSpaceKind
  deepEqual(names, {
    group: 'dev.example.com',
    kind: 'DevSpace',
    listKind: 'DevSpaceList',
    plural: 'devspaces',
    singular: 'devspace',
    shortNames: ['ds'],
    categories: ['all'],
    scope: 'Namespaced',
    storedAs: 'v1',
    description: 'A place to work in.',
  })
  const [version] = versions
  ok(version)
  deepEqual(version.subresources, {
    status: true,
    scale: { replicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  })
  deepEqual(rules.selectableFields, ['spec.size'])
  const now = Date.parse('2026-01-01T01:00:00Z')
  const old = { ...space, metadata: { name: 'a', creationTimestamp: '2026-01-01T00:00:00Z' } }
  deepEqual(
    version.columns.map((column) => [column.name, column.priority, column.cell(old, now)]),
    [
      ['Name', 0, 'a'],
      ['Phase', 0, 'Awake'],
      ['Age', 1, '60m'],
    ],
  )
  const given: JsonObject = {
    apiVersion: 'dev.example.com/v1',
    kind: 'DevSpace',
    metadata: { name: 'a' },
    spec: { x: 1 },
  }
  deepEqual(readCustom(version.schema(), given), { read: true, unknown: ['spec.x'] })
  deepEqual(given.spec, { idleAfterSeconds: 600, size: 'Small' })
})

test('rules of its own come after those of the schema, and see objects of its type', () => {
  const judge = (spec: object): string[] | undefined =>
    DevSpaceKind.rules.validate?.({ ...space, spec } as DevSpace, context).map(sayFieldError)
  deepEqual(judge(space.spec), [])
  deepEqual(judge({ size: 'Large', idleAfterSeconds: 3601 }), ['spec.idleAfterSeconds: Forbidden: too dear'])
  deepEqual(judge({ size: 'Large', idleAfterSeconds: 'long' }), [
    'spec.idleAfterSeconds: Invalid value: "string": spec.idleAfterSeconds in body must be of type integer: "string"',
  ])
  deepEqual(judge({ ...space.spec, source: { from: 'Git', image: 'x' } }), [
    '<nil>: Invalid value: "": "spec.source" must validate at least one schema (anyOf)',
    'spec.source.url: Required value',
  ])
  const { rules } = DevSpaceKind
  const large: DevSpace = { ...space, spec: { size: 'Large', idleAfterSeconds: 3600 } }
  deepEqual(rules.validateUpdate?.(large, space, context).map(sayFieldError), [
    'spec.size: Invalid value: it cannot change',
  ])
  deepEqual(rules.validateUpdate?.(space, space, context), [])
  deepEqual(rules.warnings?.({ ...large, metadata: { name: 'a', finalizers: ['mine'] } }), [
    'metadata.finalizers: "mine": prefer a domain-qualified finalizer name to avoid accidental conflicts with other finalizer writers',
    'spec.idleAfterSeconds is long',
  ])
})

test('a definition goes to a cluster and comes back as the same kind', () => {
  deepEqual(checkKind(DevSpaceKind).map(sayFieldError), [])
  const manifest = crdOf(DevSpaceKind)
  const decoding = decode(
    typeSchemaOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'),
    JSON.parse(JSON.stringify(manifest)),
    { unknown: 'list' },
  )
  ok(decoding.decoded)
  deepEqual(decoding.unknown, [])
  const definition: typeof manifest = JSON.parse(JSON.stringify(decoding.object))
  defaultDefinition(definition)
  deepEqual(definition.spec, manifest.spec)
  const again = kindOf(definition)
  deepEqual(again.versions[0]?.schema().root, DevSpaceKind.versions[0]?.schema().root)
  deepEqual(again.versions[0]?.subresources, DevSpaceKind.versions[0]?.subresources)
  manifest.spec.versions = []
  equal(crdOf(DevSpaceKind).spec.versions?.length, 1)
})

test('what a cluster would refuse is told beforehand', () => {
  const kind = defineKind({
    group: 'nodot',
    version: 'V1',
    kind: 'Foo',
    plural: 'foos',
    description: 'A kind that cannot be.',
    spec: Type.Object({ a: Type.Optional(Type.Integer({ default: -1, minimum: 0 })) }),
  })
  deepEqual(
    checkKind(kind).map(({ path }) => path),
    // What is wrong with the only version, Kubernetes tells of the fields that stood for it in v1beta1.
    [
      'spec.group',
      'spec.versions[0].name',
      'spec.version',
      'spec.validation.openAPIV3Schema.properties[spec].properties[a].default',
    ],
  )
  throws(
    () =>
      defineKind({
        group: 'example.com',
        version: 'v1',
        kind: 'Foo',
        plural: 'foos',
        description: 'A kind with a pair.',
        spec: Type.Object({ pair: Type.Tuple([Type.String(), Type.String()]) }),
      }),
    /^TypeError: Foo\.spec\.pair cannot be in a resource: .*lists have items of one type/,
  )
})
