/**
 * The sessions of candidates: each lives by a lease of the store, which any server over that store keeps alive.
 *
 *     POST candidates               a lease is granted, and the object put with it
 *     POST candidates/NAME/renew    the lease's time begins anew; answers where the candidate stands
 *     DELETE candidates/NAME        it steps down, or is deposed: the next one leads at once
 */
import { type Candidate, electionOf, type Renewal } from '@muster/api/elections/candidate.ts'
import { type Election, ElectionKind, SESSION_SECONDS } from '@muster/api/elections/election.ts'
import { COORDINATION_API_VERSION } from '@muster/api/elections/words.ts'
import { answerJson } from '@muster/api/message.ts'
import { forbidden, methodNotAllowed, notFound } from '@muster/api/status.ts'
import { seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { LeaseId, Store } from '@muster/store/store.ts'
import { isKind } from '../auth/reads.ts'
import type { SubresourceHandler } from '../resources/answer.ts'
import { type ResourceCall, saidResource } from '../resources/call.ts'
import type { WriteDeps } from '../resources/writing.ts'
import { nameOf } from '../storage/key.ts'
import { type StoredObject, sharedObject } from '../storage/stored-object.ts'
import { CANDIDATES, identityOf, isCandidate, lookAt } from './look.ts'

/** The leases by which sessions live. */
export type Sessions = Pick<Store, 'lease' | 'keepAlive' | 'revoke'>

/** Each is looked at when a fence is judged for the first time, and stands in the election's status. */
export const CANDIDATES_MAX = 100

const isElection = isKind<Election>(COORDINATION_API_VERSION, ElectionKind.kind)

/**
 * Begins the session of a candidate that is about to be created, and writes it into the object. Throws NotFound without
 * the election, Forbidden when enough stand in it already. A dry run grants nothing.
 */
export async function beginSession(
  call: ResourceCall,
  { objects, sessions }: Pick<WriteDeps, 'objects' | 'sessions'>,
  candidate: Candidate,
  dryRun: boolean,
): Promise<LeaseId | undefined> {
  const { cluster, namespace } = call.info
  const { election: name } = candidate.spec
  const resource = { group: ElectionKind.group, resource: ElectionKind.plural }
  const found = await objects.find({ ...resource, cluster, namespace, name })
  const election = found && sharedObject(found)
  if (!election || !isElection(election)) throw notFound(resource, name)
  const { candidates } = await lookAt(objects, { cluster, namespace, election: name }, 'cached')
  if (candidates.length >= CANDIDATES_MAX) {
    const why = `election ${name} has ${candidates.length} candidates already, and at most ${CANDIDATES_MAX} fit`
    throw forbidden(saidResource(call), candidate.metadata.name ?? '', why)
  }
  const length = election.spec?.sessionSeconds ?? SESSION_SECONDS
  const lease = dryRun ? undefined : await sessions.lease(seconds(length))
  candidate.spec.session = {
    ...(lease === undefined ? {} : { lease }),
    user: call.user.username,
    seconds: length,
  }
  const { uid = '' } = election.metadata
  candidate.metadata.ownerReferences = [{ apiVersion: COORDINATION_API_VERSION, kind: ElectionKind.kind, name, uid }]
  return lease
}

/** Ends a session that came to nothing. It ends by itself otherwise. */
export async function endSession({ sessions }: Pick<WriteDeps, 'sessions'>, lease: LeaseId): Promise<void> {
  await sessions.revoke(lease).catch(() => {})
}

/** Keeps a candidate, and tells it where it stands. */
export const renewHandler: SubresourceHandler = async (call, deps) => {
  if (call.info.verb !== 'create') throw methodNotAllowed(saidResource(call), call.info.verb)
  const { cluster, namespace, name } = call.info
  const isMine = ({ key }: StoredObject) => nameOf(key) === name
  const inElection = { cluster, namespace, election: electionOf(name) }
  // What it lives by never changes; what is not in memory yet is looked for again.
  const known =
    (await lookAt(deps.objects, inElection, 'cached')).candidates.find(isMine) ??
    (await lookAt(deps.objects, inElection, 'fresh')).candidates.find(isMine)
  const candidate = known && sharedObject(known)
  if (!candidate || !isCandidate(candidate)) throw notFound(CANDIDATES, name)
  const { lease = '', user = '', seconds: length = SESSION_SECONDS } = candidate.spec.session ?? {}
  if (user !== call.user.username) throw forbidden(CANDIDATES, name, `only user ${JSON.stringify(user)} may renew it`)
  try {
    await deps.sessions.keepAlive(lease)
  } catch (error) {
    if (!hasCode(error, 'NotFound')) throw error
    throw notFound(CANDIDATES, name)
  }
  const { candidates, revision } = await lookAt(deps.objects, inElection, 'fresh')
  const [leader] = candidates
  const mine = candidates.find(isMine)
  if (!mine || !leader) throw notFound(CANDIDATES, name)
  const renewal: Renewal = {
    kind: 'Renewal',
    apiVersion: COORDINATION_API_VERSION,
    metadata: { name, namespace },
    status: {
      leads: leader === mine,
      term: String(mine.createRevision),
      leader: {
        candidate: nameOf(leader.key),
        identity: identityOf(leader),
        term: String(leader.createRevision),
      },
      revision: String(revision),
      sessionSeconds: length,
    },
  }
  return answerJson(200, renewal)
}
