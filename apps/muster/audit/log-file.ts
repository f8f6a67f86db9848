/**
 * The audit log as a file of lines. When it has grown long enough it is put aside under the time of that, and a new one
 * begun; of those put aside the oldest go. As kube-apiserver's --audit-log-maxsize and --audit-log-maxbackup have it.
 */
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { type Clock, formatInstant, instant } from '@muster/base/clock.ts'

/** Where, and how much of it is kept. */
export interface LogFileSettings {
  readonly path: string
  /** Of one file. */
  readonly bytesMax: number
  /** Files put aside; 0 keeps all. */
  readonly backupsMax: number
  readonly clock: Clock
}

/** Lines, appended in order. */
export interface LogFile {
  /** Rejects when they could not all be written. One call at a time. */
  write(lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

/** Opens the file, and makes its directory. Only its owner may read it: it tells who did what. */
export async function openLogFile({ path, bytesMax, backupsMax, clock }: LogFileSettings): Promise<LogFile> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const openFile = () => open(path, 'a', 0o600)
  // Found out now whether it can be written, and not at the first event.
  let file: FileHandle | undefined = await openFile()
  let size = (await file.stat()).size
  const close = async () => {
    const closing = file
    file = undefined
    await closing?.close()
  }
  return {
    close,
    async write(lines) {
      const text = Buffer.from(`${lines.join('\n')}\n`)
      if (size > 0 && size + text.length > bytesMax) {
        await close()
        await putAside(path, clock)
        await removeOldest(path, backupsMax)
        size = 0
      }
      file ??= await openFile()
      await file.appendFile(text)
      size += text.length
    },
  }
}

/** `audit-2026-11-23T04-00-00.000.log` beside `audit.log`; of two in one millisecond the second says the next one. */
async function putAside(path: string, clock: Clock): Promise<void> {
  const extension = extname(path)
  const stem = join(dirname(path), basename(path, extension))
  const isTaken = (file: string) =>
    stat(file).then(
      () => true,
      () => false,
    )
  const asideAt = (at: number) =>
    `${stem}-${formatInstant(instant(at)).replaceAll(':', '-').replace('Z', '')}${extension}`
  let at: number = clock.now()
  while (await isTaken(asideAt(at))) at++
  await rename(path, asideAt(at))
}

async function removeOldest(path: string, backupsMax: number): Promise<void> {
  if (backupsMax === 0) return
  const extension = extname(path)
  const start = `${basename(path, extension)}-`
  const aside = (await readdir(dirname(path)))
    .filter((name) => name.startsWith(start) && name.endsWith(extension) && ASIDE.test(name.slice(start.length)))
    .sort()
  const tooMany = aside.slice(0, Math.max(0, aside.length - backupsMax))
  for (const name of tooMany) await rm(join(dirname(path), name), { force: true })
}

const ASIDE = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}/
