/**
 * POST `.../NAME/revert`: an object becomes what it was, as one ordinary write.
 *
 *     there now        PUT of what it was, over the version that is there: 409 when somebody is faster
 *     not there        POST of what it was: a new object with a new uid
 *
 * So admission, validation, field ownership and quota hold as for every write, today's and not those of then; and
 * whoever reverts must be allowed to read the history and to update or create the object himself. What belongs to the
 * present stays: uid, status, finalizers, owners. `?dryRun=All` answers what would be.
 */

import { readAsOf } from '@muster/api/history/as-of.ts'
import { RevertKind } from '@muster/api/history/revert.ts'
import { answer } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { badRequest, expired, methodNotAllowed, notFound, statusOf } from '@muster/api/status.ts'
import { ControlError } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import { type Attributes, forbiddenBy } from '../auth/authorization.ts'
import type { AnswerDeps, SubresourceHandler } from '../resources/answer.ts'
import { formFor } from '../resources/answer.ts'
import { decodePassing } from '../resources/answer-object.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from '../resources/call.ts'
import { create } from '../resources/create.ts'
import { update } from '../resources/update.ts'
import { readRevision, versionAt } from './history.ts'
import { checkMayLookBack } from './rights.ts'
import { shownAs } from './versions.ts'

const [version] = RevertKind.versions
const encoder = new TextEncoder()

/** Reverts, and answers with the object as it is then. */
export const revertHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb !== 'create' || !version) throw methodNotAllowed(saidResource(call), call.info.verb)
  const { object: review } = decodePassing(call, { kind: RevertKind, version, builtIn: false })
  const { revision, asOf, reason }: { revision?: string; asOf?: string; reason?: string } = Object(review.spec)
  if ((revision === undefined) === (asOf === undefined)) {
    throw badRequest('spec: either revision or asOf says what to revert to')
  }
  checkMayLookBack(call, deps)
  const at = asOf === undefined ? readRevision('spec.revision', revision) : await momentOf(call, deps, asOf)
  const then = await stateAt(call, deps, at)
  const stored = await deps.objects.find(objectKey(call))
  const said = reason ? `: ${reason}` : ''
  const because = `reverts to revision ${then.metadata.resourceVersion}${said}`
  checkServes(call, stored ? 'update' : 'create')
  if (stored) {
    const as = asWrite(call, 'update', call.info.name, inPlaceOf(then, shownAs(call.served, stored)), because)
    checkAllowed(as, deps)
    const { object } = await update(as, deps)
    return shown(call, deps, 200, object)
  }
  const as = asWrite(call, 'create', '', anew(call, then), because)
  checkAllowed(as, deps)
  return shown(call, deps, 201, await create(as, deps))
}

/** A revert is no way to write what cannot be written otherwise. Throws MethodNotAllowed. */
function checkServes(call: ResourceCall, verb: 'create' | 'update'): void {
  const { verbs } = call.served.kind
  if (verbs === undefined || verbs.includes(verb)) return
  const error = methodNotAllowed(saidResource(call), verb)
  const what =
    verb === 'update'
      ? 'objects of its kind are not updated; delete it, and make another'
      : 'it is gone, and objects of its kind are not created'
  const message = `${call.served.kind.plural} "${call.info.name}" cannot be reverted: ${what}`
  throw new ControlError(error.code, message, undefined, { ...statusOf(error), message })
}

async function momentOf(call: ResourceCall, { objects }: AnswerDeps, text: string): Promise<Revision> {
  const moment = readAsOf(text, call.now)
  if ('why' in moment) throw badRequest(`spec.asOf: ${moment.why}`)
  return objects.revisionAsOf(moment.at)
}

async function stateAt(call: ResourceCall, deps: AnswerDeps, at: Revision): Promise<KubeObject> {
  const { plural } = call.served.kind
  const then = await versionAt(call, deps, at)
  if (then?.object) return shownAs(call.served, then.object)
  if (then?.isErased) throw expired(`${plural} "${call.info.name}": what it was at revision ${at} has been erased`)
  if (then)
    throw badRequest(
      `${plural} "${call.info.name}" was not there at revision ${at}: it was deleted at ${then.revision}`,
    )
  throw notFound(saidResource(call), call.info.name)
}

/** What it was, in the metadata of what is there. */
function inPlaceOf(then: KubeObject, now: KubeObject): KubeObject {
  const { labels: _labels, annotations: _annotations, ...metadata } = now.metadata
  const { labels, annotations } = then.metadata
  const { status: _then, ...rest } = then as KubeObject & { status?: unknown }
  const { status } = now as KubeObject & { status?: unknown }
  return {
    ...rest,
    metadata: { ...metadata, ...(labels ? { labels } : {}), ...(annotations ? { annotations } : {}) },
    ...(status === undefined ? {} : { status }),
  } as KubeObject
}

/** What it was, as a new object. */
function anew(call: ResourceCall, then: KubeObject): KubeObject {
  const { name, namespace, labels, annotations, ownerReferences = [] } = then.metadata
  if (ownerReferences.length > 0) {
    // They named owners by uid. One that is gone would take the object with it at once.
    const owners = ownerReferences.map((owner) => `${owner.kind} ${owner.name}`).join(', ')
    call.warnings.push(`the object comes back without its owner references (${owners})`)
  }
  const { status: _status, ...rest } = then as KubeObject & { status?: unknown }
  return {
    ...rest,
    metadata: {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(labels ? { labels } : {}),
      ...(annotations ? { annotations } : {}),
    },
  } as KubeObject
}

/** The write that a revert is. */
function asWrite(
  call: ResourceCall,
  verb: 'create' | 'update',
  name: string,
  object: KubeObject,
  because: string,
): ResourceCall {
  const { request, info } = call
  return {
    ...call,
    info: { ...info, verb, name, subresource: '' },
    request: {
      ...request,
      method: verb === 'create' ? 'POST' : 'PUT',
      headers: { ...request.headers, 'content-type': 'application/json' },
      body: encoder.encode(JSON.stringify(object)),
    },
    because,
  }
}

function checkAllowed({ info, user, served, ...call }: ResourceCall, { authorizerOf }: AnswerDeps): void {
  const { group, plural } = served.kind
  const namespace = namespaceOf({ ...call, info, user, served })
  const asked: Attributes = {
    about: 'resource',
    verb: info.verb,
    group,
    resource: plural,
    subresource: '',
    namespace,
    name: info.name,
  }
  const { allowed, reason } = authorizerOf(info.cluster).authorize(user, asked)
  if (!allowed) throw forbiddenBy(user, asked, reason)
}

function shown(
  call: ResourceCall,
  deps: AnswerDeps,
  status: number,
  object: Parameters<ReturnType<typeof formFor>['object']>[0],
) {
  const form = formFor(call, deps)
  return answer(status, form.contentType, form.object(object))
}
