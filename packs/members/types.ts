/** The kinds of the members: clusters that a hub knows of. */
import { defineKind, type ResourceOf } from '@muster/api/define-kind.ts'
import { Type } from 'typebox'

const Text = (description: string) => Type.String({ description })

/** A cluster that is a member of the fleet. Its name is the one under which its mirror is read. */
export const ClusterKind = defineKind({
  group: 'fleet.muster.dev',
  version: 'v1',
  kind: 'Cluster',
  plural: 'clusters',
  scope: 'Cluster',
  description: 'A Kubernetes cluster that is a member of the fleet.',
  spec: Type.Object({
    region: Type.Optional(Text('Where it is, in the large.')),
    zone: Type.Optional(Text('Where it is within its region.')),
    cell: Type.Optional(Text('The unit of failure and of release that it belongs to.')),
    importance: Type.Optional(
      Type.Enum(['Low', 'Normal', 'High', 'Critical'], {
        description: 'What is tried comes to the least important first.',
      }),
    ),
    protected: Type.Optional(
      Type.Boolean({ description: 'Nothing that ends work in it is done without a human decision.' }),
    ),
    taints: Type.Optional(
      Type.Array(
        Type.Object({
          key: Text('What repels.'),
          value: Type.Optional(Text('More of it.')),
          effect: Type.Enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
        }),
        { description: 'What keeps applications away that do not tolerate it.' },
      ),
    ),
    paused: Type.Optional(Type.Boolean({ description: 'Nothing is asked of it; what is written down stays.' })),
    mirror: Type.Optional(
      Type.Object({
        exclude: Type.Optional(
          Type.Array(Type.String(), {
            description: 'Resources that are not mirrored: `events`, `leases.coordination.k8s.io`.',
          }),
        ),
        secrets: Type.Optional(
          Type.Enum(['None', 'Metadata', 'Values'], {
            default: 'Metadata',
            description: 'How much of Secrets is asked for. Values are not, unless somebody says so here.',
          }),
        ),
        requestsPerSecond: Type.Optional(
          Type.Integer({
            minimum: 1,
            maximum: 100,
            default: 20,
            description: 'How many requests its API server gets at most; each page of a list and each watch is one.',
          }),
        ),
      }),
    ),
  }),
  status: Type.Object({
    version: Type.Optional(Text('Of its API server.')),
    uid: Type.Optional(Text('Of its namespace kube-system: what tells it from any other cluster.')),
    nodes: Type.Optional(Type.Integer({ description: 'Nodes that its mirror holds.' })),
    kinds: Type.Optional(Type.Integer({ description: 'Resources that are mirrored.' })),
    objects: Type.Optional(Type.Integer({ description: 'Objects that its mirror holds.' })),
    latencyMilliseconds: Type.Optional(
      Type.Integer({ description: 'How long its API server took for the last look.' }),
    ),
    lastHeardTime: Type.Optional(Text('When its API server answered last.')),
    refused: Type.Optional(
      Type.Array(Type.Object({ resource: Type.String(), why: Type.String() }), {
        description: 'Resources that cannot be mirrored, and why.',
      }),
    ),
    gaps: Type.Optional(
      Type.Array(Type.Object({ resource: Type.String(), from: Type.String(), to: Type.String(), why: Type.String() }), {
        description:
          'Times whose changes were not seen one by one: only what they came to. The newest of each resource.',
      }),
    ),
    conditions: Type.Optional(
      Type.Array(
        Type.Object({
          type: Type.String(),
          status: Type.Enum(['True', 'False', 'Unknown']),
          reason: Type.String(),
          message: Type.String(),
          lastTransitionTime: Type.String(),
          observedGeneration: Type.Optional(Type.Integer()),
        }),
      ),
    ),
  }),
  columns: [
    { name: 'Region', type: 'string', path: '.spec.region' },
    { name: 'Version', type: 'string', path: '.status.version' },
    { name: 'Nodes', type: 'integer', path: '.status.nodes' },
    { name: 'Objects', type: 'integer', path: '.status.objects' },
    { name: 'Connected', type: 'string', path: '.status.conditions[?(@.type=="Connected")].status' },
    { name: 'Mirrored', type: 'string', path: '.status.conditions[?(@.type=="Mirrored")].status' },
    { name: 'Why', type: 'string', path: '.status.conditions[?(@.type=="Mirrored")].message', priority: 1 },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp' },
  ],
})

/** A cluster that is a member of the fleet. */
export type Cluster = ResourceOf<typeof ClusterKind>
