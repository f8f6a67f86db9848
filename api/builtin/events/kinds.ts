/** The kinds of events.k8s.io: what happened. */
import type { Kind } from '../../kind.ts'
import { event } from './event.ts'

/** In the order of discovery. */
export const eventsKinds: readonly Kind[] = [event]
