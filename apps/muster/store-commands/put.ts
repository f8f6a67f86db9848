/** `muster store put` and `muster store delete`. */
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { printJson, type StoreContext } from './context.ts'
import { noSuchKey } from './find.ts'
import { type Reliance, writeOne } from './write.ts'

/** A value for a key, with what the writer relies on. */
export interface PutWishes {
  readonly key: string
  readonly value: Uint8Array
  readonly relies: Reliance
  readonly reason: string
  /** The lease that the key shall vanish with. */
  readonly lease?: string
}

/** Puts a value, and prints the revision that it was given. */
export async function put(context: StoreContext, { key, value, relies, reason, lease }: PutWishes): Promise<ExitCode> {
  const write = { write: 'put', key, value, ...(lease !== undefined && { lease }) } as const
  const revision = await writeOne(context, { write, relies, reason })
  if (context.json) printJson(context, { key, revision })
  else
    context.terminal.data.line(
      context.terminal.say(text(`${key} at revision ${revision}`, `${key} 位于修订号 ${revision}`)),
    )
  return EXIT.ok
}

/** Deletes a key; throws MUS0203 when there is none. */
export async function remove(
  context: StoreContext,
  { key, relies, reason }: Omit<PutWishes, 'value'>,
): Promise<ExitCode> {
  const revision = await writeOne(context, { write: { write: 'delete', key }, relies, reason })
  if (revision === undefined) throw noSuchKey(key)
  const { terminal } = context
  if (context.json) printJson(context, { key, revision })
  else
    terminal.data.line(
      terminal.say(text(`${key} deleted at revision ${revision}`, `${key} 已在修订号 ${revision} 删除`)),
    )
  return EXIT.ok
}
