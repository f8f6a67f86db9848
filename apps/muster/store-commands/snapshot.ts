/** `muster store snapshot`: the whole store, history included, into one file. */
import { link, open, rm } from 'node:fs/promises'
import { newId } from '@muster/base/ids.ts'
import { EXIT, type ExitCode } from '../exit-codes.ts'
import { text } from '../terminal/language.ts'
import { trouble } from '../trouble.ts'
import { printJson, type StoreContext } from './context.ts'
import { sizeOf } from './status.ts'

/** Writes a snapshot to a file that does not exist yet. It is there whole and synced, or not at all. */
export async function snapshot(context: StoreContext, file: string): Promise<ExitCode> {
  const { store, terminal, random } = context
  const partial = `${file}.${newId(random)}.partial`
  let bytes = 0
  const handle = await open(partial, 'wx')
  try {
    for await (const block of store.snapshot()) {
      await handle.writeFile(block)
      bytes += block.length
    }
    await handle.sync()
    // A link, unlike a rename, does not write over a file that came to be meanwhile.
    await link(partial, file).catch((cause) => {
      throw cause.code === 'EEXIST' ? inTheWay(file, cause) : cause
    })
  } finally {
    await handle.close()
    await rm(partial, { force: true })
  }
  if (context.json) printJson(context, { file, bytes })
  else terminal.data.line(terminal.say(text(`${file}  ${sizeOf(bytes)}`, `${file}  ${sizeOf(bytes)}`)))
  return EXIT.ok
}

const inTheWay = (file: string, cause: unknown) =>
  trouble(
    'MUS0107',
    { what: text(`${file} exists already`, `${file} 已经存在`), next: [`muster store snapshot ${file}.new`] },
    cause,
  )
