/** The handlers of subresources with a kind of their own, by the resource and the name in the path. */
import type { LogicalCluster } from '../cluster/logical-cluster.ts'
import { renewHandler } from '../elections/session.ts'
import type { SubresourceHandler } from './answer.ts'
import { approvalHandler } from './approval.ts'
import { bindingHandler } from './binding.ts'
import { evictionHandler } from './eviction.ts'
import { finalizeHandler } from './finalize.ts'
import { type Connectors, connectionHandlers } from './pod-connections.ts'
import { ephemeralContainers, podPartHandler, resources } from './pod-parts.ts'
import { tokenHandler } from './token.ts'

/** What the handlers of one server have of their own. */
export interface SubresourceSettings {
  readonly connectors?: Connectors
  readonly tokenExpirationSecondsMax?: number
}

/** Every handler. A subresource that a kind lists and that has none here is a mistake, which a test finds. */
export const subresourceHandlers = (
  clusterOf: (name: string) => LogicalCluster,
  { connectors, tokenExpirationSecondsMax }: SubresourceSettings = {},
): Readonly<Record<string, SubresourceHandler>> => ({
  'certificatesigningrequests/approval': approvalHandler,
  'candidates/renew': renewHandler,
  'namespaces/finalize': finalizeHandler,
  'serviceaccounts/token': tokenHandler(clusterOf, tokenExpirationSecondsMax),
  'pods/binding': bindingHandler,
  'pods/eviction': evictionHandler,
  'pods/ephemeralcontainers': podPartHandler(ephemeralContainers),
  'pods/resize': podPartHandler(resources),
  ...connectionHandlers(connectors),
})

/** Kinds that are posted, act upon something else, and are not kept; by group and plural name. */
export const passingHandlers: Readonly<Record<string, SubresourceHandler>> = { '/bindings': bindingHandler }
