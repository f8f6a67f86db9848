/**
 * Notices nodes that fall silent, and says so in their conditions: the one thing about heartbeats that is written.
 *
 *     renewals of Leases ──┐
 *     reports of status ───┼──► liveness ──silent──► conditions Unknown, in the name of this server
 *     nodes that come, go ─┘
 *
 * A node that is heard of again says itself how it is. What follows from it, taints and pods that leave, is a
 * controller's. It counts what this server hears: one server of several that nodes report to would hear too little.
 */

import { timestamp } from '@muster/api/time.ts'
import type { Node } from '@muster/api/types/core-v1.ts'
import { type Clock, seconds } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import { Liveness, type LivenessSettings } from '@muster/kernel/liveness/liveness.ts'
import { createWorkQueue } from '@muster/kernel/work-queue.ts'
import { type LookOutcome, workThrough } from '@muster/kernel/work-through.ts'
import { core, isKind } from '../auth/reads.ts'
import { follow } from '../cluster/follow.ts'
import { clockCause } from '../history/cause.ts'
import type { Storage } from '../storage/storage.ts'
import { createHeartbeats, type Heartbeats } from './heartbeats.ts'
import { silentNode } from './silent-node.ts'

/** What keeping them takes. */
export interface KeepNodesDeps {
  readonly objects: Storage
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  readonly newId: () => string
}

/** Nodes beat every ten seconds; one beat may be lost, and four before it counts. Source of the last: kube-controller-manager. */
export const DEFAULT_LIVENESS: LivenessSettings = {
  unstableAfter: seconds(13),
  silentAfter: seconds(40),
  sweepEvery: seconds(1),
}

const ACTOR = 'system:muster:liveness'
const NODES = core('nodes')
const isNode = isKind<Node>('v1', 'Node')

/** Keeps watch over all nodes until the signal aborts; resolves once all that there are are known. */
export async function keepNodes(
  deps: KeepNodesDeps,
  settings: LivenessSettings,
  signal: AbortSignal,
): Promise<Heartbeats> {
  const { objects, clock, log, newId } = deps
  const liveness = new Liveness(settings, clock.elapsed())
  const reported = new Map<string, string>()
  const queue = createWorkQueue(deps.random)

  const look = async (text: string): Promise<LookOutcome> => {
    const [cluster = '', name = ''] = text.split('/')
    if (liveness.healthOf(text) !== 'silent') return 'succeeded'
    const key = { ...NODES, cluster, namespace: '', name }
    try {
      await objects.update(key, {
        id: newId(),
        cause: clockCause(ACTOR, `nothing was heard of the node for ${settings.silentAfter / 1000} s`),
        change(current) {
          // Heard of while this was on its way: then it is not so.
          if (!current || !isNode(current) || liveness.healthOf(text) !== 'silent') return 'unchanged'
          return silentNode(current, timestamp(clock.now())) ?? 'unchanged'
        },
      })
      return 'succeeded'
    } catch (error) {
      if (hasCode(error, 'NotFound')) return 'succeeded'
      if (!signal.aborted) log.warn('that a node is silent could not be written; it is tried again', { text, error })
      return 'failed'
    }
  }
  const work = workThrough({ queue, clock, workers: 2, look }, signal)
  await follow(
    NODES,
    {
      name: 'liveness',
      put(cluster, node) {
        const text = `${cluster}/${node.metadata.name ?? ''}`
        liveness.add(text, clock.elapsed())
        const beat = isNode(node) ? lastReport(node) : ''
        const before = reported.get(text)
        reported.set(text, beat)
        // What is there at the start was said to another.
        if (before !== undefined && before !== beat) liveness.beat(text, clock.elapsed())
      },
      remove(cluster, { metadata }) {
        const text = `${cluster}/${metadata.name ?? ''}`
        liveness.remove(text)
        reported.delete(text)
      },
    },
    deps,
    signal,
  )
  void (async () => {
    while (!signal.aborted) {
      await clock.sleep(settings.sweepEvery, signal).catch(() => {})
      for (const { name, to } of signal.aborted ? [] : liveness.sweep(clock.elapsed()))
        if (to === 'silent') queue.add(name)
      work.wake()
    }
  })()
  return createHeartbeats((cluster, node) => void liveness.beat(`${cluster}/${node}`, clock.elapsed()))
}

/** When the node last said how it is: by its own word, not by what was said of it. */
const lastReport = ({ status }: Node): string =>
  status?.conditions?.find(({ type }) => type === 'Ready')?.lastHeartbeatTime ?? ''
