/** Runs several controllers against one API: what a control plane does, and what a test does. */
import type { Handle } from '@muster/api/message.ts'
import { createClient } from '@muster/client/client.ts'
import type { InformerDeps } from '@muster/client/informer.ts'
import type { Controller } from './controller.ts'
import { runController, shareInformers } from './run-controller.ts'

/** Where they run, and as whom. */
export interface Hub extends InformerDeps {
  /** Carries each request. */
  readonly send: Handle
  readonly headers: Readonly<Record<string, string>>
  /** True on Muster, false on any other Kubernetes: see `Home`. */
  readonly allClusters: boolean
}

/** Runs controllers that share their informers until the signal aborts. Resolves when all have stopped. */
export async function runControllers<Deps extends object>(
  controllers: readonly Controller<Deps>[],
  own: Deps,
  { send, headers, ...deps }: Hub,
  signal: AbortSignal,
): Promise<void> {
  const home = (userAgent: string) => ({ ...deps, client: createClient({ send, userAgent, headers }) })
  const informers = shareInformers(home('muster-informers'), signal)
  await Promise.all(
    controllers.map((controller) => runController(controller, own, home(controller.name), informers, signal)),
  )
}
