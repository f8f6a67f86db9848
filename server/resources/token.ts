/** `serviceaccounts/NAME/token`: a token that stands for a service account for a while. */

import { managerOf } from '@muster/api/apply/manager-name.ts'
import { recordUpdate } from '@muster/api/apply/record-update.ts'
import { oneVersion } from '@muster/api/apply/versions.ts'
import { newUid } from '@muster/api/metadata/object-name.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { methodNotAllowed } from '@muster/api/status.ts'
import { timestamp } from '@muster/api/time.ts'
import type { TokenRequest } from '@muster/api/types/authentication-v1.ts'
import { EXPIRATION_SECONDS_DEFAULT, requestToken } from '../auth/tokens/token-request.ts'
import type { LogicalCluster } from '../cluster/logical-cluster.ts'
import { writeOptions } from '../http/options.ts'
import type { SubresourceHandler } from './answer.ts'
import { answerPassing, decodePassing, passingKind } from './answer-object.ts'
import { type ResourceCall, saidResource } from './call.ts'
import { emptyOf } from './field-owners.ts'
import { admitPassing } from './writing.ts'

const API_VERSION = 'authentication.k8s.io/v1'
const TOKEN_REQUEST = passingKind('authentication.k8s.io', 'v1', 'TokenRequest')

/** Who asked for what, as if the request were kept. */
function own({ request, now }: ResourceCall, next: KubeObject): void {
  const { fieldManager } = writeOptions(request.query, 'create')
  const entries = recordUpdate({
    live: emptyOf(TOKEN_REQUEST),
    next,
    manager: managerOf(fieldManager, request.headers['user-agent'] ?? ''),
    subresource: 'token',
    now: timestamp(now),
    versions: oneVersion(API_VERSION, TOKEN_REQUEST.version.schema()),
  })
  if (entries) next.metadata.managedFields = entries
}

/** Answers with a token. One that is asked for longer than `expirationSecondsMax` is shortened, with a warning. */
export const tokenHandler =
  (clusterOf: (name: string) => LogicalCluster, expirationSecondsMax?: number): SubresourceHandler =>
  async (call, deps) => {
    const { info, now } = call
    if (info.verb !== 'create') throw methodNotAllowed(saidResource(call), info.verb)
    const { object, options } = decodePassing(call, TOKEN_REQUEST)
    await admitPassing(call, deps, object, TOKEN_REQUEST, options.dryRun, { guards: [] })
    const { authentication } = clusterOf(info.cluster)
    const wanted = object as TokenRequest
    wanted.spec = { ...wanted.spec, expirationSeconds: wanted.spec?.expirationSeconds ?? EXPIRATION_SECONDS_DEFAULT }
    own(call, wanted)
    const making = {
      judge: authentication.tokens,
      now,
      id: newUid(deps.random),
      ...(expirationSecondsMax === undefined ? {} : { expirationSecondsMax }),
    }
    const { request, warnings } = await requestToken(wanted, { namespace: info.namespace, name: info.name }, making)
    call.warnings.push(...warnings)
    return answerPassing(call, deps, 201, request, TOKEN_REQUEST)
  }
