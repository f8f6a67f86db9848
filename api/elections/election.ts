/** An election: of all who stand in it, one leads at a time. What it says of itself is written by the server. */
import Type from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import { COORDINATION_GROUP, conditionsSchema } from './words.ts'

/** How long a candidate stays that is not heard of, unless the election says otherwise. As client-go's leases have it. */
export const SESSION_SECONDS = 15

/** The kind. */
export const ElectionKind = defineKind({
  group: COORDINATION_GROUP,
  version: 'v1',
  kind: 'Election',
  plural: 'elections',
  description:
    'Of all candidates of an election the one that came first leads, for as long as it is there. What it writes with the fence of its term is refused from the moment on that its term is over.',
  spec: Type.Object({
    sessionSeconds: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 3600,
        default: SESSION_SECONDS,
        description: 'A candidate that has not renewed for so long is gone. It should renew three times as often.',
      }),
    ),
  }),
  status: Type.Object({
    leader: Type.Optional(
      Type.Object(
        {
          candidate: Type.String({ description: 'The name of its Candidate.' }),
          identity: Type.String({ description: 'What it calls itself.' }),
          term: Type.String({ description: 'The resourceVersion of its Candidate, which is what its fence names.' }),
          since: Type.String({ description: 'Since when it leads.' }),
        },
        { description: 'Who leads; absent while nobody does.' },
      ),
    ),
    terms: Type.Optional(Type.Integer({ description: 'How many leaders there have been.' })),
    waiting: Type.Optional(Type.Integer({ description: 'How many candidates stand behind the leader.' })),
    candidates: Type.Optional(
      Type.Array(
        Type.Object({
          candidate: Type.String({ description: 'The name of its Candidate.' }),
          identity: Type.String({ description: 'What it calls itself.' }),
        }),
        { description: 'Who stands, in the order in which they would lead.' },
      ),
    ),
    conditions: Type.Optional(conditionsSchema('Led: whether somebody leads, and why it is who it is.')),
  }),
  columns: [
    { name: 'Leader', type: 'string', path: '.status.leader.identity', description: 'Who leads.' },
    { name: 'Term', type: 'string', path: '.status.leader.term', description: 'What its fence names.' },
    { name: 'Since', type: 'date', path: '.status.leader.since', description: 'Since when it leads.' },
    { name: 'Waiting', type: 'integer', path: '.status.waiting', description: 'Candidates behind the leader.' },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp', description: 'How old the election is.' },
  ],
})

/** An object of it. */
export type Election = ResourceOf<typeof ElectionKind>
