/**
 * Turns: no client of the server can starve the others.
 *
 *     request ─► flow schema ─► level of its logical cluster ─► the logical cluster's share of the server ─► its turn
 *                                 │ exempt: at once                │ exempt in `default`: at once
 *                                 └ full, or waited too long: 429  └ the same
 *
 * Each logical cluster has levels by its own objects, as if the server were its own. A second set of queues, one for each
 * logical cluster, shares the server among them: what is exempt in one of them is so there, and not before the others.
 */
import type { ApiRequest } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Clock, Duration } from '@muster/base/clock.ts'
import { between, type Random } from '@muster/base/random.ts'
import type { User } from '../auth/user.ts'
import { DEFAULT_CLUSTER, type RequestInfo } from '../http/request-info.ts'
import type { FairnessMetrics } from '../metrics/fairness-metrics.ts'
import { createGate, type NoSeats, type Seats } from './gate.ts'
import { createLevels, type Flow, type Levels } from './levels.ts'
import { AT_ANY_PACE, createPace } from './pace.ts'
import { type Amount, widthOf } from './width.ts'

/** Seats of a server: as kube-apiserver's --max-requests-inflight and --max-mutating-requests-inflight together. */
export const SERVER_SEATS = 600
/** What the bodies of all requests that wait may take. Beyond it those that bring more are refused. */
export const WAITING_BYTES_MAX = 256 * 1024 * 1024

/** What fairness is made of. */
export interface FairnessDeps {
  readonly clock: Clock
  readonly random: Random
  readonly metrics: FairnessMetrics
  /** What is there of a resource, where that is known. */
  readonly amountOf: (info: Extract<RequestInfo, { readonly about: 'resource' }>) => Amount | undefined
  /** Default {@link SERVER_SEATS}. */
  readonly seats?: number
  /** Lets others of this thread have their turn. Without it turns are given as soon as there are seats. */
  readonly pause?: () => Promise<void>
}

/** A request that asks for its turn. */
export interface Asking {
  readonly request: ApiRequest
  readonly info: RequestInfo
  readonly user: User
}

/** How asking for a turn ended. The flow is told either way. */
export type TurnOutcome =
  | { readonly turn: 'given'; readonly flow: Flow; leave(): void }
  | { readonly turn: 'refused'; readonly flow: Flow; readonly retryAfterSeconds: number }

/** Turns on one server. */
export interface Fairness {
  /** Waits for a turn. Whoever is given one calls `leave` when it is done. */
  ask(asking: Asking): Promise<TurnOutcome>
  /** The levels of a logical cluster; made when it is first asked for. */
  levelsOf(cluster: string): Levels
  put(cluster: string, object: KubeObject): void
  remove(cluster: string, object: KubeObject): void
}

/** Turns by the objects of each logical cluster. */
export function createFairness(deps: FairnessDeps): Fairness {
  const { clock, random, metrics, amountOf, seats = SERVER_SEATS, pause } = deps
  const pace = pause ? createPace(clock, pause) : AT_ANY_PACE
  const salt = between(random, 0, 2 ** 31)
  const clusters = new Map<string, { readonly levels: Levels; readonly queue: number }>()
  const server = createGate({ queues: 1, queueLengthMax: seats, seats }, clock)
  let waitingBytes = 0

  const clusterOf = (name: string) => {
    const known = clusters.get(name)
    if (known) return known
    const made = { levels: createLevels({ clock, seats, salt, pace }), queue: clusters.size }
    clusters.set(name, made)
    server.reshape({ queues: clusters.size, queueLengthMax: seats, seats })
    return made
  }
  /** Seats of the level, and of the server for the logical cluster. */
  const take = async (flow: Flow, name: string, { request, info, user }: Asking): Promise<Seats | NoSeats> => {
    const { level, schema, distinguisher, hand } = flow
    const about = {
      schema: schema.metadata.name ?? '',
      flow: distinguisher,
      user: user.username,
      verb: info.verb,
      path: info.path,
    }
    const width = level.isExempt ? 1 : widthOf(info, request.query, amountOf, level.widthMax)
    const own = await level.gate.take({ about, width, hand }, request)
    if (typeof own === 'string' || (level.isExempt && name === DEFAULT_CLUSTER)) return own
    const ofServer = await server.take({ about, width, hand: [clusterOf(name).queue] }, request)
    if (typeof ofServer === 'string') {
      own.leave()
      return ofServer
    }
    return {
      waited: (own.waited + ofServer.waited) as Duration,
      leave() {
        ofServer.leave()
        own.leave()
      },
    }
  }
  return {
    levelsOf: (cluster) => clusterOf(cluster).levels,
    put: (cluster, object) => clusterOf(cluster).levels.put(object),
    remove: (cluster, object) => clusterOf(cluster).levels.remove(object),
    async ask(asking) {
      const { user, info, request } = asking
      const bodyBytes = request.body.length
      const name = info.cluster === '*' ? DEFAULT_CLUSTER : info.cluster
      const flow = clusterOf(name).levels.flowOf(user, info)
      const measured = metrics.asked(name, flow)
      const refuse = (why: NoSeats): TurnOutcome => {
        measured.refused(why)
        return { turn: 'refused', flow, retryAfterSeconds: flow.level.retryAfter.refused(clock.now()) }
      }
      if (waitingBytes + bodyBytes > WAITING_BYTES_MAX && !flow.level.isExempt) return refuse('full')
      waitingBytes += bodyBytes
      const taken = await take(flow, name, asking)
      waitingBytes -= bodyBytes
      if (typeof taken === 'string') return refuse(taken)
      const began = clock.elapsed()
      measured.began(taken.waited)
      let isOver = false
      return {
        turn: 'given',
        flow,
        leave() {
          if (isOver) return
          isOver = true
          taken.leave()
          measured.ended((clock.elapsed() - began) as Duration)
        },
      }
    },
  }
}
