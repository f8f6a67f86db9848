/**
 * `pods/NAME/ephemeralcontainers` and `pods/NAME/resize`: the parts of a pod's spec that may change by themselves.
 * Whatever else such a write changes is put back. Source: kubernetes pkg/registry/core/pod/strategy.go
 * dropNonEphemeralContainerUpdates, dropNonResizeUpdates.
 */
import { keepMetadata } from '@muster/api/builtin/status-metadata.ts'
import type { Kind } from '@muster/api/kind.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import { methodNotServed } from '@muster/api/status.ts'
import type { Container, Pod, PodSpec } from '@muster/api/types/core-v1.ts'
import type { SubresourceHandler } from './answer.ts'
import { answerObject } from './answer-written.ts'
import type { ResourceCall } from './call.ts'
import { patch } from './patch.ts'
import { asPod } from './pod-key.ts'
import { get } from './read.ts'
import { update } from './update.ts'

/** What a write of a part makes of a spec, from the one that it asks for and the one that is there. */
export type Part = (asked: PodSpec, old: PodSpec) => PodSpec

/** Answers with the whole pod, and writes one part of it. */
export const podPartHandler = (part: Part): SubresourceHandler => {
  const confinedKinds = new WeakMap<Kind, Kind>()
  const confined = (call: ResourceCall): ResourceCall => {
    const { kind } = call.served
    const known = confinedKinds.get(kind) ?? confine(kind, part)
    confinedKinds.set(kind, known)
    return { ...call, served: { ...call.served, kind: known } }
  }
  return async (call, deps) => {
    switch (call.info.verb) {
      case 'get':
        return answerObject(call, deps, await get(call, deps))
      case 'update':
        return answerObject(call, deps, (await update(confined(call), deps)).object)
      case 'patch':
        return answerObject(call, deps, (await patch(confined(call), deps)).object)
      default:
        throw methodNotServed()
    }
  }
}

/** The containers that were added to look into a pod. */
export const ephemeralContainers: Part = ({ ephemeralContainers: asked }, { ephemeralContainers: _old, ...spec }) =>
  asked === undefined ? spec : { ...spec, ephemeralContainers: asked }

/**
 * What containers may use. Containers that came, went, moved or were renamed are left as they are asked for: the kind's
 * rules refuse them, and say why.
 */
export const resources: Part = (asked, old) => {
  const { containers, initContainers } = asked
  if (!haveSameNames(containers, old.containers) || !haveSameNames(initContainers, old.initContainers)) return asked
  const { resources: _resources, ...spec } = old
  return {
    ...spec,
    ...(asked.resources ? { resources: asked.resources } : {}),
    containers: resized(containers, old.containers),
    ...(initContainers ? { initContainers: resized(initContainers, old.initContainers) } : {}),
  }
}

const haveSameNames = (some: readonly Container[] = [], others: readonly Container[] = []): boolean =>
  some.length === others.length && some.every(({ name }, index) => name === others[index]?.name)

const resized = (asked: readonly Container[], old: readonly Container[] = []): Container[] =>
  asked.map((container, index) => {
    const { resources: _resources, resizePolicy: _policy, ...rest } = old[index] ?? container
    const { resources: wanted, resizePolicy } = container
    return { ...rest, ...(wanted ? { resources: wanted } : {}), ...(resizePolicy ? { resizePolicy } : {}) }
  })

/** The kind, with rules that take back all but the part. */
function confine(kind: Kind, part: Part): Kind {
  const { rules } = kind
  return {
    ...kind,
    rules: {
      ...rules,
      prepareForUpdate(next, before, context) {
        const [pod, old] = [asPod(next), asPod(before)]
        if (pod.spec && old.spec) pod.spec = part(pod.spec, old.spec)
        keepStatus(pod, old)
        keepMetadata(pod.metadata, old.metadata)
        rules.prepareForUpdate?.(next, before, context)
        if (!sameMeaning(pod.spec, old.spec)) pod.metadata.generation = (old.metadata.generation ?? 0) + 1
      },
    },
  }
}

function keepStatus(pod: Pod, { status }: Pod): void {
  if (status === undefined) delete pod.status
  else pod.status = status
}
