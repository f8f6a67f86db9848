import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { statusOf } from '../status.ts'
import { applied, stored, tell, timeAt } from './testdata/story.ts'
import { otherwise, widget } from './testdata/widget.ts'

/** What is refused, and how. */
const REFUSED: readonly [string, JsonObject, string, string][] = [
  [
    'another kind',
    otherwise(widget(), { kind: 'Gadget' }),
    'BadRequest',
    'invalid object type: example.com/v1, Kind=Gadget',
  ],
  ['another version', otherwise(widget(), { apiVersion: 'v2' }), 'BadRequest', 'invalid object type: /v2, Kind=Widget'],
  [
    'a version that is none',
    otherwise(widget(), { apiVersion: 'a/b/c' }),
    'BadRequest',
    'invalid object type: /, Kind=',
  ],
  ['no type', {}, 'BadRequest', 'invalid object type: /, Kind='],
  ['a type that is no text', { apiVersion: 5, kind: ['x'] }, 'BadRequest', 'invalid object type: /, Kind='],
  [
    'managedFields',
    otherwise(widget(), { metadata: { managedFields: [] } }),
    'BadRequest',
    'metadata.managedFields must be nil',
  ],
  [
    'an unknown field',
    widget({ sise: 1 }),
    'Internal',
    'failed to create typed patch object (shop/w; example.com/v1, Kind=Widget): .spec.sise: field not declared in schema',
  ],
  [
    'the wrong shape of metadata',
    otherwise(widget(), { metadata: 'x' }),
    'Internal',
    'failed to create typed patch object (/; example.com/v1, Kind=Widget): .metadata: expected map, got &{x}',
  ],
]
for (const [name, configuration, code, message] of REFUSED) {
  test(`refused: ${name}`, () => {
    const apply = () => applied({ live: undefined, applied: configuration, manager: 'one', now: timeAt(1) })
    assert.throws(apply, { code, message })
  })
}

test('what does not fit the schema is answered as Kubernetes answers it: 500, and no reason', () => {
  try {
    applied({ live: undefined, applied: widget({ size: 'x' }), manager: 'one', now: timeAt(1) })
    assert.fail('it does not fit')
  } catch (error) {
    const { code, reason, details } = statusOf(error)
    assert.deepEqual([code, reason, details], [500, undefined, undefined])
  }
})

test('stored managedFields that cannot be read stop an apply', () => {
  const live = stored({
    ...widget({ size: 1 }),
    metadata: { name: 'w', managedFields: [{ manager: 'x', operation: 'Apply' }] },
  })
  assert.throws(() => tell([{ by: 'one', applies: { size: 1 } }], live), {
    code: 'Internal',
    message: 'failed to decode managed fields: apiVersion must not be empty',
  })
})
