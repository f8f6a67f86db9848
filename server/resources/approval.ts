/** `certificatesigningrequests/NAME/approval`: the one way to approve of a wish for a certificate, or to deny it. */

import { answer } from '@muster/api/message.ts'
import { methodNotAllowed } from '@muster/api/status.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import type { AnswerDeps, SubresourceHandler } from './answer.ts'
import { formFor } from './answer.ts'
import { type ResourceCall, saidResource } from './call.ts'
import { patch } from './patch.ts'
import { get } from './read.ts'
import { update } from './update.ts'

/** Reads the request, or writes what was decided of it; the kind's rules take nothing else from such a write. */
export const approvalHandler: SubresourceHandler = async (call, deps) => {
  const object = await readOrWrite(call, deps)
  const form = formFor(call, deps)
  return answer(200, form.contentType, form.object(object))
}

async function readOrWrite(call: ResourceCall, deps: AnswerDeps): Promise<StoredObject> {
  switch (call.info.verb) {
    case 'get':
      return get(call, deps)
    case 'update':
      return (await update(call, deps)).object
    case 'patch':
      return (await patch(call, deps)).object
    default:
      throw methodNotAllowed(saidResource(call), call.info.verb)
  }
}
