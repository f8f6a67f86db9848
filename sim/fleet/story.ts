/** A cluster whose nodes are cut off, lose power, have wrong clocks and come back, whose control plane restarts, and whose pods crash. */
import type { KubeObject } from '@muster/api/object.ts'
import type { DaemonSet, Deployment, StatefulSet } from '@muster/api/types/apps-v1.ts'
import type { CronJob } from '@muster/api/types/batch-v1.ts'
import type { Pod, PodTemplateSpec } from '@muster/api/types/core-v1.ts'
import { assert, hasCode, isControlError } from '@muster/base/errors.ts'
import { between, pick, type Random, seededRandom } from '@muster/base/random.ts'
import type { startTestCluster } from '@muster/test-server/cluster.ts'
import type { TestCluster, TestNode } from '@muster/test-server/test-cluster.ts'

/** The parts into which a test can plant a mistake. */
export interface FleetParts {
  readonly startTestCluster: typeof startTestCluster
}

const ZONES = ['east', 'east', 'west', 'west'] as const
const TROUBLED_SECONDS = 90
/** Pods that were given up come back long before. */
const HEALING_SECONDS = 600
/** Of the budget of `web`. */
const MIN_AVAILABLE = 3
const NAMESPACE = 'default'
/** The name of the CronJob. */
const TICK = 'tick'

/** What happened. */
export interface Told {
  readonly seed: number
  readonly log: readonly string[]
  readonly failure?: string
}

/** Tells the story of a seed. Never throws for what it finds. */
export async function tellFleet(seed: number, parts: FleetParts): Promise<Told> {
  const log: string[] = []
  try {
    await tell(seed, parts, log)
    return { seed, log }
  } catch (error) {
    const why = error instanceof Error ? (error.stack ?? error.message) : String(error)
    const replay = `SEED=${seed} npm run sim -- fleet`
    return { seed, log, failure: [`seed ${seed}: ${why}`, `  replay: ${replay}`, ...log.slice(-25)].join('\n  ') }
  }
}

async function tell(seed: number, { startTestCluster: start }: FleetParts, log: string[]): Promise<void> {
  const random = seededRandom(seed)
  const nodes = ZONES.map((zone, at) => ({ name: `n${at + 1}`, zone, cpu: '16' }))
  await using cluster = await start({ time: 'virtual', seed, nodes })
  const wanted: Wanted = { replicas: 4, version: 1 }
  await cluster.apply(...objectsFor(wanted))
  await advance(cluster, 20)
  const began = cluster.clock.now().getTime()
  const note = (what: string) => log.push(`${(cluster.clock.now().getTime() - began) / 1000} s: ${what}`)
  const world: World = { cluster, random, wanted, mends: [], note }
  for (let second = 0; second < TROUBLED_SECONDS; second++) {
    for (const { at, mend } of world.mends.filter(({ at }) => at === second)) await mend(at)
    if (between(random, 0, 2) === 0) await pick(random, FAULTS)(world, second)
    await advance(cluster, 1)
    checkSafety(cluster)
  }
  note('all heals')
  for (const { at, mend } of world.mends.filter(({ at }) => at >= TROUBLED_SECONDS)) await mend(at)
  const healed = cluster.clock.now().getTime()
  for (let second = 0; second < HEALING_SECONDS; second += 5) {
    await advance(cluster, 5)
    checkSafety(cluster)
    if ((await whatLacks(cluster, wanted, healed)) === undefined) return
  }
  const lacks = await whatLacks(cluster, wanted, healed)
  assert(lacks === undefined, `${HEALING_SECONDS} s after all healed: ${lacks}`)
}

const advance = (cluster: TestCluster, seconds: number) => cluster.clock.advance(`${seconds}s`)

interface Wanted {
  replicas: number
  version: number
}

interface World {
  readonly cluster: TestCluster
  readonly random: Random
  readonly wanted: Wanted
  /** What is mended, and in which second. */
  readonly mends: { readonly at: number; mend(second: number): Promise<void> | void }[]
  note(what: string): void
}

/** Pods that are ready by a probe, and that leave a silent node soon. */
function template(app: string, version: number): PodTemplateSpec {
  const gone = (key: string) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 15 }) as const
  return {
    metadata: { labels: { app } },
    spec: {
      terminationGracePeriodSeconds: 5,
      tolerations: [gone('node.kubernetes.io/not-ready'), gone('node.kubernetes.io/unreachable')],
      containers: [
        { name: app, image: `${app}:${version}`, readinessProbe: { httpGet: { port: 80 }, periodSeconds: 1 } },
      ],
    },
  }
}

function objectsFor({ replicas, version }: Wanted): KubeObject[] {
  const of = (kind: string, app: string, spec: object, pods = version) => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: app, namespace: NAMESPACE },
    spec: { selector: { matchLabels: { app } }, template: template(app, pods), ...spec },
  })
  return [
    of('Deployment', 'web', { replicas }),
    of('StatefulSet', 'db', { replicas: 3, serviceName: 'db' }),
    of('DaemonSet', 'log', {}, 1),
    tick,
    {
      apiVersion: 'policy/v1',
      kind: 'PodDisruptionBudget',
      metadata: { name: 'web', namespace: NAMESPACE },
      spec: { minAvailable: MIN_AVAILABLE, selector: { matchLabels: { app: 'web' } } },
    } as KubeObject,
  ]
}

/** Something to do every few seconds, one after the other. */
const tick: CronJob = {
  apiVersion: 'batch/v1',
  kind: 'CronJob',
  metadata: { name: TICK, namespace: NAMESPACE },
  spec: {
    schedule: '@every 7s',
    concurrencyPolicy: 'Forbid',
    successfulJobsHistoryLimit: 1,
    jobTemplate: {
      spec: {
        template: {
          metadata: { labels: { app: TICK }, annotations: { 'fake.muster.dev/runs-for': '2s' } },
          spec: { ...template(TICK, 1).spec, restartPolicy: 'Never', containers: [{ name: TICK, image: 'tick:1' }] },
        },
      },
    },
  },
}

type Fault = (world: World, second: number) => Promise<void>

const aNode = ({ cluster, random }: World): TestNode => {
  const [first, ...rest] = cluster.nodes.list()
  assert(first, 'there are nodes')
  return pick(random, [first, ...rest])
}
const podsOf = async (cluster: TestCluster): Promise<readonly Pod[]> =>
  (await cluster.resource<Pod>('pods').list()).items
const later = ({ random, mends }: World, second: number, mend: (second: number) => Promise<void> | void) =>
  mends.push({ at: second + between(random, 1, 80), mend })

/** What may go wrong: each alone is ordinary. */
const FAULTS: readonly [Fault, ...Fault[]] = [
  async (world, second) => {
    const node = aNode(world)
    world.note(`${node.name} is cut off`)
    node.disconnect()
    later(world, second, () => {
      world.note(`${node.name} is back`)
      node.connect()
    })
  },
  async (world, second) => {
    const node = aNode(world)
    world.note(`${node.name} loses power`)
    await node.powerOff()
    later(world, second, async () => {
      world.note(`${node.name} has power`)
      await node.powerOn()
    })
  },
  async (world) => {
    const node = aNode(world)
    world.note(`the agent of ${node.name} restarts`)
    await node.restartAgent()
  },
  async ({ cluster, note }) => {
    note('the control plane restarts')
    await cluster.faults.restart()
  },
  async ({ cluster, note }) => {
    note(`${cluster.faults.dropWatches()} watches are cut`)
  },
  async ({ cluster, random, note }) => {
    const [method, times] = [pick(random, ['PATCH', 'POST', 'PUT', 'DELETE']), between(random, 1, 5)]
    note(`${times} x ${method} are refused`)
    cluster.faults.refuse({ method, userAgent: pick(random, ['-controller', 'scheduler', 'muster-agent']) }, { times })
  },
  async (world) => {
    const [run] = aNode(world).running
    const name = run?.split(' ')[0]?.split('/')[1]
    if (name === undefined) return
    world.note(`${name} crashes`)
    await world.cluster.crash({ namespace: NAMESPACE, name })
  },
  async ({ cluster, random, note }) => {
    const [first, ...rest] = await podsOf(cluster)
    if (!first) return
    const { name = '' } = pick(random, [first, ...rest]).metadata
    note(`${name} is deleted`)
    await cluster.resource('pods').delete({ namespace: NAMESPACE, name }).catch(unlessGone)
  },
  async (world) => {
    const [node, hours] = [aNode(world), between(world.random, -30, 30)]
    world.note(`the clock of ${node.name} is set to ${hours} h ahead`)
    node.setClock(`${hours}h`)
  },
  evict,
  async ({ cluster, random, wanted, note }) => {
    wanted.version++
    wanted.replicas = between(random, 4, 6)
    note(`version ${wanted.version} is wanted, ${wanted.replicas} times`)
    await cluster.apply(...objectsFor(wanted))
  },
]

const unlessGone = (error: unknown) => {
  if (!isControlError(error) || !['NotFound', 'Unavailable'].includes(error.code)) throw error
}

const isReady = ({ metadata, status }: Pod): boolean =>
  metadata.deletionTimestamp === undefined &&
  (status?.conditions ?? []).some(({ type, status: says }) => type === 'Ready' && says === 'True')
const isOf = (app: string, { metadata }: Pod) => metadata.labels?.app === app

/** An eviction that is granted leaves as many as the budget wants. */
async function evict({ cluster, random, note }: World): Promise<void> {
  const ready = (await podsOf(cluster)).filter((pod) => isOf('web', pod) && isReady(pod))
  const [first, ...rest] = ready
  if (!first) return
  const { name = '' } = pick(random, [first, ...rest]).metadata
  const path = `/api/v1/namespaces/${NAMESPACE}/pods/${name}/eviction`
  const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name, namespace: NAMESPACE } }
  try {
    await cluster.client.call({ method: 'POST', path, body })
  } catch (error) {
    note(`${name} is not evicted`)
    if (!hasCode(error, 'TooManyRequests')) unlessGone(error)
    return
  }
  note(`${name} is evicted`)
  assert(ready.length > MIN_AVAILABLE, `${name} was evicted when ${ready.length} were ready: the budget is broken`)
}

/** Of what truly runs: no pod of a stateful set is there twice, on whatever node. */
function checkSafety(cluster: TestCluster): void {
  const members = cluster.nodes.list().flatMap(({ running }) => running.filter((run) => run.startsWith('default/db-')))
  assert(new Set(members).size === members.length, `a pod of db runs twice: ${members.join(', ')}`)
}

/** What is not yet as it is declared to be; undefined when all is. */
async function whatLacks(
  cluster: TestCluster,
  { replicas, version }: Wanted,
  healed: number,
): Promise<string | undefined> {
  const get = <T extends KubeObject>(resource: string, name: string) =>
    cluster.resource<T>(resource).get({ namespace: NAMESPACE, name })
  const [web, db, log, { status: ticked }] = [
    await get<Deployment>('deployments.apps', 'web'),
    await get<StatefulSet>('statefulsets.apps', 'db'),
    await get<DaemonSet>('daemonsets.apps', 'log'),
    await get<CronJob>('cronjobs.batch', TICK),
  ]
  if (web.status?.readyReplicas !== replicas) return `${web.status?.readyReplicas ?? 0} of ${replicas} web are ready`
  if (db.status?.readyReplicas !== 3) return `${db.status?.readyReplicas ?? 0} of 3 db are ready`
  if (log.status?.numberReady !== ZONES.length) return `${log.status?.numberReady} of ${ZONES.length} log are ready`
  const [last, ended] = [ticked?.lastScheduleTime ?? '', ticked?.lastSuccessfulTime ?? '']
  if (!(Date.parse(last) > healed && Date.parse(ended) > healed))
    return `${TICK} ran at ${last}, and was done at ${ended}`
  // What comes and goes is seen by its results.
  const pods = (await podsOf(cluster)).filter((pod) => pod.status?.phase === 'Running' && !isOf(TICK, pod))
  const old = pods.find((pod) => !isOf('log', pod) && !pod.spec?.containers[0]?.image?.endsWith(`:${version}`))
  if (old) return `${old.metadata.name} is of version ${old.spec?.containers[0]?.image}, not ${version}`
  const believed = pods.map(({ metadata }) => `${NAMESPACE}/${metadata.name} ${metadata.labels?.app}`).sort()
  const running = cluster.nodes.list().flatMap((node) => node.running.filter((run) => !run.endsWith(` ${TICK}`)))
  if (believed.join() !== running.toSorted().join()) return `what runs is ${running.toSorted()}, not ${believed}`
  return undefined
}
