/**
 * A deletion as a table: what is there, what is asked, what comes of it.
 * `now` is 12:00:00; times are of that day.
 */
import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectMeta } from '@muster/api/object.ts'
import { instant } from '@muster/base/clock.ts'
import { type DeletionOptions, type DeletionRules, decideDeletion, endsDeletion } from './deletion.ts'

const NOW = instant(Date.UTC(2026, 0, 1, 12, 0, 0, 700))
const time = (clock: string) => `2026-01-01T${clock}Z`
const podRules: DeletionRules = { grace: (_object, asked) => asked ?? 30 }
const deleting = (clock: string, grace: number) => ({
  deletionTimestamp: time(clock),
  deletionGracePeriodSeconds: grace,
})

interface Row {
  readonly what: string
  readonly metadata?: ObjectMeta
  readonly options?: DeletionOptions
  readonly rules?: DeletionRules
  /** The metadata that is marked, or what else is done. */
  readonly comes: 'delete' | 'nothing' | ObjectMeta
  /** Once it is marked, it goes. */
  readonly andGoes?: true
}

const rows: readonly Row[] = [
  { what: 'nothing holds it', comes: 'delete' },
  {
    what: 'a finalizer holds it',
    metadata: { finalizers: ['a'], generation: 3 },
    comes: { finalizers: ['a'], generation: 4, ...deleting('12:00:00', 0) },
  },
  {
    what: 'a finalizer holds it still',
    metadata: { finalizers: ['a'], generation: 4, ...deleting('11:00:00', 0) },
    comes: { finalizers: ['a'], generation: 4, ...deleting('11:00:00', 0) },
  },
  {
    what: 'a kind without generation',
    metadata: { finalizers: ['a'] },
    comes: { finalizers: ['a'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'foreground',
    options: { propagationPolicy: 'Foreground' },
    comes: { finalizers: ['foregroundDeletion'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'orphan',
    options: { propagationPolicy: 'Orphan' },
    comes: { finalizers: ['orphan'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'orphan, said in the old way',
    options: { orphanDependents: true },
    comes: { finalizers: ['orphan'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'not orphan, said in the old way',
    options: { orphanDependents: false },
    metadata: { finalizers: ['orphan'] },
    comes: 'delete',
  },
  {
    what: 'background over what was set',
    options: { propagationPolicy: 'Background' },
    metadata: { finalizers: ['foregroundDeletion'] },
    comes: 'delete',
  },
  {
    what: 'what was set holds',
    metadata: { finalizers: ['orphan', 'a'] },
    comes: { finalizers: ['orphan', 'a'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'another policy replaces it',
    options: { propagationPolicy: 'Foreground' },
    metadata: { finalizers: ['orphan', 'a'] },
    comes: { finalizers: ['a', 'foregroundDeletion'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'a kind that orphans',
    rules: { dependents: 'orphan' },
    comes: { finalizers: ['orphan'], ...deleting('12:00:00', 0) },
  },
  {
    what: 'a kind that orphans, asked not to',
    rules: { dependents: 'orphan' },
    options: { propagationPolicy: 'Background' },
    comes: 'delete',
  },
  {
    what: 'a kind that nobody collects',
    rules: { dependents: 'unsupported' },
    options: { propagationPolicy: 'Foreground' },
    comes: 'delete',
  },

  {
    what: 'grace by default',
    rules: podRules,
    metadata: { generation: 1 },
    comes: { generation: 2, ...deleting('12:00:30', 30) },
  },
  { what: 'grace as asked', rules: podRules, options: { gracePeriodSeconds: 5 }, comes: deleting('12:00:05', 5) },
  {
    what: 'a negative grace is a second',
    rules: podRules,
    options: { gracePeriodSeconds: -9 },
    comes: deleting('12:00:01', 1),
  },
  {
    what: 'no grace',
    rules: podRules,
    options: { gracePeriodSeconds: 0 },
    comes: deleting('12:00:00', 0),
    andGoes: true,
  },
  {
    what: 'no grace, and a finalizer',
    rules: podRules,
    options: { gracePeriodSeconds: 0 },
    metadata: { finalizers: ['a'] },
    comes: { finalizers: ['a'], ...deleting('12:00:00', 0) },
  },
  { what: 'asked again', rules: podRules, metadata: deleting('12:00:20', 30), comes: 'nothing' },
  {
    what: 'asked again for longer',
    rules: podRules,
    options: { gracePeriodSeconds: 60 },
    metadata: deleting('12:00:20', 30),
    comes: 'nothing',
  },
  {
    what: 'asked again for less',
    rules: podRules,
    options: { gracePeriodSeconds: 15 },
    metadata: { generation: 2, ...deleting('12:00:20', 30) },
    comes: { generation: 2, ...deleting('12:00:05', 15) },
  },
  {
    what: 'asked again for less than has passed',
    rules: podRules,
    options: { gracePeriodSeconds: 5 },
    metadata: deleting('12:00:20', 30),
    comes: deleting('12:00:00', 1),
  },
  {
    what: 'confirmed by its agent',
    rules: podRules,
    options: { gracePeriodSeconds: 0 },
    metadata: deleting('12:00:20', 30),
    comes: deleting('12:00:00', 0),
    andGoes: true,
  },
  {
    what: 'confirmed, and a finalizer',
    rules: podRules,
    options: { gracePeriodSeconds: 0 },
    metadata: { finalizers: ['a'], ...deleting('12:00:20', 30) },
    comes: { finalizers: ['a'], ...deleting('12:00:00', 0) },
  },
  { what: 'its grace is over', rules: podRules, metadata: deleting('11:59:00', 0), comes: 'delete' },
]

for (const { what, metadata = {}, options = {}, rules = {}, comes, andGoes } of rows) {
  test(`${what}: ${typeof comes === 'string' ? comes : 'mark'}`, () => {
    const object = { apiVersion: 'v1', kind: 'Pod', metadata: structuredClone({ name: 'web', ...metadata }) }
    const deletion = decideDeletion(object, options, rules, NOW)
    if (typeof comes === 'string') equal(deletion.do, comes)
    else {
      equal(deletion.do, andGoes ? 'mark-then-delete' : 'mark')
      deepEqual('object' in deletion && deletion.object.metadata, { name: 'web', ...comes })
    }
  })
}

test('an update ends a deletion when nobody holds it back', () => {
  const gone = deleting('11:00:00', 0)
  equal(endsDeletion(gone, {}), true)
  equal(endsDeletion({ deletionTimestamp: time('11:00:00') }, {}), true)
  equal(endsDeletion(gone, { finalizers: [] }), true)
  equal(endsDeletion(gone, { finalizers: ['a'] }), false)
  equal(endsDeletion({}, {}), false)
  equal(endsDeletion(deleting('12:00:20', 30), {}), false)
})

test('a kind may be held by more than finalizers, and say more of what is going', () => {
  const rules: DeletionRules = {
    isHeld: ({ spec }) => JSON.stringify(spec).includes('kubernetes'),
    whenMarked: (object) => {
      object.status = { phase: 'Terminating' }
    },
  }
  const namespace = (...finalizers: string[]) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'shop' },
    spec: { finalizers },
  })
  deepEqual(decideDeletion(namespace('kubernetes'), {}, rules, NOW), {
    do: 'mark',
    object: {
      ...namespace('kubernetes'),
      metadata: { name: 'shop', ...deleting('12:00:00', 0) },
      status: { phase: 'Terminating' },
    },
  })
  deepEqual(decideDeletion(namespace(), {}, rules, NOW), { do: 'delete' })
})
