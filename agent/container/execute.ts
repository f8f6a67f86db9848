/** Runs a command where a container is, for probes and hooks. */
import type { Clock, Duration } from '@muster/base/clock.ts'
import type { Driver, RunName } from '../driver.ts'

/** How it ended, and what it printed on both streams. */
export type Executed =
  | { readonly ended: true; readonly exitCode: number; readonly output: string }
  | { readonly ended: false; readonly output: string }

/** The most that is kept of what it printed. Source: kubernetes pkg/probe/exec maxReadLength. */
const OUTPUT_BYTES_MAX = 10 * 1024

/** Runs it to its end, or until it has taken too long. Throws what the driver throws. */
export async function execute(
  { driver, clock }: { readonly driver: Pick<Driver, 'exec'>; readonly clock: Clock },
  run: RunName,
  command: readonly string[],
  timeout?: Duration,
): Promise<Executed> {
  const session = await driver.exec(run, command, { stdin: false, tty: false })
  const output = { text: '' }
  const reading = Promise.all([collect(session.stdout, output), collect(session.stderr, output)])
  const over = new AbortController()
  const late =
    timeout === undefined
      ? new Promise<never>(() => {})
      : clock.sleep(timeout, over.signal).then(
          () => undefined,
          () => undefined, // It ended in time.
        )
  const ended = await Promise.race([session.ended, late])
  over.abort()
  if (!ended) {
    session.close()
    return { ended: false, output: output.text }
  }
  await reading
  return { ended: true, exitCode: ended.exitCode, output: output.text }
}

async function collect(stream: AsyncIterable<Uint8Array>, into: { text: string }): Promise<void> {
  const decoder = new TextDecoder()
  for await (const bytes of stream) {
    if (into.text.length < OUTPUT_BYTES_MAX) into.text += decoder.decode(bytes, { stream: true })
  }
}
