import { deepEqual, equal } from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { Cell } from '../columns.ts'
import type { KubeObject } from '../object.ts'
import { columnsOf } from './columns.ts'

test('columns show what Kubernetes shows', () => {
  const text = readFileSync(new URL('./fixtures/columns.jsonl', import.meta.url), 'utf8')
  for (const line of text.trim().split('\n')) {
    const { question, answer } = JSON.parse(line)
    const columns = columnsOf(question.columns)
    const why = question.columns[0].jsonPath
    if (answer.error !== undefined) {
      equal(columns.length, 1, why)
      continue
    }
    const definitions = columns.map(({ name, type, format = '', description, priority }) => ({
      name,
      type,
      format,
      description,
      priority,
    }))
    deepEqual(definitions, answer.definitions, why)
    deepEqual(
      columns.map((column) => column.cell(question.object, 0)),
      answer.cells,
      why,
    )
  }
})

const object: KubeObject & { status: object } = {
  apiVersion: 'example.com/v1',
  kind: 'Foo',
  metadata: { name: 'x', creationTimestamp: '2026-01-01T00:00:00Z' },
  status: { seen: '2026-01-01T00:00:30Z', never: '', wrong: 'yesterday' },
}
const NOW = Date.parse('2026-01-01T02:00:00Z')

test('a definition without columns shows the age', () => {
  const columns = columnsOf()
  deepEqual(
    columns.map(({ name }) => name),
    ['Name', 'Age'],
  )
  deepEqual(
    columns.map((column) => column.cell(object, NOW)),
    ['x', '120m'],
  )
})

test('dates are shown as ages', () => {
  const cases: readonly (readonly [path: string, cell: Cell])[] = [
    ['.status.seen', '119m'],
    ['.status.never', '<unknown>'],
    ['.status.wrong', '<invalid>'],
    ['.status.absent', null],
    ['.status', null],
  ]
  for (const [jsonPath, cell] of cases) {
    equal(columnsOf([{ name: 'A', type: 'date', jsonPath }])[1]?.cell(object, NOW), cell, jsonPath)
  }
})

test('from the first path on that cannot be read, there are no columns', () => {
  const paths = ['.status.seen', '.status..seen', '.status.never']
  const columns = columnsOf(paths.map((jsonPath) => ({ name: jsonPath, type: 'string', jsonPath })))
  deepEqual(
    columns.map(({ name }) => name),
    ['Name', '.status.seen'],
  )
})
