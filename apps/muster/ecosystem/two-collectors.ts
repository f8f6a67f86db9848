/**
 * The garbage collector and the namespace controller of kube-controller-manager, beside ours on the same objects: trees of
 * owners are deleted in each of the three ways and namespaces with all that is in them, and what ends must end once.
 */
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import type { KubeObject, OwnerReference } from '@muster/api/object.ts'
import type { ConfigMap, Namespace } from '@muster/api/types/core-v1.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Client } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { startApi } from '../api-server/api-process.ts'
import { CONFIG_MAPS, connectBy } from '../api-tour/stage.ts'
import type { Check } from './finding.ts'
import { startKubeControllers } from './kube-controllers.ts'

const CONTROLLERS = ['garbage-collector-controller', 'namespace-controller']
const NAMESPACES: ResourceRef<Namespace> = {
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
}

/** Owners of each way to go, and what each of them owns: children, and a grandchild of each. */
const TREES = 5
const CHILDREN = 4
/** Those that are to be left behind. */
const ORPHANS = TREES * CHILDREN * 2
/** Namespaces that go, and objects in each. */
const SHOPS = 5
const WARES = 20
/** Until all has ended, in milliseconds: both may wait for each other's conflicts. */
const ENDS_WITHIN_MS = 60_000
/** How long nobody may write then. */
const QUIET_MS = 15_000
const HELD = 'test.dev/held'
const HOME = 'trees'

/** Beside each other on one control plane. */
export const twoCollectorsCheck: Check = {
  name: 'two-collectors',
  async run({ say, folder }) {
    const server = await startApi(join(folder, 'two-collectors'))
    const controllers = await startKubeControllers(server.kubeconfig, CONTROLLERS, say)
    const { client, connection } = await connectBy(server.kubeconfig, systemClock)
    const began = performance.now()
    try {
      await client.resource(NAMESPACES).create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: HOME } })
      const troubles = [...(await trees(client)), ...(await namespaces(client))]
      const before = await revisionOf(client)
      await setTimeout(QUIET_MS)
      const writes = (await revisionOf(client)) - before
      if (writes > 0) troubles.push(`${writes} writes in ${QUIET_MS / 1000} s after all had ended`)
      const stay = await left(client, HOME)
      if (stay !== ORPHANS + 1) troubles.push(`${stay} objects are left in the end, and ${ORPHANS + 1} should be`)
      const { deleted, twice, byMuster } = await deletionsOf(client)
      troubles.push(...twice.map((key) => `${key} was deleted twice`))
      const seconds = ((performance.now() - began) / 1000).toFixed(0)
      return [
        {
          client: 'kube-controller-manager',
          version: KUBERNETES_VERSION,
          did: 'its garbage collector and its namespace controller beside ours: background, foreground and orphan, finalizers, namespaces with content',
          figures: `${deleted} configmaps of trees deleted, each once, ${byMuster} of them by Muster; ${SHOPS} namespaces; ${writes} writes in the ${QUIET_MS / 1000} s after; ${seconds} s`,
          troubles,
        },
      ]
    } finally {
      await connection.close()
      await controllers.stop()
      await server.stop()
    }
  },
}

const map = (name: string, namespace: string, ...owners: readonly KubeObject[]): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace, ...(owners.length > 0 ? { ownerReferences: owners.map(reference) } : {}) },
})

const reference = ({ metadata: { name = '', uid = '' } }: KubeObject): OwnerReference => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  name,
  uid,
  blockOwnerDeletion: true,
})

/** Plants the trees, fells them, and tells what did not end as it should. */
async function trees(client: Client): Promise<string[]> {
  const maps = client.resource(CONFIG_MAPS)
  const keeper = await maps.create(map('keeper', HOME))
  const troubles: string[] = []
  for (const policy of ['Background', 'Foreground', 'Orphan'] as const) {
    for (let tree = 0; tree < TREES; tree++) await plant(client, `${policy}-${tree}`.toLowerCase(), keeper)
  }
  for (const policy of ['Background', 'Foreground', 'Orphan'] as const) {
    for (let tree = 0; tree < TREES; tree++) {
      await fell(client, `${policy}-${tree}`.toLowerCase(), policy)
    }
  }
  // Foreground waits for what is held; nothing else does.
  const waits = async () => (await maps.find({ namespace: HOME, name: 'foreground-0' })) !== undefined
  if (!(await waits())) troubles.push('an owner went before a dependent that blocks it')
  await maps.patch(
    { namespace: HOME, name: 'foreground-0-0' },
    { patch: 'merge', value: { metadata: { finalizers: null } } },
  )
  const expected = ORPHANS + TREES + 1
  if (!(await ends(async () => (await left(client, HOME)) === expected))) {
    troubles.push(`${await left(client, HOME)} objects are left of the trees, and ${expected} should be`)
  }
  // What two own, and one of them is left, stays with the one.
  for (let tree = 0; tree < TREES; tree++) {
    const shared = await maps.get({ namespace: HOME, name: `background-${tree}-shared` })
    if (shared.metadata.ownerReferences?.length !== 1) troubles.push(`${shared.metadata.name} has not one owner`)
  }
  // Its name is free again, and who takes it stays.
  await maps.create(map('background-0', HOME))
  await maps.delete({ namespace: HOME, name: 'keeper' })
  return troubles
}

async function plant(client: Client, name: string, keeper: KubeObject): Promise<void> {
  const maps = client.resource(CONFIG_MAPS)
  const owner = await maps.create(map(name, HOME))
  for (let child = 0; child < CHILDREN; child++) {
    const made = map(`${name}-${child}`, HOME, owner)
    if (name === 'foreground-0' && child === 0) made.metadata.finalizers = [HELD]
    const dependent = await maps.create(made)
    await maps.create(map(`${name}-${child}-child`, HOME, dependent))
  }
  if (name.startsWith('background')) await maps.create(map(`${name}-shared`, HOME, owner, keeper))
}

const fell = (client: Client, name: string, propagationPolicy: string) =>
  client.call({ method: 'DELETE', path: `/api/v1/namespaces/${HOME}/configmaps/${name}`, query: { propagationPolicy } })

/** Fills namespaces, deletes them, and tells what did not end as it should. */
async function namespaces(client: Client): Promise<string[]> {
  const [spaces, maps] = [client.resource(NAMESPACES), client.resource(CONFIG_MAPS)]
  const names = Array.from({ length: SHOPS }, (_, shop) => `shop-${shop}`)
  for (const name of names) {
    await spaces.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    for (let ware = 0; ware < WARES; ware++) await maps.create(map(`ware-${ware}`, name))
  }
  const held = map('held', 'shop-0')
  held.metadata.finalizers = [HELD]
  await maps.create(held)
  for (const name of names) await spaces.delete({ namespace: '', name })
  const there = async () => (await spaces.list({})).items.filter(({ metadata }) => names.includes(metadata.name ?? ''))
  const troubles: string[] = []
  if (!(await ends(async () => (await there()).length === 1))) troubles.push('namespaces that are empty stay')
  if ((await there())[0]?.metadata.name !== 'shop-0') troubles.push('a namespace went before what is held in it')
  const free = { patch: 'merge', value: { metadata: { finalizers: null } } } as const
  await maps.patch({ namespace: 'shop-0', name: 'held' }, free)
  if (!(await ends(async () => (await there()).length === 0))) troubles.push('a namespace stays that nothing holds')
  return troubles
}

async function ends(isOver: () => Promise<boolean>): Promise<boolean> {
  const began = performance.now()
  while (!(await isOver())) {
    if (performance.now() - began > ENDS_WITHIN_MS) return false
    await setTimeout(200)
  }
  return true
}

/** How many configmaps there are, but for the CA's. */
async function left(client: Client, namespace: string): Promise<number> {
  const { items } = await client.resource(CONFIG_MAPS).list({ namespace })
  return items.filter(({ metadata }) => metadata.name !== 'kube-root-ca.crt').length
}

/** The revision of the whole store: each write of anybody is one more. */
async function revisionOf(client: Client): Promise<number> {
  const list = await client.call({ method: 'GET', path: '/api/v1/namespaces', query: { limit: '1' } })
  return Number((list as { metadata: { resourceVersion: string } }).metadata.resourceVersion)
}

interface Version {
  readonly change: string
  readonly uid: string
  readonly by: { readonly user: string }
}

/** From the history that Muster keeps: of every object of the felled trees, who deleted it, and whether once. */
async function deletionsOf(client: Client) {
  const names = ['background', 'foreground'].flatMap((policy) =>
    Array.from({ length: TREES }, (_, tree) => `${policy}-${tree}`).flatMap((tree) => [
      tree,
      ...Array.from({ length: CHILDREN }, (_, child) => [`${tree}-${child}`, `${tree}-${child}-child`]).flat(),
    ]),
  )
  const twice: string[] = []
  let [deleted, byMuster] = [0, 0]
  for (const name of names) {
    const path = `/api/v1/namespaces/${HOME}/configmaps/${name}/history`
    const history = await client.call({ method: 'GET', path })
    const gone = (history as { versions: readonly Version[] }).versions.filter(({ change }) => change === 'deleted')
    deleted += gone.length
    byMuster += gone.filter(({ by }) => by.user.endsWith(':generic-garbage-collector')).length
    if (gone.length !== 1) twice.push(`${name}, ${gone.length} times,`)
  }
  return { deleted, twice, byMuster }
}
