import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { sayFieldError } from '../field-error.ts'
import type { RuleContext } from '../kind.ts'
import type { CustomResourceDefinition, JSONSchemaProps } from '../types/apiextensions-v1.ts'
import { defaultDefinition } from './defaults.ts'
import { definitionRules } from './rules.ts'

function definitionOf(versions: readonly string[], root: JSONSchemaProps = { type: 'object' }) {
  const definition: CustomResourceDefinition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'foos.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Namespaced',
      names: { kind: 'Foo', plural: 'foos' },
      versions: versions.map((name, at) => ({
        name,
        served: true,
        storage: at === 0,
        schema: { openAPIV3Schema: root },
      })),
    },
  }
  defaultDefinition(definition)
  return definition
}

const context: RuleContext = { subresource: '', now: '2026-01-01T00:00:00Z' }
const toStatus: RuleContext = { ...context, subresource: 'status' }

test('a new definition has no status but the version that is stored', () => {
  const definition = definitionOf(['v1', 'v2'])
  definition.status = { storedVersions: ['v7'], conditions: [], acceptedNames: { plural: 'x', kind: 'X' } }
  definitionRules.prepareForCreate?.(definition, context)
  deepEqual(definition.status, { storedVersions: ['v1'] })
})

test('versions in which objects have been stored are remembered', () => {
  const old = definitionOf(['v1', 'v2'])
  const changed = definitionOf(['v2', 'v1'])
  definitionRules.prepareForUpdate?.(changed, old, context)
  deepEqual(changed.status?.storedVersions, ['v1', 'v2'])
  const again = definitionOf(['v2', 'v1'])
  definitionRules.prepareForUpdate?.(again, changed, context)
  deepEqual(again.status?.storedVersions, ['v1', 'v2'])
})

test('a version in which objects may be stored cannot be taken out', () => {
  const old = definitionOf(['v1', 'v2'])
  const changed = definitionOf(['v2'])
  definitionRules.prepareForUpdate?.(changed, old, context)
  const errors = definitionRules.validate?.(changed, { ...context, old }) ?? []
  deepEqual(errors.map(sayFieldError), [
    'status.storedVersions[0]: Invalid value: "v1": missing from spec.versions; v1 was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in v1 and removes v1 from status.storedVersions',
  ])
  // Whoever has migrated the objects says so in the status.
  const migrated = structuredClone(changed)
  migrated.status = { ...migrated.status, storedVersions: ['v2'] }
  deepEqual(definitionRules.validate?.(migrated, toStatus), [])
})

test('a write to the status may say which versions are stored, and its names are checked', () => {
  const old = definitionOf(['v1', 'v2'])
  const changed = structuredClone(old)
  changed.status = { storedVersions: ['v1', 'v2'], acceptedNames: { plural: 'Foos', kind: 'Foo' } }
  const written = structuredClone(changed.status)
  definitionRules.prepareForUpdate?.(changed, old, toStatus)
  deepEqual(changed.status, written)
  deepEqual(
    (definitionRules.validate?.(changed, toStatus) ?? []).map(({ path, reason }) => `${path} ${reason}`),
    ['status.acceptedNames.plural FieldValueInvalid'],
  )
})

test('names are not changed once they are established', () => {
  const old = definitionOf(['v1'])
  old.status = {
    storedVersions: ['v1'],
    conditions: [{ type: 'Established', status: 'True' }],
    acceptedNames: old.spec.names,
  }
  const changed = structuredClone(old)
  changed.spec.scope = 'Cluster'
  changed.spec.names.kind = 'Bar'
  deepEqual((definitionRules.validateUpdate?.(changed, old, context) ?? []).map(sayFieldError), [
    'spec.scope: Invalid value: "Cluster": field is immutable',
    'spec.names.kind: Invalid value: "Bar": field is immutable',
  ])
})

test('a definition that is to go waits for its objects', () => {
  const definition = definitionOf(['v1'])
  equal(definitionRules.isHeld?.(definition), true)
  // As the server marks an object.
  const deletionTimestamp = '2026-01-01T00:00:00Z'
  Object.assign(definition.metadata, { generation: 4, deletionTimestamp, deletionGracePeriodSeconds: 0 })
  definitionRules.whenMarked?.(definition, true)
  const { metadata, status } = definition
  deepEqual(metadata, {
    name: 'foos.example.com',
    generation: 3,
    deletionTimestamp,
    finalizers: ['customresourcecleanup.apiextensions.k8s.io'],
  })
  deepEqual(status, {
    storedVersions: ['v1'],
    conditions: [
      {
        type: 'Terminating',
        status: 'True',
        reason: 'InstanceDeletionPending',
        message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
        lastTransitionTime: deletionTimestamp,
      },
    ],
  })
  const before = structuredClone(definition)
  definitionRules.whenMarked?.(definition, false)
  deepEqual(definition, before)
  equal(definitionRules.isHeld?.(definition), false)
})

test('formats that nobody checks are warned of when they come in', () => {
  const properties: Record<string, JSONSchemaProps> = {
    a: { type: 'string', format: 'date' },
    b: { type: 'string', format: 'hobbit' },
    c: { type: 'integer', format: 'int16' },
    d: { type: 'array', items: { type: 'number', format: 'float' } },
    e: { type: 'object', additionalProperties: { type: 'string', format: 'elf' } },
  }
  const definition = definitionOf(['v1'], { type: 'object', properties })
  deepEqual(definitionRules.warnings?.(definition), [
    'unrecognized format "hobbit"',
    'unrecognized format "int16"',
    'unrecognized format "elf"',
  ])
  deepEqual(definitionRules.warnings?.(definition, definition), [])
})
