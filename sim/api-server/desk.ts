/** What every client of the story is given, and how it asks. */
import type { Handle } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { type Duration, milliseconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick } from '@muster/base/random.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import { pathOf, type ResourceRef } from '@muster/client/resource-ref.ts'
import type { Process } from '../party.ts'
import type { Client as Asker } from '../request.ts'
import { type Audit, STORY } from './audit.ts'
import { PERSON } from './server.ts'
import { type Answer, connection, type Question } from './wire.ts'
import { BOXES, NAMES, NAMESPACES, type Place, SECRETS, SPOONS } from './words.ts'

/** A client of the story, in one of its lives. */
export interface Desk {
  readonly process: Process
  readonly audit: Audit
  readonly asker: Asker<Question, Answer>
  readonly send: Handle
  readonly nextNumber: () => number
  /** What it writes and looks at. */
  readonly resources: readonly [ResourceRef, ...ResourceRef[]]
}

/** A desk of a process. */
export function deskOf(process: Process, audit: Audit, asker: Asker<Question, Answer>, nextNumber: () => number): Desk {
  return {
    process,
    audit,
    asker,
    nextNumber,
    resources: [BOXES, SECRETS, SPOONS],
    send: connection(process, asker, nextNumber),
  }
}

/** The API for one request, which has this name. */
export const apiFor = ({ send }: Desk, id: string): Client =>
  createClient({ send, userAgent: `${STORY}${id}`, headers: PERSON })

/** The API for whoever only reads. */
export const reader = (desk: Desk): Client => apiFor(desk, 'reads')

/** Does something again and again, with a rest before each time. What is refused or lost is tried no further. */
export async function again(desk: Desk, rest: readonly [number, number], deed: () => Promise<unknown>): Promise<never> {
  const { clock, random } = desk.process
  for (;;) {
    await clock.sleep(milliseconds(between(random, ...rest)))
    try {
      await deed()
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}

/** A write of an object that is told back with its revision, under a name of its own. */
export function attempt(
  { process, audit }: Desk,
  place: Place,
  write: (id: string) => Promise<KubeObject | 'done' | 'nothing'>,
): Promise<boolean> {
  const id = newId(process.random)
  return audit.attempt(id, async () => {
    const told = await write(id)
    return typeof told === 'string' ? told : { place, revision: Number(told.metadata.resourceVersion) }
  })
}

/** Any of what is in namespaces. */
export const anyPlace = ({ process: { random }, resources }: Pick<Desk, 'process' | 'resources'>): Place => ({
  ref: pick(random, resources),
  namespace: pick(random, NAMESPACES),
  name: pick(random, NAMES),
})

/** The path of an object, or of something below it. */
export const pathTo = ({ ref, namespace, name }: Place, ...below: string[]): string =>
  pathOf(ref, namespace, name, ...below)

/** What is answered; undefined when it is told to be gone, which is noted. */
export async function unlessGone<T>(desk: Desk, revision: number, answer: () => Promise<T>): Promise<T | undefined> {
  const { asked } = desk.audit
  try {
    return await answer()
  } catch (error) {
    if (!hasCode(error, 'Gone')) throw error
    desk.audit.toldGone(asked, revision)
    return undefined
  }
}

/** A rest between two requests of one deed, in which much may happen, now and then. */
export function pause({ process: { clock, random } }: Desk): Promise<void> {
  const length: Duration = milliseconds(chance(random, 0.3) ? between(random, 1, 3_000) : 0)
  return clock.sleep(length)
}
