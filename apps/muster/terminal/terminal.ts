/** Where a command writes: data to one stream, notes to the other, in one language and one set of glyphs. */
import picocolors from 'picocolors'
import { ASCII_GLYPHS, GLYPHS, type Glyphs } from './glyphs.ts'
import { type Language, languageOf, type Text } from './language.ts'

type Colors = ReturnType<typeof picocolors.createColors>

/** One stream of text with the colours that it can show. */
export interface Channel {
  line(text: string): void
  bytes(bytes: Uint8Array): void
  readonly colors: Colors
  readonly isTty: boolean
}

/** What a command is given to speak with. */
export interface Terminal {
  /** Stdout: what was asked for, and nothing else. */
  readonly data: Channel
  /** Stderr: progress, notes, warnings, errors. */
  readonly notes: Channel
  readonly glyphs: Glyphs
  readonly language: Language
  readonly columns: number
  readonly rows: number
  /** Lines are only ever added: for screen readers and for logs. */
  readonly isPlain: boolean
  say(text: Text): string
  /** A command of Muster as the reader can type it: `muster x` is `npm run muster -- x` in the repository. */
  command(line: string): string
}

/** The part of a stream that a terminal needs; `process.stdout` is one. */
export interface Sink {
  write(chunk: string | Uint8Array): unknown
  readonly isTTY?: boolean | undefined
  readonly columns?: number | undefined
  readonly rows?: number | undefined
}

/** The world of one run of the command line: its words, its environment and its two streams. */
export interface World {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stdout: Sink
  readonly stderr: Sink
  /** What the reader types to run Muster: `muster` when it is installed. */
  readonly invokedAs: string
  /** As a plugin of kubectl: then kubectl's own kubeconfig is meant, and not ours. */
  readonly isPlugin?: boolean
}

/** The width that tables are made for where the stream has none: a pipe, a file, a log. */
const COLUMNS_OF_A_PIPE = 100
const ROWS_OF_A_PIPE = 40

/**
 * The terminal that the flags and the environment ask for. The flags are read before the command line is parsed,
 * because its help and its mistakes are told in the same language and colours.
 */
export function terminalFor({ argv, env, stdout, stderr, invokedAs }: World): Terminal {
  const flags = argv.includes('--') ? argv.slice(0, argv.indexOf('--')) : argv
  const language = languageOf(wordAfter('--lang', flags), env)
  const mayColor = !flags.includes('--no-color') && !env.NO_COLOR
  return {
    data: channel(stdout, mayColor, env),
    notes: channel(stderr, mayColor, env),
    glyphs: flags.includes('--ascii') ? ASCII_GLYPHS : GLYPHS,
    language,
    columns: stdout.columns ?? COLUMNS_OF_A_PIPE,
    rows: stdout.rows ?? ROWS_OF_A_PIPE,
    isPlain: flags.includes('--plain') || Boolean(env.CI) || env.TERM === 'dumb',
    say: (text) => text[language],
    command: (line) => line.replace(/^muster\b/, invokedAs),
  }
}

function channel(sink: Sink, mayColor: boolean, env: World['env']): Channel {
  const isTty = sink.isTTY === true
  return {
    line: (text) => void sink.write(`${text}\n`),
    bytes: (bytes) => void sink.write(bytes),
    colors: picocolors.createColors(mayColor && (Boolean(env.FORCE_COLOR) || (isTty && env.TERM !== 'dumb'))),
    isTty,
  }
}

/** The word that follows a flag, or is joined to it by `=`. */
export function wordAfter(flag: string, flags: readonly string[]): string | undefined {
  const joined = flags.find((word) => word.startsWith(`${flag}=`))
  if (joined !== undefined) return joined.slice(flag.length + 1)
  const at = flags.indexOf(flag)
  return at < 0 ? undefined : flags[at + 1]
}
