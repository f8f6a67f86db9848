/** Does one operation on a stage: through the same functions as a request of its own. */
import { isObject } from '@muster/api/schema/json.ts'
import { assert } from '@muster/base/errors.ts'
import { objectKey, type ResourceCall } from '../resources/call.ts'
import { create } from '../resources/create.ts'
import { patch } from '../resources/patch.ts'
import { remove } from '../resources/remove.ts'
import { writeScale } from '../resources/scale.ts'
import { update } from '../resources/update.ts'
import type { WriteDeps } from '../resources/writing.ts'
import { type ObjectKey, parseKey } from '../storage/key.ts'
import type { Stage } from '../storage/stage.ts'
import { withOwners } from './owners.ts'
import type { Part } from './part.ts'

/** Decides on the operation. Answers the key of its object, which a creation may have chosen. Throws its refusal. */
export async function carryOut(
  part: Part,
  bare: ResourceCall,
  deps: WriteDeps,
  stage: Stage,
  dryRun: boolean,
): Promise<ObjectKey> {
  const { operation } = part
  const { verb, object, preconditions = {}, absent = false, propagationPolicy, gracePeriodSeconds } = operation
  const resources = deps.registry.cluster(bare.info.cluster)
  const call = (body: unknown): ResourceCall => ({
    ...bare,
    request: { ...bare.request, body: encoder.encode(JSON.stringify(body)) },
  })
  const withObject = () => call(isObject(object) ? withOwners(bare, resources, stage, object) : object)
  switch (verb) {
    case 'create': {
      const { key } = await create(withObject(), deps)
      const named = parseKey(key)
      assert(named, 'what was created has a key')
      return named
    }
    case 'update':
    case 'apply':
    case 'patch': {
      if (operation.preconditions) await stage.expect(objectKey(bare), { expected: 'there', ...preconditions })
      await write(verb === 'patch' ? call(operation.patch) : withObject(), deps)
      return objectKey(bare)
    }
    case 'delete':
      await remove(
        call({
          kind: 'DeleteOptions',
          apiVersion: 'v1',
          preconditions,
          ...(dryRun ? { dryRun: ['All'] } : {}),
          ...(propagationPolicy ? { propagationPolicy } : {}),
          ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
        }),
        deps,
      )
      return objectKey(bare)
    case 'check':
      await stage.expect(objectKey(bare), absent ? { expected: 'absent' } : { expected: 'there', ...preconditions })
      return objectKey(bare)
    default:
      return verb satisfies never
  }
}

const encoder = new TextEncoder()

function write(call: ResourceCall, deps: WriteDeps): Promise<unknown> {
  const { scale } = call.served.version.subresources
  if (call.info.subresource === 'scale' && scale) return writeScale(call, deps, scale)
  return call.info.verb === 'update' ? update(call, deps) : patch(call, deps)
}
