import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { statusOf } from '../status.ts'
import { applied, type Deed, tell, timeAt } from './testdata/story.ts'
import { widget } from './testdata/widget.ts'

const part = (name: string, more: JsonObject = {}): JsonObject => ({ name, ...more })

/** What is done, the last deed, and the conflict that it meets. */
const CONFLICTS: readonly [string, readonly Deed[], Deed, string][] = [
  [
    'with an applier',
    [{ by: 'one', applies: { size: 1 } }],
    { by: 'two', applies: { size: 2 } },
    'Apply failed with 1 conflict: conflict with "one": .spec.size',
  ],
  [
    'with an updater',
    [{ by: 'up', writes: { size: 1 } }],
    { by: 'two', applies: { size: 2 } },
    'Apply failed with 1 conflict: conflict with "up" using example.com/v1: .spec.size',
  ],
  [
    'over an item',
    [{ by: 'one', applies: { parts: [part('a', { value: '1' })] } }],
    { by: 'two', applies: { parts: [part('a', { value: '2' })] } },
    'Apply failed with 1 conflict: conflict with "one": .spec.parts[name="a",port=80].value',
  ],
  [
    'over a whole',
    [{ by: 'one', applies: { steps: ['a'] } }],
    { by: 'two', applies: { steps: ['b'] } },
    'Apply failed with 1 conflict: conflict with "one": .spec.steps',
  ],
  [
    'over several fields',
    [{ by: 'one', applies: { size: 1, text: 'x' } }],
    { by: 'two', applies: { text: 'y', size: 2 } },
    'Apply failed with 2 conflicts: conflicts with "one":\n- .spec.size\n- .spec.text',
  ],
  [
    'with several, in the order of their names',
    [
      { by: 'up', writes: { text: 'x' } },
      { by: 'two', applies: { size: 1 } },
      { by: 'one', applies: { size: 1, on: true } },
    ],
    { by: 'three', applies: { size: 2, on: false, text: 'y' } },
    'Apply failed with 4 conflicts: conflicts with "one":\n- .spec.on\n- .spec.size\nconflicts with "two":\n- .spec.size\nconflicts with "up" using example.com/v1:\n- .spec.text',
  ],
  [
    'with oneself under the other operation',
    [{ by: 'one', writes: { size: 1 } }],
    { by: 'one', applies: { size: 2 } },
    'Apply failed with 1 conflict: conflict with "one" using example.com/v1: .spec.size',
  ],
]
for (const [name, deeds, last, message] of CONFLICTS) {
  test(`conflict ${name}`, () => {
    const before = tell(deeds)
    assert.throws(() => tell([last], before), { code: 'Conflict', message })
  })
}

test('a conflict is a Status with a cause for each field', () => {
  const live = tell([
    { by: 'one', applies: { size: 1, tags: ['x'] } },
    { by: 'up', writes: { size: 2, tags: ['x'] } },
  ])
  try {
    tell([{ by: 'two', applies: { size: 3 } }], live)
    assert.fail('it is a conflict')
  } catch (error) {
    assert.deepEqual(statusOf(error), {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: 'Apply failed with 1 conflict: conflict with "up" using example.com/v1: .spec.size',
      reason: 'Conflict',
      details: {
        causes: [
          {
            reason: 'FieldManagerConflict',
            message: 'conflict with "up" using example.com/v1',
            field: '.spec.size',
          },
        ],
      },
      code: 409,
    })
  }
})

test('a conflict names the subresource through which a field is owned', () => {
  const live = applied({
    live: undefined,
    applied: widget({ size: 1 }),
    manager: 'one',
    now: timeAt(1),
    subresource: 'status',
  })
  assert.throws(() => tell([{ by: 'two', applies: { size: 2 } }], live), {
    message: 'Apply failed with 1 conflict: conflict with "one" with subresource "status": .spec.size',
  })
})
