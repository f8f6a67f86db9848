import { equal } from 'node:assert/strict'
import { test } from 'node:test'
import Type from 'typebox'
import { defineKind } from '../define-kind.ts'
import { referenceOf } from './reference.ts'

test('a page says what was written down with a kind', () => {
  const machine = defineKind({
    group: 'hardware.example.com',
    version: 'v1',
    kind: 'Machine',
    plural: 'machines',
    shortNames: ['m'],
    categories: ['all'],
    scope: 'Cluster',
    description: 'A machine that work can be put on.',
    spec: Type.Object({
      size: Type.Enum(['Small', 'Large'], { default: 'Small', description: 'How large it is.' }),
      memory: Type.Integer({ exclusiveMinimum: 0, maximum: 64, description: 'In GiB.' }),
      disks: Type.Optional(
        Type.Array(Type.Object({ name: Type.String({ pattern: '^a|b$' }) }), { description: 'Disks.', maxItems: 4 }),
      ),
      labels: Type.Optional(Type.Record(Type.String(), Type.Object({ value: Type.Optional(Type.String()) }))),
      port: Type.Optional(Type.Union([Type.Integer(), Type.String()])),
      note: Type.Optional(Type.Union([Type.String({ minLength: 1 }), Type.Null()])),
      more: Type.Optional(Type.Unknown()),
    }),
    status: Type.Object({ phase: Type.Optional(Type.String({ description: 'Where it\nstands.' })) }),
    columns: [{ name: 'Phase', type: 'string', path: '.status.phase', description: 'Where it stands.' }],
  })
  equal(
    referenceOf([machine]),
    `## Machine

A machine that work can be put on.

|  |  |
| --- | --- |
| apiVersion | \`hardware.example.com/v1\` |
| names | \`machines\`, \`machine\`, \`m\` |
| categories | \`all\` |
| scope | Cluster |

### spec

| field | type | default | description |
| --- | --- | --- | --- |
| \`spec.size\` | string | \`"Small"\` | How large it is. One of \`"Small"\`, \`"Large"\`. |
| \`spec.memory\` | integer | required | In GiB. Above 0; at most 64. |
| \`spec.disks\` | list of object |  | Disks. At most 4 items. |
| \`spec.disks[].name\` | string | required | Matches \`^a\\|b$\`. |
| \`spec.labels\` | map of object |  |  |
| \`spec.labels[*].value\` | string |  |  |
| \`spec.port\` | integer or string |  |  |
| \`spec.note\` | string |  | At least 1 character; may be null. |
| \`spec.more\` | anything |  |  |

### status

| field | type | default | description |
| --- | --- | --- | --- |
| \`status.phase\` | string |  | Where it stands. |

### Columns

| column | from | description |
| --- | --- | --- |
| Phase | \`.status.phase\` | Where it stands. |
`,
  )
})
