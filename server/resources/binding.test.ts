/** A pod gets its node once, by the pod's own path or by that of bindings. */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { systemClock } from '@muster/base/system.ts'
import { openAsk } from '../testing/ask.ts'

const SPACE = '/api/v1/namespaces/default'
const POD = `${SPACE}/pods/web`

async function open(t: TestContext, more: object = {}) {
  const { api, ask } = await openAsk({ clock: systemClock })
  t.after(() => api.close())
  equal((await ask('POST', `${SPACE}/serviceaccounts`, { metadata: { name: 'default' } })).status, 201)
  const made = await ask('POST', `${SPACE}/pods`, {
    metadata: { name: 'web', labels: { app: 'web' }, annotations: { kept: 'yes' } },
    spec: { containers: [{ name: 'main', image: 'example.test/web:1' }], ...more },
  })
  equal(made.status, 201, made.body.message)
  const bind = (more: object = {}, path = `${POD}/binding`) =>
    ask('POST', path, {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name: 'web' },
      target: { kind: 'Node', name: 'n1' },
      ...more,
    })
  const pod = async () => (await ask('GET', POD)).body
  return { ask, bind, pod }
}

for (const [what, path] of [
  ['its own path', `${POD}/binding`],
  ['the path of bindings', `${SPACE}/bindings`],
] as const) {
  test(`a pod is bound by ${what}`, async (t) => {
    const { ask, bind, pod } = await open(t)
    const hinted = await ask('PATCH', `${POD}/status`, { status: { nominatedNodeName: 'n2' } }, MERGE)
    equal(hinted.status, 200, hinted.body.message)
    const metadata = { name: 'web', labels: { zone: 'a' }, annotations: { by: 'a scheduler' } }
    const { status, body } = await bind({ metadata }, path)
    equal(status, 201, body.message)
    deepEqual(body, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 })
    const bound = await pod()
    equal(bound.spec.nodeName, 'n1')
    deepEqual(bound.metadata.labels, { app: 'web', zone: 'a' })
    deepEqual(bound.metadata.annotations, { kept: 'yes', by: 'a scheduler' })
    equal(bound.status.nominatedNodeName, undefined)
    const [condition, ...others] = conditionsOf(bound.status)
    deepEqual([condition?.type, condition?.status, others], ['PodScheduled', 'True', []])
    match(String(condition?.lastTransitionTime), /^\d{4}-/)
    const again = await bind({ metadata, target: { name: 'n2' } }, path)
    equal(again.status, 409)
    equal(
      again.body.message,
      'Operation cannot be fulfilled on pods/binding "web": pod web is already assigned to node "n1"',
    )
    equal((await pod()).metadata.resourceVersion, bound.metadata.resourceVersion)
  })
}

test('who binds first wins, however many try at once', async (t) => {
  const { bind, pod } = await open(t)
  const nodes = ['n1', 'n2', 'n3', 'n4']
  const codes = await Promise.all(nodes.map(async (name) => (await bind({ target: { name } })).status))
  deepEqual(codes.toSorted(), [201, 409, 409, 409])
  equal((await pod()).spec.nodeName, nodes[codes.indexOf(201)])
})

test('a binding that is tried binds nothing', async (t) => {
  const { bind, pod } = await open(t)
  equal((await bind({}, `${POD}/binding?dryRun=All`)).status, 201)
  equal((await pod()).spec.nodeName, undefined)
})

test(`a binding by the pod's own path means the pod of its uid, and the version that it names`, async (t) => {
  const { bind, pod } = await open(t)
  const { uid, resourceVersion } = (await pod()).metadata
  const other = await bind({ metadata: { name: 'web', uid: 'another' } })
  equal(other.status, 409)
  match(other.body.message, /^Operation cannot be fulfilled on pods "web": .*UID in precondition: another/)
  equal((await bind({ metadata: { name: 'web', uid, resourceVersion: '1' } })).status, 409)
  equal((await pod()).spec.nodeName, undefined)
  equal((await bind({ metadata: { name: 'web', uid, resourceVersion } })).status, 201)
})

const REFUSED: readonly (readonly [why: string, binding: object, code: number, message: RegExp])[] = [
  ['of another name', { metadata: { name: 'api' } }, 400, /^name in URL does not match name in Binding object$/],
  ['to nothing', { target: { kind: 'Node', name: '' } }, 500, /target\.name: Required value$/],
  ['to a pod', { target: { kind: 'Pod', name: 'x' } }, 500, /target\.kind: Unsupported value: "Pod"/],
]
for (const [why, binding, code, message] of REFUSED) {
  test(`a binding ${why} is refused`, async (t) => {
    const { bind, pod } = await open(t)
    const { status, body } = await bind(binding)
    equal(status, code)
    match(body.message, message)
    equal((await pod()).spec.nodeName, undefined)
  })
}

test('a pod that waits behind a gate, goes, or is not there is not bound', async (t) => {
  const { ask, bind, pod } = await open(t, { schedulingGates: [{ name: 'example.test/wait' }] })
  const gated = await bind()
  equal(gated.status, 409)
  match(gated.body.message, /: pod web has non-empty \.spec\.schedulingGates$/)
  const held = await ask('PATCH', POD, { metadata: { finalizers: ['example.test/hold'] } }, MERGE)
  equal(held.status, 200, held.body.message)
  equal((await ask('DELETE', POD)).status, 200)
  ok((await pod()).metadata.deletionTimestamp)
  match((await bind()).body.message, /: pod web is being deleted, cannot be assigned to a host$/)
  equal((await bind({ metadata: { name: 'nobody' } }, `${SPACE}/pods/nobody/binding`)).status, 404)
  equal((await ask('GET', `${POD}/binding`)).status, 405)
})

const MERGE = 'application/merge-patch+json'

interface Condition {
  readonly type: string
  readonly status: string
  readonly lastTransitionTime?: string
}
const conditionsOf = (status: Readonly<Record<string, unknown>>): readonly Condition[] =>
  Array.isArray(status.conditions) ? status.conditions : []
