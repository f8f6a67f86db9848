/** Structured log: one JSON object a line, written to whatever is passed in. */
import { type Clock, formatInstant } from './clock.ts'

/** How much a line matters, from least to most. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Facts beside the message. Errors are written with their cause. */
export type LogFields = Readonly<Record<string, unknown>>

/** Writes lines; each method is one level. */
export interface Logger {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** The same log with these facts on every line. */
  with(fields: LogFields): Logger
}

/** What a log is made from. */
export interface LogSettings {
  readonly clock: Clock
  /** Lines below this level are dropped. */
  readonly level: LogLevel
  /** Receives one line, without its newline. */
  readonly write: (line: string) => void
}

const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 }

/** A log that writes each line as JSON: time, level, message, then the facts bound to it, then those of the line. */
export function lineLogger(settings: LogSettings, bound: LogFields = {}): Logger {
  const line = (level: LogLevel) => (message: string, fields?: LogFields) => {
    if (RANK[level] < RANK[settings.level]) return
    settings.write(
      JSON.stringify({ time: formatInstant(settings.clock.now()), level, message, ...bound, ...fields }, plainError),
    )
  }
  return {
    debug: line('debug'),
    info: line('info'),
    warn: line('warn'),
    error: line('error'),
    with: (fields) => lineLogger(settings, { ...bound, ...fields }),
  }
}

/** For callers that want no log, said aloud. */
export const noLog: Logger = { debug() {}, info() {}, warn() {}, error() {}, with: () => noLog }

function plainError(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  return { name, message, ...('code' in value && { code: value.code }), stack, ...(cause !== undefined && { cause }) }
}
