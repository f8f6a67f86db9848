import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonObject } from '../object.ts'
import { definition } from './v2.ts'

const rows: readonly (readonly [why: string, v3: JsonObject, v2: JsonObject])[] = [
  [
    'a wrapped reference stands beside its description',
    { allOf: [{ $ref: '#/components/schemas/a.B' }], description: 'b', default: {} },
    { $ref: '#/definitions/a.B', description: 'b' },
  ],
  [
    'a text or a number is a text',
    { format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] },
    { format: 'int-or-string', type: 'string' },
  ],
  [
    'what v2 has no words for is left out, at any depth',
    {
      type: 'object',
      additionalProperties: { type: 'array', items: { type: 'string', default: 'a', not: { enum: ['b'] } } },
    },
    { type: 'object', additionalProperties: { type: 'array', items: { type: 'string' } } },
  ],
  [
    'a field that may be null has no type, and is not required',
    {
      type: 'object',
      required: ['a', 'b'],
      properties: { a: { type: 'string', nullable: true }, b: { type: 'string' } },
    },
    { type: 'object', required: ['b'], properties: { a: {}, b: { type: 'string' } } },
  ],
  [
    'what holds anything has no type',
    {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { a: { type: 'string' } },
    },
    { 'x-kubernetes-preserve-unknown-fields': true },
  ],
  [
    'a kind that holds anything is an object, and nothing more',
    {
      type: 'object',
      'x-kubernetes-preserve-unknown-fields': true,
      properties: { spec: {} },
      'x-kubernetes-group-version-kind': [{ group: 'a', kind: 'B', version: 'v1' }],
    },
    { type: 'object', 'x-kubernetes-group-version-kind': [{ group: 'a', kind: 'B', version: 'v1' }] },
  ],
  ['a list without items has no type', { type: 'array' }, {}],
]

for (const [why, v3, v2] of rows) test(why, () => deepEqual(definition(v3), v2))
