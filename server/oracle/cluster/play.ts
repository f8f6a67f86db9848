/** Plays a scenario on a cluster, whichever it is. */
import { KUBERNETES_VERSION } from '@muster/api/kubernetes-version.ts'
import { isObject } from '@muster/api/schema/json.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Json, JsonObject } from '../case.ts'
import { nodeObject } from './node.ts'
import { type Picture, pictures } from './picture.ts'
import { collectionOf, collectionOfKind, PICTURED } from './resources.ts'
import type { ClusterStep, Deed, NodeDraft, Played, PlayedStep, Scenario } from './scenario.ts'

/** What came back. */
export interface Answer {
  readonly status: number
  readonly body: Json
}

/** A request, as the administrator. */
export type Ask = (method: string, path: string, body?: Json, contentType?: string) => Promise<Answer>

/** A cluster with all that controls it, and without nodes. */
export interface World {
  readonly ask: Ask
  /** The machine of a node that is in the API already. */
  startMachine(node: NodeDraft): Promise<void>
  /** It falls silent. Nothing happens when there is none. */
  stopMachine(name: string): Promise<void>
  /** The program of a pod ends by itself, and the machine says so. */
  endPod(pod: JsonObject, exitCode: number): Promise<void>
  /** Until the clock is at this second of a minute. */
  waitForSecond(second: number): Promise<void>
  /** Resolves when nothing changes any more; with `seconds`, when so much time is over besides. */
  settle(seconds: number | undefined, look: () => Promise<string>): Promise<void>
}

const STRATEGIC = 'application/strategic-merge-patch+json'
const LABELLED_REVISION = 'deployment.kubernetes.io/revision'

/** Plays all steps. Leaves behind what it made. Throws Invalid when its ground cannot be laid. */
export async function play(scenario: Scenario, world: World): Promise<Played> {
  const { ask } = world
  const namespace = scenario.name
  const look = async () => JSON.stringify(await listAll(ask, namespace))
  const picture = pictures(scenario)
  await must(ask, '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  for (const node of scenario.nodes) {
    await must(ask, '/api/v1/nodes', nodeObject(node))
    await world.startMachine(node)
  }
  await world.settle(undefined, look)
  const steps: PlayedStep[] = []
  for (const step of scenario.steps) steps.push(await playStep(step))
  return { scenario: scenario.name, kubernetes: KUBERNETES_VERSION, steps }

  async function playStep({ name, deeds, seconds }: ClusterStep): Promise<PlayedStep> {
    const answers: string[] = []
    for (const deed of deeds) for (const answer of await act(deed, scenario, world)) answers.push(say(answer))
    await world.settle(seconds, look)
    return { name, ...picture(answers, await listAll(ask, namespace)) } satisfies PlayedStep & Picture
  }
}

async function must(ask: Ask, path: string, body: JsonObject): Promise<void> {
  const answer = await ask('POST', path, body)
  if (answer.status !== 201) throw new ControlError('Invalid', `POST ${path}: ${say(answer)}`)
}

/** Every object that a picture may have, by its resource. */
async function listAll(ask: Ask, namespace: string): Promise<Readonly<Record<string, readonly JsonObject[]>>> {
  const lists = PICTURED.map(async (plural) => [plural, await list(ask, collectionOf(plural, namespace))] as const)
  return Object.fromEntries(await Promise.all(lists))
}

async function list(ask: Ask, path: string): Promise<readonly JsonObject[]> {
  const { body } = await ask('GET', path)
  return isObject(body) && Array.isArray(body.items) ? body.items.filter(isObject) : []
}

const say = ({ status, body }: Answer): string =>
  status < 300 ? String(status) : `${status} ${isObject(body) ? String(body.message) : ''}`

async function act(deed: Deed, { name: namespace, nodes }: Scenario, world: World): Promise<readonly Answer[]> {
  const { ask } = world
  const pathOf = (on: string): string => {
    const [plural = '', name = ''] = on.split('/')
    return `${collectionOf(plural, namespace)}/${name}`
  }
  const evict = (name: string): Promise<Answer> =>
    ask('POST', `${pathOf(`pods/${name}`)}/eviction`, {
      apiVersion: 'policy/v1',
      kind: 'Eviction',
      metadata: { name, namespace },
    })
  switch (deed.deed) {
    case 'create':
      return [await ask('POST', collectionOfKind(deed.object.kind, namespace), deed.object)]
    case 'patch':
      return [await ask('PATCH', pathOf(deed.on), deed.patch, STRATEGIC)]
    case 'delete':
      return [await ask('DELETE', pathOf(deed.on), deed.options)]
    case 'evict':
      return [await evict(deed.pod)]
    case 'drain': {
      const answers = [await ask('PATCH', pathOf(`nodes/${deed.node}`), { spec: { unschedulable: true } }, STRATEGIC)]
      const pods = await list(ask, collectionOf('pods', namespace))
      for (const pod of pods.filter(({ spec }) => isObject(spec) && spec.nodeName === deed.node))
        answers.push(await evict(metadataOf(pod, 'name')))
      return answers
    }
    case 'undo':
      return [await ask('PATCH', pathOf(`deployments/${deed.deployment}`), await before(deed.deployment), MERGE)]
    case 'silence':
      await world.stopMachine(deed.node)
      return []
    case 'revive':
      await world.startMachine(nodes.find(({ name }) => name === deed.node) ?? { name: deed.node })
      return []
    case 'end': {
      const pods = await runningPodsOf(deed.job)
      const isMeant = ({ metadata }: JsonObject): boolean => deed.indexes?.includes(indexOf(metadata)) ?? true
      for (const pod of pods.filter(isMeant).slice(0, deed.pods)) await world.endPod(pod, deed.exitCode)
      return []
    }
    case 'wait':
      await world.waitForSecond(deed.second)
      return []
  }

  async function runningPodsOf(job: string): Promise<readonly JsonObject[]> {
    const pods = await list(ask, collectionOf('pods', namespace))
    return pods.filter(
      ({ metadata, status }) =>
        labelsOf(metadata)['batch.kubernetes.io/job-name'] === job && isObject(status) && status.phase === 'Running',
    )
  }

  /** The patch that brings back the template before the last; `$patch` makes it the whole of it. */
  async function before(deployment: string): Promise<JsonObject> {
    const sets = await list(ask, collectionOf('replicasets', namespace))
    const own = sets.filter(({ metadata }) => JSON.stringify(metadata).includes(`"name":"${deployment}"`))
    const [, previous] = own.toSorted((one, other) => revisionOf(other) - revisionOf(one))
    const template = isObject(previous?.spec) && isObject(previous.spec.template) ? previous.spec.template : {}
    const metadata = isObject(template.metadata) ? template.metadata : {}
    const labels = { ...(isObject(metadata.labels) ? metadata.labels : {}), 'pod-template-hash': null }
    return { spec: { template: { ...template, metadata: { ...metadata, labels } } } }
  }
}

const MERGE = 'application/merge-patch+json'

const revisionOf = ({ metadata }: JsonObject): number => {
  const annotations = isObject(metadata) && isObject(metadata.annotations) ? metadata.annotations : {}
  return Number(annotations[LABELLED_REVISION] ?? 0)
}

const labelsOf = (metadata: Json | undefined): JsonObject =>
  isObject(metadata) && isObject(metadata.labels) ? metadata.labels : {}

const indexOf = (metadata: Json | undefined): number =>
  Number(labelsOf(metadata)['batch.kubernetes.io/job-completion-index'] ?? -1)

const metadataOf = ({ metadata }: JsonObject, field: string): string =>
  isObject(metadata) ? String(metadata[field]) : ''
