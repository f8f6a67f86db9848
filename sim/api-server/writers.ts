/** Who changes things: writers that meet on a few objects, wardens of what those rest upon, and who forgets. */
import type { ObjectHistory } from '@muster/api/history/types.ts'
import type { KubeObject } from '@muster/api/object.ts'
import { assert } from '@muster/base/errors.ts'
import { newId } from '@muster/base/ids.ts'
import { between, chance, pick } from '@muster/base/random.ts'
import { SERVER } from '../served-store.ts'
import { again, anyPlace, apiFor, attempt, type Desk, pathTo, reader } from './desk.ts'
import {
  contentOf,
  countOf,
  DEFINITIONS,
  definition,
  keyOf,
  LIMITS,
  NAMESPACES,
  objectOf,
  type Place,
  POLICIES,
  QUOTA_NAME,
  QUOTAS,
  REALMS,
  SECRETS,
  SIZE_MAX,
  SPOONS_NAME,
  sizeMaxOf,
} from './words.ts'

/** Creates, replaces, patches, applies, deletes and reverts. */
export const writer = (desk: Desk): Promise<never> =>
  again(desk, [1, 120], () => {
    const { random } = desk.process
    const place = anyPlace(desk)
    const size = between(random, 1, SIZE_MAX)
    if (chance(random, 0.1)) return revert(desk, place)
    return attempt(desk, place, async (id) => {
      const objects = apiFor(desk, id).resource(place.ref)
      switch (pick(random, ['create', 'create', 'replace', 'replace', 'replace', 'patch', 'apply', 'delete'])) {
        case 'create':
          return objects.create(objectOf(place, { id, count: 1, size }))
        case 'replace': {
          const found = await objects.find(place)
          if (!found) return 'nothing'
          return objects.update(objectOf(place, { id, count: countOf(found) + 1, size }, found))
        }
        case 'patch':
          return objects.patch(place, { patch: 'merge', value: { metadata: { labels: { by: id } } } })
        case 'apply': {
          const { metadata } = objectOf(place, { id, count: 1, size })
          return objects.apply({ apiVersion: '', kind: '', metadata }, { fieldManager: 'labels', force: true })
        }
        default:
          await objects.delete(place)
          return 'done'
      }
    })
  })

/** Makes an object what it was at one of the versions that its history tells of. */
async function revert(desk: Desk, place: Place): Promise<void> {
  const { audit, process } = desk
  const { versions } = (await reader(desk).call({ method: 'GET', path: pathTo(place, 'history') })) as ObjectHistory
  const [first, ...more] = versions.filter(({ change, erased }) => change !== 'deleted' && !erased)
  if (!first) return
  const { revision } = pick(process.random, [first, ...more])
  const id = newId(process.random)
  const body = { apiVersion: 'history.muster.dev/v1', kind: 'Revert', spec: { revision } }
  const isDone = await audit.attempt(id, async () => {
    const call = { method: 'POST', path: pathTo(place, 'revert'), body }
    const { metadata } = (await apiFor(desk, id).call(call)) as KubeObject
    return {
      place,
      revision: Number(metadata.resourceVersion),
      holds({ now }) {
        const then = audit.chronicle.versionAt(keyOf(place), Number(revision))?.now
        assert(now && then, `a revert of ${keyOf(place)} to ${revision} makes what was there`)
        assert(contentOf(now) === contentOf(then), `a revert of ${keyOf(place)} to ${revision} makes it what it was`)
      },
    }
  })
  if (isDone) audit.seen.reverted++
}

/** Makes namespaces, and lets them go. */
export const warden = (desk: Desk): Promise<never> =>
  again(desk, [20, 600], () => {
    const { process, audit } = desk
    const place = { ref: REALMS, namespace: '', name: pick(process.random, NAMESPACES) }
    return attempt(desk, place, async (id) => {
      const realms = apiFor(desk, id).resource(REALMS)
      if (audit.isCalm || chance(process.random, 0.85)) {
        return realms.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: place.name } })
      }
      await realms.delete(place)
      // It may have been on its way out already.
      return 'nothing'
    })
  })

/** Limits what may be in a namespace, otherwise, and not at all. */
export const bursar = (desk: Desk): Promise<never> =>
  again(desk, [20, 400], () => {
    const { audit } = desk
    const { random } = desk.process
    const place = { ref: QUOTAS, namespace: pick(random, NAMESPACES), name: QUOTA_NAME }
    const hard = { [LIMITS.boxes]: `${between(random, 1, 5)}`, [LIMITS.spoons]: `${between(random, 1, 5)}` }
    return attempt(desk, place, async (id) => {
      const quotas = apiFor(desk, id).resource(QUOTAS)
      if (audit.isCalm || chance(random, 0.8)) {
        const metadata = { name: place.name, namespace: place.namespace }
        const object = { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard } }
        return chance(random, 0.5)
          ? quotas.create(object)
          : quotas.patch(place, { patch: 'merge', value: { spec: { hard } } })
      }
      await quotas.delete(place)
      return 'done'
    })
  })

/** Defines what spoons are, otherwise, and not at all. */
export const definer = (desk: Desk): Promise<never> =>
  again(desk, [20, 400], () => {
    const { audit } = desk
    const { random } = desk.process
    const place = { ref: DEFINITIONS, namespace: '', name: SPOONS_NAME }
    return attempt(desk, place, async (id) => {
      const definitions = apiFor(desk, id).resource(DEFINITIONS)
      const found = await definitions.find(place)
      if (!found) return definitions.create(definition(between(random, 2, SIZE_MAX)))
      if (audit.isCalm || chance(random, 0.7)) {
        const wanted = definition((sizeMaxOf(found) % SIZE_MAX) + 1)
        return definitions.update({ ...wanted, metadata: found.metadata })
      }
      await definitions.delete(place)
      return 'nothing'
    })
  })

/** Says what may be forgotten, which makes the server forget. */
export const archivist = (desk: Desk): Promise<never> =>
  again(desk, [500, 3_000], () => {
    const { random } = desk.process
    const place = { ref: POLICIES, namespace: '', name: 'p' }
    return attempt(desk, place, async (id) => {
      const policies = apiFor(desk, id).resource(POLICIES)
      const spec = { resources: [{ resource: 'configmaps' }, { resource: 'secrets' }], versions: between(random, 0, 3) }
      const object = { apiVersion: 'history.muster.dev/v1', kind: 'RetentionPolicy', metadata: { name: 'p' }, spec }
      if (chance(random, 0.4)) return policies.create(object)
      if (chance(random, 0.6)) return policies.patch(place, { patch: 'merge', value: { spec } })
      await policies.delete(place)
      return 'done'
    })
  })

/** Erases what secrets were. */
export const eraser = (desk: Desk): Promise<never> =>
  again(desk, [100, 1_500], async () => {
    const { audit } = desk
    const places = Array.from({ length: 10 }, () => ({ ...anyPlace(desk), ref: SECRETS }))
    const place = places.find((one) => audit.chronicle.versions(keyOf(one)).length > 1)
    if (!place) return
    const key = keyOf(place)
    const { asked } = audit
    const before = audit.chronicle.versions(key).slice(0, -1)
    audit.touched.add(key)
    await reader(desk).call({ method: 'DELETE', path: pathTo(place, 'history') })
    audit.toldErased(asked, before)
  })

/** How far behind the newest revision the compactor cuts, at most, and how many versions it keeps below. */
const LAG_MAX = 80
const KEPT_MAX = 3

/** Compacts the store itself now and then, and backs it up. */
export const keeper = (desk: Desk): Promise<never> =>
  again(desk, [500, 3_000], () => {
    const { asker, nextNumber } = desk
    const { random } = desk.process
    const isBackup = chance(random, 0.5)
    const number = nextNumber()
    return asker.ask(
      SERVER,
      isBackup
        ? { number, ask: 'back-up' }
        : { number, ask: 'compact', lag: between(random, 0, LAG_MAX), versions: between(random, 0, KEPT_MAX) },
      5_000 as Parameters<typeof asker.ask>[2],
    )
  })
