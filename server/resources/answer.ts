/** Answers a request about a resource: the verb that it means, and its outcome in the form that the client wants. */
import { hasFence } from '@muster/api/elections/fence.ts'
import { type ApiResponse, answer, answerJson } from '@muster/api/message.ts'
import { badRequest, methodNotAllowed } from '@muster/api/status.ts'
import type { IncludeObject } from '@muster/api/table.ts'
import type { Clock } from '@muster/base/clock.ts'
import { fenceGuards } from '../elections/fence.ts'
import { isOfThePast } from '../history/subresources.ts'
import type { Accepted } from '../http/accept.ts'
import { loadOf } from '../http/in-flight.ts'
import { ownSubresource } from '../registry/registry.ts'
import type { Storage } from '../storage/storage.ts'
import type { StoredObject } from '../storage/stored-object.ts'
import { acceptedOf } from './accepted.ts'
import { type ResourceCall, saidResource } from './call.ts'
import { create } from './create.ts'
import { type Form, formOf } from './forms.ts'
import { patch } from './patch.ts'
import { get, list, watch } from './read.ts'
import { remove, removeCollection } from './remove.ts'
import { answerScale } from './scale.ts'
import { update } from './update.ts'
import type { WriteDeps } from './writing.ts'

/** What answering takes. */
export interface AnswerDeps extends WriteDeps {
  readonly objects: Storage
  readonly clock: Clock
  /** Handlers of subresources with a kind of their own, by `plural/name`: `pods/eviction`. */
  readonly subresources: Readonly<Record<string, SubresourceHandler>>
  /** Handlers of the subresources that every kept object has, by their names: `history`. */
  readonly pastSubresources: Readonly<Record<string, SubresourceHandler>>
  /** Handlers of kinds that are answered and not kept, by `group/plural`. */
  readonly reviews: Readonly<Record<string, SubresourceHandler>>
  /** Counts changes of what is served. */
  readonly generationOf: (cluster: string) => number
}

/** Answers a request of its own kind. */
export type SubresourceHandler = (call: ResourceCall, deps: AnswerDeps) => Promise<ApiResponse>

/** Answers. Throws the error that the client is to get. */
export async function answerResource(call: ResourceCall, deps: AnswerDeps): Promise<ApiResponse> {
  const { info, served } = call
  // Also what writes nothing in the end, such as a review, is not answered to who was deposed.
  if (hasFence(call.request) && loadOf(info.verb) === 'mutating') await fenceGuards(call, deps)
  if (info.subresource !== '') return answerSubresource(call, deps)
  const review = deps.reviews[`${served.kind.group}/${served.kind.plural}`]
  if (review) return review(call, deps)
  checkVerb(call)
  return answerVerb(call, deps)
}

function answerSubresource(call: ResourceCall, deps: AnswerDeps): Promise<ApiResponse> {
  const { info, served } = call
  const { status, scale } = served.version.subresources
  if (info.subresource === 'status' && status) {
    if (!STATUS_VERBS.has(info.verb)) throw methodNotAllowed(saidResource(call), info.verb)
    return answerVerb(call, deps)
  }
  if (info.subresource === 'scale' && scale) return answerScale(call, deps, scale)
  const ofThePast = isOfThePast(served, info.subresource) ? deps.pastSubresources[info.subresource] : undefined
  if (ofThePast) return ofThePast(call, deps)
  const handler = deps.subresources[`${served.kind.plural}/${info.subresource}`]
  if (!ownSubresource(served, info.subresource) || !handler)
    throw badRequest(`there is no ${info.subresource} of ${served.kind.plural}`)
  return handler(call, deps)
}

const STATUS_VERBS: ReadonlySet<string> = new Set(['get', 'update', 'patch'])

function checkVerb(call: ResourceCall): void {
  const { verbs } = call.served.kind
  const { verb } = call.info
  if (!KNOWN_VERBS.has(verb) || (verbs && !verbs.some((known) => known === verb)))
    throw methodNotAllowed(saidResource(call), verb)
}

const KNOWN_VERBS: ReadonlySet<string> = new Set([
  'get',
  'list',
  'watch',
  'create',
  'update',
  'patch',
  'delete',
  'deletecollection',
])

async function answerVerb(call: ResourceCall, deps: AnswerDeps): Promise<ApiResponse> {
  const accepted = acceptedOf(call)
  const form = formFor(call, deps, accepted)
  const one = (status: number, object: StoredObject) => answer(status, form.contentType, form.object(object))
  switch (call.info.verb) {
    case 'get':
      return one(200, await get(call, deps))
    case 'list': {
      const page = await list(call, deps)
      return blocks(200, form.contentType, form.list(page))
    }
    case 'watch': {
      const stream = await watch(call, deps, form.watch, deps.random)
      return { status: 200, headers: { 'content-type': form.watchContentType }, body: { body: 'stream', stream } }
    }
    case 'create':
      refuseName(call)
      return one(201, await create(call, deps))
    case 'update': {
      const { outcome, object } = await update(call, deps)
      return one(outcome === 'created' ? 201 : 200, object)
    }
    case 'patch': {
      const { outcome, object } = await patch(call, deps)
      return one(outcome === 'created' ? 201 : 200, object)
    }
    case 'delete': {
      const removed = await remove(call, deps)
      return removed.removed === 'status' ? answerJson(200, removed.status) : one(removed.status, removed.object)
    }
    case 'deletecollection':
      return blocks(200, form.contentType, form.list(await removeCollection(call, deps)))
    default:
      throw methodNotAllowed(saidResource(call), call.info.verb)
  }
}

/** POST to an object's own path means nothing. */
function refuseName(call: ResourceCall): void {
  if (call.info.name !== '') throw methodNotAllowed(saidResource(call), call.info.verb)
}

/** The form in which the client wants an object of the call's kind. */
export function formFor(call: ResourceCall, deps: AnswerDeps, accepted: Accepted = acceptedOf(call)): Form {
  return formOf({
    served: call.served,
    accepted,
    objects: deps.objects,
    now: () => deps.clock.now(),
    includeObject: includeObject(call, accepted),
    generation: deps.generationOf(call.info.cluster),
    acrossClusters: call.info.cluster === '*',
  })
}

function includeObject({ request }: ResourceCall, { as }: Accepted): IncludeObject {
  const asked = request.query.get('includeObject') ?? ''
  if (as?.kind !== 'Table' || asked === '' || asked === 'Metadata') return 'Metadata'
  if (asked === 'None' || asked === 'Object') return asked
  throw badRequest(
    `Unable to convert to Table as requested: includeObject: Invalid value: ${JSON.stringify(asked)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

/** Small lists go out at once, with their length; large ones as they are made. */
function blocks(status: number, contentType: string, made: Iterable<Uint8Array>): ApiResponse {
  const iterator = made[Symbol.iterator]()
  const first = iterator.next()
  const second = first.done ? first : iterator.next()
  if (first.done || second.done) return answer(status, contentType, first.done ? new Uint8Array(0) : first.value)
  function* all(): Generator<Uint8Array> {
    if (!first.done) yield first.value
    if (!second.done) yield second.value
    for (let next = iterator.next(); !next.done; next = iterator.next()) yield next.value
  }
  return { status, headers: { 'content-type': contentType }, body: { body: 'blocks', blocks: all() } }
}
