/**
 * A picture of a cluster without what never repeats, so that two clusters can be compared. What stands for it:
 *
 *     {{name}}   what the server appended to generateName     {{node}}  a node, where any would do
 *     {{time}}   {{uid}}   {{ip}}   {{token}}   {{version}}
 *     {{minute}}  when a job of a CronJob was due, in minutes since 1970
 *
 * Each object tells since which step it is there, so that one that was replaced is not taken for one that stayed.
 *
 * Not in the picture: what machines say of containers, since nothing runs on either side; how often an event came, and
 * the events of machines.
 */
import { isObject } from '@muster/api/schema/json.ts'
import type { Json, JsonObject } from '../case.ts'
import { kindOf } from './resources.ts'
import type { Pictured, PlayedStep, Scenario } from './scenario.ts'

/** What a step shows. */
export type Picture = Pick<PlayedStep, 'answers' | 'objects'>

/** Objects as a list has them, by their resource. */
type Lists = Readonly<Record<string, readonly JsonObject[]>>

/** Takes the pictures of a scenario, one after each step. */
export function pictures({ nodes, isPlacementTold = false }: Scenario) {
  const since = new Map<string, number>()
  const names = new Map<string, string>()
  let step = 0
  return (answers: readonly string[], lists: Lists): Picture => {
    step++
    for (const object of Object.values(lists).flat()) {
      learnName(object, names)
      const uid = String(metadataOf(object).uid)
      if (!since.has(uid)) since.set(uid, step)
    }
    const plain = plainer(names, isPlacementTold ? [] : nodes.map(({ name }) => name))
    const objects = Object.entries(lists)
      .filter(([plural]) => plural !== 'events')
      .flatMap(([plural, list]) =>
        list.map((object): Pictured => {
          const { name, uid } = metadataOf(object)
          const of = { since: since.get(String(uid)) ?? 0, ...plainObject(object, kindOf(plural), plain) }
          return {
            kind: kindOf(plural),
            name: kindOf(plural) === 'Node' ? String(name) : plain.text(String(name)),
            object: of,
          }
        }),
      )
    const events = (lists.events ?? []).filter(isOfControllers).map((event) => pictureEvent(event, plain))
    const once = [...new Map(events.map((event) => [JSON.stringify(event), event])).values()]
    return { answers: answers.map(plain.text), objects: [...objects, ...once].toSorted(byText) }
  }
}

const byText = (one: Pictured, other: Pictured): number => (textOf(one) < textOf(other) ? -1 : 1)
const textOf = ({ kind, name, object }: Pictured): string => `${kind} ${name} ${JSON.stringify(object)}`

const metadataOf = ({ metadata }: JsonObject): JsonObject => (isObject(metadata) ? metadata : {})

/** What Kubernetes appends to generateName. Source: apimachinery util/rand. */
const SUFFIX = /^[bcdfghjklmnpqrstvwxz2456789]{5}$/

function learnName(object: JsonObject, names: Map<string, string>): void {
  const { generateName, name } = metadataOf(object)
  if (typeof generateName !== 'string' || typeof name !== 'string' || !name.startsWith(generateName)) return
  if (SUFFIX.test(name.slice(generateName.length))) names.set(name, `${generateName}{{name}}`)
}

interface Plainer {
  text(text: string): string
  value(value: Json): Json
}

const FORMS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '{{uid}}'],
  [/\b20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '{{time}}'],
  [/\bkube-api-access-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g, 'kube-api-access-{{name}}'],
  [/(?<=-)[23]\d{7}\b/g, '{{minute}}'],
  [/\b10\.\d+\.\d+\.\d+\b/g, '{{ip}}'],
]

function plainer(names: ReadonlyMap<string, string>, nodes: readonly string[]): Plainer {
  const words = /[a-z0-9][a-z0-9.-]*[a-z0-9]/g
  const text = (one: string): string =>
    FORMS.reduce(
      (told, [form, stands]) => told.replace(form, stands),
      one.replace(words, (word) => names.get(word) ?? (nodes.includes(word) ? '{{node}}' : word)),
    )
  const value = (one: Json): Json => {
    if (typeof one === 'string') return text(one)
    if (Array.isArray(one)) return one.map(value)
    if (!isObject(one)) return one
    const keys = Object.keys(one).sort()
    return Object.fromEntries(
      keys.map((key) => [key, key === 'resourceVersion' ? '{{version}}' : value(one[key] ?? null)]),
    )
  }
  return { text, value }
}

const DROPPED = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'managedFields',
  'selfLink',
  'name',
  'namespace',
])

function plainObject(object: JsonObject, kind: string, plain: Plainer): JsonObject {
  const { metadata: _, apiVersion: __, kind: ___, ...rest } = object
  const own = { metadata: without(metadataOf(object), DROPPED), ...rest }
  const value = plain.value(toldOf(own, kind))
  return isObject(value) ? value : {}
}

function toldOf(object: JsonObject, kind: string): JsonObject {
  if (kind === 'Pod') return withoutMachine(object)
  if (kind === 'Node') return nodeOnly(object)
  if (kind === 'ReplicaSet') return withoutGeneration(object)
  const isEndpoints = kind === 'EndpointSlice' || kind === 'Endpoints'
  return isEndpoints ? sortEndpoints(withoutTrigger(withoutGeneration(object))) : object
}

const without = (object: JsonObject, keys: ReadonlySet<string>): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.has(key)))

/** Conditions of pods that controllers and the scheduler write. */
const CONDITIONS = new Set(['PodScheduled', 'DisruptionTarget', 'Ready'])

/** The spec is the template's; what remains is what others added to it, and what is not told by a machine. */
function withoutMachine({ metadata = {}, spec, status }: JsonObject): JsonObject {
  const { conditions, phase, qosClass, nominatedNodeName } = isObject(status) ? status : {}
  const of = isObject(spec) ? spec : {}
  const kept = ['nodeName', 'hostname', 'subdomain', 'tolerations', 'affinity', 'priority', 'preemptionPolicy']
  const containers = Array.isArray(of.containers)
    ? of.containers.map((one: Json) => (isObject(one) ? (one.image ?? null) : one))
    : []
  const volumes = (Array.isArray(of.volumes) ? of.volumes : []).filter(
    (volume: Json) => isObject(volume) && volume.persistentVolumeClaim !== undefined,
  )
  return {
    metadata,
    spec: {
      ...Object.fromEntries(kept.flatMap((key) => (of[key] === undefined ? [] : [[key, of[key]]]))),
      images: containers,
      volumes,
    },
    status: {
      phase: phase ?? null,
      qosClass: qosClass ?? null,
      ...(nominatedNodeName === undefined ? {} : { nominatedNodeName }),
      conditions: conditionsOf(conditions)
        .filter(({ type }) => CONDITIONS.has(String(type)))
        .map((condition) => (phase === 'Pending' ? condition : without(condition, OBSERVED))),
    },
  }
}

/** A kubelet adds it to every condition; kwok does not. */
const OBSERVED = new Set(['observedGeneration'])

/** Ordered by type, and no time of theirs; whether a pod is ready is a machine's word, and why it is not. */
const conditionsOf = (conditions: Json | undefined): readonly JsonObject[] =>
  (Array.isArray(conditions) ? conditions.filter(isObject) : [])
    .map((one) => without(one, new Set(['lastProbeTime', 'lastTransitionTime', 'lastHeartbeatTime'])))
    .toSorted((one, other) => (String(one.type) < String(other.type) ? -1 : 1))

function nodeOnly({ metadata, spec, status }: JsonObject): JsonObject {
  const of = isObject(spec) ? spec : {}
  const taints = (Array.isArray(of.taints) ? of.taints.filter(isObject) : []).map((taint) =>
    without(taint, new Set(['timeAdded'])),
  )
  const { conditions } = isObject(status) ? status : {}
  return {
    labels: isObject(metadata) ? (metadata.labels ?? {}) : {},
    unschedulable: of.unschedulable ?? false,
    taints: taints.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1)),
    conditions: conditionsOf(conditions).filter(({ type }) => type === 'Ready'),
  }
}

/** How often it was written on the way follows from how fast machines are. */
const withoutGeneration = ({ metadata, status, ...rest }: JsonObject): JsonObject => ({
  ...rest,
  metadata: isObject(metadata) ? without(metadata, new Set(['generation'])) : {},
  ...(isObject(status) ? { status: without(status, OBSERVED) } : {}),
})

/** Whether the last of several changes has a time follows from how they were put together. */
function withoutTrigger({ metadata, ...rest }: JsonObject): JsonObject {
  const { annotations, ...others } = isObject(metadata) ? metadata : {}
  const kept = isObject(annotations) ? without(annotations, TRIGGER) : {}
  return { ...rest, metadata: { ...others, ...(Object.keys(kept).length > 0 ? { annotations: kept } : {}) } }
}

const TRIGGER = new Set(['endpoints.kubernetes.io/last-change-trigger-time'])

/** In which order endpoints are follows from addresses and names that never repeat. */
function sortEndpoints(value: JsonObject): JsonObject {
  const { endpoints, subsets } = value
  if (Array.isArray(endpoints)) return { ...value, endpoints: endpoints.toSorted(byMeaning) }
  if (!Array.isArray(subsets)) return value
  const sorted = subsets
    .filter(isObject)
    .map((subset) =>
      Object.fromEntries(
        Object.entries(subset).map(([key, list]) => [
          key,
          Array.isArray(list) && key !== 'ports' ? list.toSorted(byMeaning) : list,
        ]),
      ),
    )
  return { ...value, subsets: sorted }
}

const byMeaning = (one: Json, other: Json): number => (meaningOf(one) < meaningOf(other) ? -1 : 1)
const meaningOf = (one: Json): string =>
  JSON.stringify(isObject(one) ? [one.conditions, one.hostname, one.nodeName] : one)

/** What speaks for machines: kubelet and its like. */
const MACHINES = new Set(['kubelet', 'kwok', ''])

const speakerOf = ({ source, reportingComponent }: JsonObject): string =>
  String((isObject(source) && source.component) || reportingComponent || '')

/** What an eviction says of a pod that it has just deleted, or does not: Kubernetes is not of one mind with itself. */
const CANCELLED = /^Cancelling deletion of Pod /

const isOfControllers = (event: JsonObject): boolean =>
  !MACHINES.has(speakerOf(event)) && !CANCELLED.test(String(event.message))

function pictureEvent(event: JsonObject, plain: Plainer): Pictured {
  const { involvedObject, type = null, reason = null, message = '' } = event
  const { kind = '', name = '' } = isObject(involvedObject) ? involvedObject : {}
  const object = { type, reason, message: withoutPace(plain.text(String(message))), from: speakerOf(event) }
  return { kind: 'Event', name: `${kind} ${plain.text(String(name))}`, object }
}

/** In how many strides a rollout went, and which events were put together for being many, follows from how fast machines are. */
const withoutPace = (message: string): string =>
  message
    .replace(/^\(combined from similar events\): /, '')
    .replace(/ from \d+ to \d+$/, ' from {{count}} to {{count}}')
