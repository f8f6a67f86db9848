/** How long the past of some objects is kept, once the whole state of that time can no longer be read. */
import Type from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import { HISTORY_GROUP } from './types.ts'

/** The kind. Cluster-scoped: what is kept is a matter of those who run the cluster. */
export const RetentionPolicyKind = defineKind({
  group: HISTORY_GROUP,
  version: 'v1',
  kind: 'RetentionPolicy',
  plural: 'retentionpolicies',
  scope: 'Cluster',
  description:
    'How many old versions of objects are kept, and for how long. Within the window of the server everything is kept; a policy decides what stays after that. The newest version of what is there always stays.',
  spec: Type.Object({
    resources: Type.Array(
      Type.Object({
        group: Type.Optional(Type.String({ description: 'The API group; the core group when absent or empty.' })),
        resource: Type.String({ minLength: 1, description: 'The plural name, such as deployments.' }),
      }),
      { minItems: 1, maxItems: 32, description: 'Of which resources.' },
    ),
    namespaces: Type.Optional(
      Type.Array(Type.String({ minLength: 1 }), {
        maxItems: 32,
        description: 'In which namespaces; in all when absent.',
      }),
    ),
    versions: Type.Optional(
      Type.Integer({
        minimum: 0,
        maximum: 100000,
        description: 'At most this many versions of each object; 0 keeps none.',
      }),
    ),
    age: Type.Optional(
      Type.String({ pattern: '^[0-9]+(h|d)$', description: 'Only versions no older than this, such as 720h or 30d.' }),
    ),
  }),
  status: Type.Object({
    observedGeneration: Type.Optional(Type.Integer({ description: 'The generation that the rest speaks of.' })),
    conditions: Type.Optional(
      Type.Array(
        Type.Object({
          type: Type.String({ description: 'Applied.' }),
          status: Type.String({ description: 'True or False.' }),
          reason: Type.String({ description: 'One word.' }),
          message: Type.String({ description: 'A sentence.' }),
          lastTransitionTime: Type.String({ description: 'Since when.' }),
        }),
        { description: 'Whether the store keeps to it.' },
      ),
    ),
  }),
  columns: [
    { name: 'Versions', type: 'integer', path: '.spec.versions', description: 'Versions kept of each object.' },
    { name: 'Max Age', type: 'string', path: '.spec.age', description: 'How old a version may be.' },
    {
      name: 'Applied',
      type: 'string',
      path: '.status.conditions[?(@.type=="Applied")].status',
      description: 'Whether the store keeps to it.',
    },
  ],
})

/** An object of it. */
export type RetentionPolicy = ResourceOf<typeof RetentionPolicyKind>
