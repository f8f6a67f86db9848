/** The JavaScript client of Kubernetes against our server: it reads, writes, applies, and follows through restarts. */
import { deepEqual, equal, ok, rejects } from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  ApiException,
  CoreV1Api,
  KubeConfig,
  KubernetesObjectApi,
  makeInformer,
  PatchStrategy,
  setHeaderOptions,
  type V1ConfigMap,
} from '@kubernetes/client-node'
import { type Restartable, startRestartable } from './restartable.ts'

const NAMESPACE = 'client-node'
const home = mkdtempSync(join(tmpdir(), 'muster-client-node-'))
let server: Restartable
let config: KubeConfig
let core: CoreV1Api

before(async () => {
  server = await startRestartable(home)
  config = new KubeConfig()
  config.loadFromFile(server.kubeconfig)
  core = config.makeApiClient(CoreV1Api)
  await core.createNamespace({ body: { metadata: { name: NAMESPACE } } })
})
after(async () => {
  await server?.stop()
  rmSync(home, { recursive: true, force: true })
})

const configMap = (name: string, word: string): V1ConfigMap => ({
  metadata: { name, namespace: NAMESPACE, labels: { of: 'test' } },
  data: { word },
})

test('an object is created, read, replaced, patched, listed and deleted', async () => {
  const created = await core.createNamespacedConfigMap({ namespace: NAMESPACE, body: configMap('life', 'born') })
  ok(created.metadata?.uid)
  const read = await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'life' })
  deepEqual(read.metadata, created.metadata)
  const replaced = await core.replaceNamespacedConfigMap({
    namespace: NAMESPACE,
    name: 'life',
    body: { ...read, data: { word: 'grown' } },
  })
  const stale = { ...read, data: { word: 'stale' } }
  await rejects(
    core.replaceNamespacedConfigMap({ namespace: NAMESPACE, name: 'life', body: stale }),
    (error) => error instanceof ApiException && error.code === 409,
  )
  const patched = await core.patchNamespacedConfigMap(
    { namespace: NAMESPACE, name: 'life', body: { data: { more: 'said' } } },
    setHeaderOptions('Content-Type', PatchStrategy.StrategicMergePatch),
  )
  deepEqual(patched.data, { word: 'grown', more: 'said' })
  ok(Number(patched.metadata?.resourceVersion) > Number(replaced.metadata?.resourceVersion))
  const listed = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'of=test' })
  deepEqual(
    listed.items.map(({ metadata }) => metadata?.name),
    ['life'],
  )
  await core.deleteNamespacedConfigMap({ namespace: NAMESPACE, name: 'life' })
  await rejects(
    core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'life' }),
    (error) => error instanceof ApiException && error.code === 404,
  )
})

test('two managers apply to one object, and conflict over one field', async () => {
  const objects = KubernetesObjectApi.makeApiClient(config)
  const apply = (data: Record<string, string>, manager: string, force: boolean) =>
    objects.patch(
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared', namespace: NAMESPACE }, data } as V1ConfigMap,
      undefined,
      undefined,
      manager,
      force,
      PatchStrategy.ServerSideApply,
    )
  await apply({ mine: '1' }, 'ann', false)
  await apply({ yours: '2' }, 'ben', false)
  await rejects(
    apply({ mine: '3' }, 'ben', false),
    (error) => error instanceof ApiException && error.code === 409 && /conflict with .*ann/.test(String(error.body)),
  )
  await apply({ mine: '3' }, 'ben', true)
  const { data, metadata } = await core.readNamespacedConfigMap({ namespace: NAMESPACE, name: 'shared' })
  // Ben's last word does not name `yours` any more, and ann owns nothing of it.
  deepEqual(data, { mine: '3' })
  ok(metadata?.managedFields?.some(({ manager, operation }) => manager === 'ben' && operation === 'Apply'))
})

test('an informer loses nothing through a kill and a clean restart of the server', async () => {
  const followed = makeInformer<V1ConfigMap>(
    config,
    `/api/v1/namespaces/${NAMESPACE}/configmaps`,
    () => core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'of=informer' }),
    'of=informer',
  )
  let stopped = false
  followed.on('error', () => {
    // As its documentation has it: an informer that failed is started again by its owner.
    if (!stopped) setTimeout(() => void followed.start().catch(() => {}), RETRY_MS)
  })
  await followed.start()
  const names: string[] = []
  const write = async (count: number) => {
    for (let made = 0; made < count; made++) {
      const name = `kept-${names.length}`
      const body = { ...configMap(name, 'kept'), metadata: { name, labels: { of: 'informer' } } }
      await insist(() => core.createNamespacedConfigMap({ namespace: NAMESPACE, body }))
      names.push(name)
    }
  }
  await write(10)
  await Promise.all([write(10), server.killAndStart()])
  await Promise.all([write(10), server.stopAndStart()])
  await write(10)
  const seen = () => followed.list().map(({ metadata }) => metadata?.name ?? '')
  for (let tries = 0; seen().length < names.length && tries < TRIES_MAX; tries++) await sleep(RETRY_MS)
  deepEqual(seen().sort(), [...names].sort())
  const { items } = await core.listNamespacedConfigMap({ namespace: NAMESPACE, labelSelector: 'of=informer' })
  equal(items.length, names.length)
  stopped = true
  await followed.stop()
})

const RETRY_MS = 100
/** Fifteen seconds: many times what a restart takes. */
const TRIES_MAX = 150

/** Does it again while the server is away; that it exists already is the answer that was lost. */
async function insist(deed: () => Promise<unknown>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await deed()
      return
    } catch (error) {
      if (error instanceof ApiException && error.code === 409) return
      if ((error instanceof ApiException && error.code < 500) || tries === TRIES_MAX) throw error
      await sleep(RETRY_MS)
    }
  }
}
