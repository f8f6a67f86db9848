/** A process at one end, a client at the other, and what each of them says carried over. */
import type { Session } from '@muster/api/node-agent.ts'
import { pump } from '@muster/base/byte-duplex.ts'
import { failureOf, type Outcome, outcomeOf } from './outcome.ts'

/** The client's streams, whichever protocol carries them. Those that it did not ask for are not there. */
export interface CommandStreams {
  readonly stdin: AsyncIterable<Uint8Array> | undefined
  readonly stdout: ((bytes: Uint8Array) => Promise<void>) | undefined
  readonly stderr: ((bytes: Uint8Array) => Promise<void>) | undefined
  /** Sizes of the client's terminal, as JSON after JSON. */
  readonly resizes: AsyncIterable<Uint8Array> | undefined
  /** Says how it ended, and that nothing more comes. */
  finish(outcome: Outcome): Promise<void>
  /** Resolves when the client is gone. */
  readonly gone: Promise<void>
}

/** What a client wants. */
export interface CommandOptions {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/** What is done, in words, and how it begins. */
export interface Command {
  readonly doing: string
  open(): Promise<Session>
}

/** Runs it to its end, or until the client is gone. */
export async function run(streams: CommandStreams, { doing, open }: Command): Promise<void> {
  let session: Session
  try {
    session = await open()
  } catch (error) {
    return streams.finish(failureOf(doing, error)).catch(() => {})
  }
  void streams.gone.then(() => session.close())
  void feed(streams.stdin, session)
  void follow(streams.resizes, session)
  try {
    await Promise.all([pump(session.stdout, streams.stdout ?? ignore), pump(session.stderr, streams.stderr ?? ignore)])
    await streams.finish(outcomeOf((await session.ended).exitCode))
  } catch {
    // Who is gone needs no outcome.
    session.close()
  }
}

const ignore = async (): Promise<void> => {}

/** A client that breaks off has not said that its input is complete. */
async function feed(stdin: AsyncIterable<Uint8Array> | undefined, session: Session): Promise<void> {
  const { stdin: input } = session
  if (!input || !stdin) return
  try {
    await pump(stdin, (bytes) => input.write(bytes))
    input.end()
  } catch {
    // A process that reads no more, or a client that is gone: its own end says the rest.
  }
}

/** Source: remotecommand TerminalSize, a JSON object for each change. */
async function follow(resizes: AsyncIterable<Uint8Array> | undefined, session: Session): Promise<void> {
  if (!resizes) return
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const bytes of resizes) {
      text = (text + decoder.decode(bytes, { stream: true })).slice(-RESIZE_LENGTH_MAX)
      for (let end = text.indexOf('}'); end >= 0; end = text.indexOf('}')) {
        const size = sizeIn(text.slice(0, end + 1))
        text = text.slice(end + 1)
        if (size) session.resize(size)
      }
    }
  } catch {
    // Nobody is there to look at it any more.
  }
}

/** An object of two numbers is far shorter. */
const RESIZE_LENGTH_MAX = 1024

function sizeIn(text: string): { columns: number; rows: number } | undefined {
  const [, columns] = /"Width"\s*:\s*(\d{1,5})\b/i.exec(text) ?? []
  const [, rows] = /"Height"\s*:\s*(\d{1,5})\b/i.exec(text) ?? []
  return columns && rows ? { columns: Number(columns), rows: Number(rows) } : undefined
}
