/**
 * Who may look back. What was true within the last minutes is the present, as every Kubernetes serves it to slow
 * readers; what is older is history, and needs the right to `RESOURCE/history`, judged by today's roles.
 *
 * Whoever lacks it is told of an old revision what Kubernetes would tell him, which has forgotten it by then: 410, and
 * his informers list again. Who asks for the past by name is told which right he lacks.
 */
import { expired } from '@muster/api/status.ts'
import { type Duration, type Instant, minutes } from '@muster/base/clock.ts'
import type { Revision } from '@muster/store/store.ts'
import { type Attributes, type Authorizer, forbiddenBy } from '../auth/authorization.ts'
import { namespaceOf, type ResourceCall } from '../resources/call.ts'
import type { Storage } from '../storage/storage.ts'

/** As long as Kubernetes remembers. Source: kube-apiserver --etcd-compaction-interval. */
export const PRESENT: Duration = minutes(5)

/** What judging takes. */
export interface RightsDeps {
  readonly objects: Pick<Storage, 'revisionAsOf'>
  readonly authorizerOf: (cluster: string) => Authorizer
}

/** Throws Forbidden unless the past of what the call is about may be read. */
export function checkMayLookBack(call: ResourceCall, deps: Pick<RightsDeps, 'authorizerOf'>): void {
  const { allowed, reason, asked } = judge(call, deps)
  if (!allowed) throw forbiddenBy(call.user, asked, reason)
}

/** Throws Gone (410, Expired) when a revision is history and the caller may not read that. */
export async function checkNotPast(call: ResourceCall, deps: RightsDeps, revision: Revision): Promise<void> {
  if (judge(call, deps).allowed || !(await isHistory(call, deps, revision))) return
  throw expired(
    `too old resource version: ${revision} (what is older than ${PRESENT / minutes(1)} minutes needs the right to get ${call.served.kind.plural}/history)`,
  )
}

/** Throws Forbidden when a revision that was asked for as such is history and the caller may not read that. */
export async function checkPast(call: ResourceCall, deps: RightsDeps, revision: Revision): Promise<void> {
  if (await isHistory(call, deps, revision)) checkMayLookBack(call, deps)
}

/** A state is history once the next one has been there for {@link PRESENT}. */
async function isHistory({ now }: ResourceCall, { objects }: RightsDeps, revision: Revision): Promise<boolean> {
  return revision < (await objects.revisionAsOf((now - PRESENT) as Instant))
}

function judge(call: ResourceCall, { authorizerOf }: Pick<RightsDeps, 'authorizerOf'>) {
  const { group, plural } = call.served.kind
  const asked: Attributes = {
    about: 'resource',
    verb: call.info.name === '' ? 'list' : 'get',
    group,
    resource: plural,
    subresource: 'history',
    namespace: namespaceOf(call),
    name: call.info.name,
  }
  return { ...authorizerOf(call.info.cluster).authorize(call.user, asked), asked }
}
