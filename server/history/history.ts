/**
 * GET `.../NAME/history`: what an object was, newest first, also when it is there no more.
 *
 *     ?limit=20&continue=…       a page
 *     ?includeObject=Object      each version whole
 *     ?from=12&to=42             what differs between the states at two revisions
 *
 * DELETE of the same path erases what it was: of a Secret, above all.
 */
import { fieldChanges } from '@muster/api/history/changes.ts'
import { HISTORY_API_VERSION, type ObjectDifference, type ObjectHistory } from '@muster/api/history/types.ts'
import { type ApiResponse, answerJson } from '@muster/api/message.ts'
import { badRequest, methodNotAllowed, notFound } from '@muster/api/status.ts'
import { assert } from '@muster/base/errors.ts'
import type { Revision } from '@muster/store/store.ts'
import { leaseGuards } from '../elections/lease-guards.ts'
import type { AnswerDeps, SubresourceHandler } from '../resources/answer.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from '../resources/call.ts'
import type { PastVersion } from '../storage/history.ts'
import { parseVersion } from '../storage/list-rule.ts'
import { limited, shownAs, tell } from './versions.ts'

const PAGE_SIZE = 50
/** Each version is read from the log whole. */
const PAGE_SIZE_MAX = 500

/** Answers with a page of versions, or with a difference. */
export const historyHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb === 'delete') return erase(call, deps)
  if (call.info.verb !== 'get') throw methodNotAllowed(saidResource(call), call.info.verb)
  const { query } = call.request
  const asked = query.has('from') || query.has('to')
  return answerJson(200, asked ? await difference(call, deps) : await page(call, deps))
}

/** DELETE: what it was is made unreadable for good; that it was, when and by whom stays, and so does what is there. */
async function erase(call: ResourceCall, deps: AnswerDeps): Promise<ApiResponse> {
  const { objects } = deps
  const { name } = call.info
  // No commit is guarded by it: whoever erases leads when he begins, as he does under a fence.
  await leaseGuards(call, deps, 1)
  const [newest] = await objects.versions(objectKey(call), { last: 1 })
  if (!newest) throw notFound(saidResource(call), name)
  if (call.request.query.has('dryRun')) throw badRequest('dryRun: an erasure cannot be tried; GET shows what there is')
  const count = await objects.eraseHistory(objectKey(call))
  const { group, plural: kind } = call.served.kind
  const message = `${count} versions of ${kind} "${name}" hold nothing any more`
  return answerJson(200, {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Success',
    message,
    details: { name, group, kind },
  })
}

async function page(call: ResourceCall, { objects }: AnswerDeps): Promise<ObjectHistory> {
  const { query } = call.request
  const limit = readLimit(query.get('limit'))
  const to = query.get('continue') ? readRevision('continue', query.get('continue')) : undefined
  const withObject = query.get('includeObject') === 'Object'
  // One more than is told: the first of a page differs from it.
  const versions = await objects.versions(objectKey(call), {
    last: limit + 1,
    ...(to === undefined ? {} : { to }),
  })
  if (versions.length === 0) throw notFound(saidResource(call), call.info.name)
  const told = versions.length > limit ? versions.slice(1) : versions
  const next = versions.length > limit ? versions[0] : undefined
  return {
    kind: 'ObjectHistory',
    apiVersion: HISTORY_API_VERSION,
    metadata: { ...nameOf(call), ...(next ? { continue: String(next.revision) } : {}) },
    versions: told.map((version, at) => tell(call.served, version, told[at - 1] ?? next, withObject)).reverse(),
  }
}

async function difference(call: ResourceCall, deps: AnswerDeps): Promise<ObjectDifference> {
  const { query } = call.request
  const to = query.get('to') ? readRevision('to', query.get('to')) : undefined
  const newer = await versionAt(call, deps, to)
  const from = query.get('from') ? readRevision('from', query.get('from')) : (((newer?.revision ?? 1) - 1) as Revision)
  const older = await versionAt(call, deps, from)
  if (!newer && !older) throw notFound(saidResource(call), call.info.name)
  // What is not there differs field by field, and not as one whole.
  const shown = (version: PastVersion | undefined) =>
    version?.object ? shownAs(call.served, version.object) : { metadata: {} }
  return {
    kind: 'ObjectDifference',
    apiVersion: HISTORY_API_VERSION,
    metadata: nameOf(call),
    from: String(older?.revision ?? 0),
    to: String(newer?.revision ?? 0),
    ...limited(fieldChanges(shown(older), shown(newer))),
  }
}

/** The newest version at or below a revision; undefined when there was none. */
export async function versionAt(
  call: ResourceCall,
  { objects }: Pick<AnswerDeps, 'objects'>,
  to: Revision | undefined,
): Promise<PastVersion | undefined> {
  const versions = await objects.versions(objectKey(call), { last: 1, ...(to === undefined ? {} : { to }) })
  assert(versions.length <= 1, 'no more versions come than were asked for')
  return versions[0]
}

/** Name and namespace, as metadata has them. */
export const nameOf = (call: ResourceCall) => ({
  name: call.info.name,
  ...(namespaceOf(call) === '' ? {} : { namespace: namespaceOf(call) }),
})

/** A revision out of a query or a body. Throws BadRequest, naming where it stood. */
export function readRevision(where: string, text: string | null | undefined): Revision {
  const revision = parseVersion(text ?? '')
  if (typeof revision === 'number') return revision
  throw badRequest(`${where}: wanted a revision, which is the resourceVersion of a version: ${revision}`)
}

function readLimit(text: string | null): number {
  if (text === null || text === '') return PAGE_SIZE
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0
  if (limit < 1) throw badRequest(`limit: wanted a whole number from 1 to ${PAGE_SIZE_MAX}`)
  return Math.min(limit, PAGE_SIZE_MAX)
}
