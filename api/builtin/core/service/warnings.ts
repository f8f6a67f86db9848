/** What to tell who writes a service. Source: kubernetes pkg/api/service/warnings.go, pkg/registry/core/service/strategy.go. */
import { index } from '../../../field-error.ts'
import { warnOfIP, warnOfRange } from '../../../ip-address.ts'
import type { Service } from '../../../types/core-v1.ts'
import { isHeadless } from './traffic.ts'
import { TOPOLOGY_HINTS, TOPOLOGY_MODE } from './validate.ts'

/** All warnings of a service. */
export function warnOfService({ metadata, spec = {} }: Service): string[] {
  const { clusterIPs = [], externalIPs = [], loadBalancerIP, loadBalancerSourceRanges = [], type } = spec
  const isNameless = type === 'ClusterIP' && isHeadless(spec)
  return [
    ...(Object.hasOwn(metadata.annotations ?? {}, TOPOLOGY_HINTS)
      ? [`annotation ${TOPOLOGY_HINTS} is deprecated, please use ${TOPOLOGY_MODE} instead`]
      : []),
    ...clusterIPs.flatMap((ip, at) => warnOfIP(index('spec.clusterIPs', at), ip)),
    ...(isNameless && loadBalancerIP ? ['spec.loadBalancerIP is ignored for headless services'] : []),
    ...(isNameless && externalIPs.length > 0 ? ['spec.externalIPs is ignored for headless services'] : []),
    ...(isNameless && spec.sessionAffinity !== 'None' ? ['spec.SessionAffinity is ignored for headless services'] : []),
    ...externalIPs.flatMap((ip, at) => warnOfIP(index('spec.externalIPs', at), ip)),
    ...(externalIPs.length > 0 && !isNameless && type !== 'ExternalName'
      ? ['spec.externalIPs is deprecated and may no longer be implemented in some clusters']
      : []),
    ...(loadBalancerIP ? warnOfIP('spec.loadBalancerIP', loadBalancerIP) : []),
    ...loadBalancerSourceRanges.flatMap((range, at) => warnOfRange(index('spec.loadBalancerSourceRanges', at), range)),
    ...(type === 'ExternalName' && externalIPs.length > 0
      ? ['spec.externalIPs is ignored when spec.type is "ExternalName"']
      : []),
    ...(type !== 'ExternalName' && spec.externalName
      ? ['spec.externalName is ignored when spec.type is not "ExternalName"']
      : []),
    ...(spec.trafficDistribution === 'PreferClose'
      ? ['spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"']
      : []),
  ]
}
