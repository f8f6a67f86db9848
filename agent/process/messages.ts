/** What a driver and a keeper say to each other. One connection orders; each attached session has one of its own. */
import type { ErrorCode } from '@muster/base/errors.ts'
import type { Run, RunName, RunOrder } from '../driver.ts'
import type { Guarantees } from './guarantees.ts'

/** Raised when a message changes its meaning: a keeper outlives the program that started it, and its upgrade. */
export const PROTOCOL = 1

/** What a keeper is started with: one JSON document on its standard input. */
export interface KeeperSettings {
  /** Where it keeps runs, with their logs: nobody else writes there. */
  readonly directory: string
  /** Where it listens. */
  readonly socket: string
  /** A name that one process alone can listen on and that goes with it; absent where systems have none. */
  readonly lock: string | undefined
  /** With nobody there for so long it ends every run and itself. */
  readonly aloneMaxMs: number
  /** False to start programs in no namespaces, although the machine has them. */
  readonly namespaces: boolean
  readonly logFileBytesMax: number
  readonly logFilesMax: number
}

/** What is asked of a keeper. Each is answered once, under its number. */
export type Request = { readonly id: number } & (
  | { readonly ask: 'hello' }
  | { readonly ask: 'start'; readonly order: RunOrder }
  | { readonly ask: 'stop'; readonly run: RunName; readonly graceMs: number }
  | { readonly ask: 'forget'; readonly run: RunName }
  /** Stop every run, then itself. */
  | { readonly ask: 'end'; readonly graceMs: number }
)

/** What may come first on a connection to a keeper. */
export type FirstMessage = Request | AttachRequest | SessionMessage

/** The first message of a connection that is a session. */
export interface AttachRequest {
  readonly ask: 'attach'
  readonly run: RunName
}

/** What a keeper says. */
export type Answer =
  | { readonly id: number; readonly failed: { readonly code: ErrorCode; readonly message: string } }
  | { readonly id: number; readonly hello: Hello }
  | { readonly id: number; readonly run: Run }
  | { readonly id: number; readonly done: true }
  /** Unasked: the state of a run is another. */
  | { readonly changed: Run }

/** What a keeper says of itself. */
export interface Hello {
  readonly protocol: number
  readonly pid: number
  readonly guarantees: Guarantees
  readonly runs: readonly Run[]
}

/** What is said in a session, beside bytes. */
export type SessionMessage =
  /** By the driver: nothing more comes on standard input. */
  | { readonly stdin: 'ended' }
  /** By the keeper, first: there is something that reads standard input. */
  | { readonly attached: { readonly stdin: boolean } }
  /** By the keeper, last. */
  | { readonly ended: { readonly exitCode: number } }
  | { readonly failed: { readonly code: ErrorCode; readonly message: string } }
