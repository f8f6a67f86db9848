/** A directory that is there for one run. */
import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { onEnd } from './cleanup.ts'

/** A directory that is removed when its scope ends. */
export interface Scratch extends Disposable {
  readonly directory: string
}

/** An empty directory under `parent`, removed with all that is in it when the scope ends. */
export function scratch(parent: string): Scratch {
  const directory = mkdtempSync(join(parent, `muster-bench-${process.pid}-`))
  const remove = () => rmSync(directory, { recursive: true, force: true })
  const forget = onEnd(remove)
  return {
    directory,
    [Symbol.dispose]() {
      forget()
      remove()
    },
  }
}
