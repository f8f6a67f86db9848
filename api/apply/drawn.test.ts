/**
 * What Kubernetes' own field manager did, request by request, and what this one does.
 *
 * testdata/drawn.json.gz was drawn from a run of apimachinery v0.36.1 (managedfields.NewDefaultFieldManager and
 * NewDefaultCRDFieldManager) over random requests: built-in kinds and a custom kind with every way of merging, in two
 * versions, one of which may go away, and under a schema that may change.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { isControlError } from '@muster/base/errors.ts'
import type { JsonObject, KubeObject, ManagedFieldsEntry } from '../object.ts'
import type { Schema } from '../schema/schema.ts'
import { noReferences } from '../schema/schema.ts'
import { isStatus } from '../status.ts'
import { typeSchemaOf } from '../tables/schemas.ts'
import { apply } from './apply.ts'
import { conflictError } from './conflicts.ts'
import { emptyObject } from './empty-object.ts'
import { excluding } from './field-filter.ts'
import { setOf } from './field-set.ts'
import { recordUpdate } from './record-update.ts'
import type { FieldVersions } from './versions.ts'

interface Drawn {
  readonly kubernetes: string
  /** Of the custom kind, before and after its schema changes. */
  readonly schema: Schema
  readonly laterSchema: Schema
  readonly cases: readonly { readonly group: string; readonly kind: string; readonly steps: readonly Step[] }[]
}

interface Step {
  readonly now: string
  readonly manager: string
  readonly version: string
  readonly subresource?: string
  /** The field that this kind of write resets. */
  readonly reset?: string
  readonly laterSchema?: true
  readonly withoutV2?: true
  readonly live: KubeObject
  /** Of an update. */
  readonly next?: KubeObject
  readonly owners?: ManagedFieldsEntry[] | null
  /** Of an apply. */
  readonly applied?: JsonObject
  readonly force?: boolean
  readonly after?: KubeObject
  readonly error?: string
  readonly causes?: readonly JsonObject[]
}

const drawn: Drawn = JSON.parse(gunzipSync(readFileSync(new URL('testdata/drawn.json.gz', import.meta.url))).toString())

for (const [at, { group, kind, steps }] of drawn.cases.entries()) {
  test(`drawn ${at}: ${kind}`, () => {
    for (const [number, step] of steps.entries()) {
      const where = `step ${number} by ${step.manager}`
      const versions = versionsOf(step, { group, kind })
      if (step.next) assert.deepEqual(recordUpdate(updateOf(step, versions)) ?? null, step.owners, where)
      else checkApply(step, { versions, group, kind, where })
    }
  })
}

test('enough was drawn', () => {
  const steps = drawn.cases.flatMap((one) => one.steps)
  const count = (is: (step: Step) => boolean): number => steps.filter(is).length
  assert.ok(steps.length > 900)
  assert.ok(count(({ causes = [] }) => causes.length > 0) > 30, 'conflicts')
  assert.ok(count(({ after, force = false }) => after !== undefined && force) > 200, 'forced applies')
  assert.ok(count(({ error, causes = [] }) => error !== undefined && causes.length === 0) > 50, 'misfits')
  assert.ok(count(({ laterSchema }) => laterSchema === true) > 40, 'changed schemas')
  assert.ok(count(({ withoutV2 }) => withoutV2 === true) > 15, 'lost versions')
})

function updateOf(step: Step, versions: FieldVersions) {
  const { now, manager, subresource = '', live, next = live, reset } = step
  return { now, manager, subresource, versions, live, next, resetFields: () => filterOf(reset) }
}

const filterOf = (reset: string | undefined) => (reset === undefined ? undefined : excluding(setOf([`f:${reset}`])))

interface Applying {
  readonly versions: FieldVersions
  readonly group: string
  readonly kind: string
  readonly where: string
}

function checkApply(step: Step, { versions, group, kind, where }: Applying): void {
  const { version, applied = {}, force = false, live: before } = step
  const live = before.metadata?.uid === undefined ? undefined : before
  const request = {
    ...updateOf(step, versions),
    live,
    empty: emptyObject({ group, version }, kind),
    applied,
    apiVersion: apiVersionOf(group, version),
    kind,
    force,
  }
  const answer = answered(() => apply(request))
  assert.equal(answer.error, step.error, where)
  assert.deepEqual(answer.causes, step.causes, where)
  if (!step.after) return
  assert.deepEqual(answer.object?.metadata.managedFields, step.after.metadata.managedFields, where)
  assert.deepEqual(asStored(answer.object), asStored(step.after), where)
}

interface Answer {
  readonly object?: KubeObject
  readonly error?: string
  readonly causes?: readonly object[]
}

function answered(attempt: () => ReturnType<typeof apply>): Answer {
  try {
    const outcome = attempt()
    if (outcome.outcome === 'applied') return { object: outcome.object }
    throw conflictError(outcome.conflicts)
  } catch (error) {
    if (!isControlError(error)) throw error
    const causes = isStatus(error.details) && error.details.reason ? (error.details.details?.causes ?? []) : undefined
    return { error: error.message, ...(causes && { causes: causes.map((cause) => ({ ...cause })) }) }
  }
}

/** Go decodes and encodes a built-in object once more, which drops what is empty and adds what it always writes. */
function asStored(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(asStored)
  if (typeof value !== 'object' || value === null) return value
  const fields = Object.entries(value)
    .filter(([name]) => name !== 'uid' && name !== 'managedFields')
    .map(([name, held]) => [name, asStored(held)] as const)
  return Object.fromEntries(fields.filter(([, held]) => !isNothing(held)))
}

const isNothing = (value: unknown): boolean =>
  value === null ||
  value === '' ||
  value === 0 ||
  value === false ||
  (typeof value === 'object' && value !== null && Object.keys(value).length === 0)

const apiVersionOf = (group: string, version: string): string => (group === '' ? version : `${group}/${version}`)

function versionsOf(step: Step, { group, kind }: { readonly group: string; readonly kind: string }): FieldVersions {
  if (group !== 'example.com') {
    const own = apiVersionOf(group, step.version)
    return {
      schemaOf: (asked) => (asked === own ? typeSchemaOf(group, step.version, kind) : undefined),
      convert: (object) => object,
    }
  }
  const root = step.laterSchema ? drawn.laterSchema : drawn.schema
  const known = step.withoutV2 ? ['example.com/v1'] : ['example.com/v1', 'example.com/v2']
  return { schemaOf: (asked) => (known.includes(asked) ? { root, source: noReferences } : undefined), convert }
}

/** What is `size` in v1 is `dimension` in v2. */
function convert(object: KubeObject, apiVersion: string): KubeObject {
  const [from, to] = apiVersion.endsWith('v2') ? ['size', 'dimension'] : ['dimension', 'size']
  const converted: KubeObject = { ...structuredClone(object), apiVersion }
  const { spec } = converted
  if (typeof spec !== 'object' || spec === null || !(from in spec)) return converted
  const { [from]: value, ...rest }: Record<string, unknown> = { ...spec }
  return { ...converted, spec: { ...rest, [to]: value } }
}
