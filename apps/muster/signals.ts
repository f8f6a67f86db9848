/** Ctrl-C and a polite kill, as a signal that work can listen to. */

/**
 * Aborts at the first SIGINT or SIGTERM from now on. The second one finds no listener and ends the process, so nobody
 * is ever stuck behind a shutdown that hangs.
 */
export function interruption(): AbortSignal {
  const controller = new AbortController()
  const abort = () => {
    process.off('SIGINT', abort)
    process.off('SIGTERM', abort)
    controller.abort()
  }
  process.on('SIGINT', abort)
  process.on('SIGTERM', abort)
  return controller.signal
}
