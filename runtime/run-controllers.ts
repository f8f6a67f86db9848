/** Runs several controllers against one API: what a control plane does, and what a test does. */
import type { Handle } from '@muster/api/message.ts'
import { type Client, createClient } from '@muster/client/client.ts'
import type { InformerDeps } from '@muster/client/informer.ts'
import type { Controller } from './controller.ts'
import { type ElectionSettings, runElected } from './election/run-elected.ts'
import { type Home, type Informers, runController, shareInformers } from './run-controller.ts'

/** Where they run, and as whom. */
export interface Hub extends InformerDeps {
  /** Carries each request. */
  readonly send: Handle
  readonly headers: Readonly<Record<string, string>>
  /** True on Muster, false on any other Kubernetes: see `Home`. */
  readonly allClusters: boolean
  /** Of several processes, the one that leads in this election runs them. Each does when absent. */
  readonly election?: ElectionSettings
}

/** Runs controllers that share their informers until the signal aborts. Resolves when all have stopped. */
export async function runControllers<Deps extends object>(
  controllers: readonly Controller<Deps>[],
  own: Deps,
  hub: Hub,
  signal: AbortSignal,
): Promise<void> {
  const informers = shareInformers(homeOn(hub, 'muster-informers'), signal)
  const runAll = (at: Hub, until: AbortSignal) =>
    Promise.all(controllers.map((one) => runController(one, own, homeOn(at, one.name), informers, until)))
  if (!hub.election) {
    await runAll(hub, signal)
    return
  }
  watchAhead(controllers, informers)
  const lead = async (at: Hub, term: { readonly signal: AbortSignal; readonly from?: string }) => {
    // What leaders before it wrote is seen before anything is decided.
    await untilOver(informers.catchUp(term.from), term.signal)
    if (!term.signal.aborted) await runAll(at, term.signal)
  }
  await runElected(hub.election, hub, clientOn(hub, 'muster-elections'), lead, signal)
}

/** Who waits has the pictures already. */
function watchAhead(controllers: readonly Controller<never>[], informers: Informers): void {
  for (const { watches, only, alsoWatches = [] } of controllers) {
    informers.of(watches, only)
    for (const related of alsoWatches) informers.of(related.resource, related.only)
  }
}

const untilOver = (wait: Promise<void>, signal: AbortSignal): Promise<unknown> =>
  Promise.race([wait, new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))])

const clientOn = ({ send, headers }: Hub, userAgent: string): Client => createClient({ send, userAgent, headers })

const homeOn = (hub: Hub, userAgent: string): Home => ({ ...hub, client: clientOn(hub, userAgent) })
