/**
 * One watch, as a client reads it: lines of JSON, each an event.
 * Source: meta/v1 WatchEvent.
 */
import { type ApiResponse, piecesOf } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { errorOf, isStatus } from '@muster/api/status.ts'
import { ControlError } from '@muster/base/errors.ts'
import { readAnswer } from './answer.ts'

/** What happened to one object, or how far everything has been told. */
export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: T }
  /** Everything up to this resourceVersion has been told. `initialEventsEnd`: and what came before was the state at the start. */
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean }

/** One line is one object; Kubernetes stores none above 1.5 MiB. */
const LINE_BYTES_MAX = 16 * 1024 * 1024

/**
 * Reads the events of a watch until the server ends it, or the signal aborts: also where nothing on the way listens to
 * it, as within one process. An ERROR event is thrown as the error it stands for: Gone when
 * the revision to resume from is no longer kept.
 */
export async function* readWatch<T extends KubeObject>(
  start: () => Promise<ApiResponse>,
  signal: AbortSignal,
): AsyncIterable<WatchEvent<T>> {
  const answered = await start()
  if (answered.status >= 400) {
    await readAnswer(answered)
    return
  }
  for await (const line of linesOf(answered, signal)) {
    const event: unknown = JSON.parse(line)
    yield readEvent<T>(event)
  }
}

function readEvent<T extends KubeObject>(event: unknown): WatchEvent<T> {
  const { type, object } = event as { type?: string; object?: unknown }
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: object as T } // The server sends what was asked for.
    case 'BOOKMARK': {
      const { metadata } = object as KubeObject
      return {
        type,
        resourceVersion: metadata.resourceVersion ?? '',
        initialEventsEnd: metadata.annotations?.['k8s.io/initial-events-end'] === 'true',
      }
    }
    case 'ERROR':
      throw isStatus(object)
        ? errorOf(object)
        : new ControlError('Internal', 'the watch ended with an error of no kind')
    default:
      throw new ControlError('Internal', `the watch sent an event of type '${type}'`)
  }
}

async function* linesOf({ body }: ApiResponse, signal: AbortSignal): AsyncIterable<string> {
  const decoder = new TextDecoder()
  const chunks = body.body === 'stream' ? untilAborted(body.stream, signal) : piecesOf(body)
  let rest = ''
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    if (rest.length > LINE_BYTES_MAX)
      throw new ControlError('TooLarge', `an event of the watch has more than ${LINE_BYTES_MAX} bytes`)
    for (const line of lines) if (line !== '') yield line
  }
  if (rest.trim() !== '') yield rest
}

async function* untilAborted(stream: AsyncIterable<Uint8Array>, signal: AbortSignal): AsyncIterable<Uint8Array> {
  const reader = stream[Symbol.asyncIterator]()
  let stop = () => {}
  const heard = () => stop()
  signal.addEventListener('abort', heard, { once: true })
  try {
    while (!signal.aborted) {
      // A promise for each read: one that all of them raced against would remember every one of them.
      const next = await new Promise<IteratorResult<Uint8Array> | undefined>((resolve, reject) => {
        stop = () => resolve(undefined)
        reader.next().then(resolve, reject)
      })
      if (!next || next.done) return
      yield next.value
    }
  } finally {
    signal.removeEventListener('abort', heard)
    // Not waited for: a reader that is asked for more ends once it is answered.
    Promise.resolve(reader.return?.()).catch(() => {})
  }
}
