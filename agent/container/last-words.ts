/** What a container left to say when it ended. Source: core/v1 terminationMessagePath, terminationMessagePolicy; kubelet. */
import type { Container } from '@muster/api/types/core-v1.ts'
import type { Driver, Run } from '../driver.ts'
import type { FileSystem } from '../files/file-system.ts'
import { LAST_WORDS_BYTES_MAX } from '../pod/container-status.ts'
import { lastWordsFile } from './order.ts'

/** Of the log, when the file is empty. Source: kubelet MaxContainerTerminationMessageLogLines, LogLength. */
const LOG_LINES_MAX = 80
const LOG_BYTES_MAX = 2048

/** The same run with its last words after the driver's own message. Never throws: what cannot be read is said instead. */
export async function withLastWords(
  run: Run,
  container: Pick<Container, 'terminationMessagePolicy'> | undefined,
  deps: { readonly files: FileSystem; readonly root: string; readonly driver: Pick<Driver, 'log'> },
): Promise<Run> {
  const { state } = run
  if (state.state !== 'ended' || state.reason === 'ContainerCannotRun') return run
  const { podUid, container: name, attempt } = run.run
  const file = lastWordsFile(deps.root, podUid, name, attempt)
  const written = await textOf(async () => decoder.decode(await deps.files.read(file, LAST_WORDS_BYTES_MAX)), file)
  const asksLog = container?.terminationMessagePolicy === 'FallbackToLogsOnError' && state.exitCode !== 0
  const words = written === '' && asksLog ? await textOf(() => tailOf(run, deps.driver), 'logs') : written
  const message = [state.message, words].filter((part) => part !== '').join(': ')
  return { ...run, state: { ...state, message } }
}

async function tailOf({ run }: Run, driver: Pick<Driver, 'log'>): Promise<string> {
  const stop = new AbortController()
  const parts: string[] = []
  const query = { follow: false, timestamps: false, tailLines: LOG_LINES_MAX }
  for await (const bytes of driver.log(run, query, stop.signal)) parts.push(decoder.decode(bytes))
  stop.abort()
  return parts.join('').slice(-LOG_BYTES_MAX)
}

async function textOf(read: () => Promise<string>, from: string): Promise<string> {
  try {
    return await read()
  } catch (error) {
    return `Error on reading termination message from ${from}: ${error instanceof Error ? error.message : error}`
  }
}

const decoder = new TextDecoder()
