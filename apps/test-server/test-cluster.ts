/** What a test asks of a cluster with nodes, and what it gets: the words of this package for {@link TestCluster}. */
import type { Length } from './duration.ts'
import type { TestServer, TestServerSettings } from './test-server.ts'

/** What a test may want otherwise. */
export interface TestClusterSettings extends Omit<TestServerSettings, 'controllers' | 'from' | 'liveness'> {
  /** How many nodes it begins with, named `node-1` and so on, or which. Default 3. */
  readonly nodes?: number | readonly TestNodeSettings[]
  /** Which images there are: a pod with another waits in ErrImagePull. Default: all. */
  readonly hasImage?: (image: string) => boolean
}

/** One node. */
export interface TestNodeSettings {
  readonly name: string
  /** For pods, as quantities. Default 4. */
  readonly cpu?: string
  /** Default `8Gi`. */
  readonly memory?: string
  /** How many. Default 110. */
  readonly pods?: number
  readonly zone?: string
  readonly region?: string
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * A Kubernetes inside a test, with all its controllers, a scheduler, and nodes that run nothing and say that they do.
 * Pods start at once, and are ready; annotations of a pod make it otherwise, as `fake.muster.dev/ready-after: 10s` does.
 */
export interface TestCluster extends Omit<TestServer, 'fork' | 'snapshot'> {
  readonly nodes: TestNodes
  /** Ends a container of a pod, the only one when none is named, as a crash would. Throws NotFound when it does not run. */
  crash(pod: PodPlace & { readonly container?: string; readonly exitCode?: number }): Promise<void>
}

/** Where a pod is found; the namespace is `default` when absent. */
export interface PodPlace {
  readonly namespace?: string
  readonly name: string
}

/** The nodes of a test cluster. */
export interface TestNodes {
  /** Resolves once its pods can come. */
  add(node: TestNodeSettings): Promise<TestNode>
  /** Throws NotFound. */
  get(name: string): TestNode
  list(): readonly TestNode[]
}

/** A machine, and the agent that speaks for it. */
export interface TestNode {
  readonly name: string
  /** Containers that run on the machine now, whatever the API thinks: `NAMESPACE/POD CONTAINER`, in the order of their starts. */
  readonly running: readonly string[]
  /** Cuts its agent off from the API: neither hears of the other, what runs goes on, and the agent looks after it. */
  disconnect(): void
  /** Mends that. */
  connect(): void
  /** Sets its wall clock: from now on it shows so much more than that of the cluster, or less, as in `'-2h'`. */
  setClock(ahead: Length): void
  /** Ends its agent, of which nothing is left but what runs, and starts another. */
  restartAgent(): Promise<void>
  /** Nothing runs on it any more, and nobody speaks for it. */
  powerOff(): Promise<void>
  /** It comes back, with nothing running. */
  powerOn(): Promise<void>
}
