import { deepEqual } from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta } from '@muster/api/object.ts'
import { decide, type OwnerState, type SeenDependent, type SeenOwner, type Step } from './decide.ts'

const MARKED = { deletionTimestamp: '2026-01-01T00:00:00Z' }

const owner = (is: OwnerState, uid: string = is, blockOwnerDeletion = false): SeenOwner => ({
  reference: { apiVersion: 'v1', kind: 'ConfigMap', name: uid, uid, blockOwnerDeletion },
  is,
})
const dependent = (key: string, more: Partial<SeenDependent> = {}): SeenDependent => ({
  key,
  blocks: false,
  ...more,
})

interface Case {
  readonly when: string
  readonly metadata?: ObjectMeta
  readonly owners?: readonly SeenOwner[]
  readonly dependents?: readonly SeenDependent[]
  readonly ring?: readonly string[]
  readonly step: Step
}

const nothing: Step = { do: 'nothing' }
const cases: readonly Case[] = [
  { when: 'nobody owns it', step: nothing },
  { when: 'its owner is there', owners: [owner('present')], step: nothing },
  { when: 'its owner is absent', owners: [owner('absent')], step: { do: 'delete', policy: 'Background' } },
  {
    when: 'all of its owners are absent',
    owners: [owner('absent', 'a'), owner('absent', 'b')],
    step: { do: 'delete', policy: 'Background' },
  },
  {
    when: 'one owner is there and one is absent',
    owners: [owner('present'), owner('absent', 'b')],
    step: { do: 'drop-owners', uids: ['b'] },
  },
  {
    when: 'one owner is there and one waits',
    owners: [owner('present'), owner('waiting', 'b')],
    step: { do: 'drop-owners', uids: ['b'] },
  },
  {
    when: 'its owner is absent, and it was told to orphan its own',
    metadata: { finalizers: ['orphan'] },
    owners: [owner('absent')],
    step: { do: 'delete', policy: 'Orphan' },
  },
  {
    when: 'its owner is absent, and it was told to wait for its own',
    metadata: { finalizers: ['foregroundDeletion'] },
    owners: [owner('absent')],
    step: { do: 'delete', policy: 'Foreground' },
  },
  {
    when: 'its owner waits, and it owns nothing',
    owners: [owner('waiting')],
    step: { do: 'delete', policy: 'Background' },
  },
  {
    when: 'its owner waits, and it owns something',
    owners: [owner('waiting')],
    dependents: [dependent('x')],
    step: { do: 'delete', policy: 'Foreground' },
  },
  {
    when: 'its owner is absent, and it owns something',
    owners: [owner('absent')],
    dependents: [dependent('x')],
    step: { do: 'delete', policy: 'Background' },
  },
  {
    when: 'it stands in a ring of those that wait',
    metadata: { ...MARKED, finalizers: ['foregroundDeletion'] },
    owners: [owner('waiting', 'a', true), owner('waiting', 'b', true)],
    dependents: [dependent('x', { blocks: true })],
    ring: ['a'],
    step: { do: 'unblock', uids: ['a'] },
  },
  {
    when: 'nobody blocks it in its ring',
    metadata: { ...MARKED, finalizers: ['foregroundDeletion'] },
    owners: [owner('waiting', 'a')],
    dependents: [dependent('x')],
    ring: ['a'],
    step: { do: 'let-go', finalizer: 'foregroundDeletion' },
  },
  {
    when: 'it is on its way already',
    metadata: { ...MARKED, deletionGracePeriodSeconds: 30 },
    owners: [owner('absent')],
    step: nothing,
  },
  {
    when: 'it was marked and nothing holds it, but whoever marked it did not come to delete it',
    metadata: { ...MARKED, deletionGracePeriodSeconds: 0 },
    owners: [owner('present')],
    step: { do: 'delete', policy: 'Background' },
  },
  {
    when: 'it waits for one that blocks it',
    metadata: { ...MARKED, finalizers: ['foregroundDeletion'] },
    dependents: [dependent('x', { blocks: true }), dependent('y')],
    step: nothing,
  },
  {
    when: 'it waits, and nobody blocks it',
    metadata: { ...MARKED, finalizers: ['foregroundDeletion'] },
    dependents: [dependent('y')],
    step: { do: 'let-go', finalizer: 'foregroundDeletion' },
  },
  {
    when: 'it is to leave orphans',
    metadata: { ...MARKED, finalizers: ['orphan'] },
    dependents: [dependent('x'), dependent('y', { blocks: true })],
    step: { do: 'disown', dependents: ['x', 'y'] },
  },
  {
    when: 'it has left orphans',
    metadata: { ...MARKED, finalizers: ['other', 'orphan'] },
    step: { do: 'let-go', finalizer: 'orphan' },
  },
  {
    when: 'it was told both: the kinder one comes first',
    metadata: { ...MARKED, finalizers: ['foregroundDeletion', 'orphan'] },
    dependents: [dependent('x', { blocks: true })],
    step: { do: 'disown', dependents: ['x'] },
  },
  { when: 'it waits for a finalizer of others', metadata: { ...MARKED, finalizers: ['other'] }, step: nothing },
  {
    when: 'its owner cannot be reached, whatever the others are',
    owners: [owner('absent'), owner('unreachable', 'far')],
    step: {
      do: 'leave',
      why: 'the owner ConfigMap far of v1 is of a namespace, and a cluster-scoped object cannot say of which',
      again: false,
    },
  },
  {
    when: 'the kind of its owner is not served, whatever the others are',
    owners: [owner('absent'), owner('unknown', 'far')],
    step: { do: 'leave', why: 'the kind of the owner ConfigMap far of v1 is not served', again: true },
  },
]

for (const { when, metadata = {}, owners = [], dependents = [], ring = [], step } of cases) {
  test(`${step.do} when ${when}`, () => deepEqual(decide({ metadata, owners, dependents, ring }), step))
}
