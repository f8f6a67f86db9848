/**
 * The node agent: it runs the pods that are bound to its node, and says how they are.
 *
 *     informer: pods of this node ─┐
 *     driver: runs that changed ───┼──► queue of pods ──► decide ──► steps, each on its own ──► news ──┐
 *     steps that ended ────────────┘                        │                                           │
 *         ▲                                                 └──► status, when it differs                │
 *         └─────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 * A look at a pod waits for nothing: while a step or a write takes its time, the pod goes on being looked at. What is
 * remembered may be lost at any moment; the driver and the API know all that counts.
 *
 * Guarantees: a pod is known by its uid, and another of the same name is another pod. Nothing is ended for the API being
 * away: what is gone is what a list of the API does not have.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { sameJson } from '@muster/api/same-json.ts'
import type { Pod, PodStatus, Service } from '@muster/api/types/core-v1.ts'
import { type Backoff, backoff, nextWait } from '@muster/base/backoff.ts'
import { type Duration, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import { causeOf } from '@muster/client/cause-of.ts'
import type { Client } from '@muster/client/client.ts'
import { createInformer, type InformerDeps, isNewer } from '@muster/client/informer.ts'
import { PODS } from '@muster/client/kubernetes.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import type { Network } from './addresses.ts'
import type { ImageReading } from './container/image.ts'
import { withLastWords } from './container/last-words.ts'
import type { Resolvers } from './container/resolver.ts'
import type { Driver, Run } from './driver.ts'
import type { FileSystem } from './files/file-system.ts'
import type { HostNames } from './network/names.ts'
import { keepNode } from './node/keep-node.ts'
import type { NodeFacts, NodeTrouble } from './node/node-object.ts'
import { apiReferences, type PerformDeps, perform, type SlowStep } from './perform.ts'
import { decide } from './pod/decide.ts'
import { type Decision, emptyMemory, type News, type PodMemory, type Saying } from './pod/memory.ts'
import { statusPatch, type Written } from './pod/status-patch.ts'
import type { Prober } from './probe/request.ts'
import { createTokens } from './volumes/tokens.ts'
import { podDirectory } from './volumes/volumes.ts'

/** What an agent is told. */
export interface AgentSettings {
  readonly node: NodeFacts
  /** What an image runs here: {@link hostImages}, or anything where nothing is run. */
  findImage(name: string): ImageReading
  /** Variables of every container: PATH at least. */
  readonly environment: Readonly<Record<string, string>>
  /** The agent's own directory: volumes are in it. */
  readonly root: string
  readonly resolvers: Resolvers
}

/** What an agent stands on. */
export interface AgentDeps extends InformerDeps {
  /** Of the node's cluster. */
  readonly client: Client
  readonly driver: Driver
  readonly network: Network
  readonly prober: Prober
  readonly files: FileSystem
  /** Services and names that pods are told of; `ready` once all are known. */
  readonly services: {
    readonly ready: Promise<void>
    servicesOf(namespace: string): Iterable<Service>
    namesIn(namespace: string): readonly HostNames[]
  }
  readonly events: { say(client: Client, about: KubeObject, saying: Saying): void }
  /** What keeps the node from being ready, asked with every heartbeat. Default: nothing. */
  trouble?(): NodeTrouble
}

/** An agent at work. */
export interface Agent {
  /** Resolves once it knows its pods and what runs. */
  readonly ready: Promise<void>
  /** Resolves once it has stopped, after its signal; what runs goes on. */
  readonly ended: Promise<void>
  /** Pods that it looks after. */
  readonly size: number
  /** As it knows them. */
  pods(): readonly Pod[]
}

/** One pod, as long as anything of it is left. */
interface Charge {
  pod: Pod
  isGone: boolean
  /** Only its runs are known of it. */
  isOrphan: boolean
  memory: PodMemory
  news: News[]
  readonly runs: Map<string, Run>
  /** How often writing failed in a row, and when it is tried again. */
  failing?: { readonly backoff: Backoff; readonly againAt: Duration }
  isWriting: boolean
  /** The API was told to forget it. */
  isConfirmed: boolean
  written?: Written & { readonly revision: string; readonly at: Duration }
}

/** Phases of pods of which nothing runs any more. */
const ENDED: readonly string[] = ['Succeeded', 'Failed']
/** Looks are short and wait for nothing: one at a time will do. */
const WORKERS = 1
/** Between two tries to write a status. */
const WRITE_WAIT: Duration = seconds(1)
/** As {@link WRITE_WAIT}: no longer than people wait for a status after an outage. */
const WRITE_WAIT_MAX: Duration = seconds(10)
/**
 * What somebody else has made of a status is put right after this long: two who each take theirs for right must not write
 * in turns without end. Source: kubelet status manager, syncPeriod.
 */
const PUT_RIGHT_AFTER: Duration = seconds(10)
/** What is found of a pod that is in no list any more is ended at once. Source: kubelet, orphaned pods. */
const ORPHAN_GRACE_SECONDS = 1

/** Works until the signal aborts. */
export function runAgent(settings: AgentSettings, deps: AgentDeps, signal: AbortSignal): Agent {
  const { client, clock, driver, files, random, log } = deps
  const { node, root } = settings
  const references = apiReferences(client)
  const volumes = { ...references, files, root, now: () => clock.now() }
  const { servicesOf, namesIn } = deps.services
  const orders = { ...settings, volumes, servicesOf, namesIn, find: references.find }
  const performing: PerformDeps = {
    ...deps,
    orders,
    node,
    tokens: createTokens(client, clock),
    takeRun: (run) => takeRun(run),
  }
  const pods = client.resource(PODS)
  /** In the name of a pod: every write about it says so. */
  const because = (pod: Pod) => client.because(causeOf(PODS, pod))
  const informer = createInformer<Pod>(pods, { fieldSelector: `spec.nodeName=${node.name}` }, deps)
  const queue = createWorkQueue(random)
  const charges = new Map<string, Charge>()
  let wake = () => {}
  const ask = (uid: string) => {
    queue.add(uid)
    wake()
  }

  const chargeOf = (pod: Pod): Charge => {
    const uid = pod.metadata.uid ?? ''
    let charge = charges.get(uid)
    if (!charge) {
      charge = {
        pod,
        isGone: false,
        isOrphan: false,
        memory: emptyMemory,
        news: [],
        runs: new Map(),
        isWriting: false,
        isConfirmed: false,
      }
      charges.set(uid, charge)
    }
    return charge
  }
  const see = (pod: Pod) => {
    const charge = chargeOf(pod)
    if (isNewer(pod, charge.pod)) charge.pod = pod
    ask(pod.metadata.uid ?? '')
  }
  const miss = ({ metadata: { uid = '' } }: Pod) => {
    const charge = charges.get(uid)
    if (charge) charge.isGone = true
    ask(uid)
  }
  const tell = (uid: string, news: News | undefined) => {
    if (news) charges.get(uid)?.news.push(news)
    ask(uid)
  }

  /** A run whose pod was not in the list of all that is bound here is of a pod that is gone. */
  const adopt = (run: Run): void => {
    const known = charges.get(run.run.podUid)
    if (known && !known.isOrphan) return
    const pod = orphan(run, known?.pod)
    Object.assign(chargeOf(pod), { pod, isGone: true, isOrphan: true })
  }
  /** Takes in a run, with its last words when it has ended. */
  const takeRun = async (run: Run): Promise<void> => {
    const { podUid, container, attempt } = run.run
    const charge = charges.get(podUid)
    const { containers = [], initContainers = [], ephemeralContainers = [] } = charge?.pod.spec ?? {}
    const spec = [...containers, ...initContainers, ...ephemeralContainers].find(({ name }) => name === container)
    const told = await withLastWords(run, spec, { files, root, driver })
    const key = keyOf(container, attempt)
    // It may have been told of twice, in whatever order: nothing that ended goes on.
    if (charge && charge.runs.get(key)?.state.state !== 'ended') charge.runs.set(key, told)
    ask(podUid)
  }

  const launch = (charge: Charge, pod: Pod, step: SlowStep) => {
    const uid = pod.metadata.uid ?? ''
    if (step.do === 'forget') charge.runs.delete(keyOf(step.container, step.attempt))
    void perform(performing, pod, step).then((news) => tell(uid, news))
  }
  const act = (charge: Charge, { steps, status }: Decision) => {
    const pod = { ...charge.pod, status }
    for (const step of steps) {
      if (step.do === 'say') deps.events.say(because(charge.pod), charge.pod, step.saying)
      else if (step.do === 'confirm') confirm(charge)
      else launch(charge, pod, step)
    }
  }

  /** Writes something about a pod, once at a time; tried again, later each time, for as long as it goes wrong. */
  const write = (charge: Charge, deed: () => Promise<void>) => {
    const { uid = '' } = charge.pod.metadata
    const isWaiting = charge.failing && clock.elapsed() < charge.failing.againAt
    if (charge.isWriting || isWaiting) return
    charge.isWriting = true
    void deed()
      .then(
        () => {
          delete charge.failing
        },
        (error) => {
          const { wait, next } = nextWait(charge.failing?.backoff ?? backoff(WRITE_WAIT, WRITE_WAIT_MAX), random)
          charge.failing = { backoff: next, againAt: (clock.elapsed() + wait + 1) as Duration }
          // It is gone, or another is in its place: the informer tells of it in a moment.
          if (hasCode(error, 'NotFound') || hasCode(error, 'Conflict')) return
          log.warn('a pod could not be written', { pod: charge.pod.metadata.name, error })
        },
      )
      .then(() => {
        charge.isWriting = false
        ask(uid)
      })
  }
  const confirm = (charge: Charge) => {
    const { namespace = '', name = '', uid = '' } = charge.pod.metadata
    if (charge.isConfirmed) return
    write(charge, async () => {
      await because(charge.pod).resource(PODS).delete({ namespace, name }, { uid, gracePeriodSeconds: 0 })
      charge.isConfirmed = true
    })
  }
  /** Answers when it is to be put right, where somebody else has just made it another than it was written. */
  const writeStatus = (charge: Charge, wanted: PodStatus = {}): Duration | undefined => {
    const patch = statusPatch(charge.pod, wanted, charge.written)
    // What was written and came to nothing comes to nothing again, until somebody changes the pod.
    const isVain =
      charge.written?.revision === charge.pod.metadata.resourceVersion && sameJson(charge.written?.wanted, wanted)
    if (!patch || charge.isGone || isVain) return undefined
    const { written } = charge
    const rightAt = (written && sameJson(written.wanted, wanted) ? written.at + PUT_RIGHT_AFTER : 0) as Duration
    if (clock.elapsed() < rightAt) return rightAt
    const { namespace = '', name = '' } = charge.pod.metadata
    write(charge, async () => {
      const answered = await because(charge.pod)
        .resource(PODS)
        .patch({ namespace, name }, patch, { subresource: 'status' })
      const revision = answered.metadata.resourceVersion ?? ''
      charge.written = { wanted, answered: answered.status ?? {}, revision, at: clock.elapsed() }
      if (isNewer(answered, charge.pod)) charge.pod = answered
    })
    return undefined
  }

  const lookAt = (uid: string): LookOutcome => {
    const charge = charges.get(uid)
    if (!charge) return 'succeeded'
    const { pod, isGone, memory } = charge
    const now = { wall: clock.now(), elapsed: clock.elapsed() }
    const sight = {
      pod,
      isGone,
      runs: [...charge.runs.values()],
      node: { driver: driver.name, addresses: node.addresses },
      now,
    }
    const decision = decide(sight, memory, charge.news.splice(0))
    charge.memory = decision.memory
    const rightAt = writeStatus(charge, decision.status)
    act(charge, decision)
    if (decision.isOver) {
      charges.delete(uid)
      return 'succeeded'
    }
    const dues = [decision.againAt, rightAt, charge.isWriting ? undefined : charge.failing?.againAt].filter(
      (at) => at !== undefined,
    )
    if (dues.length === 0) return 'succeeded'
    return { lookAgainAfter: Math.max(0, Math.min(...dues) - now.elapsed) as Duration }
  }

  /** What was made for pods that are no more, and of which nothing runs. */
  const sweep = async () => {
    for (const uid of await files.list(podDirectory(root, ''))) {
      if (!charges.has(uid)) await performing.orders.volumes.files.remove(podDirectory(root, uid))
    }
  }

  /** Before any pod is given an address: what runs listens at its own, whatever a status says, and others were told of. */
  const keepAddresses = async () => {
    const isOwn = (address: string) => address !== '' && !node.addresses.includes(address)
    const all = [...charges.entries()]
    const running = all.flatMap(([uid, { runs }]) =>
      [...runs.values()].filter(({ state }) => state.state === 'running').map((run) => [uid, [run.pod.ip]] as const),
    )
    const told = all
      .filter(([, { pod }]) => !ENDED.includes(pod.status?.phase ?? ''))
      .map(([uid, { pod }]) => [uid, (pod.status?.podIPs ?? []).map(({ ip }) => ip)] as const)
    for (const [uid, addresses] of [...running, ...told]) {
      if (addresses.length > 0 && addresses.every(isOwn)) await deps.network.take(uid, addresses)
    }
  }

  const begin = async () => {
    // Changes first: what changes while the runs are asked for must not be missed.
    const early: Run[] = []
    let hear = (run: Run) => void early.push(run)
    driver.onChange((run) => hear(run), signal)
    const known = await driver.runs()
    await Promise.all([informer.synced(), deps.services.ready])
    informer.onChange((change) => {
      if (change.change === 'deleted') return miss(change.previous)
      if (change.change === 'updated' && change.previous.metadata.uid !== change.object.metadata.uid)
        miss(change.previous)
      return see(change.object)
    }, signal)
    for (const run of known) adopt(run)
    await Promise.all([...known, ...early].map(takeRun))
    await keepAddresses()
    hear = (run) => void takeRun(run)
    await sweep()
    wake = work.wake
    wake()
  }

  const following = informer.run(signal)
  const keeping = keepNode({ client, clock, log, facts: node, trouble: () => deps.trouble?.() }, signal)
  const work = workThrough({ queue, clock, workers: WORKERS, look: async (uid) => lookAt(uid) }, signal)
  return {
    ready: begin(),
    ended: Promise.all([following, keeping, work.ended]).then(() => undefined),
    get size() {
      return charges.size
    },
    pods: () => [...charges.values()].map(({ pod }) => pod),
  }
}

const keyOf = (container: string, attempt: number): string => `${container}/${attempt}`

/** The pod of a run that the API does not have: as much of it as ends all its runs. */
function orphan({ run, pod: { namespace, name } }: Run, known: Pod | undefined): Pod {
  const containers = [...(known?.spec?.containers ?? []), { name: run.container }]
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, uid: run.podUid, deletionGracePeriodSeconds: ORPHAN_GRACE_SECONDS },
    spec: {
      restartPolicy: 'Never',
      containers: containers.filter((one, at) => containers.findIndex(({ name }) => name === one.name) === at),
    },
  }
}
