import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import type { KubeObject } from '@muster/api/object.ts'
import { terminalFor } from '../terminal/terminal.ts'
import { type Branch, grow, membersOf } from './forest.ts'
import { hasFailed, isWell, treeLines, troubleLines } from './lines.ts'
import { inLines } from './show.ts'

const NOW = Date.parse('2026-11-23T10:00:00Z')

function object(kind: string, name: string, owners: readonly string[], more: Partial<KubeObject> = {}): KubeObject {
  const ownerReferences = owners.map((uid) => ({ apiVersion: 'v1', kind: 'Any', name: uid, uid }))
  const metadata = { name, uid: name, namespace: 'shop', creationTimestamp: '2026-11-23T09:59:00Z', ownerReferences }
  return { apiVersion: 'v1', kind, metadata, ...more }
}
const names = ({ object: { metadata }, branches }: Branch): unknown =>
  branches.length === 0 ? metadata.name : { [metadata.name ?? '']: branches.map(names) }
const running = {
  spec: { containers: [{ name: 'a' }], nodeName: 'n1' },
  status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
}

test('a tree is made of owners, by kind and name; what is nobody’s is not in it', () => {
  const all = [
    object('Pod', 'b', ['set']),
    object('Pod', 'a', ['set']),
    object('Job', 'z', ['root']),
    object('ReplicaSet', 'set', ['root']),
    object('Pod', 'stranger', ['other']),
    object('Pod', 'orphan', []),
  ]
  deepEqual(names(grow(object('Deployment', 'root', []), all)), { root: ['z', { set: ['a', 'b'] }] })
})

test('one with two owners is below both, and counted once; owners in a circle end', () => {
  const both = object('Pod', 'both', ['one', 'two'])
  const tree = grow(object('Root', 'root', ['one']), [
    object('Set', 'one', ['root']),
    object('Set', 'two', ['root']),
    both,
  ])
  deepEqual(names(tree), { root: [{ one: ['both'] }, { two: ['both'] }] })
  deepEqual(
    [...membersOf(tree)].map(({ metadata }) => metadata.name),
    ['root', 'one', 'both', 'two'],
  )
  const circle = grow(object('A', 'a', ['b']), [object('A', 'a', ['b']), object('B', 'b', ['a'])])
  deepEqual(names(circle), { a: ['b'] })
})

function spoken(argv: readonly string[] = []) {
  const said: string[] = []
  const sink = { write: (chunk: string | Uint8Array) => said.push(String(chunk)), columns: 90 }
  const terminal = terminalFor({ argv, env: {}, stdout: sink, stderr: sink, invokedAs: 'muster' })
  return { terminal, said }
}

test('many that are well are counted; what is not well is always shown, and why in full', () => {
  const pods = Array.from({ length: 9 }, (_, at) => object('Pod', `p${at}`, ['set'], running))
  const message = 'this image is nowhere to be found, neither here nor there nor anywhere else at all'
  const waiting = { reason: 'ErrImagePull', message }
  pods.push(
    object('Pod', 'p9', ['set'], {
      spec: { containers: [{ name: 'a' }] },
      status: { phase: 'Pending', containerStatuses: [{ name: 'a', state: { waiting } }] },
    }),
  )
  const tree = grow(object('Set', 'set', []), [...pods, object('Old', 'left', ['set'], { spec: { replicas: 0 } })])
  const drawing = { terminal: spoken().terminal, now: NOW, all: false }
  deepEqual(treeLines(tree, drawing), [
    'NAME          KIND   STATUS       AGE   INFO',
    'set           Set    ✔ Healthy    60s',
    '├─ left       Old    ✔ Healthy    60s',
    '├─ p0         Pod    ✔ Healthy    60s   0/1 ready on n1',
    '├─ p1         Pod    ✔ Healthy    60s   0/1 ready on n1',
    '├─ p2         Pod    ✔ Healthy    60s   0/1 ready on n1',
    '├─ p3         Pod    ✔ Healthy    60s   0/1 ready on n1',
    '├─ p4         Pod    ✔ Healthy    60s   0/1 ready on n1',
    '├─ p9         Pod    ! Degraded   60s   a: ErrImagePull, this image is nowhere to be foun…',
    '└─ … 4 more   Pod                       all healthy',
  ])
  deepEqual(troubleLines(tree, drawing), ['', `! pod/p9: a: ErrImagePull, ${message}`])
  equal(treeLines(tree, { ...drawing, all: true }).length, 13)
  const plain = treeLines(tree, { ...drawing, terminal: spoken(['--ascii']).terminal })
  deepEqual(plain.slice(2, 3), ['|- left       Old    [ok] Healthy    60s'])
})

test('a pod that failed is no failure of its owner, who makes up for it; one without an owner is', () => {
  const failed = object('Pod', 'p', ['set'], { status: { phase: 'Failed', reason: 'Evicted' } })
  const naked = object('Pod', 'p', [], { status: { phase: 'Failed', reason: 'Evicted' } })
  deepEqual([isWell(grow(object('Set', 'set', []), [failed])), hasFailed(failed)], [true, false])
  deepEqual([isWell(grow(naked, [])), hasFailed(naked)], [false, true])
  const job = object('Set', 'set', [], { status: { conditions: [{ type: 'Stalled', status: 'True' }] } })
  deepEqual([isWell(grow(job, [failed])), hasFailed(job)], [false, true])
})

test('names of others cannot write to the screen', () => {
  const tree = grow(object('Set', 'a\x1b[2J', []), [])
  equal(treeLines(tree, { terminal: spoken().terminal, now: NOW, all: false })[1]?.includes('\x1b'), false)
})

test('without a screen each change is a line: what came, what became otherwise, what went', () => {
  const { terminal, said } = spoken()
  const clock = { now: () => NOW, elapsed: () => 0, sleep: async () => {} } as never
  const show = inLines({ terminal, clock, output: 'text', kubectl: {} as never })
  const root = object('Set', 'set', [])
  const starting = object('Pod', 'p', ['set'], { spec: running.spec, status: { phase: 'Pending' } })
  show(grow(root, [starting]))
  show(grow(root, [starting]))
  show(grow(root, [object('Pod', 'p', ['set'], running)]))
  show(grow(root, []))
  deepEqual(said, [
    '2026-11-23T10:00:00Z  Set/set  ✔ Healthy\n',
    '2026-11-23T10:00:00Z  Pod/p  ◌ Progressing  starting on n1\n',
    '2026-11-23T10:00:00Z  Pod/p  ◌ Progressing → ✔ Healthy  0/1 ready on n1\n',
    '2026-11-23T10:00:00Z  Pod/p  ✔ Healthy → - Absent  gone on n1\n',
  ])
})
