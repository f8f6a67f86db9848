/** `muster store compact`: lets go of old history, after it has said what would go. */
import type { CompactionPolicy, Revision } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { isRevision } from '../store-api/fields.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { printJson, type StoreContext } from './context.ts'

/** How far to raise the horizon, and what to keep below it. */
export interface CompactWishes {
  readonly to: { readonly horizon: Revision } | { readonly keepLast: number }
  /** Versions of each key that `history` goes on answering for below the horizon. */
  readonly keepVersions?: number
  /** Whether somebody said yes. */
  readonly yes: boolean
}

/** Compacts; throws MUS0102 with the exact command when nobody said yes. */
export async function compact(context: StoreContext, { to, keepVersions, yes }: CompactWishes): Promise<ExitCode> {
  const { store, terminal } = context
  const { head, horizon: from } = await store.status()
  const horizon = 'horizon' in to ? to.horizon : Math.max(from, head - to.keepLast)
  if (!isRevision(horizon)) return EXIT.error
  if (!yes) {
    const keep = keepVersions === undefined ? '' : ` --keep-versions ${keepVersions}`
    throw trouble('MUS0102', {
      what: text(`history below revision ${horizon} would go for good`, `修订号 ${horizon} 以下的历史将被永久丢弃`),
      why: text(
        `the horizon is ${from} now, the newest revision ${head}`,
        `当前水平线为 ${from}，最新修订号为 ${head}`,
      ),
      next: [`muster store compact --horizon ${horizon}${keep} --yes`],
    })
  }
  const policy: CompactionPolicy = {
    horizon,
    ...(keepVersions !== undefined && { keep: [{ prefix: '', versions: keepVersions }] }),
  }
  await store.compact(policy)
  if (context.json) printJson(context, { horizon })
  else terminal.data.line(terminal.say(text(`the horizon is now revision ${horizon}`, `水平线现为修订号 ${horizon}`)))
  return EXIT.ok
}
