import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { Taint, Toleration } from '../types/core-v1.ts'
import { findUntoleratedTaint, toleratesTaint } from './tolerations.ts'

const taint: Taint = { key: 'disk', value: 'slow', effect: 'NoSchedule' }

const CASES: readonly [what: string, tolerations: Toleration[], isTolerated: boolean][] = [
  ['none', [], false],
  ['the same value', [{ key: 'disk', value: 'slow', effect: 'NoSchedule' }], true],
  ['another value', [{ key: 'disk', operator: 'Equal', value: 'fast', effect: 'NoSchedule' }], false],
  ['no value', [{ key: 'disk', operator: 'Equal', effect: 'NoSchedule' }], false],
  ['whatever value', [{ key: 'disk', operator: 'Exists', effect: 'NoSchedule' }], true],
  ['another effect', [{ key: 'disk', operator: 'Exists', effect: 'NoExecute' }], false],
  ['every effect', [{ key: 'disk', operator: 'Exists' }], true],
  ['another key', [{ key: 'memory', operator: 'Exists' }], false],
  ['every taint', [{ operator: 'Exists' }], true],
  ['a comparison, whose gate is off', [{ key: 'disk', operator: 'Gt', value: '1' }], false],
  ['the second of two', [{ key: 'memory', operator: 'Exists' }, { operator: 'Exists' }], true],
]

for (const [what, tolerations, isTolerated] of CASES) {
  test(`tolerations of ${what}`, () => equal(toleratesTaint(tolerations, taint), isTolerated))
}

test('a taint without a value is borne by a toleration without one', () => {
  equal(toleratesTaint([{ key: 'gpu' }], { key: 'gpu', effect: 'NoExecute' }), true)
})

test('the first taint of the asked effects that nobody bears is found', () => {
  const soft: Taint = { key: 'soft', effect: 'PreferNoSchedule' }
  const hard: Taint = { key: 'hard', effect: 'NoExecute' }
  const effects = ['NoSchedule', 'NoExecute']
  equal(findUntoleratedTaint([soft, taint, hard], undefined, effects), taint)
  equal(findUntoleratedTaint([soft, taint, hard], undefined, ['NoExecute']), hard)
  equal(findUntoleratedTaint([soft, taint], [{ key: 'disk', operator: 'Exists' }], effects), undefined)
  equal(findUntoleratedTaint(undefined, undefined, effects), undefined)
})
