/** What a test asks for, and what it gets: the words of this package. */
import type { Handle } from '@muster/api/message.ts'
import type { KubeObject } from '@muster/api/object.ts'
import type { Client, ResourceClient } from '@muster/client/client.ts'
import type { Controller } from '@muster/runtime/controller.ts'
import type { Faults } from './faults.ts'
import type { ObjectSource } from './objects.ts'
import type { Profile } from './profile.ts'
import type { TestClock } from './time.ts'
import type { Users } from './users.ts'

/** What a test may want otherwise. */
export interface TestServerSettings {
  /** `kubernetes` (default): what any Kubernetes serves. `muster`: with all that Muster adds. */
  readonly profile?: Profile
  /** `real` (default): the machine's own. `virtual`: it stands still until `clock.advance` moves it. */
  readonly time?: 'real' | 'virtual'
  /** Where chance begins: uids, generated names, waits. The same seed gives the same. Default 1. */
  readonly seed?: number
  /**
   * Whether Kubernetes' own housekeeping runs: namespaces that are deleted are emptied and go, each namespace gets its
   * service account and the CA, what belongs to nobody is collected. Default true.
   */
  readonly controllers?: boolean
  /** Whether nodes of which nothing is heard for 40 s are said to be not ready. Default false: tests write nodes by hand. */
  readonly liveness?: boolean
  /** CustomResourceDefinitions (and other objects): as values, files, or directories of YAML or JSON. */
  readonly crds?: readonly ObjectSource[]
  /** True: also on a port of loopback, over TLS, for kubectl and client libraries. Default false. */
  readonly listen?: boolean
  /** Begins as another server was when it was asked for a snapshot. */
  readonly from?: Snapshot
  /** What goes wrong inside, one line each. Nowhere when absent. */
  readonly log?: (line: string) => void
}

/** A state of a server, to begin others with or to go back to. Made by {@link TestServer.snapshot}; nobody looks inside. */
export interface Snapshot {
  readonly snapshot: true
}

/** A Kubernetes API inside a test. */
export interface TestServer extends AsyncDisposable {
  readonly profile: Profile
  /** The API for programs, as an administrator, in the same process. */
  readonly client: Client
  /** One resource, by the name that kubectl has for it: `pods`, `deployments.apps`, `spoons.example.com`. Throws NotFound. */
  resource<T extends KubeObject = KubeObject>(name: string): ResourceClient<T>
  /** Creates or changes objects as `kubectl apply --server-side` does; answers them as they are then. */
  apply(...sources: readonly ObjectSource[]): Promise<readonly KubeObject[]>
  /** `https://127.0.0.1:PORT`. Throws Invalid when it does not listen. */
  readonly url: string
  /** The text of a kubeconfig of the administrator. Throws Invalid when it does not listen. */
  readonly kubeconfig: string
  /** The CA that vouches for the server, PEM. */
  readonly ca: string
  readonly clock: TestClock
  readonly users: Users
  readonly faults: Faults
  /**
   * Resolves when nothing is under way and nothing is due: every change has reached every controller, and they have
   * done what they do about it. What waits for its time goes on waiting. Clients on a socket must have been quiet for
   * `quietMs` (default 50). Throws Timeout when there is no end to it after `withinMs` (default 10,000).
   */
  settled(options?: { readonly quietMs?: number; readonly withinMs?: number }): Promise<void>
  /** Another logical cluster: a Kubernetes of its own, in about a millisecond. In the profile `muster` alone. */
  addLogicalCluster(name: string): Promise<LogicalClusterAccess>
  /** Runs controllers of Muster's shape until the server is closed. */
  run<Deps extends object>(controllers: readonly Controller<Deps>[], own: Deps): void
  /** All that is there now, history included. */
  snapshot(): Promise<Snapshot>
  /** Another server that begins with what this one holds, and in the same settings. */
  fork(): Promise<TestServer>
  /** Carries plain requests: for clients of your own. */
  readonly handle: Handle
  /** Ends watches, controllers and the socket. `await using` calls it. */
  close(): Promise<void>
}

/** One logical cluster of a test server. */
export interface LogicalClusterAccess {
  readonly name: string
  readonly client: Client
  /** Throws Invalid when the server does not listen. */
  readonly kubeconfig: string
}
