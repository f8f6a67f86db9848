/**
 * What really happened, read from the store itself, and what may never have: no token appears or disappears, no
 * transaction is done in part or twice, none that was refused is done, and no quota is exceeded.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { isKind } from '@muster/server/auth/reads.ts'
import { namespaceOf } from '@muster/server/storage/key.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'
import { TOKENS, tokensIn } from './words.ts'

/** The judge of one world. */
export interface Audit {
  /** Each time the store opens. */
  open(process: Process, store: Store): void
  /** A client was told that its transaction is done, or that it is refused. */
  told(id: string, isDone: boolean): void
  /** A server told a client how many tokens there are. */
  counted(tokens: number): void
  /** Throws when something is so that must never be. */
  check(): void
  /** True when all that clients were told is so. */
  isSettled(): boolean
  /** So that the world proves something. */
  readonly done: number
  readonly refused: number
}

const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')
const BOXES = 'core/configmaps/'
const isIn = (key: string, namespace: string): boolean => key.startsWith(BOXES) && namespaceOf(key) === namespace

/** An audit of a world in which nothing has happened. */
export function newAudit(): Audit {
  const known = new Map<string, KubeObject>()
  const done = new Set<string>()
  const promised = new Set<string>()
  const refused = new Set<string>()
  let head = 0 as Revision
  let wrong: Error | undefined
  const find = (why: string) => {
    wrong ??= new TypeError(why)
  }

  const boxes = (namespace?: string) =>
    [...known].filter(([key]) => key.startsWith(BOXES) && (namespace === undefined || namespaceOf(key) === namespace))

  /** A commit of a transaction says in its cause which one it is, and how many boxes it changes. */
  const judge = (events: readonly Event[], reason: string, id: string) => {
    const at = `at revision ${events[0]?.revision}, ${reason}:`
    const written = events.filter(({ key }) => key.startsWith(BOXES)).length
    const [, expected] = /^together (\d+)$/.exec(reason) ?? []
    if (expected !== undefined) {
      if (written !== Number(expected)) find(`${at} ${written} boxes are written together`)
      if (done.has(id)) find(`${at} it is done twice`)
      if (refused.has(id)) find(`${at} it is done, and its client was told that it is not`)
      done.add(id)
    }
    const sum = boxes().reduce((tokens, [, object]) => tokens + tokensIn(object), 0)
    if (sum !== TOKENS && boxes().length > 0) find(`${at} there are ${sum} tokens`)
    for (const [key, object] of known) {
      if (!isQuota(object) || object.status?.used?.configmaps === undefined) continue
      const [said, most] = [Number(object.status.used.configmaps), Number(object.spec?.hard?.configmaps)]
      const there = boxes(namespaceOf(key)).length
      if (said !== there) find(`${at} the account says ${said} boxes, and there are ${there}`)
      const isMore = events.some(
        (event) => isIn(event.key, namespaceOf(key)) && event.event === 'put' && event.previous === undefined,
      )
      if (isMore && there > most) find(`${at} there are more boxes than ${most}`)
    }
  }

  const read = async (store: Store) => {
    let begun: Event[] = []
    for await (const events of store.watch('', head)) {
      for (const event of events) {
        begun.push(event)
        if (event.revision !== event.commitRevision) continue
        const commit = begun
        begun = []
        head = event.revision
        const objects = commit.filter(({ key }) => key.startsWith('core/'))
        const [first] = objects
        if (!first) continue
        for (const one of objects) {
          if (one.event === 'put') known.set(one.key, JSON.parse(Buffer.from(one.entry.value).toString()))
          else known.delete(one.key)
        }
        const [version] = await store.history(first.key, { from: first.revision, to: first.revision })
        assert(version, 'what was told is in the history')
        judge(objects, version.cause.reason, version.cause.details ?? '')
      }
    }
  }

  return {
    get done() {
      return done.size
    },
    get refused() {
      return refused.size
    },
    open(process, store) {
      read(store).catch((error) => {
        if (!hasCode(error, 'Unavailable')) process.fail(error)
      })
    },
    told(id, isDone) {
      if (isDone) promised.add(id)
      else {
        if (done.has(id)) find(`${id} is done, and its client is told that it is not`)
        refused.add(id)
      }
    },
    counted(tokens) {
      if (tokens !== TOKENS && tokens !== 0) find(`a list has ${tokens} tokens`)
    },
    check() {
      if (wrong) throw wrong
    },
    isSettled: () => [...promised].every((id) => done.has(id)),
  }
}
