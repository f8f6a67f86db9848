import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import type { Kind } from '../kind.ts'
import { noReferences, type Schema } from '../schema/schema.ts'
import { loadDescriptions } from '../tables/descriptions.ts'
import { openApiV2 } from './v2.ts'
import { openApiV3 } from './v3.ts'
import { openApiV3Index, openApiV3Path } from './v3-index.ts'

const META = '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1'

const LAMP: Schema = {
  type: 'object',
  description: 'A lamp gives light.',
  required: ['spec'],
  properties: {
    spec: {
      type: 'object',
      properties: {
        size: { type: 'integer', default: 3 },
        template: {
          type: 'object',
          'x-kubernetes-embedded-resource': true,
          'x-kubernetes-preserve-unknown-fields': true,
        },
        anything: { type: 'object', additionalProperties: true },
        either: { anyOf: [{ type: 'integer' }, { type: 'string' }], 'x-kubernetes-int-or-string': true },
      },
    },
  },
}

const lamps = (served = true): Kind => ({
  group: 'light.example.com',
  kind: 'Lamp',
  listKind: 'LampList',
  plural: 'lamps',
  singular: 'lamp',
  shortNames: [],
  categories: [],
  scope: 'Namespaced',
  storedAs: 'v1',
  versions: [
    {
      name: 'v1',
      served,
      schema: () => ({ root: LAMP, source: noReferences }),
      columns: [],
      subresources: { status: true, scale: { replicasPath: '.spec.size', statusReplicasPath: '.status.size' } },
    },
  ],
  rules: { generation: 'all' },
})

const groupVersion = { group: 'light.example.com', version: 'v1' }
const document = openApiV3(groupVersion, [lamps()], await loadDescriptions())

test('a custom resource is a component with the metadata of every object, and its list another', () => {
  const lamp = document.components.schemas['com.example.light.v1.Lamp']
  deepEqual(Object.keys(lamp?.properties ?? {}), ['spec', 'apiVersion', 'kind', 'metadata'])
  deepEqual(lamp?.['x-kubernetes-group-version-kind'], [{ group: 'light.example.com', kind: 'Lamp', version: 'v1' }])
  equal(lamp?.description, 'A lamp gives light.')
  const list = document.components.schemas['com.example.light.v1.LampList']
  deepEqual(list?.required, ['items'])
  ok(JSON.stringify(lamp).includes(`"allOf":[{"$ref":"${META}.ObjectMeta"}]`))
  ok(JSON.stringify(list).includes(`"allOf":[{"$ref":"${META}.ListMeta"}]`))
})

test('its own words stay: defaults, choices, and what it holds unseen; an embedded object says that it is one', () => {
  const text = JSON.stringify(document.components.schemas['com.example.light.v1.Lamp'])
  ok(text.includes('"default":3'))
  ok(text.includes('"anyOf":[{"type":"integer"},{"type":"string"}]'))
  ok(text.includes('"additionalProperties":true'))
  ok(text.includes('"required":["kind","apiVersion"]'))
})

test('every reference of the document leads to a component of it', () => {
  const names = [...JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(
    ([, name = '']) => name,
  )
  ok(names.length > 0)
  for (const name of names) ok(name in document.components.schemas, name)
})

test('it has the paths of every kind, without protobuf and without strategic merge', () => {
  deepEqual(Object.keys(document.paths), [
    '/apis/light.example.com/v1/',
    '/apis/light.example.com/v1/lamps',
    '/apis/light.example.com/v1/namespaces/{namespace}/lamps',
    '/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}',
    '/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}/scale',
    '/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}/status',
  ])
  const item = document.paths['/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}']
  deepEqual(Object.keys(item?.patch?.requestBody?.content ?? {}), [
    'application/apply-patch+yaml',
    'application/json-patch+json',
    'application/merge-patch+json',
  ])
  deepEqual(Object.keys(item?.get?.responses['200']?.content ?? {}), ['application/json', 'application/yaml'])
  equal(item?.get?.operationId, 'readLightExampleComV1NamespacedLamp')
  const scale = document.paths['/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}/scale']
  deepEqual(scale?.get?.['x-kubernetes-group-version-kind'], { group: 'autoscaling', kind: 'Scale', version: 'v1' })
})

test('kubectl finds dryRun and fieldValidation among the parameters of PATCH', () => {
  const item = document.paths['/apis/light.example.com/v1/namespaces/{namespace}/lamps/{name}']
  const names = item?.patch?.parameters?.map(({ name }) => name)
  deepEqual(names, ['dryRun', 'fieldManager', 'fieldValidation', 'force'])
  deepEqual(item?.patch?.['x-kubernetes-group-version-kind'], {
    group: 'light.example.com',
    kind: 'Lamp',
    version: 'v1',
  })
})

test('a version that is not served is in no document', async () => {
  const none = openApiV3(groupVersion, [lamps(false)], await loadDescriptions())
  deepEqual(Object.keys(none.paths), ['/apis/light.example.com/v1/'])
})

test('types that groups share are kinds of all of them in the v2 document', async () => {
  const other = openApiV3(
    { group: 'other.example.com', version: 'v1' },
    [{ ...lamps(), group: 'other.example.com' }],
    await loadDescriptions(),
  )
  const { definitions, paths } = openApiV2([document, other])
  deepEqual(
    definitions['io.k8s.apimachinery.pkg.apis.meta.v1.DeleteOptions']?.['x-kubernetes-group-version-kind'],
    ['light.example.com', 'other.example.com'].map((group) => ({ group, kind: 'DeleteOptions', version: 'v1' })),
  )
  equal(Object.keys(paths).length, 12)
  ok(!JSON.stringify(definitions).includes('#/components/'))
})

test('the index gives each document an address that changes with it', () => {
  equal(openApiV3Path({ group: '', version: 'v1' }), 'api/v1')
  deepEqual(openApiV3Index([{ groupVersion: { group: 'apps', version: 'v1' }, hash: 'AB12' }]), {
    paths: { 'apis/apps/v1': { serverRelativeURL: '/openapi/v3/apis/apps/v1?hash=AB12' } },
  })
})
