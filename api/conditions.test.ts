import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  findCondition,
  isConditionTrue,
  type NewCondition,
  removeCondition,
  setCondition,
  validateConditions,
} from './conditions.ts'
import { sayFieldError } from './field-error.ts'

const ready: NewCondition = { type: 'Ready', status: 'True', reason: 'Done', message: '' }

test('the time of a condition is that of the last change of its status', () => {
  const first = setCondition(undefined, ready, 't1')
  assert.deepEqual(first, [{ ...ready, lastTransitionTime: 't1' }])
  assert.equal(setCondition(first, ready, 't2'), first)
  const said = setCondition(first, { ...ready, message: 'more', observedGeneration: 2 }, 't2')
  assert.deepEqual(said, [{ ...ready, message: 'more', observedGeneration: 2, lastTransitionTime: 't1' }])
  const changed = setCondition(said, { ...ready, status: 'False' }, 't3')
  assert.deepEqual(changed, [{ ...ready, status: 'False', lastTransitionTime: 't3' }])
})

test('conditions are found, asked and taken away by their type', () => {
  const conditions = setCondition(setCondition([], ready, 't'), { ...ready, type: 'Synced', status: 'Unknown' }, 't')
  assert.equal(findCondition(conditions, 'Synced')?.status, 'Unknown')
  assert.deepEqual(
    [isConditionTrue(conditions, 'Ready'), isConditionTrue(conditions, 'Synced'), isConditionTrue(undefined, 'Ready')],
    [true, false, false],
  )
  assert.deepEqual(
    removeCondition(conditions, 'Ready').map(({ type }) => type),
    ['Synced'],
  )
  assert.equal(removeCondition(conditions, 'None'), conditions)
})

test('what is wrong with conditions is said of its field', () => {
  const good = { ...ready, lastTransitionTime: 't' }
  assert.deepEqual(validateConditions([good], 'status.conditions'), [])
  const bad = {
    type: 'Ready',
    status: 'Maybe',
    reason: '',
    message: 'x'.repeat(32 * 1024 + 1),
    observedGeneration: -1,
    lastTransitionTime: '',
  }
  assert.deepEqual(validateConditions([good, bad], 'conditions').map(sayFieldError), [
    'conditions[1].type: Duplicate value: "Ready"',
    'conditions[1].status: Unsupported value: "Maybe": supported values: "False", "True", "Unknown"',
    'conditions[1].observedGeneration: Invalid value: -1: must be greater than or equal to zero',
    'conditions[1].lastTransitionTime: Required value',
    'conditions[1].reason: Required value',
    'conditions[1].message: Too long: may not be more than 32768 bytes',
  ])
})
