/**
 * Two replicas of an operator that knows nothing of Muster, as pods run them: each with a token bound to its pod, and a
 * leader by client-go's own election. The leader is stopped in the middle of its work until the other leads, and woken.
 *
 *     without a guard   its late write is stored: that is the harm, and shows that this check can see it
 *     with a LeaseGuard it is refused, and every version of the counter is by who held the Lease at its revision
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import type { ObjectHistory, ObjectVersion } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Lease } from '@muster/api/types/coordination-v1.ts'
import type { ConfigMap } from '@muster/api/types/core-v1.ts'
import { systemClock } from '@muster/base/system.ts'
import type { Client } from '@muster/client/client.ts'
import { startApi } from '../api-server/api-process.ts'
import { addressIn } from '../api-server/kubeconfig-address.ts'
import { connectBy } from '../api-tour/stage.ts'
import { buildGo } from './build.ts'
import type { Check } from './finding.ts'
import { OPERATOR } from './programs.ts'
import { type Refusal, type Replica, startReplica } from './replica.ts'

const NAMESPACE = 'guarded'
const PODS = ['operator-0', 'operator-1'] as const
/** How often a leader is stopped under the guard. */
const PAUSES = 3
/** A Lease lasts three seconds. */
const WITHIN_MS = 20_000
/** Each page of a history. */
const PAGE = '500'

const IN_NAMESPACE = `/api/v1/namespaces/${NAMESPACE}`
const LEASES = `/apis/coordination.k8s.io/v1/namespaces/${NAMESPACE}/leases`
const ROLES = `/apis/rbac.authorization.k8s.io/v1/namespaces/${NAMESPACE}`
const GUARDS = `/apis/coordination.muster.dev/v1/namespaces/${NAMESPACE}/leaseguards`

/** A deposed leader's late writes, on one control plane. */
export const leaseGuardCheck: Check = {
  name: 'lease-guard',
  async run({ say, folder }) {
    const { path, version } = await buildGo(OPERATOR, say)
    const home = join(folder, 'lease-guard')
    const server = await startApi(home)
    const { client, connection } = await connectBy(server.kubeconfig, systemClock)
    const replicas = new Map<string, Replica>()
    try {
      const { url, ca } = addressIn(await readFile(server.kubeconfig, 'utf8'), server.url)
      const flags = { server: url, ca: join(home, 'ca.crt'), namespace: NAMESPACE }
      await writeFile(flags.ca, ca ?? '')
      await furnish(client, home)
      const start = (pod: string) =>
        replicas.set(pod, startReplica(path, { ...flags, hostname: pod, token: tokenFile(home, pod) }))
      for (const pod of PODS) start(pod)
      const scene: Scene = { client, replicas, start }

      await pauseLeader(scene)
      const late = lateWrites(await historyOf(client, 'configmaps', 'counter'), await holders(client))
      const troubles = late.length > 0 ? [] : ['no late write was stored without a guard: this check shows nothing']

      const before = await guard(client)
      const refusals: Refusal[] = []
      for (let pause = 0; pause < PAUSES; pause++) refusals.push(...(await pauseLeader(scene)))
      const versions = (await historyOf(client, 'configmaps', 'counter')).filter(
        ({ revision }) => Number(revision) > before,
      )
      const stored = lateWrites(versions, await holders(client))
      troubles.push(...stored.map((one) => `stored in spite of the guard: ${one}`))
      if (refusals.length < PAUSES)
        troubles.push(`${refusals.length} refusals, where each of ${PAUSES} pauses has one at least`)
      troubles.push(...refusals.flatMap(wrongIn))
      return [
        {
          client: 'an operator by client-go',
          version,
          did: `its leader is stopped (SIGSTOP) between its check and its write until the other replica leads, and woken: once without a LeaseGuard, ${PAUSES} times with one`,
          figures: `late writes stored without the guard ${late.length}, with it ${stored.length} of ${versions.length} versions; ${refusals.length} refused with 403 Deposed, each sent once, until client-go saw that it had lost and ended`,
          troubles,
        },
      ]
    } finally {
      for (const replica of replicas.values()) await replica.kill()
      await connection.close()
      await server.stop()
    }
  },
}

interface Scene {
  readonly client: Client
  readonly replicas: ReadonlyMap<string, Replica>
  start(pod: string): void
}

const tokenFile = (home: string, pod: string): string => join(home, 'tokens', pod)

/** The namespace, the counter, the service account with its rights, the pods, and a token for each of them. */
async function furnish(client: Client, home: string): Promise<void> {
  const post = (path: string, body: object) => client.call({ method: 'POST', path, body })
  await post('/api/v1/namespaces', { metadata: { name: NAMESPACE } })
  await post(`${IN_NAMESPACE}/serviceaccounts`, { metadata: { name: 'operator' } })
  await post(`${IN_NAMESPACE}/configmaps`, { metadata: { name: 'counter' } })
  const may = (group: string, resource: string, ...verbs: string[]) => ({
    apiGroups: [group],
    resources: [resource],
    verbs,
  })
  await post(`${ROLES}/roles`, {
    metadata: { name: 'operator' },
    rules: [may('coordination.k8s.io', 'leases', 'get', 'create', 'update'), may('', 'configmaps', 'patch')],
  })
  await post(`${ROLES}/rolebindings`, {
    metadata: { name: 'operator' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'operator' },
    subjects: [{ kind: 'ServiceAccount', name: 'operator', namespace: NAMESPACE }],
  })
  await mkdir(join(home, 'tokens'), { recursive: true })
  for (const name of PODS) {
    const containers = [{ name: 'operator', image: 'example.com/operator' }]
    const pod = (await post(`${IN_NAMESPACE}/pods`, {
      metadata: { name },
      spec: { serviceAccountName: 'operator', containers },
    })) as KubeObject
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name, uid: pod.metadata.uid }
    const review = (await post(`${IN_NAMESPACE}/serviceaccounts/operator/token`, {
      spec: { boundObjectRef },
    })) as { status: { token: string } }
    await writeFile(tokenFile(home, name), review.status.token, { mode: 0o600 })
  }
}

/** Ties the service account to the Lease. Answers the revision from which on it holds, as its status says. */
async function guard(client: Client): Promise<number> {
  const spec = { lease: 'operator', serviceAccounts: ['operator'] }
  await client.call({ method: 'POST', path: GUARDS, body: { metadata: { name: 'operator' }, spec } })
  let revision = 0
  await until('the guard says that the Lease is held', async () => {
    const now = (await client.call({ method: 'GET', path: `${GUARDS}/operator` })) as KubeObject & {
      status?: { conditions?: readonly { status: string }[] }
    }
    revision = Number(now.metadata.resourceVersion)
    return now.status?.conditions?.[0]?.status === 'True'
  })
  return revision
}

/** Stops who leads until the other has written, wakes it, waits until it has ended, and starts it anew. Answers its refusals. */
async function pauseLeader({ client, replicas, start }: Scene): Promise<readonly Refusal[]> {
  const holds = async () => (await holderOf(client)).split('_')[0] ?? ''
  await until('somebody leads and writes', async () => (replicas.get(await holds())?.said('written') ?? 0) > 0)
  const pod = await holds()
  const [paused, other] = [replicas.get(pod), replicas.get(PODS.find((one) => one !== pod) ?? '')]
  if (!paused || !other) throw new Error(`nobody is ${pod}`)
  await paused.pause()
  await until('the other leads and writes', async () => other.said('written') > 0)
  paused.wake()
  await until(`${pod} ends, having lost the Lease`, async () => paused.isOver())
  if ((await paused.ended) !== 0 || paused.said('stopped') === 0) {
    throw new Error(`${pod} did not end as one that lost its Lease: ${paused.lastWords()}`)
  }
  start(pod)
  return paused.refusals
}

async function holderOf(client: Client): Promise<string> {
  const lease = await client.call({ method: 'GET', path: `${LEASES}/operator` }).catch(() => undefined)
  return (lease as Lease | undefined)?.spec?.holderIdentity ?? ''
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  const began = performance.now()
  while (!(await holds())) {
    if (performance.now() - began > WITHIN_MS) throw new Error(`not within ${WITHIN_MS} ms: ${what}`)
    await setTimeout(20)
  }
}

/** Every version that there was, newest first. */
async function historyOf(client: Client, resource: 'configmaps' | 'leases', name: string) {
  const path = `${resource === 'leases' ? LEASES : `${IN_NAMESPACE}/configmaps`}/${name}/history`
  const versions: ObjectVersion[] = []
  let from: string | undefined
  do {
    const query = { limit: PAGE, includeObject: 'Object', ...(from ? { continue: from } : {}) }
    const page = (await client.call({ method: 'GET', path, query })) as ObjectHistory
    versions.push(...page.versions)
    from = page.metadata.continue
  } while (from)
  return versions
}

/** Who held the Lease at a revision, by its history. */
async function holders(client: Client): Promise<(revision: number) => string> {
  const versions = await historyOf(client, 'leases', 'operator')
  return (revision) => {
    const held = versions.find((one) => Number(one.revision) <= revision)
    return (held?.object as Lease | undefined)?.spec?.holderIdentity ?? ''
  }
}

/** What was written by one who did not hold the Lease at that revision. */
const lateWrites = (versions: readonly ObjectVersion[], holderAt: (revision: number) => string): readonly string[] =>
  versions.flatMap(({ revision, change, object }) => {
    const { by } = (object as ConfigMap | undefined)?.data ?? {}
    const holder = holderAt(Number(revision))
    // It was created by nobody of them.
    return by === holder || change === 'created'
      ? []
      : [`revision ${revision} is by ${by}, while ${holder} held the Lease`]
  })

/** What is not as it should be in a refusal of a late write. */
function wrongIn(refusal: Refusal): readonly string[] {
  const { code, reason, message, isConflict, isForbidden, sent } = refusal
  const isAsItShould =
    code === 403 && reason === 'Deposed' && !isConflict && isForbidden && sent === 1 && SAYS_WHO.test(message)
  return isAsItShould ? [] : [`a late write was answered with ${JSON.stringify(refusal)}`]
}

const SAYS_WHO =
  /lease guarded\/operator is held by "operator-[01]_[0-9a-f-]{36}" since \S+Z, not by pod "operator-[01]"/
