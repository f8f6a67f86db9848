import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import { inTextOrder } from './text-order.ts'

const unknown = (path: string) => `unknown field "${path}"`
const twice = (path: string) => `duplicate field "${path}"`

const cases: readonly (readonly [text: string, found: readonly string[], told: readonly string[]])[] = [
  [
    '{"spec":{"nope":1,"replicas":2,"replicas":3}}',
    [twice('spec.replicas'), unknown('spec.nope')],
    [unknown('spec.nope'), twice('spec.replicas')],
  ],
  // Where it stands again, not where it stands first.
  ['{"a":1,"nope":2,"a":3}', [twice('a'), unknown('nope')], [unknown('nope'), twice('a')]],
  ['{"a":1,"a":2,"nope":[{"a":1}]}', [unknown('nope'), twice('a')], [twice('a'), unknown('nope')]],
  [
    '{"list":[{"x":1},{"x":1,"x":2,"y":0}]}',
    [unknown('list[1].y'), twice('list[1].x')],
    [twice('list[1].x'), unknown('list[1].y')],
  ],
  // What is not in the text is told last rather than lost.
  ['{"a":1}', [unknown('b')], [unknown('b')]],
]

test('what strict decoding found is told in the order of the text', () => {
  for (const [text, found, told] of cases) deepEqual(inTextOrder(text, found), told, text)
})
