/**
 * The fleet of `muster up --demo`, with real processes, sockets and kills: what a stranger meets in the first minutes.
 * Needs addresses 127.x of the machine's own, as Linux has them.
 */
import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { platform, tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Pod, Service } from '@muster/api/types/core-v1.ts'
import { hasCode } from '@muster/base/errors.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Client } from '@muster/client/client.ts'
import type { Connection } from '@muster/client/http/connection.ts'
import { CLAIMS, DEPLOYMENTS, NODES, PODS, SERVICES } from '@muster/client/kubernetes.ts'
import { needs } from '@muster/tools/real.ts'
import { type ApiProcess, startApi } from '../api-server/api-process.ts'
import { connectBy } from '../api-tour/stage.ts'
import { kubeconfigPath, placeOf } from '../control-plane/place.ts'
import { findKubectls } from '../kubectl/find-kubectls.ts'
import { shopFolder } from '../workers.ts'

const skip = platform() === 'linux' ? false : 'the loopback of this system has one address'
const kubectl = (await findKubectls()).at(-1)
const inShop = { namespace: 'shop' }
const home = mkdtempSync(join(tmpdir(), 'muster-fleet-'))
let running: ApiProcess
let client: Client
let connection: Connection | undefined

async function start(): Promise<void> {
  running = await startApi(home, '--demo')
  ;({ client, connection } = await into('cn-sh-1'))
}

/** The way into one cluster, with the credentials of its own administrator. */
async function into(cluster: string): Promise<{ readonly client: Client; readonly connection: Connection }> {
  const way = await connectBy(kubeconfigPath(placeOf(home), cluster), systemClock)
  return { ...way, client: way.client.inCluster(cluster) }
}

before(async () => {
  if (!skip) await start()
})

after(async () => {
  connection?.close()
  if (!skip) await running.stop()
  rmSync(home, { recursive: true, force: true })
})

const podsOf = async (): Promise<readonly Pod[]> => (await client.resource(PODS).list(inShop)).items

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: says }) => type === 'Ready' && says === 'True') === true

/** Asks until it holds; throws after a minute, and says what it was. */
async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 60_000
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within a minute: ${what}`)
    await sleep(100)
  }
}

const page = async (): Promise<Response> => {
  const { spec } = await client.resource(SERVICES).get({ ...inShop, name: 'web' })
  return fetch(`http://${spec?.clusterIP}/`, { signal: AbortSignal.timeout(5_000) })
}

/** How often containers were started again. */
const restarts = async () =>
  (await podsOf()).reduce((sum, { status }) => sum + (status?.containerStatuses?.[0]?.restartCount ?? 0), 0)

test('three clusters have their nodes, and the shop answers at the address of its service', { skip }, async () => {
  for (const cluster of ['cn-sh-1', 'cn-sh-2', 'us-w-1']) {
    const way = await into(cluster)
    const { items } = await way.client.resource(NODES).list()
    way.connection.close()
    equal(items.length, 3)
    for (const { metadata, spec, status } of items) {
      ok(
        metadata.managedFields?.some(({ manager }) => manager === 'muster-agent'),
        'agents speak for themselves',
      )
      equal(status?.conditions?.find(({ type }) => type === 'Ready')?.status, 'True')
      deepEqual(spec?.taints ?? [], [])
    }
  }
  const pods = await podsOf()
  equal(pods.length, 10)
  deepEqual(
    pods.filter((pod) => !isReady(pod)).map(({ metadata }) => metadata.name),
    [],
  )
  const [claim] = (await client.resource(CLAIMS).list(inShop)).items
  equal(claim?.status?.phase, 'Bound')
  const answer = await page()
  equal(answer.status, 200)
  match(await answer.text(), /<title>The Shop<\/title>/)
})

test('manifests as they are published are taken and scheduled, and lack nothing but their images', {
  skip: skip || needs('kubectl', !!kubectl),
}, async () => {
  const way = await into('cn-sh-2')
  const env = { ...process.env, KUBECONFIG: kubeconfigPath(placeOf(home), 'cn-sh-2') }
  const apply = (...words: string[]) => promisify(execFile)(kubectl?.path ?? '', words, { env })
  await apply('create', 'namespace', 'published')
  const { stdout } = await apply('apply', '-n', 'published', '-f', fileURLToPath(new URL('published', import.meta.url)))
  equal(stdout.match(/ created$/gm)?.length, 26, stdout)
  const pods = async () => (await way.client.resource(PODS).list({ namespace: 'published' })).items
  // Of each, the first container that is to run.
  const lack = ({ status }: Pod) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])][0]?.state?.waiting
  await until('every pod waits for an image', async () => {
    const found = await pods()
    return found.length === 19 && found.every((pod) => /ErrImagePull|ImagePullBackOff/.test(lack(pod)?.reason ?? ''))
  })
  for (const pod of await pods())
    match(lack(pod)?.message ?? '', /pulls no images: use "host\/NAME"/, pod.metadata.name)
  const claims = (await way.client.resource(CLAIMS).list({ namespace: 'published' })).items
  deepEqual(
    claims.map(({ status }) => status?.phase),
    Array(4).fill('Bound'),
  )
  await apply('delete', 'namespace', 'published', '--wait=false')
  way.connection.close()
})

test('a pod resolves what was made after it began, where DNS has its port', {
  skip: skip || needs('kubectl', !!kubectl) || process.getuid?.() !== 0,
}, async () => {
  const late: Service = {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'late', namespace: 'shop' },
    spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80 }] },
  }
  const { spec } = await client.resource(SERVICES).create(late)
  const env = { ...process.env, KUBECONFIG: kubeconfigPath(placeOf(home), 'cn-sh-1') }
  const words = ['-n', 'shop', 'exec', 'deploy/cart', '--', 'getent', 'ahostsv4', 'late']
  let heard = ''
  await until('the name is known in a pod that was there before', async () => {
    heard = (await promisify(execFile)(kubectl?.path ?? '', words, { env }).catch(() => undefined))?.stdout ?? ''
    return heard !== ''
  })
  match(heard, new RegExp(`^${spec?.clusterIP} +STREAM late.shop.svc.cluster.local`))
  await client.resource(SERVICES).delete({ ...inShop, name: 'late' })
})

/** Buys from the shop at thirty requests a second while something happens; gives what the buyers met. */
async function whileBuying(happens: () => Promise<void>) {
  const { spec } = await client.resource(SERVICES).get({ ...inShop, name: 'web' })
  const load = join(fileURLToPath(shopFolder), 'load.js')
  const flags = ['--url', `http://${spec?.clusterIP}`, '--rate', '30', '--seconds', '12']
  const buyers = spawn(process.execPath, [load, ...flags], { stdio: ['ignore', 'pipe', 'ignore'] })
  let said = ''
  buyers.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said += chunk
  })
  const ended = once(buyers, 'close')
  await sleep(1_000)
  await happens()
  await ended
  return JSON.parse(said) as { requests: number; failed: number; failures: Record<string, number> }
}

test('services are replaced while people buy, and no request is lost', { skip }, async () => {
  const met = await whileBuying(async () => {
    const old = new Set((await podsOf()).map(({ metadata }) => metadata.uid))
    const names = ['web', 'cart', 'catalog']
    for (const name of names) {
      const annotations = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() }
      const value = { spec: { template: { metadata: { annotations } } } }
      await client.resource(DEPLOYMENTS).patch({ ...inShop, name }, { patch: 'merge', value })
    }
    await until('the new pods are there, and the old ones gone', async () => {
      const replaced = (await podsOf()).filter(({ metadata }) =>
        names.includes(metadata.labels?.app ?? metadata.name?.split('-')[0] ?? ''),
      )
      return replaced.length === 5 && replaced.every((pod) => isReady(pod) && !old.has(pod.metadata.uid))
    })
  })
  deepEqual([met.failed, met.failures], [0, {}])
  ok(met.requests > 200, String(met.requests))
})

test('a node is drained while people buy, and no request is lost', { skip }, async () => {
  const node = (await podsOf()).find(({ metadata }) => metadata.name?.startsWith('web-'))?.spec?.nodeName ?? ''
  const left = async () => (await podsOf()).filter(({ spec }) => spec?.nodeName === node)
  // The order book alone cannot be in two places: its node is another matter.
  const cordon = async (unschedulable: boolean) =>
    client.resource(NODES).patch({ namespace: '', name: node }, { patch: 'merge', value: { spec: { unschedulable } } })
  const lonely = ({ metadata }: Pod) => !/^(web|cart)-/.test(metadata.name ?? '')
  await cordon(true)
  const met = await whileBuying(() =>
    until('every pod that has another beside it is gone from there', async () => {
      const toGo = (await left()).filter((pod) => !lonely(pod))
      for (const { metadata } of toGo) {
        // A budget says "not yet" until the pod that comes for another one is ready; and one may have gone by now.
        await client.call(evictionOf(metadata.name ?? '')).catch((error) => {
          if (!hasCode(error, 'TooManyRequests') && !hasCode(error, 'NotFound')) throw error
        })
      }
      return toGo.length === 0
    }),
  )
  await cordon(false)
  deepEqual([met.failed, met.failures], [0, {}])
  await until('all of the shop is ready again', async () => {
    const pods = await podsOf()
    return pods.length === 10 && pods.every(isReady)
  })
})

const evictionOf = (name: string) => ({
  method: 'POST' as const,
  path: `/api/v1/namespaces/shop/pods/${name}/eviction`,
  body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: 'shop' } },
})

test('the control plane is killed: the shop goes on, and is found again as it is', { skip }, async () => {
  const address = (await client.resource(SERVICES).get({ ...inShop, name: 'web' })).spec?.clusterIP
  const before = new Map((await podsOf()).map(({ metadata, status }) => [metadata.uid, status?.podIP]))
  const counted = await restarts()
  const [{ status: one } = {}] = (await podsOf()).filter(({ metadata }) => metadata.name?.startsWith('web-'))
  connection?.close()
  await running.kill()
  // Who knows where a pod is still finds it there: its process has nothing to do with ours.
  equal((await fetch(`http://${one?.podIP}:8080/healthz`)).status, 200)
  await start()
  equal((await client.resource(SERVICES).get({ ...inShop, name: 'web' })).spec?.clusterIP, address)
  deepEqual(new Map((await podsOf()).map(({ metadata, status }) => [metadata.uid, status?.podIP])), before)
  equal(await restarts(), counted)
  equal((await page()).status, 200)
})

test('a process that is killed is started again, and the order book is what it was', { skip }, async () => {
  const db = await client.resource(PODS).get({ ...inShop, name: 'db-0' })
  await client.resource(PODS).delete({ ...inShop, name: 'db-0' })
  await until('there is another db-0, and it is ready', async () => {
    const found = await client.resource(PODS).find({ ...inShop, name: 'db-0' })
    return found !== undefined && found.metadata.uid !== db.metadata.uid && isReady(found)
  })
  equal((await page()).status, 200)
})
