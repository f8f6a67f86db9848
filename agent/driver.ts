/**
 * What runs containers on a machine: `process` starts programs of the host, `fake` only says that it does.
 *
 * A driver is told runs, and knows nothing of pods beyond whose a run is. Everything it is told, it keeps under the
 * name of the run: an agent that died and came back asks {@link Driver.runs} and goes on. To start a run that there is
 * already is to get the one that there is.
 */
import type { LogQuery, Session } from '@muster/api/node-agent.ts'
import type { Duration, Instant } from '@muster/base/clock.ts'

export type { LogQuery, Session } from '@muster/api/node-agent.ts'

/** One run of one container of one pod. A restart is another run. */
export interface RunName {
  readonly podUid: string
  readonly container: string
  /** 0 for the first; the restart count of the container's status. */
  readonly attempt: number
}

/** What is to run. Everything is resolved: no variable, no reference, no default is left in it. */
export interface RunOrder {
  readonly run: RunName
  readonly pod: { readonly namespace: string; readonly name: string; readonly ip: string; readonly hostname: string }
  /** The program and its arguments; the program is a path or is looked for in PATH of `env`. Never empty. */
  readonly command: readonly string[]
  /**
   * Everything the process sees of the environment; nothing is inherited. The process driver adds MUSTER_RUN, and
   * what stands for a mount that is not honoured: MUSTER_VOLUME_NAME, MUSTER_TERMINATION_LOG.
   */
  readonly env: Readonly<Record<string, string>>
  /** A directory of the host; a directory of the run's own when empty. */
  readonly workingDirectory: string
  readonly mounts: readonly Mount[]
  /** Names that the process is to resolve, where the driver can make it so. */
  readonly hosts: readonly { readonly address: string; readonly names: readonly string[] }[]
  /** What its resolver reads in place of the machine's resolv.conf, where the driver can make it so. */
  readonly resolver?: string
  /** Ports of TCP at which the container says that it listens; absent where it shares the machine's address. */
  readonly ports?: readonly number[]
  readonly limits: { readonly cpuMillis?: number; readonly memoryBytes?: number }
  /** Numbers of the host; those of the agent when absent. */
  readonly user?: { readonly uid: number; readonly gid: number }
  readonly stdin: boolean
  readonly tty: boolean
  /** Those of the pod: for drivers that are told by them how to behave, as `fake` is. */
  readonly annotations?: Readonly<Record<string, string>>
  /** The file of its last words, as the container sees it, and where that file is on the host. */
  readonly terminationLog: { readonly at: string; readonly file: string }
}

/** A directory or file of the host, to be seen at another path by the container. */
export interface Mount {
  /** The name of the volume, for people. */
  readonly volume: string
  readonly from: string
  readonly at: string
  readonly readOnly: boolean
}

/** What became of a run. */
export type RunState =
  | { readonly state: 'running'; readonly startedAt: Instant; readonly pid: number }
  | {
      readonly state: 'ended'
      readonly startedAt: Instant
      readonly finishedAt: Instant
      /**
       * As shells count: 127 and 126 for a program that is not there or may not be run, 128 + signal for one that a
       * signal ended.
       */
      readonly exitCode: number
      readonly signal?: number
      readonly reason: 'Completed' | 'Error' | 'OOMKilled' | 'ContainerCannotRun' | 'ContainerStatusUnknown'
      readonly message: string
    }

/** A run that the driver knows. */
export interface Run {
  readonly run: RunName
  readonly pod: RunOrder['pod']
  readonly state: RunState
  /** Mounts that the process sees elsewhere than at their path, and limits that do not bind it: each with why. */
  readonly notHonoured: readonly { readonly what: string; readonly why: string }[]
}

/** What a run uses now. */
export interface Usage {
  /** CPU time since it started, in nanoseconds, of the whole tree. */
  readonly cpuNanoseconds: bigint
  /** Resident memory of the whole tree, in bytes. */
  readonly memoryBytes: number
}

/** Runs containers. */
export interface Driver {
  /** `process`, `fake`: in the node's status and in messages. */
  readonly name: string
  /** Every run that is not forgotten, ended ones too. */
  runs(): Promise<readonly Run[]>
  /** Resolves once it runs, or has ended. Throws Invalid with the reason when the order cannot be carried out. */
  start(order: RunOrder): Promise<Run>
  /**
   * Asks the main process to end (TERM), and ends the whole tree (KILL) after the grace or once that process is gone.
   * Resolves once nothing is left. Asked again with less grace, it ends sooner; a run that has ended, or that nobody
   * knows, is no trouble.
   */
  stop(run: RunName, grace: Duration): Promise<void>
  /** Lets go of a run that has ended, with its log. Throws Conflict while it runs; does nothing when there is none. */
  forget(run: RunName): Promise<void>
  /** Told of every run whose state changed, until the signal aborts. */
  onChange(handler: (run: Run) => void, signal: AbortSignal): void
  /**
   * Starts another process where the run is. Its working directory, environment, mounts are those of the run. Throws
   * Invalid, in the words of a container's runtime, when the program cannot be run, and Conflict when the run has ended.
   */
  exec(
    run: RunName,
    command: readonly string[],
    how: { readonly stdin: boolean; readonly tty: boolean },
  ): Promise<Session>
  /**
   * The standard streams of the run itself: its output from now on. To end `stdin` ends it for good, as `stdinOnce`
   * asks for; without that, leave it open. Who does not read loses the session, and stops nobody.
   */
  attach(run: RunName): Promise<Session>
  log(run: RunName, query: LogQuery, signal: AbortSignal): AsyncIterable<Uint8Array>
  usage(run: RunName): Promise<Usage | undefined>
  /** Lets go of the machine; what runs goes on. */
  close(): Promise<void>
}
