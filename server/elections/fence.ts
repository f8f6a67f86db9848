/**
 * The fence of a leader's write: it is made in the leader's term, or not at all.
 *
 *     candidates of an election by the revision at which they came to be
 *       40 gone · 42 leads · 57 waits        a write with term 42: guard create-revision(42's key) = 42
 *
 * Nobody comes in before those who are there. So that a candidate is the first, once seen, stays true for as long as it
 * is there at all, and a look that is late says nothing wrong: the guard alone has to hold in the write's commit.
 */
import { type Fence, formatFence, statedFence } from '@muster/api/elections/fence.ts'
import { deposed } from '@muster/api/elections/refusals.ts'
import type { Guard } from '@muster/store/store.ts'
import type { Authorizer } from '../auth/authorization.ts'
import type { ResourceCall } from '../resources/call.ts'
import type { Storage } from '../storage/storage.ts'
import { CANDIDATES, type ElectionName, identityOf, lookAt, type Standing } from './look.ts'

/** What judging a fence takes. */
export interface FenceDeps {
  readonly objects: Pick<Storage, 'list'>
  readonly authorizerOf: (cluster: string) => Authorizer
}

/** What must hold for a write under the fence of a request; nothing without one. Throws BadRequest or Deposed. */
export async function fenceGuards(call: ResourceCall, deps: FenceDeps): Promise<readonly Guard[]> {
  const fence = statedFence(call.request)
  if (!fence) return []
  call.trail.annotate('coordination.muster.dev/fence', formatFence(fence))
  const { cluster = call.info.cluster, namespace, election, term } = fence
  const name = { cluster, namespace, election }
  const [seen] = (await lookAt(deps.objects, name, 'cached')).candidates
  if (seen?.createRevision === term) return [holds(seen)]
  const standing = await lookAt(deps.objects, name, 'fresh')
  const [first] = standing.candidates
  if (first?.createRevision === term) return [holds(first)]
  throw refuse(call, deps, fence, name, standing)
}

const holds = ({ key, createRevision }: Standing['candidates'][number]): Guard => ({
  guard: 'create-revision',
  key,
  equals: createRevision,
})

/** Who leads instead is told to those who may read it. */
function refuse(
  { user }: ResourceCall,
  { authorizerOf }: FenceDeps,
  { term }: Fence,
  { cluster, namespace, election }: ElectionName,
  { candidates }: Standing,
) {
  const [leader] = candidates
  const mayRead = authorizerOf(cluster).authorize(user, {
    about: 'resource',
    verb: 'list',
    ...CANDIDATES,
    subresource: '',
    namespace,
    name: '',
  }).allowed
  const isEarly = candidates.some(({ createRevision }) => createRevision === term)
  const said = isEarly ? 'has not begun' : 'is over, or never was'
  const now = leader
    ? `term ${leader.createRevision} is that of ${JSON.stringify(identityOf(leader))}`
    : 'nobody leads now'
  return deposed(
    `term ${term} of election ${namespace}/${election} ${said}${mayRead ? `: ${now}` : ''}; nothing was written, and trying again does not help`,
  )
}
