/** What a pod may be told of itself: fields, and the resources of its containers. Source: core/v1 downward API; kubernetes pkg/fieldpath. */
import { goQuote } from '@muster/api/go-text.ts'
import { countQuantity, parseQuantity } from '@muster/api/quantity.ts'
import type { Container, ObjectFieldSelector, Pod, ResourceFieldSelector } from '@muster/api/types/core-v1.ts'
import { ControlError } from '@muster/base/errors.ts'

/** What the pod does not say of itself. */
export interface Surroundings {
  readonly podIPs: readonly string[]
  readonly hostIPs: readonly string[]
  /** The node's, which limits are when there are none. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** The text of a field. Throws Invalid for one that there is not. */
export function fieldValue(pod: Pod, { fieldPath }: ObjectFieldSelector, { podIPs, hostIPs }: Surroundings): string {
  const { metadata, spec } = pod
  const [, map, key] = /^metadata\.(annotations|labels)\['(.+)'\]$/.exec(fieldPath) ?? []
  if (map === 'annotations' || map === 'labels') return metadata[map]?.[key ?? ''] ?? ''
  switch (fieldPath) {
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.name':
      return metadata.name ?? ''
    case 'metadata.namespace':
      return metadata.namespace ?? ''
    case 'metadata.uid':
      return metadata.uid ?? ''
    case 'spec.nodeName':
      return spec?.nodeName ?? ''
    case 'spec.serviceAccountName':
      return spec?.serviceAccountName ?? ''
    case 'status.hostIP':
      return hostIPs[0] ?? ''
    case 'status.hostIPs':
      return hostIPs.join(',')
    case 'status.podIP':
      return podIPs[0] ?? ''
    case 'status.podIPs':
      return podIPs.join(',')
    default:
      throw new ControlError('Invalid', `unsupported fieldPath: ${fieldPath}`)
  }
}

/** One `key="value"` a line, in order of keys. */
const formatMap = (map: Readonly<Record<string, string>> = {}): string =>
  Object.keys(map)
    .toSorted()
    .map((key) => `${key}=${goQuote(map[key] ?? '')}`)
    .join('\n')

/** A limit or request in units of the divisor, rounded up. A limit that is not set is the node's. */
export function resourceValue(
  { resource, divisor }: ResourceFieldSelector,
  container: Container,
  { allocatable }: Surroundings,
): string {
  const [, kind, name = ''] = /^(limits|requests)\.(.+)$/.exec(resource) ?? []
  if (kind === undefined) throw new ControlError('Invalid', `unsupported container resource : ${resource}`)
  const { limits = {}, requests = {} } = container.resources ?? {}
  const amount = kind === 'limits' ? (limits[name] ?? allocatable[name]) : requests[name]
  // CPU is counted in thousandths before it is divided, everything else in whole units.
  const exponent = name === 'cpu' ? -3 : 0
  const unit = countQuantity(parseQuantity(isZero(divisor) ? '1' : String(divisor)), exponent)
  const value = countQuantity(parseQuantity(String(amount ?? '0')), exponent)
  return String((value + unit - 1n) / unit)
}

const isZero = (divisor: unknown): boolean =>
  divisor === undefined || divisor === null || countQuantity(parseQuantity(String(divisor)), -9) === 0n
