import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ManagedFieldsEntry } from '../object.ts'
import { managedFieldsAfterAdmission } from './after-admission.ts'
import { timeAt } from './testdata/story.ts'

const entry = (time: string): ManagedFieldsEntry => ({
  manager: 'm',
  operation: 'Apply',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: {},
})

test('what admission leaves is taken where it can be read', () => {
  const before = [{ ...entry(timeAt(1)), apiVersion: 'v1' }]
  const after = [{ ...entry(timeAt(2)), apiVersion: 'v1' }]
  assert.deepEqual(managedFieldsAfterAdmission(before, after), { entries: after })
  assert.deepEqual(managedFieldsAfterAdmission(before, undefined), { entries: undefined })
  assert.deepEqual(managedFieldsAfterAdmission(before, [entry(timeAt(2))]), {
    entries: before,
    warning:
      '.metadata.managedFields was in an invalid state after admission; this could be caused by an outdated mutating admission controller; please fix your requests: apiVersion must not be empty',
  })
})

/** Unreadable entries, and what is wrong with them. */
const UNREADABLE: readonly [object, string][] = [
  [{ operation: 'Patch' }, 'operation must be `Apply` or `Update`'],
  [{ operation: 'Apply' }, 'apiVersion must not be empty'],
  [{ operation: 'Apply', apiVersion: 'v1' }, 'missing fieldsType in managed fields entry 0'],
  [
    { operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV2' },
    'invalid fieldsType "FieldsV2" in managed fields entry 0',
  ],
  [
    { operation: 'Apply', apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: { name: {} } },
    'error decoding versioned set from entry 0: error decoding set: missing colon: name',
  ],
]
for (const [unreadable, why] of UNREADABLE) {
  test(`an entry that cannot be read: ${why}`, () => {
    const after: ManagedFieldsEntry[] = [JSON.parse(JSON.stringify(unreadable))]
    assert.ok(managedFieldsAfterAdmission(undefined, after).warning?.endsWith(`fix your requests: ${why}`))
  })
}
