/** Makes an object what it was: posted to `.../NAME/revert`, and not kept. */
import Type from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import { HISTORY_GROUP } from './types.ts'

/** The kind of the request. */
export const RevertKind = defineKind({
  group: HISTORY_GROUP,
  version: 'v1',
  kind: 'Revert',
  plural: 'reverts',
  description: 'Makes an object what it was at a revision or at a time, as one ordinary update or creation.',
  spec: Type.Object({
    revision: Type.Optional(
      Type.String({ pattern: '^[0-9]+$', description: 'The state as of this revision. Either this or asOf.' }),
    ),
    asOf: Type.Optional(
      Type.String({
        description: 'The state at this time, such as 2026-11-23T03:00:00Z, or so long ago, such as -10m.',
      }),
    ),
    reason: Type.Optional(Type.String({ maxLength: 1024, description: 'Why, in words; kept with the write.' })),
  }),
})

/** The request. */
export type Revert = ResourceOf<typeof RevertKind>
