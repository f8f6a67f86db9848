/**
 * What is asked of the agent of a node by whoever answers clients: the other end of exec, attach, logs, port-forward,
 * proxies and top. The agent of an embedded cluster lives in the process of the API server, and is called as it is.
 */
import type { ByteDuplex } from '@muster/base/byte-duplex.ts'
import type { Instant } from '@muster/base/clock.ts'
import type { KubeObject } from './object.ts'

/** The two ends of a process that somebody talks to. */
export interface Session {
  readonly stdin?: { write(bytes: Uint8Array): Promise<void>; end(): void }
  readonly stdout: AsyncIterable<Uint8Array>
  /** Nothing comes here from a terminal. */
  readonly stderr: AsyncIterable<Uint8Array>
  /** Does nothing where there is no terminal. */
  resize(size: { readonly columns: number; readonly rows: number }): void
  /** Ends it; of an attached container, only the being attached. */
  close(): void
  /** The exit code; of an attached container, once it ends or the session is closed. */
  readonly ended: Promise<{ readonly exitCode: number }>
}

/** How the output of a container is read; as `kubectl logs` asks. */
export interface LogQuery {
  readonly follow: boolean
  readonly timestamps: boolean
  /** Whole lines from the end; all when absent. */
  readonly tailLines?: number
  readonly sinceTime?: Instant
  readonly limitBytes?: number
  /** Default: both, as they came. */
  readonly stream?: 'Stdout' | 'Stderr'
}

/** A container of a pod that is on the agent's node. */
export interface ContainerPlace {
  readonly namespace: string
  readonly pod: string
  readonly podUid: string
  readonly container: string
}

/** What a process, a container or a node uses now. */
export interface UsageNow {
  readonly at: Instant
  /** CPU time since it started, in nanoseconds. */
  readonly cpuNanoseconds: bigint
  /** CPU of the last seconds, in nanoseconds of CPU per second. */
  readonly cpuNanocores: bigint
  /** Memory that cannot be given up, in bytes. */
  readonly memoryBytes: number
}

/** What one node uses. */
export interface NodeUsage {
  readonly node: UsageNow & { readonly startedAt: Instant }
  /** Pods that run; a container that has not been measured yet is left out. */
  readonly pods: readonly {
    readonly namespace: string
    readonly name: string
    readonly uid: string
    readonly startedAt: Instant
    readonly containers: readonly (UsageNow & { readonly name: string; readonly startedAt: Instant })[]
  }[]
}

/** The agent of one node. Every refusal is a ControlError, and its message is for people. */
export interface NodeAgent {
  /** Throws NotFound where no such container runs, and Invalid for a command that cannot be started. */
  exec(
    place: ContainerPlace,
    command: readonly string[],
    how: { readonly stdin: boolean; readonly tty: boolean },
  ): Promise<Session>
  attach(place: ContainerPlace, how: { readonly stdin: boolean; readonly tty: boolean }): Promise<Session>
  /** Throws before it gives anything where there is no such log. `previous`: of the run before the last restart. */
  log(
    place: ContainerPlace,
    query: LogQuery & { readonly previous: boolean },
    signal: AbortSignal,
  ): Promise<AsyncIterable<Uint8Array>>
  /** A connection with a port of a pod. */
  openPort(podUid: string, port: number): Promise<ByteDuplex>
  usage(): Promise<NodeUsage>
  /** The pods that it runs, as it sees them. */
  pods(): Promise<readonly KubeObject[]>
}
