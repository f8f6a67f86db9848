/** One write to one key: guarded, settled, and explained when somebody else came first. */
import { seconds } from '@muster/base/clock.ts'
import { newId } from '@muster/base/ids.ts'
import type { CommitOutcome, Guard, Revision, Write } from '@muster/store/store.ts'
import { settle } from '../store-client/settle.ts'
import { text } from '../terminal/language.ts'
import { visible } from '../terminal/width.ts'
import { trouble } from '../trouble.ts'
import type { StoreContext } from './context.ts'
import { find, quoted } from './find.ts'

/** What the writer relies on: nothing, that the key is as they saw it, or that there is no such key. */
export type Reliance = 'nothing' | 'absent' | { readonly revision: Revision }

/** One write, and what it relies on. */
export interface OneWrite {
  readonly write: Write
  readonly relies: Reliance
  readonly reason: string
}

/** Other writers may come between the look and the write; a writer who relies on nothing looks again so often. */
const LOOKS_MAX = 10

/** How long a commit whose outcome is unknown is repeated. */
const PATIENCE = seconds(10)

/** Writes, and answers with the revision; undefined for a delete that found nothing. Throws MUS0202 on a conflict. */
export async function writeOne(
  context: StoreContext,
  { write, relies, reason }: OneWrite,
): Promise<Revision | undefined> {
  const { store, clock, random, actor } = context
  for (let look = 1; ; look++) {
    const guard = await guardFor(context, write.key, relies)
    const commit = { token: newId(random), guards: [guard], writes: [write], cause: { actor, reason } }
    const outcome = await settle({ store, clock, random, patience: PATIENCE }, commit)
    if (outcome.outcome === 'committed') return outcome.revisions[0]
    if (outcome.outcome === 'unknown') throw inDoubt(context, write.key, outcome.reason)
    if (relies !== 'nothing' || look === LOOKS_MAX) throw await conflict(context, write.key, outcome)
  }
}

async function guardFor({ store }: StoreContext, key: string, relies: Reliance): Promise<Guard> {
  if (relies === 'absent') return { guard: 'absent', key }
  if (relies !== 'nothing') return { guard: 'revision', key, equals: relies.revision }
  const entry = await find(store, key)
  return entry ? { guard: 'revision', key, equals: entry.revision } : { guard: 'absent', key }
}

async function conflict(
  { store, server }: StoreContext,
  key: string,
  outcome: Extract<CommitOutcome, { outcome: 'conflict' }>,
) {
  const { guard, revision } = outcome
  const wanted = guard.guard === 'revision' ? guard.equals : 0
  const last = (await store.history(key)).at(-1)
  const said = last && `${visible(last.cause.actor)}: "${visible(last.cause.reason)}"`
  return trouble('MUS0202', {
    what: text(
      `key "${key}" is ${revision === 0 ? 'absent' : `at revision ${revision}`}, not ${wanted === 0 ? 'absent' : `at ${wanted}`}`,
      `键 "${key}" 当前${revision === 0 ? '不存在' : `位于修订号 ${revision}`}，而不是${wanted === 0 ? '不存在' : ` ${wanted}`}`,
    ),
    where: text(`store server ${server}`, `存储服务器 ${server}`),
    ...(last && {
      why: text(`revision ${last.revision} was written by ${said}`, `修订号 ${last.revision} 由 ${said} 写入`),
    }),
    next: [`muster store history ${quoted(key)}`],
  })
}

const inDoubt = ({ server }: StoreContext, key: string, reason: string) =>
  trouble('MUS0212', {
    what: text(`the write of "${key}" may be durable or not`, `对 "${key}" 的写入可能已持久化，也可能没有`),
    where: text(`store server ${server}`, `存储服务器 ${server}`),
    why: text(reason, reason),
    next: [`muster store history ${quoted(key)}`],
  })
