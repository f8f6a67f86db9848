/**
 * Errors as people read them, always in the same four lines:
 *
 *     error[MUS0202]: key "a" has changed: it is at revision 12, not 9
 *       where: store server http://127.0.0.1:7480
 *       why:   written at revision 12 by li@desk: "scale for the sale"
 *       next:  muster store history a   |  muster explain MUS0202
 */
import { ControlError, type ErrorCode, isControlError } from '@muster/base/errors.ts'
import type { ExitCode } from './exit-codes.ts'
import { PAGE_OF_ERROR, PAGES, type PageCode } from './explain/pages.ts'
import { same, type Text } from './terminal/language.ts'
import type { Terminal } from './terminal/terminal.ts'

/** What is known about an error besides its code. */
export interface Trouble {
  readonly what: Text
  readonly where?: Text
  readonly why?: Text
  /** The commands to run next, the likeliest first. The page of the code is always added. */
  readonly next?: readonly string[]
}

interface Told extends Trouble {
  readonly page: PageCode
}

// Beside the error rather than on it: an error stays what the rest of the house knows, with its code and its cause.
const told = new WeakMap<Error, Told>()

/** An error to throw: it has a page, and says where, why and what next. */
export function trouble(page: PageCode, about: Trouble, cause?: unknown): ControlError {
  const error = new ControlError(errorCodeOf(page), about.what.en, cause)
  told.set(error, { ...about, page })
  return error
}

/** True for an error that {@link trouble} has made. */
export const hasPage = (error: Error): boolean => told.has(error)

/** Prints an error in the house grammar on the notes stream; answers with the exit code that goes with it. */
export function tell(terminal: Terminal, error: unknown): ExitCode {
  const known = describe(error)
  const { red, bold, cyan } = terminal.notes.colors
  const line = (label: string, words: string) => terminal.notes.line(`  ${bold(label.padEnd(6))} ${words}`)
  terminal.notes.line(`${bold(red(`error[${known.page}]:`))} ${terminal.say(known.what)}`)
  if (known.where) line('where:', terminal.say(known.where))
  if (known.why) line('why:', terminal.say(known.why))
  line(
    'next:',
    [...(known.next ?? []), `muster explain ${known.page}`]
      .map((command) => cyan(terminal.command(command)))
      .join('   |  '),
  )
  // A fault of our own is for its maker: the lines that lead to it are worth more than good looks.
  if (known.page === 'MUS0901' && error instanceof Error && error.stack) terminal.notes.line(`\n${error.stack}`)
  return PAGES[known.page].exit
}

function describe(error: unknown): Told {
  const known = error instanceof Error ? told.get(error) : undefined
  if (known) return known
  if (isControlError(error)) {
    const why = error.cause instanceof Error ? { why: same(error.cause.message) } : {}
    return { page: PAGE_OF_ERROR[error.code], what: same(error.message), ...why }
  }
  return { page: isFileTrouble(error) ? 'MUS0108' : 'MUS0901', what: same(messageOf(error)) }
}

/** An error of the file system as Node reports it: it has a path, and a code in capitals. */
const isFileTrouble = (error: unknown): boolean =>
  error instanceof Error && 'syscall' in error && 'path' in error && typeof error.path === 'string'

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))

const ERROR_OF_PAGE: Readonly<Partial<Record<PageCode, ErrorCode>>> = {
  MUS0104: 'NotFound',
  MUS0105: 'NotFound',
  MUS0003: 'Unavailable',
  MUS0107: 'AlreadyExists',
  MUS0109: 'Unavailable',
  MUS0110: 'NotFound',
  MUS0111: 'Unavailable',
  MUS0112: 'Timeout',
  MUS0113: 'Conflict',
  MUS0302: 'Forbidden',
  MUS0305: 'NotFound',
  MUS0306: 'Gone',
  MUS0307: 'Unavailable',
  MUS0309: 'Timeout',
  MUS0201: 'Unavailable',
  MUS0202: 'Conflict',
  MUS0203: 'NotFound',
  MUS0212: 'Timeout',
  MUS0214: 'NotFound',
}

const errorCodeOf = (page: PageCode): ErrorCode => ERROR_OF_PAGE[page] ?? 'Invalid'
