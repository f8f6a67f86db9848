import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { sayFieldError } from '../field-error.ts'
import type { Kind, RuleContext } from '../kind.ts'
import type { JsonObject, KubeObject } from '../object.ts'
import { readCustom } from '../schema/custom.ts'
import { nodeOf, propertyOf } from '../schema/node.ts'
import type { CustomResourceDefinition, CustomResourceDefinitionVersion } from '../types/apiextensions-v1.ts'
import { kindOf } from './kind-of.ts'

const schema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      properties: {
        replicas: { type: 'integer', default: 1, maximum: 10 },
        color: { type: 'string' },
        on: { type: 'boolean' },
        ports: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: { type: 'object', required: ['name'], properties: { name: { type: 'string' } } },
        },
      },
    },
    status: { type: 'object', properties: { replicas: { type: 'integer' }, selector: { type: 'string' } } },
  },
}

const v1: CustomResourceDefinitionVersion = {
  name: 'v1',
  served: true,
  storage: true,
  schema: { openAPIV3Schema: schema },
  subresources: {
    status: {},
    scale: {
      specReplicasPath: '.spec.replicas',
      statusReplicasPath: '.status.replicas',
      labelSelectorPath: '.status.selector',
    },
  },
  selectableFields: [{ jsonPath: '.spec.color' }, { jsonPath: '.spec.on' }],
}

function definitionOf(versions: readonly CustomResourceDefinitionVersion[] = [v1]): CustomResourceDefinition {
  return {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: {
        kind: 'Foo',
        listKind: 'FooList',
        plural: 'foos',
        singular: 'foo',
        shortNames: ['fo'],
        categories: ['all'],
      },
      versions: [...versions],
      conversion: { strategy: 'None' },
    },
  }
}

const objectOf = (fields: JsonObject): KubeObject & JsonObject => ({
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name: 'x', namespace: 'default' },
  ...fields,
})

const context: RuleContext = { subresource: '', now: '2026-01-01T00:00:00Z' }

const judge = (kind: Kind, object: KubeObject, more: Partial<RuleContext> = {}): string[] | undefined =>
  kind.rules.validate?.(object, { ...context, ...more }).map(sayFieldError)

test('names, scope and subresources are those of the definition', () => {
  const { versions, rules: _rules, ...kind } = kindOf(definitionOf())
  deepEqual(kind, {
    group: 'example.com',
    kind: 'Foo',
    listKind: 'FooList',
    plural: 'foos',
    singular: 'foo',
    shortNames: ['fo'],
    categories: ['all'],
    scope: 'Namespaced',
    storedAs: 'v1',
  })
  deepEqual(
    versions.map(({ schema: _schema, columns, ...version }) => ({
      ...version,
      columns: columns.map(({ name }) => name),
    })),
    [
      {
        name: 'v1',
        served: true,
        columns: ['Name', 'Age'],
        subresources: {
          status: true,
          scale: {
            replicasPath: '.spec.replicas',
            statusReplicasPath: '.status.replicas',
            selectorPath: '.status.selector',
          },
        },
        selectableFields: ['spec.color', 'spec.on'],
      },
    ],
  )
})

test('names that were accepted stand before those that are asked for', () => {
  const definition = definitionOf()
  definition.status = {
    conditions: [],
    storedVersions: ['v1'],
    acceptedNames: { ...definition.spec.names, kind: 'Old', shortNames: ['o'] },
  }
  const kind = kindOf(definition)
  deepEqual([kind.kind, kind.shortNames, kind.plural], ['Old', ['o'], 'foos'])
  definition.status.acceptedNames = { plural: '', kind: '' }
  equal(kindOf(definition).kind, 'Foo')
})

test('versions stand in the order of Kubernetes, with the one that is stored', () => {
  const named = (name: string, more: Partial<CustomResourceDefinitionVersion> = {}) => ({
    ...v1,
    name,
    storage: false,
    ...more,
  })
  const kind = kindOf(
    definitionOf([
      named('v1alpha1', { deprecated: true }),
      named('v1beta1', { storage: true, deprecated: true, deprecationWarning: 'no more' }),
      named('v2', { deprecated: true }),
      named('v1', { served: false }),
    ]),
  )
  deepEqual(
    kind.versions.map(({ name, served, deprecated }) => [name, served, deprecated?.warning]),
    [
      ['v2', true, 'example.com/v2 Foo is deprecated'],
      ['v1', false, undefined],
      ['v1beta1', true, 'no more'],
      ['v1alpha1', true, 'example.com/v1alpha1 Foo is deprecated'],
    ],
  )
  equal(kind.storedAs, 'v1beta1')
  const [, alpha] = kindOf(definitionOf([named('v1alpha1', { deprecated: true }), v1])).versions
  equal(alpha?.deprecated?.warning, 'example.com/v1alpha1 Foo is deprecated; use example.com/v1 Foo')
})

test('the schema is that of the whole object', () => {
  const type = kindOf(definitionOf()).versions[0]?.schema()
  ok(type)
  deepEqual(Object.keys(type.root.properties ?? {}).sort(), ['apiVersion', 'kind', 'metadata', 'spec', 'status'])
  const metadata = propertyOf(nodeOf(type), 'metadata')
  equal(metadata?.typeName, 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
  equal(metadata && propertyOf(metadata, 'uid')?.schema.type, 'string')
  deepEqual(type.root['x-kubernetes-group-version-kind'], [{ group: 'example.com', version: 'v1', kind: 'Foo' }])

  const object = objectOf({ spec: { colour: 'red' }, extra: 1 })
  deepEqual(readCustom(type, object), { read: true, unknown: ['extra', 'spec.colour'] })
  deepEqual(object, objectOf({ spec: { replicas: 1 } }))
})

test('a definition is not changed, and changing it later changes nothing', () => {
  const definition = definitionOf()
  const before = structuredClone(definition)
  const kind = kindOf(definition)
  deepEqual(definition, before)
  definition.spec.versions = []
  definition.spec.names.categories?.push('more')
  ok(kind.versions[0]?.schema().root.properties?.spec)
  deepEqual(kind.categories, ['all'])
})

test('an object is held to the schema of its version, and of an update only what changed', () => {
  const strict = structuredClone(v1)
  strict.name = 'v2'
  strict.storage = false
  const kind = kindOf(definitionOf([v1, strict]))
  const wrong = objectOf({ spec: { replicas: 11, ports: [{ name: 'a' }, { name: 'a' }] } })
  const tooMany = 'spec.replicas: Invalid value: 11: spec.replicas in body should be less than or equal to 10'
  const twice = 'spec.ports[1]: Duplicate value: {"name":"a"}'
  deepEqual(judge(kind, wrong), [tooMany, twice])
  deepEqual(judge(kind, wrong, { version: 'v2' }), [tooMany, twice])
  deepEqual(judge(kind, wrong, { old: structuredClone(wrong) }), [])
  const worse = objectOf({ spec: { replicas: 11, color: 1, ports: [{ name: 'a' }, { name: 'a' }] } })
  deepEqual(judge(kind, worse, { old: wrong }), [
    'spec.color: Invalid value: "integer": spec.color in body must be of type string: "integer"',
  ])
})

test('a write to the status is held to the schema of the status alone', () => {
  const kind = kindOf(definitionOf())
  const wrong = objectOf({ spec: { replicas: 11 }, status: { replicas: 'x' } })
  const errors = judge(kind, wrong, { subresource: 'status' }) ?? []
  deepEqual(errors, [
    'status.replicas: Invalid value: "string": replicas in body must be of type integer: "string"',
    '.status.replicas: Invalid value: 0: .status.replicas accessor error: x is of the type string, expected int64',
  ])
  const free = kindOf(definitionOf([{ ...v1, subresources: { status: {} } }]))
  deepEqual(judge(free, wrong, { subresource: 'status', old: structuredClone(wrong) }), [])
})

test('a write to the status leaves metadata as it is', () => {
  const { rules } = kindOf(definitionOf())
  const old: KubeObject = { ...objectOf({}), metadata: { name: 'x', resourceVersion: '7', labels: { a: 'b' } } }
  const managedFields = [{ manager: 'm' }]
  const written = (): KubeObject => ({
    ...objectOf({}),
    metadata: { name: 'x', resourceVersion: '6', labels: { a: 'c' }, finalizers: ['f'], managedFields },
  })
  const toStatus = written()
  rules.prepareForUpdate?.(toStatus, old, { ...context, subresource: 'status' })
  deepEqual(toStatus.metadata, { name: 'x', resourceVersion: '6', labels: { a: 'b' }, managedFields })
  const whole = written()
  rules.prepareForUpdate?.(whole, old, context)
  deepEqual(whole, written())
})

test('what scale shows has to be a number that can be', () => {
  const kind = kindOf(definitionOf())
  const wrong = 'Invalid value: -1: should be a non-negative integer'
  const cases: readonly (readonly [fields: JsonObject, errors: readonly string[]])[] = [
    [{ spec: { replicas: 3 }, status: { replicas: 3, selector: 'a=b' } }, []],
    // Kubernetes takes the path as it is written in the definition, with its dot.
    [{ spec: { replicas: -1 } }, [`.spec.replicas: ${wrong}`]],
    [{ spec: { replicas: -1 }, status: { replicas: -1 } }, [`.spec.replicas: ${wrong}`, `.status.replicas: ${wrong}`]],
  ]
  for (const [fields, errors] of cases) deepEqual(judge(kind, objectOf(fields)), errors)
})

test('selectable fields are found, in the words of a selector', () => {
  const { rules } = kindOf(definitionOf())
  deepEqual(rules.selectableFields, ['spec.color', 'spec.on'])
  const object = objectOf({ spec: { color: 'red', on: false } })
  deepEqual(
    ['spec.color', 'spec.on', 'spec.none'].map((field) => rules.fieldOf?.(object, field)),
    ['red', 'false', ''],
  )
})

test('finalizers that others may use as well are warned of, once', () => {
  const { rules } = kindOf(definitionOf())
  const withFinalizers = (...finalizers: string[]): KubeObject => ({
    ...objectOf({}),
    metadata: { name: 'x', finalizers },
  })
  const prefer = 'to avoid accidental conflicts with other finalizer writers'
  deepEqual(rules.warnings?.(withFinalizers('mine', 'a.b', 'orphan', 'example.com/x')), [
    `metadata.finalizers: "a.b": prefer a domain-qualified finalizer name including a path (/) ${prefer}`,
    `metadata.finalizers: "mine": prefer a domain-qualified finalizer name ${prefer}`,
  ])
  deepEqual(rules.warnings?.(withFinalizers('mine'), withFinalizers('mine')), [])
})

test('versions that a webhook would convert say that nobody calls it', () => {
  const definition = definitionOf([v1, { ...v1, name: 'v2', storage: false }])
  definition.spec.conversion = {
    strategy: 'Webhook',
    webhook: { conversionReviewVersions: ['v1'], clientConfig: { url: 'https://example.com/' } },
  }
  const [second, stored] = kindOf(definition).versions
  equal(stored?.convert, undefined)
  const moved = { ...objectOf({}), apiVersion: 'example.com/v1' }
  deepEqual(stored?.read?.(moved), moved)
  for (const convert of [second?.convert?.fromStored, second?.convert?.toStored]) {
    throws(
      () => convert?.(objectOf({})),
      /conversion webhook for example\.com\/v1, Kind=Foo failed: this server does not call conversion webhooks yet/,
    )
  }
})

test('each version shows what it knows of a stored object, which has the defaults of the stored version', () => {
  const withSpec = (name: string, properties: object): CustomResourceDefinitionVersion => ({
    ...v1,
    name,
    storage: name === 'v1',
    schema: {
      openAPIV3Schema: JSON.parse(
        JSON.stringify({ type: 'object', properties: { spec: { type: 'object', properties } } }),
      ),
    },
  })
  const { versions } = kindOf(
    definitionOf([
      withSpec('v1', { shared: { type: 'string' }, old: { type: 'string', default: 'o' } }),
      withSpec('v2', { shared: { type: 'string' }, young: { type: 'string', default: 'y' } }),
    ]),
  )
  const shown = (name: string, stored: KubeObject): unknown =>
    versions.find((version) => version.name === name)?.read?.(stored).spec
  const byOld = objectOf({ spec: { shared: 's', old: 'x' } })
  deepEqual(shown('v1', byOld), { shared: 's', old: 'x' })
  deepEqual(shown('v2', byOld), { shared: 's' })
  deepEqual(byOld, objectOf({ spec: { shared: 's', old: 'x' } }))
  const byYoung = objectOf({ spec: { shared: 's', young: 'z' } })
  deepEqual(shown('v1', byYoung), { shared: 's', old: 'o' })
  // What the stored version does not know is lost, as it is in Kubernetes.
  deepEqual(shown('v2', byYoung), { shared: 's' })
})

test('an object that was stored before another version was is read by its own', () => {
  const definition = definitionOf([
    { ...v1, storage: false },
    { ...v1, name: 'v2', schema: { openAPIV3Schema: { type: 'object' } } },
  ])
  const [second, first] = kindOf(definition).versions
  const stored = objectOf({ spec: { color: 'red' } })
  deepEqual(first?.read?.(stored), {
    ...objectOf({ spec: { color: 'red', replicas: 1 } }),
    apiVersion: 'example.com/v2',
  })
  deepEqual(second?.read?.(stored), { ...objectOf({}), apiVersion: 'example.com/v2' })
  definition.spec.conversion = { strategy: 'Webhook' }
  throws(
    () => kindOf(definition).versions[0]?.read?.(stored),
    /conversion webhook for example\.com\/v1, Kind=Foo failed/,
  )
})

test('objects are read anew once their definition has changed', () => {
  const definition = definitionOf()
  equal(kindOf(definition).versions[0]?.read, undefined)
  definition.metadata.generation = 1
  equal(kindOf(definition).versions[0]?.read, undefined)
  definition.metadata.generation = 2
  const read = kindOf(definition).versions[0]?.read
  deepEqual(read?.(objectOf({ spec: { gone: 1 } })), objectOf({ spec: { replicas: 1 } }))
})

test('a kind that nobody uses costs little more than its text', () => {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  const heap = (): number => {
    collect()
    collect()
    return process.memoryUsage().heapUsed
  }
  const fields = (kind: number) =>
    Object.fromEntries(
      Array.from({ length: 80 }, (_, at) => [
        `field${at}`,
        { type: 'string', description: `What field ${at} of kind ${kind} is for, in a sentence.`, minLength: 1 },
      ]),
    )
  const kinds: Kind[] = []
  const make = (count: number) => {
    for (let made = 0; made < count; made++) {
      const root = { type: 'object', properties: { spec: { type: 'object', properties: fields(kinds.length) } } }
      kinds.push(kindOf(JSON.parse(JSON.stringify(definitionOf([{ ...v1, schema: { openAPIV3Schema: root } }])))))
    }
  }
  make(20)
  const before = heap()
  make(500)
  const each = (heap() - before) / 500 / 1024
  ok(each < 30, `${each.toFixed(1)} KB for a kind whose definition has 9 KB`)
  equal(kinds.length, 520)
})
