/** The addresses of a service in the cluster, and their families. Source: kubernetes ValidateServiceClusterIPsRelatedFields. */
import { child, duplicate, type FieldError, index, invalid, notSupported, required } from '../../../field-error.ts'
import { type IPFamily, readIP, validateLegacyIP } from '../../../ip-address.ts'
import type { ServiceSpec } from '../../../types/core-v1.ts'
import { isHeadless, NO_CLUSTER_IP } from './traffic.ts'

const PATH = 'spec.clusterIPs'
const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']

/** What is wrong with addresses, families and policy, alone and together. */
export function validateClusterIPs(spec: ServiceSpec, old: ServiceSpec = {}): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIPs = [], ipFamilyPolicy } = spec
  const errors = [
    ...validatePair(spec),
    ...validateFamilies(spec.ipFamilies),
    ...(ipFamilyPolicy === undefined || POLICIES.includes(ipFamilyPolicy)
      ? []
      : [notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, POLICIES)]),
  ]
  const wrong = clusterIPs.flatMap((ip, at) => validateOne(ip, at, clusterIPs, old.clusterIPs))
  errors.push(...wrong)
  if (clusterIPs.length > 2) errors.push(invalid(PATH, clusterIPs, 'may only hold up to 2 values'))
  if (wrong.length > 0) return errors
  const families = clusterIPs.map((ip) => readIP(ip)?.family)
  if (clusterIPs.length > 1 && new Set(families).size !== clusterIPs.length) {
    errors.push(invalid(PATH, clusterIPs, 'may specify no more than one IP for each IP family'))
  }
  return isHeadless(spec) ? errors : [...errors, ...validateMatch(clusterIPs, families, spec.ipFamilies)]
}

/** `clusterIP` is the first of `clusterIPs`. */
function validatePair({ clusterIP, clusterIPs = [] }: ServiceSpec): FieldError[] {
  const [first] = clusterIPs
  if (!clusterIP) {
    return first === undefined ? [] : [invalid(PATH, clusterIPs, 'must be empty when `clusterIP` is not specified')]
  }
  if (first === undefined) return [required(PATH)]
  return first === clusterIP ? [] : [invalid(PATH, clusterIPs, 'first value must match `clusterIP`')]
}

const validateFamilies = (families: readonly string[] = []): FieldError[] =>
  families.flatMap((family, at) => {
    const path = index('spec.ipFamilies', at)
    return [
      ...(FAMILIES.includes(family) ? [] : [notSupported(path, family, FAMILIES)]),
      ...(families.indexOf(family) < at ? [duplicate(path, family)] : []),
    ]
  })

function validateOne(ip: string, at: number, all: readonly string[], kept: readonly string[] = []): FieldError[] {
  if (at > 0 || ip !== NO_CLUSTER_IP) return validateLegacyIP(index(PATH, at), ip, kept)
  return all.length > 1 ? [invalid(PATH, all, "'None' must be the first and only value")] : []
}

const validateMatch = (
  clusterIPs: readonly string[],
  families: readonly (IPFamily | undefined)[],
  expected: readonly string[] = [],
): FieldError[] =>
  clusterIPs.flatMap((ip, at) => {
    const family = expected[at]
    if (family === undefined || family === families[at] || !FAMILIES.includes(family)) return []
    return [invalid(index(PATH, at), ip, `expected an ${family} value as indicated by \`ipFamilies[${at}]\``)]
  })

/** The first address and family stay for as long as the service has any; a second may come, and go again. */
export function validateClusterIPsChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  const wasHeadless = isHeadless(old)
  const ips = wasHeadless && isHeadless(spec) ? [] : validateIPsChange(spec, old)
  return wasHeadless || isHeadless(spec) ? ips : [...ips, ...validateFamiliesChange(spec, old)]
}

function validateIPsChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const { clusterIPs: next = [] } = spec
  const { clusterIPs: before = [] } = old
  const fixed = (at: number) => invalid(index(PATH, at), next, 'may not change once set')
  if (next.length === before.length) return before.flatMap((ip, at) => (ip === next[at] ? [] : [fixed(at)]))
  const hasMoved = before.length > 0 && next.length > 0 && before[0] !== next[0]
  if (next.length > before.length) return hasMoved ? [fixed(0)] : []
  return [
    ...(next.length === 0 ? [invalid(index(PATH, 0), next, 'primary clusterIP can not be unset')] : []),
    ...(hasMoved ? [fixed(0)] : []),
    ...(next.length === 1 ? validateRelease(spec, 'clusterIP') : []),
  ]
}

function validateFamiliesChange(spec: ServiceSpec, old: ServiceSpec): FieldError[] {
  const path = index('spec.ipFamilies', 0)
  const { ipFamilies: next = [], clusterIPs = [] } = spec
  const { ipFamilies: before = [] } = old
  if (next.length === before.length) {
    return before.flatMap((family, at) => (family === next[at] ? [] : [invalid(path, next, 'may not change once set')]))
  }
  const hasMoved = before.length > 0 && next.length > 0 && before[0] !== next[0]
  const moved = hasMoved ? [invalid(path, clusterIPs, 'may not change once set')] : []
  if (next.length > before.length) return moved
  return [
    ...(clusterIPs.length === 0 ? [invalid(path, next, 'primary ipFamily can not be unset')] : []),
    ...moved,
    ...(next.length === 1 ? validateRelease(spec, 'ipFamily') : []),
  ]
}

const validateRelease = ({ ipFamilyPolicy }: ServiceSpec, what: string): FieldError[] =>
  ipFamilyPolicy === 'SingleStack'
    ? []
    : [
        invalid(
          child('spec', 'ipFamilyPolicy'),
          ipFamilyPolicy ?? null,
          `must be set to 'SingleStack' when releasing the secondary ${what}`,
        ),
      ]
