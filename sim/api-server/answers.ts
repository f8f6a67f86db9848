/** What clients were told of the present and the past, held against the chronicle (invariants 5, 6, 8, 10, 11). */
import type { ObjectHistory, ObjectVersion, ObjectWhy } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { formatInstant } from '@muster/base/clock.ts'
import { assert } from '@muster/base/errors.ts'
import type { WatchEvent } from '@muster/client/watch.ts'
import { formatKey } from '@muster/server/storage/key.ts'
import type { Asked, Audit } from './audit.ts'
import type { Fact } from './chronicle.ts'
import { CLUSTER, contentOf } from './words.ts'

/** All pages of the history of an object, newest first. */
export function judgeHistory(audit: Audit, asked: Asked, key: string, pages: readonly ObjectHistory[]): void {
  const versions = pages.flatMap((page) => page.versions)
  const ends = new Set(pages.slice(0, -1).map((_page, at) => countOf(pages.slice(0, at + 1)) - 1))
  const newest = revisionOf(versions[0])
  const floor = newestKnown(audit, asked, key)
  audit.claim(asked, Math.max(newest, floor), () => {
    audit.seen.histories++
    assert(newest >= floor, `the history of ${key} begins at ${floor} or later, and not at ${newest}`)
    for (const [at, version] of versions.entries()) {
      const before = versions[at + 1]
      judgeVersion(audit, asked, key, version)
      assert(
        !before || revisionOf(before) < revisionOf(version),
        `the history of ${key} descends at ${version.revision}`,
      )
      assert(!before || before.time <= version.time, `the history of ${key} goes back in time at ${version.revision}`)
      judgeGap(audit, key, version, before, ends.has(at))
    }
    for (const { revision } of keptOf(audit, key, newest)) {
      const isTold = versions.some((version) => revisionOf(version) === revision)
      assert(isTold, `the history of ${key} tells of ${revision}, which the horizon ${audit.horizon} has not passed`)
    }
  })
}

const countOf = (pages: readonly ObjectHistory[]): number =>
  pages.reduce((sum, { versions }) => sum + versions.length, 0)

/** A gap is told of where there is one. More may have been let go between two pages; and with the last of an object that was deleted goes the knowledge of it. */
function judgeGap(
  { chronicle }: Audit,
  key: string,
  version: ObjectVersion,
  before: ObjectVersion | undefined,
  endsPage: boolean,
): void {
  const [from, to] = [revisionOf(before), revisionOf(version)]
  const isMissing = chronicle.versions(key).some(({ revision }) => revision > from && revision < to)
  const mayBeSilent = endsPage || version.change === 'created'
  assert(isMissing || !version.gapBefore, `the history of ${key} tells of a gap before ${to}, where there is none`)
  assert(!isMissing || mayBeSilent || version.gapBefore, `the history of ${key} tells of the gap before ${to}`)
}

/** The newest version of an object that a fresh answer must know of; 0 when it may be forgotten. */
const newestKnown = (audit: Audit, { head }: Asked, key: string): number =>
  keptOf(audit, key, head).at(-1)?.revision ?? 0

/** What must be kept: all from the horizon on, and what was there at it. */
function keptOf({ chronicle, horizon }: Audit, key: string, upTo: number): readonly Fact[] {
  const atHorizon = chronicle.versionAt(key, horizon)
  return chronicle
    .versions(key)
    .filter((fact) => fact.revision <= upTo && (fact.revision > horizon || (fact === atHorizon && fact.now)))
}

function judgeVersion(audit: Audit, asked: Asked, key: string, version: ObjectVersion): void {
  const revision = revisionOf(version)
  const fact = audit.chronicle.at(revision)
  assert(fact?.key === key, `the history of ${key} tells of ${revision}, which was a write of it`)
  const change = !fact.now ? 'deleted' : fact.before ? 'updated' : 'created'
  assert(version.change === change, `${key} was ${change} at ${revision}, and not ${version.change}`)
  assert(version.by.user === fact.account.user, `${key} was written by ${fact.account.user} at ${revision}`)
  assert(version.by.reason === fact.account.reason, `${key} was written at ${revision}: ${fact.account.reason}`)
  assert(version.by.client === fact.account.client, `${key} was written at ${revision} with ${fact.account.client}`)
  assert(version.time === formatInstant(fact.time), `${key} was written at ${revision} at its time`)
  if (version.erased) assert(audit.touched.has(key), `nobody wanted ${key} at ${revision} erased`)
  else if (fact.now) assert(!audit.isErased(asked, revision), `what ${key} was at ${revision} is erased`)
  if (version.object) judgeObject(fact, version.object)
}

function judgeObject({ key, revision, now }: Fact, told: KubeObject): void {
  assert(now, `${key} was there at ${revision}`)
  assert(contentOf(told) === contentOf(now), `${key} was ${contentOf(now)} at ${revision}, and not ${contentOf(told)}`)
  assert(told.metadata.uid === now.metadata.uid, `${key} was another at ${revision}`)
  assert(
    told.metadata.labels?.by === now.metadata.labels?.by,
    `${key} was as ${now.metadata.labels?.by} left it at ${revision}`,
  )
}

/** A chain of causes: each link is what was written then, and before the one that it led to. */
export function judgeWhy(audit: Audit, asked: Asked, { chain }: ObjectWhy): void {
  const newest = Math.max(0, ...chain.map(({ version }) => revisionOf(version)))
  audit.claim(asked, newest, () => {
    audit.seen.chains++
    let later = Number.POSITIVE_INFINITY
    for (const { object, version } of chain) {
      if (!version) continue
      const { group, resource, namespace, name, revision } = object
      judgeVersion(audit, asked, formatKey({ group, resource, cluster: CLUSTER, namespace, name }), version)
      assert(Number(revision) < later, `what led to ${later} was before it, and not at ${revision}`)
      later = Number(revision)
    }
  })
}

/** All that was there under a prefix at a revision. */
export function judgeList(
  audit: Audit,
  asked: Asked,
  prefix: string,
  revision: number,
  items: readonly KubeObject[],
): void {
  audit.claim(asked, revision, () => {
    audit.seen.lists++
    audit.toldOf(revision)
    const told = new Map(items.map((item) => [Number(item.metadata.resourceVersion), item]))
    for (const fact of audit.chronicle.held(prefix, revision)) {
      const item = told.get(fact.revision)
      told.delete(fact.revision)
      if (item) {
        judgeObject(fact, item)
        assert(!audit.isErased(asked, fact.revision), `what ${fact.key} was at ${fact.revision} is erased`)
      } else
        assert(
          audit.touched.has(fact.key),
          `the list of ${prefix} at ${revision} holds ${fact.key} of ${fact.revision}`,
        )
    }
    assert(told.size === 0, `the list of ${prefix} at ${revision} holds nothing of ${[...told.keys()].join()}`)
  })
}

/** One object as it was at a revision; undefined where there was none. */
export function judgeGet(
  audit: Audit,
  asked: Asked,
  key: string,
  revision: number,
  told: KubeObject | undefined,
): void {
  audit.claim(asked, revision, () => {
    audit.toldOf(revision)
    const fact = audit.chronicle.versionAt(key, revision)
    if (told && fact) {
      judgeObject(fact, told)
      assert(!audit.isErased(asked, fact.revision), `what ${key} was at ${fact.revision} is erased`)
    } else assert(!told && (!fact?.now || audit.touched.has(key)), `${key} was there at ${revision}, or was not`)
  })
}

/** What a watch told after a revision. Answers up to where it has told everything. */
export function judgeWatch(
  audit: Audit,
  asked: Asked,
  prefix: string,
  after: number,
  events: readonly WatchEvent<KubeObject>[],
): number {
  const upTo = events.reduce((latest, event) => Math.max(latest, positionOf(event)), after)
  audit.claim(asked, upTo, () => {
    audit.seen.watches++
    audit.toldOf(after)
    const told = events.flatMap((event) => (event.type === 'BOOKMARK' ? [] : [`${event.type} ${positionOf(event)}`]))
    const was = audit.chronicle
      .between(prefix, after, upTo)
      .map(({ before, now, revision }) => `${now ? (before ? 'MODIFIED' : 'ADDED') : 'DELETED'} ${revision}`)
    assert(
      told.join() === was.join(),
      `a watch of ${prefix} after ${after} tells ${was.join()}, and not ${told.join()}`,
    )
  })
  return upTo
}

const positionOf = (event: WatchEvent<KubeObject>): number =>
  Number(event.type === 'BOOKMARK' ? event.resourceVersion : event.object.metadata.resourceVersion)

const revisionOf = (version: ObjectVersion | undefined): number => Number(version?.revision ?? 0)
