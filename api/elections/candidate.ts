/**
 * A candidate of an election: a session of one process. It is written once, when it is created, and goes when it is
 * deleted or has not been renewed in time. So its resourceVersion is the revision at which it came to be: its term.
 */
import Type from 'typebox'
import { defineKind, type ResourceOf } from '../define-kind.ts'
import { invalid } from '../field-error.ts'
import type { OwnSubresource } from '../kind.ts'
import { checkLabel } from '../names.ts'
import { type COORDINATION_API_VERSION, COORDINATION_GROUP } from './words.ts'

const declared = defineKind({
  group: COORDINATION_GROUP,
  version: 'v1',
  kind: 'Candidate',
  plural: 'candidates',
  description: 'One who stands in an election, for as long as it renews. Of all who do, the one that came first leads.',
  spec: Type.Object({
    election: Type.String({ minLength: 1, description: 'The Election of the same namespace. It must be there.' }),
    identity: Type.String({ minLength: 1, maxLength: 253, description: 'What it calls itself, for people.' }),
    session: Type.Optional(
      Type.Object(
        {
          lease: Type.Optional(Type.String({ description: "The store's lease that this object lives by." })),
          user: Type.Optional(Type.String({ description: 'Who may renew it: the user that created it.' })),
          seconds: Type.Optional(Type.Integer({ description: 'How long it stays without being renewed.' })),
        },
        { description: 'Set by the server.' },
      ),
    ),
  }),
  selectableFields: ['.spec.election'],
  columns: [
    { name: 'Election', type: 'string', path: '.spec.election', description: 'In which it stands.' },
    { name: 'Identity', type: 'string', path: '.spec.identity', description: 'What it calls itself.' },
    { name: 'Age', type: 'date', path: '.metadata.creationTimestamp', description: 'Since when it stands.' },
  ],
  rules: {
    prepareForCreate({ spec }) {
      delete spec.session
    },
    validate: ({ metadata, spec }) => [
      ...(isNameIn(spec.election, metadata.name ?? '')
        ? []
        : [
            invalid(
              'metadata.name',
              metadata.name,
              `must be the name of the election, a dot and a label, such as ${spec.election}.a1`,
            ),
          ]),
      // It would outlive its session.
      ...(metadata.finalizers?.length
        ? [invalid('metadata.finalizers', metadata.finalizers, 'a candidate may have none')]
        : []),
    ],
  },
})

const RENEW: OwnSubresource = { name: 'renew', kind: 'Candidate', verbs: ['create'] }

/** The kind. Nothing changes a candidate, so there is no update and no patch. */
export const CandidateKind: typeof declared = {
  ...declared,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'watch'],
  versions: declared.versions.map((version) => ({
    ...version,
    subresources: { ...version.subresources, others: [RENEW] },
  })),
  // It goes at once, whatever a DELETE says: a write that marks it would free it of its session.
  rules: { ...declared.rules, dependents: 'unsupported' },
}

/** An object of it. */
export type Candidate = ResourceOf<typeof CandidateKind>

/** Answer to POST `candidates/NAME/renew`: where it stands. */
export interface Renewal {
  readonly kind: 'Renewal'
  readonly apiVersion: typeof COORDINATION_API_VERSION
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly status: {
    readonly leads: boolean
    /** Its own, by which it writes once it leads. */
    readonly term: string
    readonly leader: { readonly candidate: string; readonly identity: string; readonly term: string }
    /** As of which revision. Whoever has just been elected acts once he has seen everything up to here. */
    readonly revision: string
    /** It is to renew before so much time has passed. */
    readonly sessionSeconds: number
  }
}

/** The election that a candidate of this name stands in. */
export const electionOf = (name: string): string => name.slice(0, Math.max(0, name.lastIndexOf('.')))

const isNameIn = (election: string, name: string): boolean =>
  electionOf(name) === election && checkLabel(name.slice(name.lastIndexOf('.') + 1)).length === 0
