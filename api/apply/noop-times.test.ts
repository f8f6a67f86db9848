import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject, ManagedFieldsEntry } from '../object.ts'
import { keepNoopTimes } from './noop-times.ts'
import { timeAt } from './testdata/story.ts'
import { widget } from './testdata/widget.ts'

const entry = (time: string, manager = 'm'): ManagedFieldsEntry => ({
  manager,
  operation: 'Apply',
  time,
  fieldsType: 'FieldsV1',
  fieldsV1: {},
})
const owned = (object: KubeObject, ...managedFields: ManagedFieldsEntry[]): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, managedFields },
})
/** what is stored, what is to be stored, and whose managedFields are. */
const NOOPS: readonly [string, KubeObject, KubeObject, 'live' | 'next'][] = [
  [
    'only a time differs',
    owned(widget({ size: 1 }), entry(timeAt(1))),
    owned(widget({ size: 1 }), entry(timeAt(2))),
    'live',
  ],
  [
    'a field differs too',
    owned(widget({ size: 1 }), entry(timeAt(1))),
    owned(widget({ size: 2 }), entry(timeAt(2))),
    'next',
  ],
  [
    'metadata differs too',
    owned(widget({}, { labels: { a: '1' } }), entry(timeAt(1))),
    owned(widget({}), entry(timeAt(2))),
    'next',
  ],
  ['an owner differs too', owned(widget(), entry(timeAt(1))), owned(widget(), entry(timeAt(2), 'n')), 'next'],
  [
    'there is an owner more',
    owned(widget(), entry(timeAt(1))),
    owned(widget(), entry(timeAt(1)), entry(timeAt(2), 'n')),
    'next',
  ],
  ['there was none', widget(), owned(widget(), entry(timeAt(2))), 'next'],
  ['there is none', owned(widget(), entry(timeAt(2))), widget(), 'next'],
]
for (const [name, live, next, whose] of NOOPS) {
  test(`times of a write of nothing: ${name}`, () => {
    assert.equal(keepNoopTimes(live, next), (whose === 'live' ? live : next).metadata.managedFields)
  })
}
