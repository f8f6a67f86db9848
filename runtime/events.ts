/**
 * What a controller says about an object, for whoever reads `kubectl describe`: events.
 *
 * Saying something never fails and is never waited for: an event that cannot be written is logged and lost, as events
 * are. Source: client-go tools/record/event.go.
 */
import type { KubeObject } from '@muster/api/object.ts'
import { timestamp } from '@muster/api/time.ts'
import type { Event } from '@muster/api/types/core-v1.ts'
import { type Clock, type Duration, seconds } from '@muster/base/clock.ts'
import { ERRORS, hasCode, isControlError } from '@muster/base/errors.ts'
import type { Logger } from '@muster/base/log.ts'
import type { Random } from '@muster/base/random.ts'
import type { Client, ResourceClient } from '@muster/client/client.ts'
import type { ResourceRef } from '@muster/client/resource-ref.ts'
import { createEventCorrelator } from './event-correlator.ts'

/** What is said. */
export interface Saying {
  readonly type: 'Normal' | 'Warning'
  /** One word, for programs: `FailedCreate`. */
  readonly reason: string
  /** A sentence, for people. */
  readonly message: string
  /** The part of the object that it is about: `spec.containers{app}`. Default: all of it. */
  readonly fieldPath?: string
}

/** Says things about objects. */
export interface EventRecorder {
  /** Says something about an object, through the API of its own logical cluster. Returns at once, and never throws. */
  say(client: Pick<Client, 'resource'>, about: KubeObject, saying: Saying): void
  /** Resolves once everything said so far was written or given up. */
  settled(): Promise<void>
}

/** What saying takes. */
export interface RecorderDeps {
  readonly clock: Clock
  readonly random: Random
  readonly log: Logger
  /** Who speaks: the controller's name. */
  readonly component: string
  /** On which node, when it speaks for one. */
  readonly host?: string
}

/** Events that may wait to be written; beyond it they are dropped. Source: client-go maxQueuedEvents. */
export const EVENTS_WAITING_MAX = 1000
/** Source: client-go maxTriesPerEvent. */
const TRIES_MAX = 12
/** Source: client-go defaultSleepDuration. */
const AGAIN_AFTER: Duration = seconds(10)

/** How many names a recorder has within a millisecond: those of its nanoseconds. */
const NAMES = 1_000_000

const EVENTS: ResourceRef<Event> = { group: '', version: 'v1', kind: 'Event', plural: 'events', namespaced: true }

/** A recorder for one component. */
export function createEventRecorder(deps: RecorderDeps): EventRecorder {
  const { clock, random, log } = deps
  const correlator = createEventCorrelator()
  let last = Promise.resolve()
  let waiting = 0
  // Two that speak in one millisecond about objects of one name must not give their events one name.
  let names = Math.floor(random.next() * NAMES)

  const write = async (events: ResourceClient<Event>, asked: Event) => {
    const correlated = correlator.correlate(asked, clock.now())
    if (correlated.write === 'nothing') return
    await tryWrite(deps, () => writeOnce(events, correlated.write, correlated.event))
  }

  return {
    say(client, about, saying) {
      if (waiting >= EVENTS_WAITING_MAX) {
        log.warn('an event is dropped: too many wait to be written', { reason: saying.reason })
        return
      }
      waiting++
      const event = eventOf(deps, about, saying, ++names)
      last = last
        .then(() => write(client.resource(EVENTS), event))
        .catch((error) => log.warn('an event is lost', { event: event.metadata.name, reason: saying.reason, error }))
        .finally(() => {
          waiting--
        })
    },
    settled: () => last,
  }
}

async function writeOnce(events: ResourceClient<Event>, how: 'create' | 'count', event: Event): Promise<void> {
  const { namespace = '', name = '' } = event.metadata
  if (how === 'create') {
    await events.create(event)
    return
  }
  const { count, lastTimestamp, message } = event
  try {
    await events.patch({ namespace, name }, { patch: 'strategic', value: { count, lastTimestamp, message } })
  } catch (error) {
    // Events are kept for a while only: one that is counted on may be gone.
    if (!hasCode(error, 'NotFound')) throw error
    await events.create(event)
  }
}

/** Tries again what may pass, and gives up what was refused. An event that is there already was written before. */
async function tryWrite({ clock, random }: RecorderDeps, write: () => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      return await write()
    } catch (error) {
      if (!isControlError(error) || ERRORS[error.code].retry !== 'same' || tries >= TRIES_MAX) {
        if (hasCode(error, 'AlreadyExists')) return
        throw error
      }
      // The first wait is drawn, so that those who lost one server do not all come back at once.
      await clock.sleep(tries === 1 ? ((AGAIN_AFTER * random.next()) as Duration) : AGAIN_AFTER)
    }
  }
}

function eventOf({ clock, component, host }: RecorderDeps, about: KubeObject, said: Saying, number: number): Event {
  const { fieldPath, ...saying } = said
  const { apiVersion, kind } = about
  const { name = '', namespace, uid, resourceVersion } = about.metadata
  const now = clock.now()
  const at = timestamp(now)
  // As Go names them, by nanoseconds; the last six digits count, since a clock tells milliseconds.
  const suffix = (BigInt(Math.floor(now)) * 1_000_000n + BigInt(number % NAMES)).toString(16)
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.${suffix}`, namespace: namespace ?? 'default' },
    involvedObject: {
      apiVersion,
      kind,
      name,
      ...(namespace ? { namespace } : {}),
      ...(uid ? { uid } : {}),
      ...(resourceVersion ? { resourceVersion } : {}),
      ...(fieldPath ? { fieldPath } : {}),
    },
    ...saying,
    count: 1,
    firstTimestamp: at,
    lastTimestamp: at,
    source: { component, ...(host ? { host } : {}) },
    reportingComponent: component,
    reportingInstance: host ?? '',
  }
}
