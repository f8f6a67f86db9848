import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import { type FieldChange, fieldChanges, touches } from './changes.ts'

const container = (name: string, image: string) => ({ name, image })

const rows: readonly [what: string, before: unknown, after: unknown, changes: readonly FieldChange[]][] = [
  ['nothing', { a: 1, b: [1] }, { b: [1], a: 1 }, []],
  ['a value', { spec: { replicas: 1 } }, { spec: { replicas: 3 } }, [{ field: '.spec.replicas', from: 1, to: 3 }]],
  [
    'what comes and goes',
    { a: { x: 1 } },
    { a: { y: { z: 2 } } },
    [
      { field: '.a.y', to: { z: 2 } },
      { field: '.a.x', from: 1 },
    ],
  ],
  [
    'elements by their names, in whatever order',
    { c: [container('a', '1'), container('b', '1')] },
    { c: [container('b', '2'), container('a', '1')] },
    [{ field: '.c[b].image', from: '1', to: '2' }],
  ],
  [
    'elements by their places, where names are doubled',
    { c: [container('a', '1'), container('a', '2')] },
    { c: [container('a', '1')] },
    [{ field: '.c[1]', from: container('a', '2') }],
  ],
  ['what came and went in a plain list', { f: ['a', 'b'] }, { f: ['c', 'a', 'b'] }, [{ field: '.f[0]', to: 'c' }]],
  [
    'ports by their numbers',
    { p: [{ port: 80 }] },
    { p: [{ port: 443 }, { port: 80 }] },
    [{ field: '.p[443]', to: { port: 443 } }],
  ],
  [
    'a name that is no word',
    { l: { 'app.io/x': 1 } },
    { l: { 'app.io/x': 2 } },
    [{ field: ".l['app.io/x']", from: 1, to: 2 }],
  ],
  ['another type', { a: [1] }, { a: { b: 1 } }, [{ field: '.a', from: [1], to: { b: 1 } }]],
  ['the whole', undefined, { a: 1 }, [{ field: '.', to: { a: 1 } }]],
  ['null is not nothing', { a: null }, {}, [{ field: '.a', from: null }]],
  [
    'what the server keeps for itself',
    { metadata: { managedFields: [1], resourceVersion: '1' } },
    { metadata: { resourceVersion: '2' } },
    [],
  ],
]

for (const [what, before, after, changes] of rows) {
  test(`changes: ${what}`, () => deepEqual(fieldChanges(before, after), changes))
}

test('a change touches the field itself, what is within it, and what it holds', () => {
  const whole: FieldChange = { field: '.spec', to: { replicas: 3, c: [{ name: 'web', image: 'x' }] } }
  equal(touches(whole, '.spec.replicas'), true)
  equal(touches(whole, '.spec.c[web].image'), true)
  equal(touches(whole, '.spec.c[db].image'), false)
  equal(touches(whole, '.spec.paused'), false)
  equal(touches({ field: '.spec.replicas', from: 1, to: 2 }, '.spec'), true)
  equal(touches({ field: '.spec.replicasMax', from: 1, to: 2 }, '.spec.replicas'), false)
})
