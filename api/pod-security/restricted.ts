/** The checks of the restricted level: what a pod must say of itself. Source: pod-security-admission policy/check_*.go. */
import type { Volume } from '../types/core-v1.ts'
import { seccompProfile } from './baseline.ts'
import {
  type AnyContainer,
  containersOf,
  namesWhere,
  type PodCheck,
  type PodLike,
  plural,
  quoted,
  setters,
  some,
  sorted,
} from './words.ts'

/** Lets pods of Windows pass: there it cannot be said. */
export const unlessWindows =
  (check: PodCheck): PodCheck =>
  (pod) =>
    pod.spec.os?.name === 'windows' ? undefined : check(pod)

/** Lets pods with users of their own pass: what is root in there is nobody outside. */
export const unlessOwnUsers =
  (check: PodCheck): PodCheck =>
  (pod) =>
    pod.spec.hostUsers === false ? undefined : check(pod)

/** Nobody gets more rights than he started with. */
export const noEscalation: PodCheck = (pod) => {
  const names = namesWhere(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false)
  if (names.length === 0) return undefined
  return {
    reason: 'allowPrivilegeEscalation != false',
    detail: `${some('container', names)} must set securityContext.allowPrivilegeEscalation=false`,
  }
}

/** All capabilities are given up; one may be taken back. */
export const noCapabilities: PodCheck = (pod) => {
  const of = ({ securityContext }: AnyContainer) => securityContext?.capabilities ?? {}
  const addedBy = (container: AnyContainer) => (of(container).add ?? []).filter((one) => one !== 'NET_BIND_SERVICE')
  const keeping = namesWhere(pod, (container) => !of(container).drop?.includes('ALL'))
  const adding = namesWhere(pod, (container) => addedBy(container).length > 0)
  const added = sorted(containersOf(pod).flatMap(addedBy))
  const what = [
    ...(keeping.length > 0 ? [`${some('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(adding.length > 0
      ? [`${some('container', adding)} must not include ${quoted(added)} in securityContext.capabilities.add`]
      : []),
  ]
  return what.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: what.join('; ') }
}

const FINE_VOLUMES = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
]

/** Only volumes that belong to the pod or to its namespace. */
export const restrictedVolumes: PodCheck = ({ spec }) => {
  const typeOf = ({ name: _name, ...source }: Volume): string =>
    Object.keys(source).find((type) => FINE_VOLUMES.includes(type)) ?? Object.keys(source)[0] ?? 'unknown'
  const bad = (spec.volumes ?? []).filter((volume) => !FINE_VOLUMES.includes(typeOf(volume)))
  if (bad.length === 0) return undefined
  const names = bad.map(({ name }) => name)
  const use = names.length === 1 ? 'uses' : 'use'
  return {
    reason: 'restricted volume types',
    detail: `${some('volume', names)} ${use} ${some('restricted volume type', sorted(bad.map(typeOf)))}`,
  }
}

/** Everybody says that he is not root. */
export const runAsNonRoot: PodCheck = (pod) => {
  const ofPod = pod.spec.securityContext?.runAsNonRoot
  const of = ({ securityContext }: AnyContainer) => securityContext?.runAsNonRoot
  const who = setters(
    ofPod === false,
    namesWhere(pod, (container) => of(container) === false),
  )
  const reason = 'runAsNonRoot != true'
  if (who.length > 0) return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` }
  const silent = ofPod === true ? [] : namesWhere(pod, (container) => of(container) === undefined)
  if (silent.length === 0) return undefined
  return { reason, detail: `pod or ${some('container', silent)} must set securityContext.runAsNonRoot=true` }
}

/** Nobody is root by number. */
export const runAsUser: PodCheck = (pod) => {
  const who = setters(
    pod.spec.securityContext?.runAsUser === 0,
    namesWhere(pod, ({ securityContext }) => securityContext?.runAsUser === 0),
  )
  return who.length === 0
    ? undefined
    : { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` }
}

/** Everybody says that system calls are filtered. */
export const mustFilterCalls: PodCheck = (pod: PodLike) => {
  const unfiltered = seccompProfile(pod)
  if (unfiltered || pod.spec.securityContext?.seccompProfile) return unfiltered
  const silent = namesWhere(pod, ({ securityContext }) => !securityContext?.seccompProfile)
  if (silent.length === 0) return undefined
  const types = '"RuntimeDefault" or "Localhost"'
  return {
    reason: 'seccompProfile',
    detail: `pod or ${plural('container', silent)} ${quoted(silent)} must set securityContext.seccompProfile.type to ${types}`,
  }
}
