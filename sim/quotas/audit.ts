/**
 * What really happened, read from the store itself, and what may never have: no account ever says anything else than
 * what is there, and nothing is made or grows beyond a quota. It counts by itself, in its own simple way.
 */
import type { KubeObject } from '@muster/api/object.ts'
import type { Pod, ResourceQuota } from '@muster/api/types/core-v1.ts'
import { assert, hasCode } from '@muster/base/errors.ts'
import { isKind } from '@muster/server/auth/reads.ts'
import { namespaceOf } from '@muster/server/storage/key.ts'
import type { Event, Revision, Store } from '@muster/store/store.ts'
import type { Process } from '../party.ts'

/** The judge of one world. */
export interface Audit {
  /** Each time the store opens. */
  open(process: Process, store: Store): void
  /** Throws when something is so that must never be. */
  check(): void
  /** True when every quota has an account of all that it limits, and shows what it limits. */
  isTidy(): boolean
  /** How much was made under a quota, so that the world proves something. */
  readonly made: number
  /** How much was refused; clients count. */
  refused: number
  /** Clients only count from now on. */
  isCalm: boolean
}

const isQuota = isKind<ResourceQuota>('v1', 'ResourceQuota')
const isPod = isKind<Pod>('v1', 'Pod')

/** An audit of a world in which nothing has happened. */
export function newAudit(): Audit {
  const known = new Map<string, KubeObject>()
  let head = 0 as Revision
  let made = 0
  let wrong: Error | undefined

  const inside = (prefix: string, namespace: string) =>
    [...known].filter(([key]) => key.startsWith(prefix) && namespaceOf(key) === namespace).map(([, object]) => object)

  const count = (name: string, namespace: string): number => {
    if (name === 'configmaps') return inside('core/configmaps/', namespace).length
    const pods = inside('core/pods/', namespace).filter(isPod)
    if (name === 'count/pods') return pods.length
    const running = pods.filter(({ status }) => status?.phase !== 'Succeeded')
    return name === 'pods' ? running.length : running.reduce((sum, pod) => sum + cpuOf(pod), 0)
  }

  /** At the end of each commit, in the namespaces that it has written to. */
  const judge = (events: readonly Event[], reason: string, before: ReadonlyMap<string, KubeObject>) => {
    const [first] = events
    if (!first) return
    const at = `at revision ${first.revision}, ${reason} ${first.key}:`
    for (const namespace of new Set(events.map(({ key }) => namespaceOf(key)))) {
      for (const quota of inside('core/resourcequotas/', namespace).filter(isQuota)) {
        const used = quota.status?.used ?? {}
        for (const [name, said] of Object.entries(used)) {
          const is = count(name, namespace)
          if (Number(said) !== is)
            wrong ??= new TypeError(`${at} the account says ${said} ${name}, and there are ${is}`)
        }
        if (reason !== 'make' && reason !== 'resize') continue
        const takes = takenBy(known.get(first.key))
        const took = takenBy(before.get(first.key))
        for (const [name, most] of Object.entries(quota.spec?.hard ?? {})) {
          if ((takes.get(name) ?? 0) <= (took.get(name) ?? 0)) continue
          made++
          if (used[name] === undefined) wrong ??= new TypeError(`${at} a quota does not count ${name} of it`)
          if (count(name, namespace) > Number(most))
            wrong ??= new TypeError(`${at} there are more ${name} than ${most}`)
        }
      }
    }
  }

  const read = async (store: Store) => {
    let begun: Event[] = []
    for await (const events of store.watch('', head)) {
      for (const event of events) {
        begun.push(event)
        if (event.revision !== event.commitRevision) continue
        const commit = begun
        begun = []
        head = event.revision
        const objects = commit.filter(({ key }) => key.startsWith('core/'))
        const [first] = objects
        if (!first) continue
        const before = new Map(objects.flatMap(({ key }) => (known.has(key) ? [[key, known.get(key)] as const] : [])))
        for (const one of objects) {
          if (one.event === 'put') known.set(one.key, JSON.parse(Buffer.from(one.entry.value).toString()))
          else known.delete(one.key)
        }
        const [version] = await store.history(first.key, { from: first.revision, to: first.revision })
        assert(version, 'what was told is in the history')
        judge(objects, version.cause.reason, definite(before))
      }
    }
  }

  return {
    isCalm: false,
    refused: 0,
    get made() {
      return made
    },
    open(process, store) {
      read(store).catch((error) => {
        if (!hasCode(error, 'Unavailable')) process.fail(error)
      })
    },
    check() {
      if (wrong) throw wrong
    },
    isTidy() {
      return [...known.values()].filter(isQuota).every(({ spec, status }) => {
        const names = Object.keys(spec?.hard ?? {}).sort()
        return (
          names.every((name) => status?.used?.[name] !== undefined && status.hard?.[name] === spec?.hard?.[name]) &&
          Object.keys(status?.hard ?? {}).length === names.length
        )
      })
    },
  }
}

const definite = (some: ReadonlyMap<string, KubeObject | undefined>): Map<string, KubeObject> =>
  new Map([...some].flatMap(([key, object]) => (object ? [[key, object]] : [])))

const cpuOf = ({ spec }: Pod): number =>
  (spec?.containers ?? []).reduce((sum, { resources }) => sum + Number(resources?.requests?.cpu ?? 0), 0)

function takenBy(object: KubeObject | undefined): ReadonlyMap<string, number> {
  if (!object) return new Map()
  if (!isPod(object)) return new Map([['configmaps', 1]])
  if (object.status?.phase === 'Succeeded') return new Map([['count/pods', 1]])
  return new Map([
    ['count/pods', 1],
    ['pods', 1],
    ['cpu', cpuOf(object)],
  ])
}
