/**
 * What keeps the sharing of a server in order: Kubernetes' own levels and schemas are there, and each schema says whether
 * the level that it names is.
 *
 *     missing ──► created
 *     there   ──► put right: `exempt` and `catch-all` always; others while apf.kubernetes.io/autoupdate-spec says "true",
 *                 or says nothing and nobody has changed them
 *     schema  ──► Dangling: False, Found │ True, NotFound
 *
 * Source: kubernetes pkg/registry/flowcontrol/ensurer; apiserver pkg/util/flowcontrol/apf_controller.go.
 */
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { timestamp } from '@muster/api/time.ts'
import type { FlowSchema, FlowSchemaCondition, PriorityLevelConfiguration } from '@muster/api/types/flowcontrol-v1.ts'
import type { Instant } from '@muster/base/clock.ts'

/** One of the two kinds. */
export type FlowControlObject = FlowSchema | PriorityLevelConfiguration

/** What is to be done with one object. */
export type FlowControlStep<T extends FlowControlObject> =
  | { readonly do: 'create'; readonly object: T }
  | { readonly do: 'update'; readonly object: T }

/** Says who decides over the spec of an object of Kubernetes' own. */
export const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec'
const MANDATORY: ReadonlySet<string> = new Set(['exempt', 'catch-all'])

/** Brings an object of Kubernetes' own to what it should be. `own` is absent for all others. */
export function decideOwn<T extends FlowControlObject>(
  current: T | undefined,
  own: T | undefined,
): FlowControlStep<T>[] {
  if (!own) return []
  if (!current) return [{ do: 'create', object: own }]
  const { annotations = {}, generation, name = '' } = current.metadata
  const said = annotations[AUTO_UPDATE]
  const isOurs = MANDATORY.has(name) || said === 'true' || (said !== 'false' && generation === 1)
  const spec = isOurs ? own.spec : current.spec
  const isRight = sameMeaning(current.spec, spec) && said === String(isOurs)
  if (isRight) return []
  const metadata = { ...current.metadata, annotations: { ...annotations, [AUTO_UPDATE]: String(isOurs) } }
  return [{ do: 'update', object: { ...current, metadata, spec } }]
}

/** What a schema is to say of the level that it names; undefined when it says so already. */
export function decideDangling(
  { spec, status }: FlowSchema,
  isThere: boolean,
  now: Instant,
): FlowSchemaCondition | undefined {
  const level = spec?.priorityLevelConfiguration.name ?? ''
  const start = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`
  const wanted = isThere
    ? { status: 'False', reason: 'Found', message: `${start} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${start} but there is no such object` }
  const said = status?.conditions?.find(({ type }) => type === 'Dangling')
  if (said?.status === wanted.status && said.reason === wanted.reason && said.message === wanted.message)
    return undefined
  return { type: 'Dangling', ...wanted, lastTransitionTime: timestamp(now) }
}
