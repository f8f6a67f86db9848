/**
 * Keeps `status.used` of every ResourceQuota: each commit that makes, changes or ends an object in a namespace with
 * quotas writes the account of those that count it, and fails when one of them has changed meanwhile.
 *
 *     roster ─ quotas ─ [count, when it was never done] ─ charge ─► refused, or written in the commit of the object
 *
 * So an account is exact at every revision: no creation that is given up leaves it too high, no deletion too low, and
 * what was let go may be taken again at once. In Kubernetes the account is written before the object, and set right by
 * a controller; what goes is given back when that looks. A quota counts from the moment at which it is there: whoever
 * writes first counts all.
 */
import { chargeQuota, concerns, isCounted, type QuotaChange, withUsed } from '@muster/api/quota/charge.ts'
import { countUse } from '@muster/api/quota/count.ts'
import { counterOf, resourcesOf } from '@muster/api/quota/counters.ts'
import { badRequest, forbidden, type GroupResource } from '@muster/api/status.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import type { Clock } from '@muster/base/clock.ts'
import { assert, type ControlError } from '@muster/base/errors.ts'
import type { Guard, Revision } from '@muster/store/store.ts'
import { isKind } from '../auth/reads.ts'
import type { Accounts, Along, AlongEnd, PlannedChange } from '../storage/accounts.ts'
import type { AlsoWritten } from '../storage/decide.ts'
import { formatKey, type ObjectKey } from '../storage/key.ts'
import type { Storage } from '../storage/storage.ts'
import { sharedObject } from '../storage/stored-object.ts'
import { changesRoster, nextRoster, QUOTAS, rosterKey, rosterUnchanged } from './roster.ts'
import { Turns } from './turns.ts'

/** What keeping accounts takes. */
export interface QuotaDeps {
  readonly reads: Pick<Storage, 'find' | 'list'>
  readonly clock: Clock
  /** Whether a logical cluster has such objects; what nobody serves is not looked for. */
  readonly isServed: (resource: GroupResource, cluster: string) => boolean
}

/** Keeps them. */
export function quotaAccounts(deps: QuotaDeps): Accounts {
  const keeper = new Keeper(deps)
  return { book: (changes, commit) => keeper.book(changes, commit) }
}

/** A quota as it stands, and the revision that it stands at. */
interface Standing {
  readonly key: ObjectKey
  readonly quota: ResourceQuota
  readonly revision: Revision
}

const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')

/** What goes into a commit on account of its changes in one namespace. */
interface Entry {
  readonly guards: readonly Guard[]
  /** The roster when it changes, and then each quota that is charged. */
  readonly also: readonly AlsoWritten[]
  readonly charged: readonly Standing[]
  readonly quotas: readonly Standing[]
  /** Quotas that are written themselves. */
  readonly own: readonly ObjectKey[]
}

/** So new that everything acknowledged is in it; or what is in memory, which costs no wait and may be late. */
type HowNew = 'newest' | 'known'

class Keeper implements Accounts {
  readonly #deps: QuotaDeps
  readonly #turns = new Turns()
  /** What this process has written and its memory may not show yet. */
  readonly #written = new Map<string, Standing>()

  constructor(deps: QuotaDeps) {
    this.#deps = deps
  }

  async book<End extends AlongEnd>(
    changes: readonly PlannedChange[],
    commit: (along: Along) => Promise<End>,
  ): Promise<End> {
    const spaces = bySpace(changes)
    const limited: string[] = []
    const unlimited: Guard[] = []
    for (const [space, ofSpace] of spaces) {
      const [{ key }] = ofSpace
      const roster = await this.#rosterOf(key)
      if (roster === NOT_THERE && !ofSpace.some((change) => isOfQuotas(change.key))) {
        unlimited.push(rosterUnchanged(key, NOT_THERE))
      } else limited.push(space)
    }
    if (limited.length === 0) return commit({ guards: unlimited, also: [] })
    // In one order for all, so that nobody waits for somebody who waits for him.
    return this.#turns.takeAll(limited.sort(), async () => {
      const entries: Entry[] = []
      for (const space of limited) entries.push(await this.#enter(spaces.get(space) ?? []))
      const also = entries.flatMap((entry) => entry.also)
      const end = await commit({ guards: [...unlimited, ...entries.flatMap(({ guards }) => guards)], also })
      let at = 0
      for (const entry of entries) {
        const revisions = end.outcome === 'committed' ? end.along.slice(at, at + entry.also.length) : []
        this.#close(entry, end, revisions)
        at += entry.also.length
      }
      return end
    })
  }

  /** What the changes in one namespace come to. */
  async #enter(changes: readonly PlannedChange[]): Promise<Entry> {
    const [first] = changes
    assert(first, 'a namespace with changes has one')
    const { key } = first
    // First the roster: what is looked at after it is at least as new, and the guard says when the roster is newer.
    const roster = await this.#rosterOf(key)
    const quotas = await this.#quotasOf(key, 'known')
    const charged = await this.#charge(changes, quotas, 'known')
    const ofRoster = this.#rosterAfter(changes, quotas, roster)
    return {
      guards: ofRoster ? [] : [rosterUnchanged(key, roster)],
      also: [
        ...(ofRoster ? [ofRoster] : []),
        ...charged.map(({ key, quota, revision }) => ({ key, from: revision, object: quota })),
      ],
      charged,
      quotas,
      own: changes.filter((change) => isOfQuotas(change.key)).map((change) => change.key),
    }
  }

  #close(
    { charged, quotas, own, also }: Entry,
    { outcome }: AlongEnd,
    revisions: readonly (Revision | undefined)[],
  ): void {
    if (outcome === 'conflict') for (const { key } of quotas) this.#written.delete(formatKey(key))
    if (outcome !== 'committed') return
    for (const key of own) this.#written.delete(formatKey(key))
    this.#remember(charged, revisions.slice(also.length - charged.length))
  }

  /** The quotas that change, as they will stand. Throws Forbidden, and only on account of the newest. */
  async #charge(changes: readonly PlannedChange[], quotas: readonly Standing[], howNew: HowNew): Promise<Standing[]> {
    const charged = new Map<Standing, Standing>()
    const now = this.#deps.clock.now()
    for (const change of inOrder(changes)) {
      const { key, mayRefuse, refused = (why) => why } = change
      const counter = counterOf(key)
      if (!counter) continue
      const [before, after] = [change.before(), change.after()]
      const asked: QuotaChange = { ...(before ? { before } : {}), ...(after ? { after } : {}), now, mayRefuse }
      for (const standing of quotas) {
        const known = charged.get(standing)?.quota ?? standing.quota
        if (!concerns(known, counter, asked)) continue
        const own = changes.find((other) => isSame(other.key, standing.key))
        if (own) {
          // Its own write says what becomes of it, and that cannot say what others take.
          if (own !== change && keepsItsAccount(own)) throw refused(changesWithIt(change, standing))
          continue
        }
        const quota = isCounted(known) ? known : await this.#count(standing)
        const charge = chargeQuota(quota, counter, asked)
        if (charge.charge === 'refused') {
          if (howNew === 'newest') throw refused(forbidden(key, key.name, charge.why))
          return this.#charge(changes, await this.#quotasOf(key, 'newest'), 'newest')
        }
        if (charge.charge === 'changed') charged.set(standing, { ...standing, quota: withUsed(quota, charge.used) })
        else if (quota !== known) charged.set(standing, { ...standing, quota })
      }
    }
    return [...charged.values()]
  }

  /**
   * Counts all that is in memory, which is at least as new as the quota. It holds if the quota is unchanged at the
   * commit: whoever wrote meanwhile what it counts has changed it.
   */
  async #count({ key, quota }: Standing): Promise<ResourceQuota> {
    const { reads, clock, isServed } = this.#deps
    const { cluster, namespace } = key
    const spec = quota.spec ?? {}
    const content = []
    for (const resource of resourcesOf(Object.keys(spec.hard ?? {}))) {
      if (!isServed(resource, cluster)) continue
      const { items } = await reads.list({ ...resource, cluster, namespace }, { ...ALL, resourceVersion: '0' })
      content.push({ resource, objects: items.map(sharedObject) })
    }
    return withUsed(quota, countUse(spec, content, clock.now()))
  }

  #rosterAfter(
    changes: readonly PlannedChange[],
    quotas: readonly Standing[],
    from: Revision,
  ): AlsoWritten | undefined {
    const [first, ...more] = changes.filter(({ key }) => isOfQuotas(key))
    if (!first) return undefined
    const names = new Set(quotas.map(({ key }) => key.name))
    // A store of the days before there were rosters gets them as quotas are written.
    let isOther = from === NOT_THERE
    for (const { key, before, after } of [first, ...more]) {
      isOther ||= changesRoster(before(), after())
      if (after()) names.add(key.name)
      else names.delete(key.name)
    }
    return isOther ? nextRoster(first.key, from, [...names].sort()) : undefined
  }

  async #rosterOf(key: ObjectKey): Promise<Revision> {
    const found = await this.#deps.reads.find(rosterKey(key), '0')
    return found?.revision ?? NOT_THERE
  }

  /** By name. */
  async #quotasOf({ cluster, namespace }: ObjectKey, howNew: HowNew): Promise<Standing[]> {
    const scope = { ...QUOTAS, cluster, namespace }
    const resourceVersion = howNew === 'newest' ? '' : '0'
    const { items } = await this.#deps.reads.list(scope, { ...ALL, resourceVersion })
    return items.flatMap((stored) => {
      const quota = sharedObject(stored)
      if (!isQuota(quota)) return []
      const written = this.#written.get(stored.key)
      if (written && written.revision > stored.revision) return [written]
      this.#written.delete(stored.key)
      const key = { ...scope, name: quota.metadata.name ?? '' }
      return [{ key, quota, revision: stored.revision }]
    })
  }

  #remember(charged: readonly Standing[], revisions: readonly (Revision | undefined)[]): void {
    for (const [at, standing] of charged.entries()) {
      const revision = revisions[at]
      if (revision !== undefined) this.#written.set(formatKey(standing.key), { ...standing, revision })
    }
  }
}

const ALL = { limit: 0, continue: '', resourceVersionMatch: '' } as const
const NOT_THERE = 0 as Revision

const isOfQuotas = ({ group, resource }: GroupResource): boolean =>
  group === QUOTAS.group && resource === QUOTAS.resource

const isSame = (one: ObjectKey, other: ObjectKey): boolean =>
  one.name === other.name && isOfQuotas(one) && isOfQuotas(other)

/** The changes that somebody may count, by their namespaces. */
function bySpace(changes: readonly PlannedChange[]): Map<string, [PlannedChange, ...PlannedChange[]]> {
  const spaces = new Map<string, [PlannedChange, ...PlannedChange[]]>()
  for (const change of changes) {
    const { cluster, namespace } = change.key
    if (namespace === '' || !counterOf(change.key)) continue
    const space = `${cluster}/${namespace}`
    const known = spaces.get(space)
    if (known) known.push(change)
    else spaces.set(space, [change])
  }
  return spaces
}

/** What goes makes room for what comes: nobody ever sees one without the other. */
const inOrder = (changes: readonly PlannedChange[]): readonly PlannedChange[] =>
  changes.length < 2 ? changes : [...changes.filter(({ after }) => !after()), ...changes.filter(({ after }) => after())]

/** A quota that goes, or limits something else, is counted anew by whoever writes next. */
function keepsItsAccount({ after }: PlannedChange): boolean {
  const quota = after()
  return quota !== undefined && isQuota(quota) && isCounted(quota)
}

const changesWithIt = ({ key }: PlannedChange, quota: Standing): ControlError =>
  badRequest(
    `${key.resource} "${key.name}" is counted by quota "${quota.key.name}", which is written together with it and keeps its account; write the quota by itself`,
  )
