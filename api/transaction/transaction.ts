/**
 * Several writes that happen together or not at all: posted like an access review, and not kept.
 *
 *     create · update · apply · patch · delete     what a request of that verb would do
 *     check                                        an object is there, is this version, or is not there
 */
import Type, { type Static } from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import type { FieldChange } from '../history/changes.ts'
import { validateOperations } from './validate.ts'

/** The group of it. */
export const TRANSACTION_GROUP = 'muster.dev'
/** Its plural name. */
export const TRANSACTIONS = 'transactions'

/** A commit of the store takes 100 writes, and what goes along with them (accounts of quotas) is among those. */
export const OPERATIONS_MAX = 100

const Preconditions = Type.Object(
  {
    resourceVersion: Type.Optional(Type.String({ description: 'It has this version.' })),
    uid: Type.Optional(Type.String({ description: 'It is the object with this uid.' })),
  },
  { description: 'What must be so of the object; the transaction is refused with 409 otherwise.' },
)

const Target = Type.Object(
  {
    apiVersion: Type.String({ minLength: 1 }),
    kind: Type.String({ minLength: 1 }),
    name: Type.String({ minLength: 1 }),
    namespace: Type.Optional(Type.String({ description: 'Empty for what lives in none.' })),
  },
  { description: 'The object of a patch, delete or check.' },
)

const OperationSchema = Type.Object({
  verb: Type.Enum(['create', 'update', 'apply', 'patch', 'delete', 'check'], { description: 'What is to be done.' }),
  object: Type.Optional(
    Type.Unknown({
      description:
        'Of a create, update or apply: the object, as it would be sent. An owner reference without uid means an object of an earlier operation.',
    }),
  ),
  target: Type.Optional(Target),
  subresource: Type.Optional(
    Type.Enum(['status', 'scale'], { description: 'Of an update, apply or patch: the part that it is about.' }),
  ),
  patchType: Type.Optional(Type.Enum(['json', 'merge', 'strategic'], { description: 'The form of the patch.' })),
  patch: Type.Optional(Type.Unknown({ description: 'A list of a JSON patch, or an object of a merge patch.' })),
  fieldManager: Type.Optional(
    Type.String({ maxLength: 128, description: 'Who owns what changes; that of the request when absent.' }),
  ),
  force: Type.Optional(Type.Boolean({ description: 'Of an apply: take over what others own.' })),
  preconditions: Type.Optional(Preconditions),
  absent: Type.Optional(Type.Boolean({ description: 'Of a check: the object is not there.' })),
  propagationPolicy: Type.Optional(
    Type.Enum(['Orphan', 'Background', 'Foreground'], { description: 'Of a delete: what becomes of dependents.' }),
  ),
  gracePeriodSeconds: Type.Optional(Type.Integer({ description: 'Of a delete: how long it may take to end.' })),
})

/** One operation. */
export type Operation = Static<typeof OperationSchema>

const Result = Type.Object({
  verb: Type.String(),
  apiVersion: Type.String(),
  kind: Type.String(),
  name: Type.String(),
  namespace: Type.Optional(Type.String()),
  subresource: Type.Optional(Type.String()),
  result: Type.Enum(['created', 'updated', 'unchanged', 'deleted', 'checked'], {
    description: 'What was done; what would be, in a dry run. An object that waits for its finalizers is updated.',
  }),
  uid: Type.Optional(Type.String()),
  resourceVersion: Type.Optional(Type.String({ description: 'That of its write; absent in a dry run.' })),
  fields: Type.Optional(
    Type.Array(Type.Unknown(), { description: 'In a dry run, what would change: field, from, to.' }),
  ),
  moreFields: Type.Optional(Type.Integer({ description: 'How many more fields would change.' })),
  fieldsHidden: Type.Optional(Type.String({ description: 'Why no fields are told.' })),
})

const Declared = defineKind({
  group: TRANSACTION_GROUP,
  version: 'v1',
  kind: 'Transaction',
  plural: TRANSACTIONS,
  scope: 'Cluster',
  description: 'Writes of several objects of one logical cluster that happen together, in one commit, or not at all.',
  spec: Type.Object({
    reason: Type.Optional(Type.String({ maxLength: 1024, description: 'Why, in words; kept with each write.' })),
    dryRun: Type.Optional(Type.Boolean({ description: 'Nothing is written, and the answer tells what would be.' })),
    operations: Type.Array(OperationSchema, {
      minItems: 1,
      maxItems: OPERATIONS_MAX,
      description: 'Each sees what those before it have done. No object is named twice.',
    }),
  }),
  status: Type.Object({
    id: Type.String({ description: 'Names it in the history of each object, and in the audit log.' }),
    applied: Type.Boolean({ description: 'False for a dry run.' }),
    resourceVersion: Type.Optional(Type.String({ description: 'From here on all of it is there.' })),
    results: Type.Array(Result, { description: 'Of each operation, in order.' }),
  }),
  rules: { validate: ({ spec }) => validateOperations(spec.operations) },
})

/** The kind. It can be created and nothing else. */
export const TransactionKind: typeof Declared = { ...Declared, verbs: ['create'] }

/** What became of one operation. */
export type OperationResult = Omit<Static<typeof Result>, 'fields'> & { fields?: readonly FieldChange[] }

/** An object of it. */
export type Transaction = ResourceOf<typeof Declared>
