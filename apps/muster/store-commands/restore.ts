/** `muster store restore`: a new store in a new directory, from a snapshot. It needs no server. */
import { open } from 'node:fs/promises'
import type { Clock } from '@muster/base/clock.ts'
import { hasCode } from '@muster/base/errors.ts'
import type { Random } from '@muster/base/random.ts'
import type { Revision } from '@muster/store/store.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { same, text } from '../terminal/language.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { trouble } from '../trouble.ts'
import { storeWorkers } from '../workers.ts'
import { quoted } from './find.ts'

/** What to restore, where, and what is known about the store that it was. */
export interface RestoreWishes {
  readonly terminal: Terminal
  readonly clock: Clock
  readonly random: Random
  readonly file: string
  readonly directory: string
  /** A revision that the old store is known to have reached after the snapshot. */
  readonly above?: Revision
}

/** Restores; throws MUS0107 when something is in the directory, and MUS0210 when the snapshot is damaged. */
export async function restore({ terminal, clock, random, file, directory, above }: RestoreWishes): Promise<ExitCode> {
  const { restoreSqliteStore } = await import('@muster/store/sqlite/open.ts')
  const handle = await open(file)
  try {
    const settings = { directory, clock, random, workers: storeWorkers }
    await restoreSqliteStore(settings, handle.createReadStream(), {
      clock,
      random,
      ...(above !== undefined && { above }),
    })
  } catch (cause) {
    if (hasCode(cause, 'AlreadyExists')) throw inTheWay(file, directory, cause)
    throw cause
  } finally {
    await handle.close()
  }
  const next = terminal.command(`muster store serve --directory ${quoted(directory)}`)
  terminal.data.line(directory)
  terminal.notes.line(
    terminal.say(
      text(
        'It is a new store: its id is new, its revisions start above those of the old one, and its leases have ended.',
        '这是一个新的存储：标识是新的，修订号从旧存储之上开始，所有租约都已结束。',
      ),
    ),
  )
  terminal.notes.line(terminal.say(text(`next: ${next}`, `下一步：${next}`)))
  return EXIT.ok
}

const inTheWay = (file: string, directory: string, cause: unknown) =>
  trouble(
    'MUS0107',
    {
      what: text(`${directory} is not empty`, `${directory} 不是空目录`),
      why: same(cause instanceof Error ? cause.message : ''),
      next: [`muster store restore ${quoted(file)} ${quoted(`${directory}.restored`)}`],
    },
    cause,
  )
