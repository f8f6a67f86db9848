/** What a service may not say. Source: kubernetes validateService, ValidateServiceUpdate. */
import { child, type FieldError, forbidden, index, invalid, key, notSupported, required } from '../../../field-error.ts'
import { validateLegacyIP, validateLegacyRange } from '../../../ip-address.ts'
import { validateLabels } from '../../../metadata/labels.ts'
import { checkLabelKey, checkSubdomain } from '../../../names.ts'
import type { Service, ServiceSpec } from '../../../types/core-v1.ts'
import { validateReachableIP } from '../reachable-ip.ts'
import { validateClusterIPs, validateClusterIPsChange } from './cluster-ips.ts'
import { validatePorts, validatePortsTogether } from './ports.ts'
import { isExternallyAccessible, isHeadless, needsHealthCheckPort } from './traffic.ts'

/** Source: kubernetes pkg/apis/core/annotation_key_constants.go. */
export const TOPOLOGY_HINTS = 'service.kubernetes.io/topology-aware-hints'
/** Source: kubernetes pkg/apis/core/annotation_key_constants.go. */
export const TOPOLOGY_MODE = 'service.kubernetes.io/topology-mode'
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'

/** What is wrong with a service. What an old one had in its lists of addresses may stay. */
export function validateService(service: Service, old?: Service): FieldError[] {
  const { metadata, spec = {} } = service
  const { externalIPs = [], selector } = spec
  return [
    ...validateTopology(metadata.annotations),
    ...(spec.ports?.length || isHeadless(spec) || spec.type === 'ExternalName' ? [] : [required('spec.ports')]),
    ...validateByType(spec),
    ...validatePorts(spec),
    ...validateLabels(selector, 'spec.selector'),
    ...validateAffinity(spec),
    ...validateClusterIPs(spec, old?.spec),
    ...externalIPs.flatMap((ip, at) => {
      const path = index('spec.externalIPs', at)
      const errors = validateLegacyIP(path, ip, old?.spec?.externalIPs)
      return errors.length > 0 ? errors : validateReachableIP(path, ip)
    }),
    ...validateChoice('spec.type', spec.type, TYPES),
    ...validatePortsTogether(spec),
    ...validateSourceRanges(service, old),
    ...validateNodePortAllocation(spec),
    ...validateBalancerClass(spec),
    ...validateExternalTraffic(spec),
    ...validateInternalTraffic(spec),
    ...(spec.trafficDistribution === undefined || DISTRIBUTIONS.includes(spec.trafficDistribution)
      ? []
      : [notSupported('spec.trafficDistribution', spec.trafficDistribution, DISTRIBUTIONS)]),
  ]
}

/** What may not change. */
export function validateServiceChange({ spec = {} }: Service, { spec: old = {} }: Service): FieldError[] {
  const path = 'spec.loadBalancerClass'
  const areBalanced = spec.type === 'LoadBalancer' && old.type === 'LoadBalancer'
  const isHealthPortMoved =
    needsHealthCheckPort(old) && needsHealthCheckPort(spec) && old.healthCheckNodePort !== spec.healthCheckNodePort
  return [
    ...validateClusterIPsChange(spec, old),
    ...(areBalanced && spec.loadBalancerClass !== old.loadBalancerClass
      ? [invalid(path, spec.loadBalancerClass ?? null, 'may not change once set')]
      : []),
    ...validateBalancerClass(spec),
    ...(isHealthPortMoved ? [forbidden('spec.healthCheckNodePort', 'field is immutable')] : []),
  ]
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const AFFINITIES = ['ClientIP', 'None']
const EXTERNAL_POLICIES = ['Cluster', 'Local']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
/** A day. Source: kubernetes MaxClientIPServiceAffinitySeconds. */
const AFFINITY_SECONDS_MAX = 86400

function validateChoice(path: string, value: string | undefined, choices: readonly string[]): FieldError[] {
  if (!value) return [required(path)]
  return choices.includes(value) ? [] : [notSupported(path, value, choices)]
}

function validateTopology(annotations: Readonly<Record<string, string>> = {}): FieldError[] {
  const mode = annotations[TOPOLOGY_MODE]
  const hints = annotations[TOPOLOGY_HINTS]
  if (mode === undefined || hints === undefined || mode === hints) return []
  const why = `must match annotations[${TOPOLOGY_HINTS}] when both are specified`
  return [invalid(key('metadata.annotations', TOPOLOGY_MODE), mode, why)]
}

function validateByType(spec: ServiceSpec): FieldError[] {
  const { type, clusterIPs = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = spec
  if ((type === 'LoadBalancer' || type === 'NodePort') && isHeadless(spec)) {
    return [invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`)]
  }
  if (type !== 'ExternalName') return []
  const why = 'may not be set for ExternalName services'
  // A dot at its end says that the name is whole.
  const name = externalName.replace(/\.$/, '')
  return [
    ...(clusterIPs.length > 0 ? [forbidden('spec.clusterIPs', why)] : []),
    ...(ipFamilies.length > 0 ? [forbidden('spec.ipFamilies', why)] : []),
    ...(ipFamilyPolicy === undefined ? [] : [forbidden('spec.ipFamilyPolicy', why)]),
    ...(name === ''
      ? [required('spec.externalName')]
      : checkSubdomain(name).map((wrong) => invalid('spec.externalName', name, wrong))),
  ]
}

function validateAffinity({ sessionAffinity, sessionAffinityConfig }: ServiceSpec): FieldError[] {
  const path = 'spec.sessionAffinityConfig'
  const errors = validateChoice('spec.sessionAffinity', sessionAffinity, AFFINITIES)
  if (sessionAffinity === 'None' && sessionAffinityConfig) {
    return [...errors, forbidden(path, 'must not be set when session affinity is None')]
  }
  if (sessionAffinity !== 'ClientIP') return errors
  const why = 'when session affinity type is ClientIP'
  if (!sessionAffinityConfig) return [required(path, why)]
  const { clientIP } = sessionAffinityConfig
  if (!clientIP) return [required(child(path, 'clientIP'), why)]
  const { timeoutSeconds } = clientIP
  const timeoutPath = child(path, 'clientIP', 'timeoutSeconds')
  if (timeoutSeconds === undefined) return [required(timeoutPath, why)]
  return timeoutSeconds > 0 && timeoutSeconds <= AFFINITY_SECONDS_MAX
    ? []
    : [invalid(timeoutPath, timeoutSeconds, `must be greater than 0 and less than ${AFFINITY_SECONDS_MAX}`)]
}

function validateSourceRanges({ metadata, spec = {} }: Service, old?: Service): FieldError[] {
  const { loadBalancerSourceRanges: ranges = [], type } = spec
  const unused = (path: string) =>
    type === 'LoadBalancer' ? [] : [forbidden(path, "may only be used when `type` is 'LoadBalancer'")]
  if (ranges.length > 0) {
    const path = 'spec.LoadBalancerSourceRanges'
    const kept = old?.spec?.loadBalancerSourceRanges?.map((range) => range.trim())
    return [...unused(path), ...ranges.flatMap((range, at) => validateLegacyRange(index(path, at), range.trim(), kept))]
  }
  const said = metadata.annotations?.[SOURCE_RANGES]
  if (said === undefined) return []
  const path = key('metadata.annotations', SOURCE_RANGES)
  const isKept = said.trim() === '' || old?.metadata.annotations?.[SOURCE_RANGES] === said
  const texts = isKept ? [] : said.trim().split(',')
  return [...unused(path), ...texts.flatMap((range) => validateLegacyRange(path, range.trim()))]
}

function validateNodePortAllocation({ type, allocateLoadBalancerNodePorts: isSaid }: ServiceSpec): FieldError[] {
  if (type === 'LoadBalancer') return isSaid === undefined ? [required('allocateLoadBalancerNodePorts')] : []
  const why = "may only be used when `type` is 'LoadBalancer'"
  return isSaid === undefined ? [] : [forbidden('spec.allocateLoadBalancerNodePorts', why)]
}

function validateBalancerClass({ type, loadBalancerClass }: ServiceSpec): FieldError[] {
  const path = 'spec.loadBalancerClass'
  if (loadBalancerClass === undefined) return []
  if (type !== 'LoadBalancer') return [forbidden(path, "may only be used when `type` is 'LoadBalancer'")]
  return checkLabelKey(loadBalancerClass).map((why) => invalid(path, loadBalancerClass, why))
}

function validateExternalTraffic(spec: ServiceSpec): FieldError[] {
  const { externalTrafficPolicy: policy, healthCheckNodePort: port } = spec
  const path = 'spec.externalTrafficPolicy'
  const portPath = 'spec.healthCheckNodePort'
  const errors = isExternallyAccessible(spec)
    ? validateChoice(path, policy, EXTERNAL_POLICIES)
    : policy
      ? [invalid(path, policy, 'may only be set for externally-accessible services')]
      : []
  if (needsHealthCheckPort(spec)) return port ? errors : [...errors, required(portPath)]
  const why = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
  return port ? [...errors, invalid(portPath, port, why)] : errors
}

function validateInternalTraffic({ type = '', internalTrafficPolicy: policy }: ServiceSpec): FieldError[] {
  const path = 'spec.internalTrafficPolicy'
  if (policy !== undefined)
    return EXTERNAL_POLICIES.includes(policy) ? [] : [notSupported(path, policy, EXTERNAL_POLICIES)]
  return type !== 'ExternalName' && TYPES.includes(type) ? [required(path)] : []
}
