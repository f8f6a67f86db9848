/** The handlers of subresources with a kind of their own, by the resource and the name in the path. */
import type { LogicalCluster } from '../cluster/logical-cluster.ts'
import type { SubresourceHandler } from './answer.ts'
import { approvalHandler } from './approval.ts'
import { finalizeHandler } from './finalize.ts'
import { tokenHandler } from './token.ts'

/** Every handler. A subresource that a kind lists and that has none here is a mistake, which a test finds. */
export const subresourceHandlers = (
  clusterOf: (name: string) => LogicalCluster,
): Readonly<Record<string, SubresourceHandler>> => ({
  'certificatesigningrequests/approval': approvalHandler,
  'namespaces/finalize': finalizeHandler,
  'serviceaccounts/token': tokenHandler(clusterOf),
})
