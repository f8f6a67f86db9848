/** `namespaces/NAME/finalize`: the one way to change what a namespace waits for before it goes. */

import { answer } from '@muster/api/message.ts'
import { methodNotAllowed } from '@muster/api/status.ts'
import type { SubresourceHandler } from './answer.ts'
import { formFor } from './answer.ts'
import { saidResource } from './call.ts'
import { update } from './update.ts'

/** Replaces spec.finalizers; the kind's rules take nothing else from such a write. */
export const finalizeHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb !== 'update') throw methodNotAllowed(saidResource(call), call.info.verb)
  const { object } = await update(call, deps)
  const form = formFor(call, deps)
  return answer(200, form.contentType, form.object(object))
}
