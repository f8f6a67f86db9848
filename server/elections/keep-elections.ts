/**
 * Says in each election's status who leads and why. Nothing rests on it: who leads follows from the candidates alone.
 *
 * Every server does it, and those that find it said already write nothing.
 */
import { electionOf } from '@muster/api/elections/candidate.ts'
import { type Election, ElectionKind } from '@muster/api/elections/election.ts'
import { COORDINATION_API_VERSION } from '@muster/api/elections/words.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Clock } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import { isKind } from '../auth/reads.ts'
import { follow } from '../cluster/follow.ts'
import { ownCause } from '../history/cause.ts'
import { nameOf } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { sharedObject } from '../storage/stored-object.ts'
import { CANDIDATES, type ElectionName, identityOf, lookAt } from './look.ts'
import { decideStatus, type Gone } from './status.ts'

/** What keeping them takes. */
export interface KeepElectionsDeps {
  readonly objects: Storage
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
}

const ACTOR = 'system:muster:elections'
const ELECTIONS = { group: ElectionKind.group, resource: ElectionKind.plural }
const isElection = isKind<Election>(COORDINATION_API_VERSION, ElectionKind.kind)

/** Keeps every election's status true, from now on. */
export async function keepElections(deps: KeepElectionsDeps, signal: AbortSignal): Promise<void> {
  const { clock, log } = deps
  const queue = createWorkQueue(deps.random)
  const look = async (text: string): Promise<LookOutcome> => {
    const [cluster = '', namespace = '', election = ''] = text.split('/')
    try {
      await say(deps, { cluster, namespace, election })
      return 'succeeded'
    } catch (error) {
      if (hasCode(error, 'NotFound')) return 'succeeded'
      if (!signal.aborted)
        log.warn('the status of an election could not be written; it is tried again', { text, error })
      return 'failed'
    }
  }
  const work = workThrough({ queue, clock, workers: 2, look }, signal)
  const follower = (electionIn: (name: string) => string) => {
    const ask = (cluster: string, { metadata }: KubeObject) => {
      queue.add(`${cluster}/${metadata.namespace ?? ''}/${electionIn(metadata.name ?? '')}`)
      work.wake()
    }
    return { name: 'elections', put: ask, remove: ask }
  }
  await follow(
    ELECTIONS,
    follower((name) => name),
    deps,
    signal,
  )
  await follow(CANDIDATES, follower(electionOf), deps, signal)
}

async function say(deps: KeepElectionsDeps, { cluster, namespace, election }: ElectionName): Promise<void> {
  const { objects, clock, newId } = deps
  const key = { ...ELECTIONS, cluster, namespace, name: election }
  const { candidates } = await lookAt(objects, { cluster, namespace, election }, 'fresh')
  const stored = await objects.find(key)
  if (!stored) return
  const standing = candidates.map((one) => ({
    candidate: nameOf(one.key),
    identity: identityOf(one),
    term: String(one.createRevision),
  }))
  const [leader] = candidates
  let gone: Gone | undefined
  const last = lastLeader(sharedObject(stored))
  if (last && last.term !== standing[0]?.term)
    gone = await howItWent(deps, { ...key, ...CANDIDATES, name: last.candidate })
  const cause = leader
    ? ownCause(ACTOR, 'says who leads an election', leader.key, leader.revision)
    : ownCause(ACTOR, 'says that nobody leads an election', stored.key, stored.revision)
  await objects.update(key, {
    id: newId(),
    cause,
    change(current) {
      if (!current || !isElection(current)) return 'unchanged'
      const status = decideStatus(current.status, standing, gone, timestamp(clock.now()))
      return status === current.status ? 'unchanged' : { ...current, status }
    },
  })
}

const lastLeader = (object: KubeObject) => (isElection(object) ? object.status?.leader : undefined)

/** Who took a candidate away, and how. */
async function howItWent(
  { objects }: KeepElectionsDeps,
  key: Parameters<Storage['versions']>[0],
): Promise<Gone | undefined> {
  const last = (await objects.versions(key, { last: 1 })).at(-1)
  return last?.change === 'deleted' ? { by: last.cause.actor, reason: last.cause.reason } : undefined
}
