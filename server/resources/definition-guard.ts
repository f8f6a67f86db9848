/**
 * A custom resource is written by the rules of its definition, which anybody may change meanwhile. So its definition is
 * a ground of each write, as its namespace is: the commit fails when it has changed since, and all begins anew.
 *
 *     definition@7 ─► kind ─► admit, prepare, validate ─► commit, guarded: definition@7
 *     definition@9 ─► the commit fails ─► the kind of @9 ─► …
 */
import { isConditionTrue } from '@muster/api/crd/conditions.ts'
import { asDefinition } from '@muster/api/crd/edge.ts'
import type { Kind } from '@muster/api/kind.ts'
import type { ObjectMeta } from '@muster/api/object.ts'
import { createWhileEnding, overloaded } from '@muster/api/status.ts'
import { type Clock, milliseconds } from '@muster/base/clock.ts'
import { ControlError, isControlError } from '@muster/base/errors.ts'
import type { Guard } from '@muster/store/store.ts'
import { formatKey, type ObjectKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { parseObject } from '../storage/stored-object.ts'
import { type ResourceCall, saidResource } from './call.ts'

const DEFINITIONS = { group: 'apiextensions.k8s.io', resource: 'customresourcedefinitions' }

/** Marks the error of a write whose definition is another by now than the kind that this server has made of it. */
const HAS_CHANGED: unique symbol = Symbol('the definition has changed')

/** What has to hold at the commit. Throws MethodNotAllowed for a creation while the definition is being deleted. */
export async function definitionGuards(
  call: ResourceCall,
  objects: Pick<Storage, 'find'>,
  verb: string,
): Promise<readonly Guard[]> {
  const { madeOf, isEnding } = call.served.kind
  if (!madeOf) return []
  // Not only POST creates: what is applied and not there is created too.
  if (verb === 'create' && isEnding) throw createWhileEnding(saidResource(call))
  const key: ObjectKey = { ...DEFINITIONS, cluster: call.info.cluster, namespace: '', name: madeOf.name }
  const found = await objects.find(key, '0')
  if (!found) throw changed(madeOf.name)
  if (String(found.revision) !== madeOf.resourceVersion) {
    const now = asDefinition(parseObject(found))
    if (!isSame(madeOf, now.metadata)) throw changed(madeOf.name)
    if (verb === 'create' && isConditionTrue(now, 'Terminating')) throw createWhileEnding(saidResource(call))
  }
  return [{ guard: 'revision', key: formatKey(key), equals: found.revision }]
}

const isSame = (madeOf: NonNullable<Kind['madeOf']>, { uid, generation }: ObjectMeta): boolean =>
  madeOf.uid === uid && madeOf.generation === generation

const changed = (name: string): ControlError => {
  const { code, message, details } = overloaded(`${name} has just changed, please try again`)
  return new ControlError(code, message, HAS_CHANGED, details)
}

/** True of the error of a write that is to begin anew, by the kind of now. */
export const isOutdated = (error: unknown): error is ControlError =>
  isControlError(error) && error.cause === HAS_CHANGED

/** What is written in memory is heard of by who makes kinds of it within some turns of this thread. */
const AGAIN_AFTER = milliseconds(5)
const TRIES_MAX = 100

/**
 * Answers by the kind of now, also when that changes while the answer is made. What an earlier try warned of is
 * forgotten. Throws what answering throws, and TooManyRequests when the definition keeps changing.
 */
export async function byDefinition<Answer>(
  { clock, warnings }: { readonly clock: Clock; readonly warnings: string[] },
  answer: (tried: number) => Promise<Answer>,
): Promise<Answer> {
  const heard = warnings.length
  for (let tried = 0; ; tried++) {
    warnings.length = heard
    try {
      return await answer(tried)
    } catch (error) {
      if (!isOutdated(error)) throw error
      // Without its mark: whoever asked for this answer does not begin anew once more.
      if (tried + 1 >= TRIES_MAX) throw new ControlError(error.code, error.message, undefined, error.details)
      await clock.sleep(AGAIN_AFTER)
    }
  }
}
