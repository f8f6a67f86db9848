import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { countAnswers, countTopics, type Explanation, explanationOf, findDisagreements } from './explain.ts'
import type { StepResult } from './replay.ts'

const explanation = (answers: Explanation['answers']): Explanation => ({ about: 'x', is: 'meant', why: 'X.', answers })

const result = (stepNumber: number, isSame: boolean): StepResult => ({
  topic: 'pods',
  kind: 'Pod',
  caseName: 'lives',
  verb: 'get',
  stepNumber,
  request: 'GET /',
  differences: isSame ? [] : [{ path: 'body', expected: 1, actual: 2 }],
})

const troubles = (results: readonly StepResult[], ...explanations: Explanation[]) =>
  findDisagreements(results, explanations).map(({ step, trouble }) => `${step} ${trouble}`)

test('what differs has a reason, and what matches has none', () => {
  const explained = explanation({ 'pods › Pod › lives': [2] })
  deepEqual(troubles([result(1, true), result(2, false)], explained), [])
  deepEqual(troubles([result(1, true), result(2, false)]), ['pods › Pod › lives › step 2 differs without a reason'])
  deepEqual(troubles([result(1, true), result(2, true)], explained), [
    'pods › Pod › lives › step 2 has a reason and matches',
  ])
})

test('a reason is for one answer that was recorded, and an answer has one reason', () => {
  const explained = explanation({ 'pods › Pod › lives': [2] })
  deepEqual(troubles([result(2, false)], explained, explained), ['pods › Pod › lives › step 2 has two reasons'])
  deepEqual(troubles([result(1, true)], explained), ['pods › Pod › lives › step 2 is not recorded'])
  // A replay of some topics says nothing of the others.
  deepEqual(troubles([result(1, true)], explanation({ 'jobs › Job › lives': [2] })), [])
})

test('the reason of an answer is found', () => {
  const explained = explanation({ 'pods › Pod › lives': [2, 3] })
  equal(explanationOf(result(3, false), [explained]), explained)
  equal(explanationOf(result(4, false), [explained]), undefined)
  equal(countAnswers(explained), 2)
  equal(countAnswers(explained, 'jobs'), 0)
})

test('topics are counted without a replay: steps that set up are no answers', () => {
  const step = { verb: 'get', request: { method: 'GET', path: '/' }, response: { status: 200, headers: {} } } as const
  const steps = [{ ...step, setup: true } as const, step, step]
  const topic = { topic: 'pods', kubernetes: 'v1', cases: [{ name: 'lives', kind: 'Pod', steps }] }
  deepEqual(countTopics([topic], [explanation({ 'pods › Pod › lives': [2], 'podsmore › Pod › x': [1] })]), [
    { topic: 'pods', answers: 2, same: 1 },
  ])
})
