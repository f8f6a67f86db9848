/** `serviceaccounts/NAME/token`: a token that stands for a service account for a while. */

import { methodNotAllowed } from '@muster/api/status.ts'
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import { requestToken } from '../auth/tokens/token-request.ts'
import type { LogicalCluster } from '../cluster/logical-cluster.ts'
import type { SubresourceHandler } from './answer.ts'
import { answerPassing, decodePassing, passingKind } from './answer-object.ts'
import { saidResource } from './call.ts'
import { admitPassing } from './writing.ts'

const TOKEN_REQUEST = passingKind('authentication.k8s.io', 'v1', 'TokenRequest')

/** Answers with a token. One that is asked for longer than `expirationSecondsMax` is shortened, with a warning. */
export const tokenHandler =
  (clusterOf: (name: string) => LogicalCluster, expirationSecondsMax?: number): SubresourceHandler =>
  async (call, deps) => {
    const { info, now } = call
    if (info.verb !== 'create') throw methodNotAllowed(saidResource(call), info.verb)
    const { object, options } = decodePassing(call, TOKEN_REQUEST)
    await admitPassing(call, deps, object, TOKEN_REQUEST, options.dryRun, { guards: [] })
    const { authentication } = clusterOf(info.cluster)
    const making = {
      judge: authentication.tokens,
      now,
      id: deps.newId(),
      ...(expirationSecondsMax === undefined ? {} : { expirationSecondsMax }),
    }
    const { request, warnings } = await requestToken(
      object as TokenRequest,
      { namespace: info.namespace, name: info.name },
      making,
    )
    call.warnings.push(...warnings)
    return answerPassing(call, deps, 201, request, TOKEN_REQUEST)
  }
