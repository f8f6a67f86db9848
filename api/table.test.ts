import assert from 'node:assert/strict'
import { test } from 'node:test'
import { instant } from '@muster/base/clock.ts'
import { type Column, NAME_AND_CREATED_AT, NAME_COLUMN } from './columns.ts'
import { humanDuration } from './duration.ts'
import { partialMetadata, tableHead, tableRow } from './table.ts'

const pod = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'web', creationTimestamp: '1970-01-01T00:00:00Z' },
  spec: { nodeName: 'n' },
}

const columns: readonly Column[] = [
  NAME_COLUMN,
  { name: 'Age', type: 'string', description: 'how old', priority: 0, cell: (_, now) => humanDuration(now) },
  { name: 'Node', type: 'string', description: 'where', priority: 1, cell: () => null },
]

const row = (includeObject: 'None' | 'Metadata' | 'Object') =>
  tableRow({ columns }, pod, { includeObject, now: instant(5000), apiVersion: 'meta.k8s.io/v1' })

test('the head says what the columns are, and always a format', () => {
  assert.deepEqual(tableHead(columns).slice(1), [
    { name: 'Age', type: 'string', format: '', description: 'how old', priority: 0 },
    { name: 'Node', type: 'string', format: '', description: 'where', priority: 1 },
  ])
  assert.equal(tableHead(columns)[0]?.format, 'name')
})

test('a row has its cells, and as much of the object as is asked', () => {
  assert.deepEqual(row('None'), { cells: ['web', '5s', null], object: null })
  const object = { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: pod.metadata }
  assert.deepEqual(row('Metadata'), { cells: ['web', '5s', null], object })
  assert.equal(row('Object').object, pod)
  assert.deepEqual(partialMetadata(pod, 'meta.k8s.io/v1'), object)
})

test('a row says what its kind has to say of it', () => {
  const done = { type: 'Completed', status: 'True', reason: 'Succeeded', message: 'It is done.' } as const
  const { conditions } = tableRow({ columns, rowConditions: () => [done] }, pod, {
    includeObject: 'None',
    now: instant(0),
    apiVersion: 'v1',
  })
  assert.deepEqual(conditions, [done])
})

test('metadata alone is without the annotations that a conversion adds', () => {
  const versions = { convertedAnnotations: ['added'] }
  const annotated = (annotations: Record<string, string>) => {
    const { metadata } = partialMetadata({ ...pod, metadata: { name: 'web', annotations } }, 'v1', versions)
    return metadata
  }
  assert.deepEqual(annotated({ added: '1', own: '2' }), { name: 'web', annotations: { own: '2' } })
  assert.deepEqual(annotated({ added: '1' }), { name: 'web' })
})

test('what names no columns has a name and a time', () => {
  const cells = tableRow({ columns: NAME_AND_CREATED_AT }, pod, {
    includeObject: 'None',
    now: instant(0),
    apiVersion: 'v1',
  }).cells
  assert.deepEqual(cells, ['web', '1970-01-01T00:00:00Z'])
})
