/**
 * What a write must pass before it is stored: steps that may change the object, then steps that may only refuse.
 *
 *     decode → default → admit (mutate) → [escalation] → prepare → validate → check (validate) → commit with the guards
 *
 * A step that let a write pass because of something it read asks for a guard when it validates: the commit fails when
 * that has changed since, and the write is checked anew. A stale cache can so cost a retry, and never a wrong admission.
 * Source: apiserver pkg/admission.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { forbidden, type GroupResource, type StatusCause, statusOf } from '@muster/api/status.ts'
import type { Clock } from '@muster/base/clock.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Authorizer } from '../auth/authorization.ts'
import type { ObjectReads } from '../auth/reads.ts'
import type { User } from '../auth/user.ts'
import type { ClusterResources, Served } from '../registry/registry.ts'
import type { PolicySource } from './policies/index.ts'
import { inRounds, type Reinvocation } from './reinvocation.ts'
import type { RequestHooks } from './webhooks/access.ts'

interface RequestBase {
  readonly cluster: string
  readonly resource: GroupResource
  /** The kind of the path, in the version of the path. Objects are in the version that is kept. */
  readonly served: Served
  /** Empty for the object itself. */
  readonly subresource: string
  /** Empty for what has no namespace. */
  readonly namespace: string
  /** As the path has it; empty at creation. */
  readonly name: string
  readonly user: User
  readonly dryRun: boolean
}

/** One write. Steps that mutate change `object` in place; nobody changes `old`. */
export type AdmissionRequest =
  | (RequestBase & { readonly verb: 'create'; readonly object: KubeObject })
  | (RequestBase & { readonly verb: 'update'; readonly object: KubeObject; readonly old: KubeObject })
  | (RequestBase & { readonly verb: 'delete'; readonly old: KubeObject })
  /** `object` says what is asked of whom one is connected with: PodExecOptions. */
  | (RequestBase & { readonly verb: 'connect'; readonly object: KubeObject })

/** What steps look up, within the logical cluster of the request. */
export interface AdmissionReads extends ObjectReads {
  /** Of one namespace; with an empty one, of a resource that has none. */
  list(resource: GroupResource, namespace: string): Promise<readonly KubeObject[]>
}

/** What steps may use. */
export interface AdmissionContext {
  readonly reads: AdmissionReads
  readonly authorizer: Authorizer
  /** What the logical cluster serves. */
  readonly resources: ClusterResources
  readonly policies: PolicySource
  readonly random: Random
  readonly clock: Clock
  /** What is told beside the verdict, whether that is yes or no. */
  readonly notes?: AdmissionNotes
  /** The way to webhooks. Absent where nobody is asked. */
  readonly webhooks?: RequestHooks
  /** While steps mutate. */
  readonly reinvocation?: Reinvocation
}

/** Who hears what steps have to tell. */
export interface AdmissionNotes {
  /** Told to the client in a Warning header. */
  warn(text: string): void
  /** Told to the audit log, at its level Metadata or, where it gives away what is in the object, at Request. */
  annotate(key: string, value: string, level?: 'Request'): void
}

/** The commit must fail when this object is not at this resourceVersion any more. */
export interface ObjectGuard {
  readonly resource: GroupResource
  readonly namespace: string
  readonly name: string
  readonly resourceVersion: string
}

/** What a step wants besides letting a write pass. */
export interface MutateEffects {
  /** Told to the client in Warning headers. */
  readonly warnings?: readonly string[]
}

/** The same, once the object is as it will be stored. */
export interface ValidateEffects extends MutateEffects {
  readonly guards?: readonly ObjectGuard[]
}

/** One rule. A refusal is thrown, as the error that the client gets. */
export interface AdmissionStep {
  readonly name: string
  /** Asked first, so that a step costs nothing where it has nothing to say. */
  readonly handles: (verb: AdmissionRequest['verb'], resource: GroupResource, subresource: string) => boolean
  readonly mutate?: (request: AdmissionRequest, context: AdmissionContext) => Maybe<MutateEffects>
  readonly validate?: (request: AdmissionRequest, context: AdmissionContext) => Maybe<ValidateEffects>
}

/** Nothing, or effects, now or later. */
export type Maybe<Effects> = Effects | undefined | Promise<Effects | undefined>

/** Runs the steps that mutate, in order, and perhaps once more. Throws the first refusal. */
export async function admit(
  steps: readonly AdmissionStep[],
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<Required<MutateEffects>> {
  const warnings: string[] = []
  await inRounds(async (reinvocation) => {
    const own = { ...context, reinvocation }
    for (const step of stepsFor(steps, request)) {
      const effects = await step.mutate?.(request, own)
      warnings.push(...(effects?.warnings ?? []))
    }
  })
  return { warnings }
}

/** Runs the steps that validate, in order, on what will be stored. Throws the first refusal. */
export async function check(
  steps: readonly AdmissionStep[],
  request: AdmissionRequest,
  context: AdmissionContext,
): Promise<Required<ValidateEffects>> {
  const guards: ObjectGuard[] = []
  const warnings: string[] = []
  for (const step of stepsFor(steps, request)) {
    const effects = await step.validate?.(request, context)
    // Several may have looked at one object, such as the namespace.
    guards.push(...(effects?.guards ?? []).filter((guard) => !guards.some((known) => isSameGuard(known, guard))))
    warnings.push(...(effects?.warnings ?? []))
  }
  return { guards, warnings }
}

/** The 403 of a step: `pods "web" is forbidden: …`, with the name that the object has or will be given. */
export function refusal(request: AdmissionRequest, why: string): ControlError {
  const metadata = 'object' in request ? request.object.metadata : undefined
  return forbidden(request.resource, request.name || metadata?.name || metadata?.generateName || 'Unknown', why)
}

/** The same refusal, with a cause that programs can read. */
export function withCause(error: ControlError, cause: StatusCause): ControlError {
  const status = statusOf(error)
  const details = { ...status.details, causes: [cause] }
  return new ControlError(error.code, error.message, undefined, { ...status, details })
}

const isSameGuard = (one: ObjectGuard, other: ObjectGuard): boolean =>
  one.name === other.name &&
  one.namespace === other.namespace &&
  one.resource.resource === other.resource.resource &&
  one.resource.group === other.resource.group

/** The steps that a request goes through: by its verb and resource alone, so that the answer is kept. */
function stepsFor(
  steps: readonly AdmissionStep[],
  { verb, resource, subresource }: AdmissionRequest,
): readonly AdmissionStep[] {
  const known = chosen.get(steps) ?? new Map<string, readonly AdmissionStep[]>()
  chosen.set(steps, known)
  const key = `${verb} ${resource.group}/${resource.resource}/${subresource}`
  const found = known.get(key)
  if (found) return found
  const own = steps.filter(({ handles }) => handles(verb, resource, subresource))
  if (known.size >= CHOSEN_MAX) known.clear()
  known.set(key, own)
  return own
}

const chosen = new WeakMap<readonly AdmissionStep[], Map<string, readonly AdmissionStep[]>>()
/** Verbs and subresources of a few thousand kinds. */
const CHOSEN_MAX = 20_000
