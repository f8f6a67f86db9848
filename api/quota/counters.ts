/** Which resources can be counted, how, and by which names of a quota. Source: kubernetes pkg/quota/v1/install/registry.go. */
import type { GroupResource } from '../status.ts'
import { deviceClaimCounter, volumeClaimCounter } from './claims.ts'
import { type Counter, countName, oneOfEach } from './counter.ts'
import { podCounter } from './pods.ts'
import { serviceCounter } from './services.ts'

const DEVICE_CLAIMS: GroupResource = { group: 'resource.k8s.io', resource: 'resourceclaims' }

const core = (resource: string): GroupResource => ({ group: '', resource })
const OWN_COUNTERS: readonly (readonly [GroupResource, Counter])[] = [
  [core('pods'), podCounter],
  [core('services'), serviceCounter],
  [core('persistentvolumeclaims'), volumeClaimCounter],
  [DEVICE_CLAIMS, deviceClaimCounter],
]

/** These have a name of old besides `count/…`. */
const ALSO_BARE = ['configmaps', 'resourcequotas', 'replicationcontrollers', 'secrets']

/** There are always more of them than anybody meant to. */
const NEVER_COUNTED = 'events'

/** How objects of a resource are counted; undefined for those that no quota is about. */
export function counterOf({ group, resource }: GroupResource): Counter | undefined {
  const own = OWN_COUNTERS.find(([known]) => known.group === group && known.resource === resource)
  if (own) return own[1]
  if (resource === NEVER_COUNTED && (group === '' || group === 'events.k8s.io')) return undefined
  const names = [countName({ group, resource }), ...(group === '' && ALSO_BARE.includes(resource) ? [resource] : [])]
  return { counts: (name) => names.includes(name), usage: () => oneOfEach(...names) }
}

/** The resources that a quota with these names is about. Whether somebody serves them is another question. */
export function resourcesOf(names: Iterable<string>): GroupResource[] {
  const found = new Map<string, GroupResource>()
  for (const name of names) {
    for (const resource of resourcesNamed(name)) found.set(countName(resource), resource)
  }
  return [...found.values()]
}

function resourcesNamed(name: string): GroupResource[] {
  const own = OWN_COUNTERS.filter(([, { counts }]) => counts(name)).map(([resource]) => resource)
  if (own.length > 0) return own
  if (ALSO_BARE.includes(name)) return [core(name)]
  const [, resource, group = ''] = /^count\/([^.]+)(?:\.(.+))?$/.exec(name) ?? []
  return resource === undefined || !counterOf({ group, resource }) ? [] : [{ group, resource }]
}
