/** Ties service accounts to a Lease: of all who write as them, only the replica that holds the Lease may. */
import Type from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import { COORDINATION_GROUP, conditionsSchema } from './words.ts'

/** What is written by those who wait, too, unless a guard says otherwise. */
export const EXCEPT_BY_DEFAULT = [
  { group: '', resource: 'events' },
  { group: 'events.k8s.io', resource: 'events' },
]

/** The kind. */
export const LeaseGuardKind = defineKind({
  group: COORDINATION_GROUP,
  version: 'v1',
  kind: 'LeaseGuard',
  plural: 'leaseguards',
  description:
    'For operators that elect their leader by a Lease of coordination.k8s.io and know of no fence: what service accounts write is refused unless it comes from the replica that holds the Lease, in the very moment of the write. The replica is known by the pod, or the node, to which its token is bound; the part of holderIdentity before the first _ must be its name, as client-go has it.',
  spec: Type.Object({
    lease: Type.String({ minLength: 1, maxLength: 253, description: 'The Lease, in the namespace of the guard.' }),
    serviceAccounts: Type.Array(Type.String({ minLength: 1, maxLength: 253 }), {
      minItems: 1,
      maxItems: 16,
      description: 'Whose writes, wherever they go: names of service accounts in the namespace of the guard.',
    }),
    writer: Type.Optional(
      Type.Enum(['Pod', 'Node'], {
        default: 'Pod',
        description:
          'By what of its token a replica is known: its pod; or its node, for pods on the network of their node, whose host name is that of the node.',
      }),
    ),
    except: Type.Optional(
      Type.Array(
        Type.Object({
          group: Type.Optional(Type.String({ description: 'The API group; the core group when absent or empty.' })),
          resource: Type.String({ minLength: 1, description: 'The plural name, such as configmaps.' }),
        }),
        {
          maxItems: 32,
          description: 'What may be written without the Lease; events when absent. The Lease always may.',
        },
      ),
    ),
  }),
  status: Type.Object({
    holder: Type.Optional(Type.String({ description: 'Who holds the Lease.' })),
    conditions: Type.Optional(
      conditionsSchema('Held: whether there is a replica whose writes pass, and why it is who it is.'),
    ),
  }),
  columns: [
    { name: 'Lease', type: 'string', path: '.spec.lease', description: 'The Lease.' },
    { name: 'Holder', type: 'string', path: '.status.holder', description: 'Who holds it.' },
    {
      name: 'Held',
      type: 'string',
      path: '.status.conditions[?(@.type=="Held")].reason',
      description: 'Whether there is a replica whose writes pass.',
    },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp', description: 'How old the guard is.' },
  ],
})

/** An object of it. */
export type LeaseGuard = ResourceOf<typeof LeaseGuardKind>
