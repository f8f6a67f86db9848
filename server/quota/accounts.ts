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
import type { Counter } from '@muster/api/quota/counter.ts'
import { counterOf, resourcesOf } from '@muster/api/quota/counters.ts'
import { forbidden, type GroupResource } from '@muster/api/status.ts'
import type { ResourceQuota } from '@muster/api/types/core-v1.ts'
import type { Clock } from '@muster/base/clock.ts'
import type { Revision } from '@muster/store/store.ts'
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
  return { book: (change, commit) => keeper.book(change, commit) }
}

/** A quota as it stands, and the revision that it stands at. */
interface Standing {
  readonly key: ObjectKey
  readonly quota: ResourceQuota
  readonly revision: Revision
}

const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')

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

  async book<End extends AlongEnd>(change: PlannedChange, commit: (along: Along) => Promise<End>): Promise<End> {
    const { key } = change
    const counter = counterOf(key)
    if (key.namespace === '' || !counter) return commit({ guards: [], also: [] })
    const roster = await this.#rosterOf(key)
    if (roster === NOT_THERE && !isOfQuotas(key)) {
      return commit({ guards: [rosterUnchanged(key, NOT_THERE)], also: [] })
    }
    return this.#turns.take(`${key.cluster}/${key.namespace}`, () => this.#bookInTurn(change, counter, commit))
  }

  async #bookInTurn<End extends AlongEnd>(
    change: PlannedChange,
    counter: Counter,
    commit: (along: Along) => Promise<End>,
  ): Promise<End> {
    const { key } = change
    // First the roster: what is looked at after it is at least as new, and the guard says when the roster is newer.
    const roster = await this.#rosterOf(key)
    const quotas = await this.#quotasOf(key, 'known')
    const charged = await this.#charge(change, counter, quotas, 'known')
    const also = charged.map(({ key, quota, revision }) => ({ key, from: revision, object: quota }))
    const ofRoster = this.#rosterAfter(change, quotas, roster)
    const guards = ofRoster ? [] : [rosterUnchanged(key, roster)]
    const end = await commit({ guards, also: [...(ofRoster ? [ofRoster] : []), ...also] })
    if (end.outcome === 'conflict') for (const { key } of quotas) this.#written.delete(formatKey(key))
    if (end.outcome === 'committed' && isOfQuotas(key)) this.#written.delete(formatKey(key))
    if (end.outcome === 'committed') this.#remember(charged, end.along.slice(ofRoster ? 1 : 0))
    return end
  }

  /** The quotas that change, as they will stand. Throws Forbidden, and only on account of the newest. */
  async #charge(
    change: PlannedChange,
    counter: Counter,
    quotas: readonly Standing[],
    howNew: HowNew,
  ): Promise<Standing[]> {
    const { key, mayRefuse } = change
    const [before, after] = [change.before(), change.after()]
    const asked: QuotaChange = {
      ...(before ? { before } : {}),
      ...(after ? { after } : {}),
      now: this.#deps.clock.now(),
      mayRefuse,
    }
    const changed: Standing[] = []
    for (const standing of quotas) {
      // Its own commit says what becomes of it.
      if (isSame(standing.key, key) || !concerns(standing.quota, counter, asked)) continue
      const quota = isCounted(standing.quota) ? standing.quota : await this.#count(standing)
      const charge = chargeQuota(quota, counter, asked)
      if (charge.charge === 'refused') {
        if (howNew === 'newest') throw forbidden(key, key.name, charge.why)
        return this.#charge(change, counter, await this.#quotasOf(key, 'newest'), 'newest')
      }
      if (charge.charge === 'changed') changed.push({ ...standing, quota: withUsed(quota, charge.used) })
      else if (quota !== standing.quota) changed.push({ ...standing, quota })
    }
    return changed
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

  #rosterAfter(change: PlannedChange, quotas: readonly Standing[], from: Revision): AlsoWritten | undefined {
    const { key, before, after } = change
    if (!isOfQuotas(key)) return undefined
    // A store of the days before there were rosters gets them as quotas are written.
    if (from !== NOT_THERE && !changesRoster(before(), after())) return undefined
    const others = quotas.map((quota) => quota.key.name).filter((name) => name !== key.name)
    return nextRoster(key, from, after() ? [...others, key.name].sort() : others)
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
