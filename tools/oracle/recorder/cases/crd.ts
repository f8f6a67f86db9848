/** Kinds that a user defines: their schemas, what is pruned and defaulted, their subresources, columns and versions. */
import type { JsonObject } from '@muster/server/oracle/case.ts'
import {
  as,
  asked,
  type CaseDraft,
  inNamespace,
  type Resource,
  raw,
  resource,
  type StepDraft,
  setup,
  TABLE,
  type TopicDraft,
} from '../draft.ts'
import { merge } from '../kind-cases.ts'
import { condition } from './bodies.ts'

const crds = resource('apiextensions.k8s.io/v1', 'customresourcedefinitions', 'CustomResourceDefinition')

/** kube-apiserver serves a new kind a moment after it has accepted its definition. */
const SERVED_AFTER_MS = 3_000
const served = (step: StepDraft): StepDraft => ({ ...step, pauseMs: SERVED_AFTER_MS })

interface Defined {
  readonly namespace: string
  readonly group: string
  readonly name: string
  readonly it: Resource
}

/** A case with a kind of its own: group, plural and kind are nobody else's. */
function kindCase(
  what: string,
  version: JsonObject,
  steps: (defined: Defined) => readonly StepDraft[],
  more: JsonObject = {},
): CaseDraft {
  return inNamespace('CustomResource', what, (namespace) => {
    const group = `${namespace}.example.test`
    const name = `castles.${group}`
    const it = resource(`${group}/v1`, 'castles', 'Castle', namespace)
    return [
      as('crd', crds.create(definition(group, version, more))),
      served(crds.get(name)),
      ...steps({ namespace, group, name, it }),
      it.removeAll(),
      crds.remove(name),
    ]
  })
}

const definition = (group: string, version: JsonObject, more: JsonObject): JsonObject =>
  merge(
    {
      metadata: { name: `castles.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'castles', singular: 'castle', kind: 'Castle', listKind: 'CastleList' },
        versions: [{ name: 'v1', served: true, storage: true, ...version }],
      },
    },
    more,
  )

const schemaOf = (spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  schema: {
    openAPIV3Schema: {
      type: 'object',
      properties: {
        spec: { type: 'object', ...spec },
        status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
      ...more,
    },
  },
})

const RICH_VERSION: JsonObject = {
  ...schemaOf({
    required: ['towers'],
    properties: {
      towers: { type: 'integer', minimum: 1, maximum: 10, default: 2 },
      owner: { type: 'string', pattern: '^[a-z]+$', minLength: 2, maxLength: 8 },
      size: { type: 'string', enum: ['small', 'large'], default: 'small' },
      moat: {
        type: 'object',
        default: {},
        properties: {
          depth: { type: 'number', default: 1.5, exclusiveMinimum: true, minimum: 0 },
          crocodiles: { type: 'boolean' },
        },
      },
      rooms: {
        type: 'array',
        maxItems: 3,
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['name'],
        items: {
          type: 'object',
          required: ['name'],
          properties: { name: { type: 'string' }, floor: { type: 'integer', default: 0 } },
        },
      },
      flags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
      names: { type: 'array', uniqueItems: false, minItems: 1, items: { type: 'string' } },
      replicas: { type: 'integer' },
      built: { type: 'string', format: 'date-time' },
      code: { type: 'string', format: 'byte' },
      address: { type: 'string', format: 'ipv4' },
      labels: { type: 'object', additionalProperties: { type: 'string', maxLength: 5 }, maxProperties: 2 },
      half: { type: 'number', multipleOf: 0.5 },
      frozen: {
        type: 'string',
        'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'frozen is frozen' }],
      },
    },
    'x-kubernetes-validations': [
      {
        rule: '!has(self.replicas) || self.replicas <= self.towers',
        message: 'too many replicas',
        reason: 'FieldValueForbidden',
        fieldPath: '.replicas',
      },
      { rule: '!has(self.owner) || self.owner != "nobody"', messageExpression: '"owner is " + self.owner' },
    ],
  }),
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  additionalPrinterColumns: [
    { name: 'Towers', type: 'integer', jsonPath: '.spec.towers', description: 'How many.' },
    { name: 'Size', type: 'string', jsonPath: '.spec.size', priority: 1 },
    { name: 'Ready', type: 'string', jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'Crocodiles', type: 'boolean', jsonPath: '.spec.moat.crocodiles' },
    { name: 'Built', type: 'date', jsonPath: '.spec.built' },
    { name: 'Flags', type: 'string', jsonPath: '.spec.flags' },
    { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
  ],
}
const RICH_NAMES: JsonObject = { spec: { names: { shortNames: ['ca'], categories: ['all', 'stone'] } } }

const castle = (name: string, spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  metadata: { name },
  spec,
  ...more,
})

const refusedSpecs: readonly JsonObject[] = [
  { towers: 0 },
  { towers: 11 },
  { towers: 'many' },
  { towers: 1.5 },
  { towers: null },
  { owner: 'X1' },
  { owner: 'a' },
  { owner: 'waytoolongowner' },
  { size: 'huge' },
  { moat: { depth: 0 } },
  { moat: 'deep' },
  { rooms: [{ floor: 1 }] },
  { rooms: [{ name: 'a' }, { name: 'a' }] },
  { rooms: [{ name: 'a' }, { name: 'b' }, { name: 'c' }, { name: 'd' }] },
  { flags: ['a', 'a'] },
  { names: [] },
  { names: [1] },
  { built: 'yesterday' },
  { code: '!!' },
  { address: '1.2' },
  { labels: { a: 'toolong' } },
  { labels: { a: '1', b: '2', c: '3' } },
  { half: 0.3 },
  { replicas: 9 },
  { owner: 'nobody' },
]

const ANYTHING: JsonObject = {
  schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
}

const LOOSE_VERSION = schemaOf({
  properties: {
    port: { 'x-kubernetes-int-or-string': true },
    free: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { known: { type: 'integer' } } },
    pod: { type: 'object', 'x-kubernetes-embedded-resource': true, 'x-kubernetes-preserve-unknown-fields': true },
    shell: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      properties: { spec: { type: 'object', properties: { a: { type: 'string' } } } },
    },
    maybe: { type: 'string', nullable: true },
    surely: { type: 'string', default: 'so' },
    maybeSurely: { type: 'string', nullable: true, default: 'so' },
    either: {
      type: 'object',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
      oneOf: [{ required: ['a'] }, { required: ['b'] }],
    },
    atomic: {
      type: 'object',
      'x-kubernetes-map-type': 'atomic',
      properties: { a: { type: 'string' }, b: { type: 'string' } },
    },
    deep: {
      type: 'object',
      properties: {
        list: { type: 'array', items: { type: 'object', properties: { on: { type: 'boolean', default: true } } } },
      },
    },
  },
})

const looseSpecs: readonly JsonObject[] = [
  {},
  { port: 80 },
  { port: 'http' },
  { port: true },
  { port: 1.5 },
  { free: { known: 1, other: { deep: [1] } } },
  { free: { known: 'x' } },
  { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', unknown: 1 }, spec: { any: 'thing' } } },
  { pod: { kind: 'Pod' } },
  { pod: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'Not_OK', labels: { 'a b': 'c' } } } },
  { shell: { apiVersion: 'v1', kind: 'X', spec: { a: 'x', lost: 1 }, lost: 2 } },
  { maybe: null },
  { surely: null },
  { maybeSurely: null },
  { either: { a: '1' } },
  { either: {} },
  { either: { a: '1', b: '2' } },
  { deep: { list: [{}, { on: false }] } },
  { lost: { and: 'gone' } },
]

const wrongDefinitions: Readonly<Record<string, JsonObject>> = {
  'no spec': { spec: null },
  'another name': { metadata: { name: 'towns.example.test' } },
  'no group': { spec: { group: null } },
  'a bad group': { spec: { group: 'Not_OK' } },
  'no scope': { spec: { scope: null } },
  'an unknown scope': { spec: { scope: 'World' } },
  'no names': { spec: { names: null } },
  'a bad plural': { spec: { names: { plural: 'Castles' } } },
  'a bad kind': { spec: { names: { kind: 'no kind' } } },
  'a list of the same kind': { spec: { names: { listKind: 'Castle' } } },
  'a bad short name': { spec: { names: { shortNames: ['C A'] } } },
  'no versions': { spec: { versions: [] } },
  'no storage': { spec: { versions: [{ name: 'v1', served: true, storage: false, ...ANYTHING }] } },
  'two storages': {
    spec: {
      versions: [
        { name: 'v1', served: true, storage: true, ...ANYTHING },
        { name: 'v2', served: true, storage: true, ...ANYTHING },
      ],
    },
  },
  'a version twice': {
    spec: {
      versions: [
        { name: 'v1', served: true, storage: true, ...ANYTHING },
        { name: 'v1', served: true, storage: false, ...ANYTHING },
      ],
    },
  },
  'a bad version': { spec: { versions: [{ name: 'V.1', served: true, storage: true, ...ANYTHING }] } },
  'no schema': { spec: { versions: [{ name: 'v1', served: true, storage: true }] } },
  'an unknown conversion': { spec: { conversion: { strategy: 'Magic' } } },
  'a conversion without a hook': { spec: { conversion: { strategy: 'Webhook' } } },
  'a protected group': { metadata: { name: 'castles.x.k8s.io' }, spec: { group: 'x.k8s.io' } },
}

const wrongSchemas: Readonly<Record<string, JsonObject>> = {
  'a root that is no object': { type: 'string' },
  'no type': { type: 'object', properties: { a: {} } },
  'an unknown type': { type: 'object', properties: { a: { type: 'castle' } } },
  'a pattern that is none': { type: 'object', properties: { a: { type: 'string', pattern: '(' } } },
  'a default of another type': { type: 'object', properties: { a: { type: 'string', default: 5 } } },
  'a default that is pruned': { type: 'object', properties: { a: { type: 'object', default: { x: 1 } } } },
  'a reference': { type: 'object', properties: { a: { $ref: '#/a' } } },
  'a type inside anyOf': { type: 'object', properties: { a: { type: 'string', anyOf: [{ type: 'string' }] } } },
  'unique items': {
    type: 'object',
    properties: { a: { type: 'array', uniqueItems: true, items: { type: 'string' } } },
  },
  'a list without items': { type: 'object', properties: { a: { type: 'array' } } },
  'a map list without keys': {
    type: 'object',
    properties: { a: { type: 'array', 'x-kubernetes-list-type': 'map', items: { type: 'object' } } },
  },
  'a map list of an unknown key': {
    type: 'object',
    properties: {
      a: {
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['k'],
        items: { type: 'object' },
      },
    },
  },
  'a set of objects': {
    type: 'object',
    properties: { a: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'object' } } },
  },
  'properties beside additional ones': {
    type: 'object',
    properties: {
      a: { type: 'object', properties: { b: { type: 'string' } }, additionalProperties: { type: 'string' } },
    },
  },
  'a rule that is none': {
    type: 'object',
    properties: { a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self.' }] } },
  },
  'a rule of another type': {
    type: 'object',
    properties: { a: { type: 'string', 'x-kubernetes-validations': [{ rule: 'self' }] } },
  },
  'a rule of an unknown field': {
    type: 'object',
    properties: { a: { type: 'object', 'x-kubernetes-validations': [{ rule: 'self.none == 1' }] } },
  },
  'metadata with a schema': {
    type: 'object',
    properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
  },
  'a nullable default of null': { type: 'object', properties: { a: { type: 'string', default: null } } },
  'a deep embedded resource that is no object': {
    type: 'object',
    properties: { a: { type: 'string', 'x-kubernetes-embedded-resource': true } },
  },
}

const wrongVersions: Readonly<Record<string, JsonObject>> = {
  'a column without a path': { additionalPrinterColumns: [{ name: 'A', type: 'string', jsonPath: '' }] },
  'a column of an unknown type': { additionalPrinterColumns: [{ name: 'A', type: 'castle', jsonPath: '.a' }] },
  'a scale of bad paths': {
    subresources: { scale: { specReplicasPath: 'replicas', statusReplicasPath: '.spec.replicas' } },
  },
  'a selectable field that is not there': { selectableFields: [{ jsonPath: '.spec.none' }] },
  'a deprecation without being so': { deprecationWarning: 'old' },
}

/** The topic. */
export const crd: TopicDraft = {
  topic: 'crd',
  cases: [
    kindCase(
      'has a rich schema',
      RICH_VERSION,
      ({ group, name, it }) => [
        crds.table(name, 'includeObject=None'),
        raw('GET', `/apis/${group}`),
        raw('GET', `/apis/${group}/v1`),
        it.list(),
        as('a', it.create(castle('a', {}))),
        it.create(
          castle(
            'b',
            {
              towers: 3,
              owner: 'anna',
              rooms: [{ name: 'hall' }, { name: 'attic', floor: 2 }],
              flags: ['x', 'y'],
              moat: { crocodiles: true },
              built: '2020-01-02T03:04:05Z',
              lost: 'gone',
            },
            { status: { ready: true }, alsoLost: 1 },
          ),
        ),
        it.create(castle('c', { towers: 3, lost: 'gone' }), 'fieldValidation=Strict'),
        it.create(castle('c', { towers: 3, lost: 'gone' }), 'fieldValidation=Ignore'),
        it.create({ metadata: { name: 'specless' } }),
        it.create({ metadata: { name: 'Not_OK' }, spec: {} }),
        it.create({ metadata: { name: 'kindless' }, kind: 'Tower', spec: {} }),
        it.create({ metadata: { name: 'groupless' }, apiVersion: 'v1', spec: {} }),
        raw('POST', it.path, {
          text: `{"apiVersion":"${group}/v1","kind":"Castle","metadata":{"name":"twice"},"spec":{"towers":1,"towers":2}}`,
        }),
        raw('POST', it.path, {
          text: `apiVersion: ${group}/v1\nkind: Castle\nmetadata:\n  name: yaml\nspec: {towers: 4}\n`,
          headers: { 'content-type': 'application/yaml' },
        }),
        it.get('a'),
        it.table(undefined, 'includeObject=None'),
        it.table('b'),
        it.metadata('b'),
        it.metadataList(),
        as('changed', it.change('a', 'a', { spec: { towers: 5, replicas: 1, frozen: 'one' } })),
        it.change('a', 'changed', { spec: { frozen: 'two' } }),
        it.change('a', 'changed', { metadata: { labels: { only: 'metadata' } } }),
        it.change('a', 'a', { spec: { towers: 6 } }),
        it.change('a', 'changed', { metadata: { resourceVersion: null }, spec: { towers: 6 } }),
        it.patch('merge', 'a', { spec: { towers: 7 }, status: { replicas: 3 } }),
        it.patch('merge', 'a', { spec: { towers: 70 } }),
        it.patch('json', 'a', [{ op: 'add', path: '/spec/owner', value: 'bob' }]),
        it.patch('strategic', 'a', { spec: { towers: 7 } }),
        it.sub('status').patch('merge', 'a', {
          status: { replicas: 2, selector: 'a=b', conditions: [condition('Ready', 'True')] },
          spec: { towers: 9 },
          metadata: { labels: { s: 't' } },
        }),
        it.sub('status').get('a'),
        it.table('a', 'includeObject=None'),
        as('scale', it.sub('scale').get('a')),
        it.sub('scale').change('a', 'scale', { spec: { replicas: 3 } }),
        it.sub('scale').patch('merge', 'a', { spec: { replicas: 4 } }),
        it.sub('scale').patch('merge', 'a', { spec: { replicas: 99 } }),
        it.sub('scale').patch('merge', 'a', { spec: { replicas: -1 } }),
        it.sub('scale').get('specless'),
        it.sub('none').get('a'),
        it.apply('a', 'one', castle('a', { rooms: [{ name: 'hall', floor: 1 }], flags: ['one'] })),
        it.apply('a', 'two', castle('a', { rooms: [{ name: 'crypt' }], flags: ['two'], towers: 8 })),
        it.apply('a', 'two', castle('a', { rooms: [{ name: 'hall', floor: 3 }] })),
        it.apply('a', 'one', castle('a', { rooms: [], flags: [] })),
        it.apply('a', 'one', castle('a', { unknown: 1 })),
        it.apply('a', 'one', castle('a', { towers: 'x' })),
        it.apply('new', 'one', castle('new', { towers: 3, owner: 'X' })),
        it.apply('new', 'one', castle('new', { towers: 3 })),
        it.list('limit=1'),
        it.list('fieldSelector=metadata.name%3Da'),
        it.list('fieldSelector=spec.towers%3D2'),
        it.watch('resourceVersion={{a.metadata.resourceVersion}}&fieldSelector=metadata.name%3Da'),
        asked(it.watch('resourceVersion={{a.metadata.resourceVersion}}&fieldSelector=metadata.name%3Db'), {
          headers: TABLE,
        }),
        it.remove('a'),
        it.get('a'),
      ],
      RICH_NAMES,
    ),
    kindCase('refuses what its schema forbids', RICH_VERSION, ({ it }) =>
      refusedSpecs.map((spec) => it.create(castle('a', { towers: 3, ...spec }), 'dryRun=All')),
    ),
    kindCase('has a loose schema', LOOSE_VERSION, ({ it }) =>
      looseSpecs.map((spec) => it.create(castle('a', spec), 'dryRun=All')),
    ),
    kindCase('keeps everything, without a status of its own', ANYTHING, ({ it }) => [
      as('a', it.create({ metadata: { name: 'a' }, any: { thing: [1, 'two', null] }, status: { kept: true } })),
      it.table(undefined, 'includeObject=None'),
      it.change('a', 'a', { any: { other: 1 } }),
      it.change('a', 'a', { metadata: { resourceVersion: null }, status: { kept: false } }),
      it.sub('status').get('a'),
      it.apply('a', 'one', { metadata: { name: 'a' }, list: [{ a: 1 }], status: { by: 'one' } }),
      it.apply('a', 'two', { metadata: { name: 'a' }, list: [{ b: 1 }] }),
    ]),
    inNamespace('CustomResource', 'has two versions', (namespace) => {
      const group = `${namespace}.example.test`
      const name = `castles.${group}`
      const one = resource(`${group}/v1`, 'castles', 'Castle', namespace)
      const two = resource(`${group}/v2`, 'castles', 'Castle', namespace)
      const spec = (field: string): JsonObject =>
        schemaOf({ properties: { shared: { type: 'string' }, [field]: { type: 'string', default: field } } })
      const versions = (...list: readonly JsonObject[]): JsonObject => ({ spec: { versions: list } })
      const v1 = { name: 'v1', served: true, storage: true, ...spec('old') }
      const v2 = { name: 'v2', served: true, storage: false, ...spec('young') }
      return [
        as('crd', crds.create(merge(definition(group, {}, {}), versions({ ...v1, deprecated: true }, v2)))),
        { ...raw('GET', `/apis/${group}`), pauseMs: 3000 },
        one.create(castle('a', { shared: 's' })),
        two.get('a'),
        two.create(castle('b', { shared: 't', young: 'x' })),
        one.list(),
        two.table(undefined, 'includeObject=None'),
        two.apply('a', 'm', castle('a', { young: 'y' })),
        one.apply('a', 'm', castle('a', { old: 'z' })),
        crds.patch(
          'merge',
          name,
          versions({ ...v1, storage: false, deprecated: true, deprecationWarning: 'use v2' }, { ...v2, storage: true }),
        ),
        { ...one.get('a'), pauseMs: 3000 },
        crds.get(name),
        crds.patch('merge', name, versions({ ...v2, storage: true })),
        crds.sub('status').patch('merge', name, { status: { storedVersions: ['v2'] } }),
        crds.patch('merge', name, { spec: { scope: 'Cluster' } }),
        crds.patch('merge', name, { spec: { group: 'other.example.test' } }),
        crds.patch('merge', name, { spec: { names: { plural: 'others' } } }),
        crds.patch('merge', name, versions({ ...v1, served: false, storage: false }, { ...v2, storage: true })),
        { ...one.list(), pauseMs: 3000 },
        raw('GET', `/apis/${group}/v1`),
        two.removeAll(),
        crds.remove(name),
        { ...two.list(), pauseMs: 3000 },
        crds.get(name),
      ]
    }),
    kindCase(
      'is selected by its own fields',
      {
        ...schemaOf({
          properties: { owner: { type: 'string' }, towers: { type: 'integer' }, moat: { type: 'boolean' } },
        }),
        selectableFields: [{ jsonPath: '.spec.owner' }, { jsonPath: '.spec.towers' }, { jsonPath: '.spec.moat' }],
      },
      ({ it }) => [
        as('a', it.create(castle('a', { owner: 'anna', towers: 1 }))),
        it.create(castle('b', { owner: 'bob', towers: 2, moat: true })),
        it.list('fieldSelector=spec.owner%3Danna'),
        it.list('fieldSelector=spec.owner%21%3Danna,spec.towers%3D2'),
        it.list('fieldSelector=spec.moat%3Dtrue'),
        it.list('fieldSelector=spec.moat%3D'),
        it.list('fieldSelector=spec.none%3D1'),
        setup(it.patch('merge', 'a', { spec: { owner: 'carl' } })),
        it.watch('resourceVersion={{a.metadata.resourceVersion}}&fieldSelector=spec.owner%3Danna'),
      ],
    ),
    inNamespace('CustomResource', 'belongs to the whole cluster', (namespace) => {
      const group = `${namespace}.example.test`
      const it = resource(`${group}/v1`, 'castles', 'Castle')
      return [
        crds.create(
          definition(
            group,
            { ...ANYTHING, subresources: { status: {} } },
            { spec: { scope: 'Cluster', names: { listKind: null, singular: null } } },
          ),
        ),
        { ...it.create({ metadata: { name: 'a' } }), pauseMs: 3000 },
        it.create({ metadata: { name: 'b', namespace: 'default' } }),
        resource(`${group}/v1`, 'castles', 'Castle', namespace).create({ metadata: { name: 'c' } }),
        resource(`${group}/v1`, 'castles', 'Castle', namespace).list(),
        it.list(),
        raw('GET', `/apis/${group}/v1`),
        it.remove('a'),
        crds.remove(`castles.${group}`),
      ]
    }),
    inNamespace('CustomResourceDefinition', 'is refused when wrong', (namespace) => {
      const group = `${namespace}.example.test`
      const right = definition(group, ANYTHING, {})
      const refuse = (wrong: JsonObject): StepDraft => crds.create(merge(right, wrong), 'dryRun=All')
      const version = (change: JsonObject): JsonObject => ({
        spec: { versions: [{ name: 'v1', served: true, storage: true, ...ANYTHING, ...change }] },
      })
      return [
        refuse({}),
        ...Object.values(wrongDefinitions).map(refuse),
        ...Object.values(wrongSchemas).map((openAPIV3Schema) => refuse(version({ schema: { openAPIV3Schema } }))),
        ...Object.values(wrongVersions).map((change) => refuse(version(change))),
      ]
    }),
    inNamespace('CustomResourceDefinition', 'wants a name that is taken', (namespace) => {
      const group = `${namespace}.example.test`
      const second = merge(definition(group, ANYTHING, {}), {
        metadata: { name: `towers.${group}` },
        spec: { names: { plural: 'towers' } },
      })
      return [
        setup(crds.create(definition(group, ANYTHING, {}))),
        { ...setup(crds.create(second)), pauseMs: 3000 },
        { ...crds.get(`towers.${group}`), pauseMs: 3000 },
        crds.remove(`towers.${group}`),
        crds.remove(`castles.${group}`),
      ]
    }),
  ],
}
