/**
 * GET `.../NAME/why`: from the newest write of an object back to where it all began.
 *
 *     pods/web-1@90 ──► replicasets/web@81 ──► deployments/web@77 ──► patched by ada, with kubectl
 *       created by       updated by                                     human
 *
 * Each link is read with the rights of who asks: one that he may not read is named and not told, and the chain ends
 * there. A cause lies before its effect, so revisions only fall and no chain goes in a circle.
 *
 *     ?revision=42           why that version
 *     ?field=.spec.replicas  why that field is what it is: begins at the version that changed it last
 */
import type { ObjectRevision } from '@muster/api/history/cause.ts'
import { fieldChanges, touches } from '@muster/api/history/changes.ts'
import { HISTORY_API_VERSION, type ObjectVersion, type ObjectWhy, type WhyHop } from '@muster/api/history/types.ts'
import { answerJson } from '@muster/api/message.ts'
import { badRequest, type GroupResource, methodNotAllowed, notFound } from '@muster/api/status.ts'
import type { Revision } from '@muster/store/store.ts'
import { type Attributes, forbiddenBy } from '../auth/authorization.ts'
import type { Served } from '../registry/registry.ts'
import type { AnswerDeps, SubresourceHandler } from '../resources/answer.ts'
import { namespaceOf, objectKey, type ResourceCall, saidResource } from '../resources/call.ts'
import type { PastVersion } from '../storage/history.ts'
import type { ObjectKey } from '../storage/key.ts'
import { nameOf, readRevision } from './history.ts'
import { shownAs, tell } from './versions.ts'

/** Links that are told. Longer chains are those of controllers that answer each other, and say no more by going on. */
export const HOPS_MAX = 64

/** Versions looked through for the one that changed a field. */
const FIELD_VERSIONS_MAX = 500

/** The kind of a resource, as it is served now. */
export type FindKind = (cluster: string, resource: GroupResource) => Served | undefined

/** Answers with the chain of causes. */
export const whyHandler =
  (findKind: FindKind): SubresourceHandler =>
  async (call, deps) => {
    if (call.info.verb !== 'get') throw methodNotAllowed(saidResource(call), call.info.verb)
    const { query } = call.request
    const to = query.get('revision') ? readRevision('revision', query.get('revision')) : undefined
    const first = await firstVersion(call, deps, query.get('field') ?? '', to)
    const object = {
      ...saidResource(call),
      namespace: namespaceOf(call),
      name: call.info.name,
      revision: first.revision,
    }
    const followed = await follow(call, deps, findKind, { object, version: first })
    const isInferred = followed.chain.some(({ version }) => version?.by.inferred)
    const isClaimed = followed.chain.some(({ version }) => version?.by.because && version.by.claimed)
    const why: ObjectWhy = {
      kind: 'ObjectWhy',
      apiVersion: HISTORY_API_VERSION,
      metadata: nameOf(call),
      ...followed,
      ...(isClaimed ? { claimed: true } : {}),
      ...(isInferred ? { inferred: true } : {}),
    }
    return answerJson(200, why)
  }

async function firstVersion(
  call: ResourceCall,
  { objects }: AnswerDeps,
  field: string,
  to: Revision | undefined,
): Promise<ObjectVersion> {
  const last = field === '' ? 2 : FIELD_VERSIONS_MAX
  const versions = await objects.versions(objectKey(call), { last, ...(to === undefined ? {} : { to }) })
  const newest = versions.at(-1)
  if (!newest) throw notFound(saidResource(call), call.info.name)
  if (field === '') return tell(call.served, newest, versions.at(-2))
  for (let at = versions.length - 1; at >= 0; at--) {
    const [version, before] = [versions[at], versions[at - 1]]
    if (version && changes(call.served, version, before, field)) return tell(call.served, version, before)
  }
  throw badRequest(
    `field: none of the last ${versions.length} versions of ${call.served.kind.plural} "${call.info.name}" changed ${field}`,
  )
}

/** Whether a version changed a field, or something within it. */
function changes(served: Served, version: PastVersion, before: PastVersion | undefined, field: string): boolean {
  if (!version.object) return false
  const old = version.change === 'created' || !before?.object ? {} : shownAs(served, before.object)
  const wanted = field.startsWith('.') ? field : `.${field}`
  return fieldChanges(old, shownAs(served, version.object)).some((change) => touches(change, wanted))
}

/** Goes back from one link to the next. */
async function follow(
  call: ResourceCall,
  deps: AnswerDeps,
  findKind: FindKind,
  first: WhyHop & { readonly version: ObjectVersion },
): Promise<Pick<ObjectWhy, 'chain' | 'origin'>> {
  const chain: WhyHop[] = [first]
  for (let { version } = first; ; ) {
    const { because } = version.by
    if (!because) return { chain, origin: originOf(version) }
    if (chain.length >= HOPS_MAX) return { chain, origin: 'too long' }
    if (Number(because.revision) >= Number(version.revision)) {
      chain.push({ object: because, hidden: 'it is said to be the cause of something that came before it' })
      return { chain, origin: 'forgotten' }
    }
    const hidden = whyHidden(call, deps, because)
    if (hidden !== undefined) {
      chain.push({ object: because, hidden })
      return { chain, origin: 'hidden' }
    }
    const found = await find(call, deps, findKind, because)
    if (!found) {
      chain.push({ object: because, hidden: 'this version is no longer kept, or never was' })
      return { chain, origin: 'forgotten' }
    }
    chain.push({ object: because, version: found })
    version = found
  }
}

async function find(
  { info }: ResourceCall,
  { objects }: AnswerDeps,
  findKind: FindKind,
  { revision, ...named }: ObjectRevision,
): Promise<ObjectVersion | undefined> {
  const served = findKind(info.cluster, named)
  const storage = served?.kind.storage
  const key: ObjectKey = {
    ...named,
    cluster: info.cluster,
    ...(storage ? { group: storage.group, resource: storage.plural } : {}),
  }
  const versions = await objects.versions(key, { to: Number(revision) as Revision, last: 2 })
  const version = versions.at(-1)
  return version?.revision === Number(revision) ? tell(served, version, versions.at(-2)) : undefined
}

/** Why a link may not be told; undefined when it may. */
function whyHidden({ info, user }: ResourceCall, deps: AnswerDeps, object: ObjectRevision): string | undefined {
  const asked: Attributes = {
    about: 'resource',
    verb: 'get',
    group: object.group,
    resource: object.resource,
    subresource: 'why',
    namespace: object.namespace,
    name: object.name,
  }
  const { allowed, reason } = deps.authorizerOf(info.cluster).authorize(user, asked)
  return allowed ? undefined : forbiddenBy(user, asked, reason).message
}

/** Users of Kubernetes' own names are programs; the store and the server write in names of their own. */
const PROGRAMS: ReadonlySet<string> = new Set(['store', 'server'])

/** Field managers of programs that people type into. */
const PEOPLES_PROGRAMS = /^(kubectl|k9s|oc|lens)\b/i

function originOf({ by: { user, timer, claimed, inferred } }: ObjectVersion): ObjectWhy['origin'] {
  if (inferred) return PEOPLES_PROGRAMS.test(user) ? 'human' : 'machine'
  // Whoever only says that he is a clock is who he is.
  if (timer && !claimed) return 'clock'
  return user.startsWith('system:') || PROGRAMS.has(user) ? 'machine' : 'human'
}
