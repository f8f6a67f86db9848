/** Who is asked, in which order, how often and about what: an API on a simulated clock, webhooks that are functions. */
import { deepEqual, equal, match } from 'node:assert/strict'
import { test } from 'node:test'
import type { Caller } from '@muster/api/caller.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Duration, milliseconds, seconds } from '@muster/base/clock.ts'
import { bytesOf } from '@muster/client/answer.ts'
import { simClock } from '@muster/sim/clock.ts'
import { openTestApi } from '../../testing/open-test-api.ts'

interface Question {
  readonly uid: string
  readonly operation: string
  readonly kind: object
  readonly resource: object
  readonly requestResource: object
  readonly subResource?: string
  readonly object: KubeObject
}
/** A patch, no answer in time, or consent. */
type Hook = (question: Question) => readonly object[] | Duration | undefined

const encoder = new TextEncoder()
const CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'

async function open() {
  const clock = simClock()
  const hooks = new Map<string, Hook>()
  const asked: { path: string; question: Question }[] = []
  const callWebhook: Caller = async ({ url, body }) => {
    const path = new URL(url).pathname.slice(1)
    const question: Question = JSON.parse(new TextDecoder().decode(body)).request
    asked.push({ path, question })
    const said = hooks.get(path)?.(question)
    if (typeof said === 'number') await clock.sleep(said)
    const patch = Array.isArray(said)
      ? { patchType: 'JSONPatch', patch: Buffer.from(JSON.stringify(said)).toString('base64') }
      : {}
    const review = {
      apiVersion: 'admission.k8s.io/v1',
      kind: 'AdmissionReview',
      response: { uid: question.uid, allowed: true, ...patch },
    }
    return { status: 200, contentType: 'application/json', body: encoder.encode(JSON.stringify(review)) }
  }
  const api = await openTestApi({ clock, callWebhook })
  const ask = async (method: string, path: string, body?: object, type = 'application/json') => {
    const answered = await api.handle({
      method,
      path,
      query: new URLSearchParams(),
      headers: { authorization: `Bearer ${api.adminToken}`, 'content-type': type, 'user-agent': 'tester/1' },
      body: body === undefined ? new Uint8Array(0) : encoder.encode(JSON.stringify(body)),
      signal: new AbortController().signal,
    })
    const value: KubeObject & { message?: string } = JSON.parse(Buffer.from(await bytesOf(answered)).toString('utf8'))
    return { status: answered.status, value }
  }
  const configure = async (kind: 'Mutating' | 'Validating', name: string, webhooks: readonly Wanted[]) => {
    const { status, value } = await ask('POST', `${CONFIGURATIONS}/${kind.toLowerCase()}webhookconfigurations`, {
      metadata: { name },
      webhooks: webhooks.map(({ path, ...more }) => ({
        name: `${path}.hooks.test`,
        clientConfig: { url: `https://hooks.test/${path}` },
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        rules: [rule('', 'v1', 'configmaps')],
        ...more,
      })),
    })
    equal(status, 201, value.message)
    await clock.advance(milliseconds(1))
  }
  return { clock, hooks, asked, ask, configure, paths: () => asked.map(({ path }) => path) }
}

interface Wanted extends Record<string, unknown> {
  readonly path: string
}

const rule = (group: string, version: string, ...resources: readonly string[]) => ({
  operations: ['*'],
  apiGroups: [group],
  apiVersions: [version],
  resources,
})

const MAPS = '/api/v1/namespaces/default/configmaps'
const map = { metadata: { name: 'web' }, data: { a: '1' } }
const add = (key: string) => [{ op: 'add', path: `/data/${key}`, value: 'x' }]

test('configurations are asked by name and their webhooks in order; each sees what those before it made', async () => {
  const { hooks, asked, ask, configure, paths } = await open()
  hooks.set('one', () => add('one'))
  hooks.set('two', () => add('two'))
  await configure('Mutating', 'b', [{ path: 'last' }])
  await configure('Mutating', 'a', [{ path: 'one' }, { path: 'two' }])
  await configure('Validating', 'a', [{ path: 'check' }])
  equal((await ask('POST', MAPS, map)).status, 201)
  deepEqual(paths(), ['one', 'two', 'last', 'check'])
  deepEqual(
    asked.map(({ question }) => Object.keys(question.object.data as object).sort()),
    [['a'], ['a', 'one'], ['a', 'one', 'two'], ['a', 'one', 'two']],
  )
})

test('who asks for it is asked again, once, when the object has changed since', async () => {
  const { hooks, ask, configure, paths } = await open()
  hooks.set('late', ({ object }) => ((object.data as { late?: string }).late ? undefined : add('late')))
  await configure('Mutating', 'a', [
    { path: 'early', reinvocationPolicy: 'IfNeeded' },
    { path: 'never' },
    { path: 'late', reinvocationPolicy: 'IfNeeded' },
    { path: 'after', reinvocationPolicy: 'IfNeeded' },
  ])
  await ask('POST', MAPS, map)
  // Nobody changed anything after `late` itself and `after` were asked.
  deepEqual(paths(), ['early', 'never', 'late', 'after', 'early'])
})

test('two who undo each other are not asked for ever', async () => {
  const { hooks, ask, configure, paths } = await open()
  let count = 0
  const restless = () => add(`n${++count}`)
  hooks.set('one', restless)
  hooks.set('two', restless)
  const again = { reinvocationPolicy: 'IfNeeded' }
  await configure('Mutating', 'a', [
    { path: 'one', ...again },
    { path: 'two', ...again },
  ])
  equal((await ask('POST', MAPS, map)).status, 201)
  deepEqual(paths(), ['one', 'two', 'one', 'two'])
})

test('a patch that changes nothing asks nobody again', async () => {
  const { hooks, ask, configure, paths } = await open()
  hooks.set('two', () => [{ op: 'replace', path: '/data/a', value: '1' }])
  await configure('Mutating', 'a', [{ path: 'one', reinvocationPolicy: 'IfNeeded' }, { path: 'two' }])
  await ask('POST', MAPS, map)
  deepEqual(paths(), ['one', 'two'])
})

test('validating webhooks are asked at once: two that take nine seconds take nine together', async () => {
  const { clock, hooks, ask, configure } = await open()
  hooks.set('one', () => seconds(9))
  hooks.set('two', () => seconds(9))
  await configure('Validating', 'a', [{ path: 'one' }, { path: 'two' }])
  const created = ask('POST', MAPS, map)
  await clock.advance(seconds(9))
  equal((await created).status, 201)
})

test('a time-out of the configuration ends the waiting, and the other webhooks still count', async () => {
  const { clock, hooks, ask, configure } = await open()
  hooks.set('slow', () => seconds(60))
  await configure('Validating', 'a', [{ path: 'slow', timeoutSeconds: 3, failurePolicy: 'Ignore' }, { path: 'quick' }])
  const created = ask('POST', MAPS, map)
  await clock.advance(seconds(3))
  equal((await created).status, 201)
})

test('a webhook for another version sees the object in that version, and its patch is for that version', async () => {
  const { hooks, asked, ask, configure } = await open()
  const autoscalers = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers'
  hooks.set('old', () => [{ op: 'replace', path: '/spec/targetCPUUtilizationPercentage', value: 70 }])
  const rules = [rule('autoscaling', 'v1', 'horizontalpodautoscalers')]
  await configure('Mutating', 'a', [
    { path: 'exact', rules, matchPolicy: 'Exact' },
    { path: 'old', rules, matchPolicy: 'Equivalent' },
  ])
  const { value } = await ask('POST', autoscalers, {
    metadata: { name: 'web' },
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' },
      maxReplicas: 3,
      metrics: [
        { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } } },
      ],
    },
  })
  deepEqual(
    asked.map(({ path, question }) => [path, question.object.apiVersion, question.resource, question.requestResource]),
    [
      [
        'old',
        'autoscaling/v1',
        { group: 'autoscaling', version: 'v1', resource: 'horizontalpodautoscalers' },
        { group: 'autoscaling', version: 'v2', resource: 'horizontalpodautoscalers' },
      ],
    ],
  )
  const { metrics } = value.spec as { metrics: { resource: { target: object } }[] }
  deepEqual(metrics[0]?.resource.target, { type: 'Utilization', averageUtilization: 70 })
})

test('a custom resource is shown in the version of the rule, whatever version it is written in', async () => {
  const { clock, hooks, asked, ask, configure } = await open()
  const version = (name: string) => ({
    name,
    served: true,
    storage: name === 'v1',
    schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
  })
  await ask('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
    metadata: { name: 'kettles.hooks.test' },
    spec: {
      group: 'hooks.test',
      scope: 'Namespaced',
      names: { plural: 'kettles', singular: 'kettle', kind: 'Kettle', listKind: 'KettleList' },
      versions: [version('v1'), version('v2')],
    },
  })
  await clock.advance(seconds(1))
  hooks.set('v1', () => [{ op: 'add', path: '/by', value: 'hook' }])
  await configure('Mutating', 'a', [{ path: 'v1', rules: [rule('hooks.test', 'v1', 'kettles')] }])
  const kettle = { apiVersion: 'hooks.test/v2', kind: 'Kettle', metadata: { name: 'one' } }
  const { status, value } = await ask('POST', '/apis/hooks.test/v2/namespaces/default/kettles', kettle)
  equal(status, 201, value.message)
  deepEqual([value.apiVersion, value.by], ['hooks.test/v2', 'hook'])
  equal(asked[0]?.question.object.apiVersion, 'hooks.test/v1')
})

test('a write of a scale is shown as a Scale, and what is made of it becomes of the object', async () => {
  const { hooks, asked, ask, configure } = await open()
  const deployments = '/apis/apps/v1/namespaces/default/deployments'
  const labels = { app: 'web' }
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } }
  const spec = { replicas: 1, selector: { matchLabels: labels }, template }
  equal((await ask('POST', deployments, { metadata: { name: 'web' }, spec })).status, 201)
  hooks.set('cap', () => [{ op: 'replace', path: '/spec/replicas', value: 5 }])
  await configure('Mutating', 'a', [{ path: 'cap', rules: [rule('apps', 'v1', 'deployments/scale')] }])
  const type = 'application/merge-patch+json'
  const { value } = await ask('PATCH', `${deployments}/web/scale`, { spec: { replicas: 50 } }, type)
  equal((value.spec as { replicas: number }).replicas, 5)
  const [{ question } = { question: undefined }] = asked
  deepEqual(question?.kind, { group: 'autoscaling', version: 'v1', kind: 'Scale' })
  equal(question?.subResource, 'scale')
  deepEqual(question?.object.spec, { replicas: 50 })
  equal(((await ask('GET', `${deployments}/web`)).value.spec as { replicas: number }).replicas, 5)
})

test('whoever wants into a container is shown with what he wants to do there', async () => {
  const { asked, ask, configure } = await open()
  await configure('Validating', 'a', [{ path: 'door', rules: [rule('', 'v1', 'pods/exec')] }])
  await ask('POST', '/api/v1/namespaces/default/pods/web/exec')
  const [{ question } = { question: undefined }] = asked
  equal(question?.operation, 'CONNECT')
  deepEqual(question?.object, { kind: 'PodExecOptions', apiVersion: 'v1', command: [] })
})

test('namespaces are chosen by their labels, objects by theirs', async () => {
  const { ask, configure, paths } = await open()
  await configure('Validating', 'a', [
    { path: 'shop', namespaceSelector: { matchLabels: { team: 'shop' } } },
    { path: 'web', objectSelector: { matchLabels: { app: 'web' } } },
  ])
  await ask('POST', '/api/v1/namespaces', { metadata: { name: 'shop', labels: { team: 'shop' } } })
  await ask('POST', MAPS, map)
  deepEqual(paths(), [])
  await ask('POST', '/api/v1/namespaces/shop/configmaps', map)
  deepEqual(paths(), ['shop'])
  // An object that loses the label is still shown, for what it was.
  await ask('PATCH', `${MAPS}/web`, { metadata: { labels: { app: 'web' } } }, 'application/merge-patch+json')
  await ask('PATCH', `${MAPS}/web`, { metadata: { labels: null } }, 'application/merge-patch+json')
  deepEqual(paths(), ['shop', 'web', 'web'])
})

test('conditions decide; one that cannot be evaluated refuses, unless the webhook ignores failures', async () => {
  const { ask, configure, paths } = await open()
  const when = (expression: string) => [{ name: 'c', expression }]
  await configure('Validating', 'a', [
    { path: 'asked', matchConditions: when("request.operation == 'CREATE'") },
    { path: 'spared', matchConditions: when("object.metadata.name == 'nobody'") },
    { path: 'open', matchConditions: when("object.none == 'x'"), failurePolicy: 'Ignore' },
  ])
  equal((await ask('POST', MAPS, map)).status, 201)
  deepEqual(paths(), ['asked'])
  await configure('Validating', 'b', [{ path: 'closed', matchConditions: when("object.none == 'x'") }])
  const { status, value } = await ask('POST', MAPS, { metadata: { name: 'other' } })
  equal(status, 403)
  match(value.message ?? '', /^configmaps "other" is forbidden: expression .* resulted in error: no such key: none/)
})
