import { deepEqual, equal } from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { ROOT, readText } from '../../tree.ts'
import { renderTypes } from './render-types.ts'

const readTable = (name: string) => JSON.parse(readText(`api/tables/${name}.json`))

test('api/types is what the tables say, and holds nothing else (tools/oracle/tables/main.ts writes it)', () => {
  const files = renderTypes(readTable('schemas'), readTable('descriptions'), KUBERNETES_VERSION)
  deepEqual(readdirSync(join(ROOT, 'api/types')).sort(), files.map(({ name }) => name).sort())
  for (const { name, text } of files) equal(readText(`api/types/${name}`), text, name)
})

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'

test('a kind extends KubeObject and says its own name; the rest follows its schema', () => {
  const [file] = renderTypes(
    {
      'io.k8s.api.apps.v1.Lamp': {
        required: ['size-max'],
        properties: {
          apiVersion: { type: 'string' },
          kind: { type: 'string' },
          labels: { type: 'object', additionalProperties: { type: 'string' } },
          lit: { type: 'array', items: { $ref: 'io.k8s.api.apps.v1.Wick' } },
          metadata: { $ref: `${META}.ObjectMeta` },
          'size-max': { $ref: 'io.k8s.apimachinery.pkg.api.resource.Quantity' },
        },
        'x-kubernetes-group-version-kind': [{ group: 'apps', version: 'v1', kind: 'Lamp' }],
      },
      'io.k8s.api.apps.v1.Wick': { type: 'object' },
    },
    { 'io.k8s.api.apps.v1.Lamp': ['A lamp gives light. It burns oil.', {}] },
    'v0',
  )
  equal(file?.name, 'apps-v1.ts')
  equal(
    file?.text,
    [
      '/** The types of apps-v1, written by tools/oracle/tables from the tables of Kubernetes v0. Do not edit. */',
      "import type { KubeObject } from '../object.ts'",
      "import type { Quantity } from './meta-v1.ts'",
      '',
      '/** A lamp gives light. */',
      'export interface Lamp extends KubeObject {',
      "  apiVersion: 'apps/v1'",
      "  kind: 'Lamp'",
      '  labels?: Record<string, string>',
      '  lit?: Wick[]',
      "  'size-max': Quantity",
      '}',
      '',
      '/** Source: io.k8s.api.apps.v1.Wick. */',
      'export type Wick = Record<string, unknown>',
      '',
    ].join('\n'),
  )
})
