/**
 * Which families of addresses a service has, given what it says and what the cluster has. Changes the service.
 * Source: kubernetes pkg/registry/core/service/storage/alloc.go initIPFamilyFields, storage.go normalizeClusterIPs.
 */
import { validateClusterIPs } from '@muster/api/builtin/core/service/cluster-ips.ts'
import { isHeadless, NO_CLUSTER_IP, needsClusterIP } from '@muster/api/builtin/core/service/traffic.ts'
import { type FieldError, index, invalid } from '@muster/api/field-error.ts'
import { type IPFamily, readIP } from '@muster/api/ip-address.ts'
import { sameMeaning } from '@muster/api/same-meaning.ts'
import type { ServiceSpec } from '@muster/api/types/core-v1.ts'
import type { ServiceRanges } from './ranges.ts'

/** Makes `clusterIP` and `clusterIPs` agree, as far as it is plain which of the two is meant. */
export function alignClusterIPs(spec: ServiceSpec, old?: ServiceSpec): void {
  const { clusterIP = '', clusterIPs = [] } = spec
  if (!old) {
    if (clusterIP !== '' && clusterIPs.length === 0) spec.clusterIPs = [clusterIP]
    return
  }
  const { clusterIP: before = '', clusterIPs: allBefore = [] } = old
  if (clusterIPs.length === 0 && allBefore.length > 0 && clusterIP === before) spec.clusterIPs = [...allBefore]
  if (clusterIP === before || !sameMeaning(spec.clusterIPs, allBefore)) return
  if (clusterIP === '') delete spec.clusterIPs
  else spec.clusterIPs = [clusterIP]
}

/** Fills in families and policy. Answers what is wrong with them. */
export function fillFamilies(spec: ServiceSpec, { addresses }: ServiceRanges, old?: ServiceSpec): FieldError[] {
  if (!needsClusterIP(spec)) return []
  const isWithoutPods = spec.clusterIP === NO_CLUSTER_IP && Object.keys(spec.selector ?? {}).length === 0
  spec.ipFamilyPolicy ??= old?.ipFamilyPolicy ?? (isWithoutPods ? 'RequireDualStack' : 'SingleStack')
  const wrong = validateClusterIPs(spec, old)
  if (wrong.length > 0) return wrong
  const errors = [...fillSingle(spec, old), ...familiesOfAddresses(spec, addresses)]
  if (errors.length > 0) return errors
  const [first = 'IPv4', second] = Object.keys(addresses)
  // Whoever has no pods to find says himself where they are, in whatever family.
  if (!isWithoutPods) {
    if (spec.ipFamilyPolicy === 'RequireDualStack' && second === undefined) {
      errors.push(policyError(spec, 'this cluster is not configured for dual-stack services'))
    }
    for (const [at, family] of (spec.ipFamilies ?? []).entries()) {
      if (Object.hasOwn(addresses, family)) continue
      errors.push(invalid(index('spec.ipFamilies', at), family, 'not configured on this cluster'))
    }
    if (errors.length > 0) return errors
  }
  const families = spec.ipFamilies?.length ? spec.ipFamilies : [first]
  const wantsBoth = spec.ipFamilyPolicy !== 'SingleStack' && (isWithoutPods || second !== undefined)
  spec.ipFamilies =
    wantsBoth && families.length === 1 ? [...families, families[0] === 'IPv4' ? 'IPv6' : 'IPv4'] : families
  return []
}

const policyError = ({ ipFamilyPolicy }: ServiceSpec, why: string): FieldError =>
  invalid('spec.ipFamilyPolicy', ipFamilyPolicy ?? null, why)

/** A service of one family has one address; who gives up the second says so by the policy. */
function fillSingle(spec: ServiceSpec, old: ServiceSpec | undefined): FieldError[] {
  const { clusterIPs = [], ipFamilies = [] } = spec
  const isSingle = spec.ipFamilyPolicy === 'SingleStack'
  const lost = (now: readonly string[], before: readonly string[] = []) => now.length > 0 && now.length < before.length
  if (!isSingle && old) {
    return [
      ...(lost(clusterIPs, old.clusterIPs)
        ? [policyError(spec, "must be 'SingleStack' to release the secondary cluster IP")]
        : []),
      ...(lost(ipFamilies, old.ipFamilies)
        ? [policyError(spec, "must be 'SingleStack' to release the secondary IP family")]
        : []),
    ]
  }
  if (isSingle && old) {
    if (clusterIPs.length > 1 && sameMeaning(clusterIPs, old.clusterIPs)) spec.clusterIPs = clusterIPs.slice(0, 1)
    if (ipFamilies.length > 1 && sameMeaning(ipFamilies, old.ipFamilies)) spec.ipFamilies = ipFamilies.slice(0, 1)
  }
  if (!isSingle) return []
  const why = (what: string) => `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`
  return [
    ...(spec.clusterIPs?.length === 2 ? [policyError(spec, why('cluster IPs'))] : []),
    ...(spec.ipFamilies?.length === 2 ? [policyError(spec, why('IP families'))] : []),
  ]
}

/** Addresses that are given say which families they are of. */
function familiesOfAddresses(spec: ServiceSpec, addresses: ServiceRanges['addresses']): FieldError[] {
  if (isHeadless(spec)) return []
  const { clusterIPs = [] } = spec
  const families = spec.ipFamilies ?? []
  const errors: FieldError[] = []
  for (const [at, ip] of clusterIPs.entries()) {
    if (at < families.length) continue
    const family: IPFamily = readIP(ip)?.family ?? 'IPv4'
    if (addresses[family]) families.push(family)
    else errors.push(invalid(index('spec.clusterIPs', at), clusterIPs, `${family} is not configured on this cluster`))
  }
  if (families.length > 0) spec.ipFamilies = families
  return errors
}
