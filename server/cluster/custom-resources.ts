/**
 * Custom resources: what a CustomResourceDefinition says is served from the moment that it is established.
 *
 *     written ─► names settled, status written ─► served ─► ... ─► deleted: its objects go, its watches end, it goes
 *
 * Kubernetes takes some seconds for it; here a definition is served as soon as its status says so.
 */

import { recordUpdate } from '@muster/api/apply/record-update.ts'
import { oneVersion } from '@muster/api/apply/versions.ts'
import { conditionOf, isConditionTrue, setCondition } from '@muster/api/crd/conditions.ts'
import { asDefinition } from '@muster/api/crd/edge.ts'
import { CLEANUP_FINALIZER, establish, TERMINATING } from '@muster/api/crd/establish.ts'
import { kindOf } from '@muster/api/crd/kind-of.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { notFound } from '@muster/api/status.ts'
import { typeSchemaOf } from '@muster/api/tables/schemas.ts'
import { timestamp } from '@muster/api/time.ts'
import type { CustomResourceDefinition } from '@muster/api/types/apiextensions-v1.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import type { Cause, Revision } from '@muster/store/store.ts'
import { ownCause } from '../history/cause.ts'
import type { Registry } from '../registry/registry.ts'
import { formatKey, type ObjectKey, parseKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject } from '../storage/stored-object.ts'
import { follow } from './follow.ts'

/** What serving custom resources takes. */
export interface CustomResourceDeps {
  readonly objects: Storage
  readonly registry: Registry
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
}

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }
const LOOK_AGAIN = seconds(1)
const ACTOR = 'system:muster:custom-resources'

/** The definitions of each logical cluster, by name. */
export type Definitions = Map<string, Map<string, CustomResourceDefinition>>

/** Serves what is defined, from now on. Resolves once everything that was established before is served. */
export async function serveCustomResources(deps: CustomResourceDeps, signal: AbortSignal): Promise<void> {
  const { clock, random, log } = deps
  const definitions: Definitions = new Map()
  const queue = createWorkQueue(random)
  const look = async (key: string): Promise<LookOutcome> => {
    const [cluster = '', name = ''] = key.split('/')
    try {
      return await settleOne(deps, cluster, definitionsIn(definitions, cluster), name)
    } catch (error) {
      log.warn('a definition of a custom resource could not be settled; it is tried again', { cluster, name, error })
      return 'failed'
    }
  }
  // One at a time, so that of two that want a name one sees the other.
  const work = workThrough({ queue, clock, workers: 1, look }, signal)
  const settle = (cluster: string, name: string) => {
    queue.add(`${cluster}/${name}`)
    work.wake()
  }
  await serveEstablished(deps, definitions, settle, signal)
}

/**
 * Serves what is established and writes nothing: which names are whose, `settle` is asked for each definition that
 * changed. Resolves once everything that is there is served.
 */
export async function serveEstablished(
  { objects, registry, clock, log }: Pick<CustomResourceDeps, 'clock' | 'log' | 'objects' | 'registry'>,
  definitions: Definitions,
  settle: (cluster: string, name: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const unserve = (cluster: string, { spec }: CustomResourceDefinition) => {
    registry.remove(cluster, spec.group, spec.names.plural)
    objects.kindChanged({ group: spec.group, resource: spec.names.plural }, cluster)
  }
  await follow(
    DEFINITIONS,
    {
      name: 'custom resources',
      put(cluster, object) {
        const definition = asDefinition(object)
        const name = object.metadata.name ?? ''
        const known = definitionsIn(definitions, cluster)
        const before = known.get(name)
        known.set(name, definition)
        if (isConditionTrue(definition, 'Established')) {
          const { uid, generation, resourceVersion } = definition.metadata
          registry.set(cluster, { ...kindOf(definition), madeOf: { name, uid, generation, resourceVersion } })
          if (before && before.metadata.generation !== object.metadata.generation) {
            objects.kindChanged({ group: definition.spec.group, resource: definition.spec.names.plural }, cluster)
          }
        }
        settle(cluster, name)
      },
      remove(cluster, object) {
        const definition = asDefinition(object)
        const known = definitionsIn(definitions, cluster)
        known.delete(object.metadata.name ?? '')
        unserve(cluster, definition)
        // Others may have waited for its names.
        for (const [name, other] of known) if (other.spec.group === definition.spec.group) settle(cluster, name)
      },
    },
    { objects, clock, log },
    signal,
  )
}

function definitionsIn(definitions: Definitions, cluster: string): Map<string, CustomResourceDefinition> {
  const known = definitions.get(cluster) ?? new Map<string, CustomResourceDefinition>()
  definitions.set(cluster, known)
  return known
}

async function settleOne(
  deps: CustomResourceDeps,
  cluster: string,
  definitions: ReadonlyMap<string, CustomResourceDefinition>,
  name: string,
): Promise<LookOutcome> {
  const definition = definitions.get(name)
  if (!definition) return 'succeeded'
  if (definition.metadata.deletionTimestamp) {
    if (!definition.metadata.finalizers?.includes(CLEANUP_FINALIZER)) return 'succeeded'
    return await cleanUp(deps, cluster, definition)
  }
  const now = timestamp(deps.clock.now())
  await change(deps, cluster, definition, 'settles the names of a custom resource', (current) => {
    const status = establish(current, [...definitions.values()], now)
    return status ? { ...current, status } : 'unchanged'
  })
  return 'succeeded'
}

/** Deletes every object of a definition that is to go, and lets it go once none is left: finalizers may hold some for days. */
async function cleanUp(
  deps: CustomResourceDeps,
  cluster: string,
  definition: CustomResourceDefinition,
): Promise<LookOutcome> {
  const { objects, clock } = deps
  const { group, names } = definition.spec
  const name = definition.metadata.name ?? ''
  const key = definitionKey(cluster, definition)
  /** Another of its name may be there: what belongs to that one stays. */
  const grounds = async () => {
    const found = await objects.find(key)
    if (!found || !isSame(definition, parseObject(found))) throw notFound(DEFINITIONS, name)
    return { guards: [{ guard: 'revision', key: formatKey(key), equals: found.revision }] } as const
  }
  const mark = (condition: (typeof TERMINATING)[keyof typeof TERMINATING]) => (current: CustomResourceDefinition) => ({
    ...current,
    status: {
      ...current.status,
      conditions: setCondition(current.status?.conditions ?? [], condition, timestamp(clock.now())),
    } as NonNullable<CustomResourceDefinition['status']>,
  })
  if ((conditionOf(definition, 'Terminating')?.reason ?? TERMINATING.pending.reason) === TERMINATING.pending.reason) {
    const established = isConditionTrue(definition, 'Established')
    await change(
      deps,
      cluster,
      definition,
      'begins to delete a custom resource',
      mark(established ? TERMINATING.deleting : TERMINATING.neverEstablished),
    )
  }
  const scope = { group, resource: names.plural, cluster }
  const page = await objects.list(scope, { limit: 0, continue: '', resourceVersion: '', resourceVersionMatch: '' })
  for (const { key } of page.items) {
    const found = parseKey(key)
    if (!found) continue
    const request = {
      id: deps.newId(),
      cause: causeOf(cluster, definition, `the definition ${name} is deleted`),
      options: {},
      rules: {},
      grounds,
    }
    await objects.remove(found, request).catch(unlessGone)
  }
  const left = await objects.list(scope, { limit: 1, continue: '', resourceVersion: '', resourceVersionMatch: '' })
  if (left.items.length > 0) return { lookAgainAfter: LOOK_AGAIN }
  await change(deps, cluster, definition, 'lets a custom resource go', (current) => {
    const finalizers = (current.metadata.finalizers ?? []).filter((finalizer) => finalizer !== CLEANUP_FINALIZER)
    const { finalizers: _old, ...metadata } = current.metadata
    const marked = mark(TERMINATING.deleted)(current)
    return { ...marked, metadata: { ...metadata, ...(finalizers.length > 0 ? { finalizers } : {}) } }
  })
  return 'succeeded'
}

/** What is done to a definition and its objects is on account of the definition as it was seen. */
function causeOf(cluster: string, { metadata }: CustomResourceDefinition, reason: string): Cause {
  const key = formatKey(definitionKey(cluster, { metadata }))
  return ownCause(ACTOR, reason, key, Number(metadata.resourceVersion ?? 0) as Revision)
}

const definitionKey = (cluster: string, { metadata }: Pick<KubeObject, 'metadata'>): ObjectKey => ({
  ...DEFINITIONS,
  cluster,
  namespace: '',
  name: metadata.name ?? '',
})

/** Whether what is there is what was seen, and not a later one of its name. */
const isSame = (seen: KubeObject, found: KubeObject): boolean => seen.metadata.uid === found.metadata.uid

async function change(
  { objects, newId, clock }: CustomResourceDeps,
  cluster: string,
  definition: CustomResourceDefinition,
  reason: string,
  make: (current: CustomResourceDefinition) => CustomResourceDefinition | 'unchanged',
): Promise<void> {
  const request = {
    id: newId(),
    cause: causeOf(cluster, definition, reason),
    change(current: KubeObject | undefined) {
      if (!current || !isSame(definition, current)) return 'unchanged'
      const live = structuredClone(current)
      const next = make(asDefinition(current))
      return next === 'unchanged' ? next : owned(live, next, timestamp(clock.now()))
    },
  }
  await objects.update(definitionKey(cluster, definition), request).catch(unlessGone)
}

const VERSIONS = oneVersion(
  'apiextensions.k8s.io/v1',
  typeSchemaOf('apiextensions.k8s.io', 'v1', 'CustomResourceDefinition'),
)

/** What the server says of a definition is its own, under the name that Kubernetes' server has. */
function owned(live: KubeObject, next: CustomResourceDefinition, now: string): CustomResourceDefinition {
  const entries = recordUpdate({
    live,
    next,
    manager: 'kube-apiserver',
    subresource: 'status',
    now,
    versions: VERSIONS,
  })
  return entries ? { ...next, metadata: { ...next.metadata, managedFields: entries } } : next
}

const unlessGone = (error: unknown): void => {
  if (!hasCode(error, 'NotFound')) throw error
}
