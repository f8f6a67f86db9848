import { deepEqual, equal, ok, throws } from 'node:assert/strict'
import { test } from 'node:test'
import type { Schema } from '../schema/schema.ts'
import { loadDescriptions } from './descriptions.ts'
import { schemaOf, typeNameOf, typeNamesOfTables, typeSchemaOf } from './schemas.ts'

test('a kind is found by its group, version and name, as the same value each time', () => {
  const deployment = typeSchemaOf('apps', 'v1', 'Deployment')
  equal(deployment, typeSchemaOf('apps', 'v1', 'Deployment'))
  equal(deployment.root, deployment.source('io.k8s.api.apps.v1.Deployment'))
  deepEqual(deployment.root.properties?.spec, { $ref: 'io.k8s.api.apps.v1.DeploymentSpec' })
  equal(typeNameOf('', 'v1', 'Pod'), 'io.k8s.api.core.v1.Pod')
  equal(typeNameOf('example.com', 'v1', 'Pod'), undefined)
  throws(() => typeSchemaOf('example.com', 'v1', 'Pod'), /no table of example.com\/v1 Pod/)
  throws(() => schemaOf('Pod'), /no table of the type 'Pod'/)
})

test('every reference of every type leads to a type', () => {
  const referred = typeNamesOfTables().flatMap((name) => referencesOf(schemaOf(name)))
  ok(referred.length > 800)
  for (const name of new Set(referred)) schemaOf(name)
})

test('defaults are those that Kubernetes means, never the zero values of Go', () => {
  const core = 'io.k8s.api.core.v1'
  const { containerPort, protocol } = schemaOf(`${core}.ContainerPort`).properties ?? {}
  equal(protocol?.default, 'TCP')
  ok(!('default' in (containerPort ?? {})))
  // The key of the list imagePullSecrets: empty, and meant.
  equal(schemaOf(`${core}.LocalObjectReference`).properties?.name?.default, '')
  equal(schemaOf(`${core}.SecretKeySelector`).properties?.name?.default, '')
  equal(schemaOf('io.k8s.api.autoscaling.v1.ScaleSpec').properties?.replicas?.default, 0)
  ok(!('default' in (schemaOf(`${core}.Pod`).properties?.spec ?? {})))
})

test('what holds anything says so, and is not pruned', () => {
  const keeps = typeNamesOfTables().filter((name) => schemaOf(name)['x-kubernetes-preserve-unknown-fields'])
  deepEqual(
    keeps.map((name) => name.slice(name.lastIndexOf('.') + 1)),
    [
      'JSON',
      'JSONSchemaPropsOrArray',
      'JSONSchemaPropsOrBool',
      'JSONSchemaPropsOrStringArray',
      'FieldsV1',
      'RawExtension',
    ],
  )
})

test('every type has its description, and every described field is one of it', async () => {
  const descriptions = await loadDescriptions()
  deepEqual(Object.keys(descriptions), typeNamesOfTables())
  for (const [name, [, fields]] of Object.entries(descriptions)) {
    const properties = schemaOf(name).properties ?? {}
    for (const field of Object.keys(fields)) ok(Object.hasOwn(properties, field), `${name} ${field}`)
  }
  ok(descriptions['io.k8s.api.core.v1.PodSpec']?.[1].nodeName?.startsWith('NodeName indicates'))
})

function referencesOf(schema: Schema): readonly string[] {
  const { $ref, items, additionalProperties, properties = {} } = schema
  const below = [items, additionalProperties, ...Object.values(properties)]
  return [...($ref ? [$ref] : []), ...below.flatMap((one) => (typeof one === 'object' ? referencesOf(one) : []))]
}
