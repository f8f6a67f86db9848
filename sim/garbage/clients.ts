/** Who makes the mess: clients that make objects for owners that are there, were there, or never were, and delete them. */
import type { KubeObject, ObjectMeta, OwnerReference } from '@muster/api/object.ts'
import { milliseconds, seconds } from '@muster/base/clock.ts'
import { isControlError } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick, type Random } from '@muster/base/random.ts'
import type { DeletionOptions } from '@muster/server/storage/deletion.ts'
import type { Storage } from '@muster/server/storage/storage.ts'
import type { Process } from '../party.ts'
import type { Client } from '../request.ts'
import { SERVER } from '../served-store.ts'
import type { Audit } from './audit.ts'
import { HOLD, keyOf, make, NAMES, NAMESPACES, type Place, referenceTo } from './words.ts'

/** What a client asks. The id names the write. */
export type Question = { readonly id: string; readonly at: Place } & (
  | { readonly ask: 'make'; readonly owners: readonly OwnerReference[]; readonly isHeld: boolean }
  | { readonly ask: 'own'; readonly owner: OwnerReference }
  | { readonly ask: 'release' }
  | { readonly ask: 'delete'; readonly options: DeletionOptions }
)

const ASK_TIMEOUT = seconds(1.5)
/** Deleting is asked for often: what nobody deletes is nobody's garbage. */
const WISHES = ['make', 'make', 'make', 'own', 'delete', 'delete', 'release'] as const

/** Makes, ties, deletes, and lets go, until the world is calm; then it only lets go. */
export async function client(party: Process, audit: Audit, api: Client<Question, 'done'>): Promise<never> {
  const { random, clock } = party
  for (;;) {
    await clock.sleep(milliseconds(between(random, 1, audit.isCalm ? 500 : 150)))
    const question = audit.isCalm ? releaseOne(audit, random) : wish(audit, random)
    if (!question) continue
    try {
      await api.ask(SERVER, question, ASK_TIMEOUT)
    } catch (error) {
      if (!isControlError(error)) throw error
    }
  }
}

function wish(audit: Audit, random: Random): Question {
  const at = anyPlace(random)
  const base = { id: newId(random), at }
  switch (pick(random, WISHES)) {
    case 'make': {
      const owners = Array.from({ length: between(random, 0, 2) }, () => anyOwner(audit, random, at))
      return { ...base, ask: 'make', owners: reachable(at, owners), isHeld: chance(random, 0.2) }
    }
    case 'own':
      return { ...base, ask: 'own', owner: anyOwner(audit, random, at) }
    case 'release':
      return { ...base, ask: 'release' }
    default: {
      const policies = [{}, { propagationPolicy: 'Foreground' }, { propagationPolicy: 'Orphan' }] as const
      return { ...base, ask: 'delete', options: pick(random, policies) }
    }
  }
}

function releaseOne({ objects }: Audit, random: Random): Question | undefined {
  for (const { metadata } of objects.values()) {
    const { name = '', namespace = '', finalizers = [] } = metadata
    if (finalizers.includes(HOLD)) return { id: newId(random), at: { namespace, name }, ask: 'release' }
  }
  return undefined
}

const anyPlace = (random: Random): Place => ({
  namespace: chance(random, 0.25) ? '' : pick(random, NAMESPACES),
  name: pick(random, NAMES),
})

/** Mostly one that is there, as far as the client knows; else one that never was. */
function anyOwner({ objects }: Audit, random: Random, of: Place): OwnerReference {
  const near = [...objects.values()].filter(({ metadata: { namespace = '' } }) =>
    chance(random, 0.97) ? namespace === '' || namespace === of.namespace : true,
  )
  const [first, ...more] = near
  if (!first || chance(random, 0.1))
    return referenceTo({ namespace: of.namespace, name: pick(random, NAMES) }, newId(random), chance(random, 0.5))
  const { name = '', namespace = '', uid = '' } = pick(random, [first, ...more]).metadata
  return referenceTo({ namespace, name }, uid, chance(random, 0.6))
}

/** A realm that names a box as its owner is left alone for ever, and with it who waits for it: so it names no other. */
function reachable(at: Place, owners: readonly OwnerReference[]): readonly OwnerReference[] {
  const far = owners.find(({ kind }) => at.namespace === '' && kind === 'ConfigMap')
  const distinct = owners.filter(({ uid }, index) => owners.findIndex((one) => one.uid === uid) === index)
  return far ? [{ ...far, blockOwnerDeletion: false }] : distinct
}

/** What the server does for a client. */
export async function answer(storage: Storage, question: Question): Promise<'done'> {
  const key = keyOf(question.at)
  const request = { id: question.id, cause: { actor: 'client', reason: question.ask } }
  const change = (make: (metadata: ObjectMeta) => ObjectMeta) =>
    storage.update(key, {
      ...request,
      change: (current: KubeObject | undefined) =>
        current ? { ...current, metadata: make(current.metadata) } : 'unchanged',
    })
  switch (question.ask) {
    case 'make': {
      const { id, at, owners, isHeld } = question
      const more = {
        ...(owners.length > 0 ? { ownerReferences: [...owners] } : {}),
        ...(isHeld ? { finalizers: [HOLD] } : {}),
      }
      await storage.create(key, make(at, id, more), request)
      return 'done'
    }
    case 'own':
      await change((metadata) => {
        const owners = metadata.ownerReferences?.filter(({ uid }) => uid !== question.owner.uid) ?? []
        return { ...metadata, ownerReferences: [...reachable(question.at, [...owners, question.owner])] }
      })
      return 'done'
    case 'release':
      await change(({ finalizers = [], ...metadata }) => {
        const kept = finalizers.filter((finalizer) => finalizer !== HOLD)
        return kept.length > 0 ? { ...metadata, finalizers: kept } : metadata
      })
      return 'done'
    case 'delete':
      await storage.remove(key, { ...request, options: question.options, rules: {} })
      return 'done'
    default:
      return question satisfies never
  }
}
