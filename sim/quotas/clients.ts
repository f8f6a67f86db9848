/** Who asks: clients that make, change and delete what is limited, limit it otherwise, and count. */
import type { KubeObject } from '@muster/api/object.ts'
import { countUse } from '@muster/api/quota/count.ts'
import { resourcesOf } from '@muster/api/quota/counters.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import { instant, milliseconds, seconds } from '@muster/base/clock.ts'
import { hasCode, isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick, type Random } from '@muster/base/random.ts'
import { decideQuota, type QuotaCount } from '@muster/packs/housekeeping/decide/resource-quota.ts'
import { isKind } from '@muster/server/auth/reads.ts'
import type { Storage } from '@muster/server/storage/storage.ts'
import { parseObject } from '@muster/server/storage/stored-object.ts'
import type { Process } from '../party.ts'
import type { Client } from '../request.ts'
import { SERVER, SERVERS, type ServerName } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { keyOf, make, NAMES, NAMESPACES, type Place, QUOTA_NAMES, quota, RESOURCES, specOf } from './words.ts'

/** What a client asks, of which of the two servers. The id names the write. */
export type Question = { readonly id: string; readonly at: Place; readonly server: ServerName } & (
  | { readonly ask: 'make'; readonly cpu: number }
  /** May be refused, as a resize is. */
  | { readonly ask: 'resize'; readonly cpu: number }
  /** Tells what has happened, and may not be refused. */
  | { readonly ask: 'end' }
  | { readonly ask: 'delete' }
  | { readonly ask: 'limit'; readonly hard: Record<string, string> }
  | { readonly ask: 'count' }
)

const ASK_TIMEOUT = seconds(1.5)
const WISHES = [
  'make',
  'make',
  'make',
  'make',
  'resize',
  'end',
  'delete',
  'delete',
  'limit',
  'unlimit',
  'count',
] as const

/** Asks for anything, until the world is calm; then all is counted. */
export async function client(party: Process, audit: Audit, api: Client<Question, 'done'>): Promise<never> {
  const { random, clock } = party
  for (;;) {
    await clock.sleep(milliseconds(between(random, 1, 60)))
    const question: Question = audit.isCalm ? { ...anyQuota(random), ask: 'count' } : wish(random)
    try {
      await api.ask(SERVER, question, ASK_TIMEOUT)
    } catch (error) {
      if (!isControlError(error)) throw error
      if (hasCode(error, 'Forbidden')) audit.refused++
    }
  }
}

const anyQuota = (random: Random) => ({
  id: newId(random),
  server: pick(random, SERVERS),
  at: { resource: 'resourcequotas', namespace: pick(random, NAMESPACES), name: pick(random, QUOTA_NAMES) } as const,
})

function wish(random: Random): Question {
  const ofQuota = anyQuota(random)
  const base = { ...ofQuota, at: { ...ofQuota.at, resource: pick(random, RESOURCES), name: pick(random, NAMES) } }
  const pod = { ...base, at: { ...base.at, resource: 'pods' as const } }
  const wanted = pick(random, WISHES)
  switch (wanted) {
    case 'make':
      return { ...base, ask: 'make', cpu: between(random, 1, 3) }
    case 'resize':
      return { ...pod, ask: 'resize', cpu: between(random, 1, 3) }
    case 'end':
      return { ...pod, ask: 'end' }
    case 'delete':
      return { ...base, ask: 'delete' }
    case 'limit':
      return { ...ofQuota, ask: 'limit', hard: anyLimits(random) }
    case 'unlimit':
      return chance(random, 0.3) ? { ...ofQuota, ask: 'delete' } : { ...ofQuota, ask: 'count' }
    case 'count':
      return { ...ofQuota, ask: 'count' }
    default:
      return wanted satisfies never
  }
}

function anyLimits(random: Random): Record<string, string> {
  const hard: Record<string, string> = {}
  if (chance(random, 0.7)) hard.configmaps = `${between(random, 1, 6)}`
  if (chance(random, 0.3)) hard['count/pods'] = `${between(random, 2, 7)}`
  if (chance(random, 0.5)) hard.pods = `${between(random, 1, 6)}`
  if (chance(random, 0.5)) hard.cpu = `${between(random, 2, 10)}`
  return hard
}

/** What the server does for a client. */
export async function answer(storage: Storage, question: Question): Promise<'done'> {
  const key = keyOf(question.at)
  const request = { id: question.id, cause: { actor: 'client', reason: question.ask } }
  switch (question.ask) {
    case 'make':
      await storage.create(key, make(question.at, question.id, question.cpu), { ...request, isLimited: true })
      return 'done'
    case 'resize': {
      const change = (current: KubeObject | undefined) =>
        current ? { ...current, spec: specOf(question.cpu) } : ('unchanged' as const)
      await storage.update(key, { ...request, isLimited: true, change })
      return 'done'
    }
    case 'end': {
      const change = (current: KubeObject | undefined) =>
        current ? { ...current, status: { phase: 'Succeeded' } } : ('unchanged' as const)
      await storage.update(key, { ...request, change })
      return 'done'
    }
    case 'delete':
      await storage.remove(key, { ...request, options: {}, rules: {} })
      return 'done'
    case 'limit': {
      const { at, id, hard } = question
      const change = (current: KubeObject | undefined) =>
        current ? { ...current, spec: { hard } } : quota(at, id, hard)
      await storage.update(key, { ...request, isLimited: true, createIfAbsent: true, change })
      return 'done'
    }
    case 'count':
      await count(storage, question)
      return 'done'
    default:
      return question satisfies never
  }
}

const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')
const TRIES_MAX = 20

/** As the controller does it: counts as of the quota's own revision, and sets right what is wrong since. */
async function count(storage: Storage, { id, at }: Question): Promise<void> {
  let counted: QuotaCount | undefined
  for (let tried = 0; tried < TRIES_MAX; tried++) {
    const found = await storage.find(keyOf(at))
    const now = found && parseObject(found)
    if (!now || !isQuota(now)) return
    counted ??= await countAll(storage, at, now)
    const step = decideQuota(counted, now)
    if (step.do === 'nothing') return
    if (step.do === 'count-again') {
      counted = undefined
      continue
    }
    const { resourceVersion = '' } = now.metadata
    try {
      await storage.update(keyOf(at), {
        id: `${id}/${tried}`,
        cause: { actor: 'client', reason: 'count' },
        preconditions: { resourceVersion },
        change: () => step.quota,
      })
      return
    } catch (error) {
      if (!hasCode(error, 'Conflict')) throw error
    }
  }
}

async function countAll(storage: Storage, at: Place, quota: ResourceQuota): Promise<QuotaCount> {
  const { resourceVersion = '' } = quota.metadata
  const content = []
  for (const resource of resourcesOf(Object.keys(quota.spec?.hard ?? {}))) {
    const scope = { ...keyOf(at), ...resource }
    const page = await storage.list(
      { group: scope.group, resource: scope.resource, cluster: scope.cluster, namespace: scope.namespace },
      { limit: 0, continue: '', resourceVersion, resourceVersionMatch: 'Exact' },
    )
    content.push({ resource, objects: page.items.map(parseObject) })
  }
  return { quota, counted: countUse(quota.spec ?? {}, content, instant(0)) }
}
