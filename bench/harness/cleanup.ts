/** What must not outlive this process: children that it started, directories that it made. */

const pending = new Set<() => void>()

/** Runs `undo`, which must be synchronous, when the process ends by itself, by Ctrl-C or by SIGTERM. Answers how to forget it. */
export function onEnd(undo: () => void): () => void {
  pending.add(undo)
  return () => pending.delete(undo)
}

/** Called once by main: without it a signal would end the process before anything is undone. */
export function cleanUpAtEnd(): void {
  process.once('exit', () => {
    for (const undo of pending) undo()
  })
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
}
