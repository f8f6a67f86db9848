/**
 * Reads of the past: which revision a get, a list or a watch is to be of, and whether its reader may have it.
 *
 *     ?asOf=2026-11-23T03:00:00Z   ?asOf=-10m             get and list: the state at that time; Muster's own
 *     ?resourceVersion=42&resourceVersionMatch=Exact      list as in Kubernetes, and get in the same words
 */
import { readAsOf } from '@muster/api/history/as-of.ts'
import { badRequest, expired } from '@muster/api/status.ts'
import { formatInstant } from '@muster/base/clock.ts'
import type { Revision } from '@muster/store/store.ts'
import { type ListOptions, listOptions } from '../http/options.ts'
import type { ResourceCall } from '../resources/call.ts'
import { decodeContinue } from '../storage/continue-token.ts'
import { parseVersion } from '../storage/list-rule.ts'
import { checkNotPast, checkPast, type RightsDeps } from './rights.ts'

/** The parameter that names a time. */
export const AS_OF = 'asOf'

/** The revision that a get wants exactly; undefined for any other get. Throws what the client is to be told. */
export async function exactRevisionOfGet(call: ResourceCall, deps: RightsDeps): Promise<Revision | undefined> {
  const { query } = call.request
  const asked = await revisionAsOf(call, deps)
  if (asked !== undefined) return asked
  // Kubernetes takes no notice of the word here, and has no other to say it with.
  if (query.get('resourceVersionMatch') !== 'Exact') return undefined
  const { resourceVersion } = listOptions(query, false)
  const revision = parseVersion(resourceVersion)
  if (typeof revision === 'string') throw badRequest(`resourceVersion: ${revision}`)
  await checkPast(call, deps, revision)
  return revision
}

/** The options of a list, a time turned into the revision then. Throws what the client is to be told. */
export async function listOptionsAsOf(call: ResourceCall, deps: RightsDeps): Promise<ListOptions> {
  const options = listOptions(call.request.query, false)
  const asked = await revisionAsOf(call, deps)
  if (asked !== undefined) return { ...options, resourceVersion: String(asked), resourceVersionMatch: 'Exact' }
  if (options.continue !== '') {
    const { revision } = decodeContinue(options.continue)
    if (revision !== undefined) await checkNotPast(call, deps, revision)
    return options
  }
  const revision = parseVersion(options.resourceVersion)
  if (typeof revision === 'string' || revision === 0) return options
  if (options.resourceVersionMatch === 'Exact') await checkPast(call, deps, revision)
  else if (options.resourceVersionMatch === '' && options.limit > 0) await checkNotPast(call, deps, revision)
  return options
}

/** Throws Gone unless a watch may begin where it asks to. */
export async function checkWatchBegins(call: ResourceCall, deps: RightsDeps, resourceVersion: string): Promise<void> {
  if (call.request.query.has(AS_OF)) {
    throw badRequest(
      `${AS_OF} is for get and list: a watch begins at a resourceVersion, such as that of a list ${AS_OF}`,
    )
  }
  const revision = parseVersion(resourceVersion)
  if (typeof revision === 'number' && revision > 0) await checkNotPast(call, deps, revision)
}

/** The revision of the state at the time that a request names; undefined when it names none. */
async function revisionAsOf(call: ResourceCall, deps: RightsDeps): Promise<Revision | undefined> {
  const { query } = call.request
  const text = query.get(AS_OF)
  if (text === null || text === '') return undefined
  for (const other of ['resourceVersion', 'resourceVersionMatch', 'continue']) {
    if (query.get(other)) {
      throw badRequest(`${AS_OF} and ${other} cannot both be given: each says which state is wanted`)
    }
  }
  const moment = readAsOf(text, call.now)
  if ('why' in moment) throw badRequest(`${AS_OF}: ${moment.why} (this server's clock says ${formatInstant(call.now)})`)
  const revision = await deps.objects.revisionAsOf(moment.at)
  if (revision <= 0) throw expired(`${AS_OF}: nothing had been written yet at ${formatInstant(moment.at)}`)
  await checkPast(call, deps, revision)
  return revision
}
