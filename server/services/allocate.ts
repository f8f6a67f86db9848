/**
 * Gives a service its addresses and ports, and says which it claims and which it lets go.
 *
 *     create   claim what is asked for, or anything that is free
 *     update   keep what it had; claim what is new; let go what its type, or its ports, need no more
 *     delete   let go everything
 *
 * The service is changed. Nothing is written: claims are written with the service, in one commit.
 * Source: kubernetes pkg/registry/core/service/storage/alloc.go, storage.go.
 */
import {
  isHeadless,
  needsClusterIP,
  needsHealthCheckPort,
  needsNodePorts,
} from '@muster/api/builtin/core/service/traffic.ts'
import { nodePortsOf } from '@muster/api/builtin/core/service/type-change.ts'
import { child, type FieldError, index, invalid as invalidField } from '@muster/api/field-error.ts'
import { formatIP, formatRange, type IPFamily, isInRange, readIP, widthOf } from '@muster/api/ip-address.ts'
import { internal, invalid } from '@muster/api/status.ts'
import type { Service, ServicePort, ServiceSpec } from '@muster/api/types/core-v1.ts'
import type { Random } from '@muster/base/random.ts'
import type { Claim } from './claim.ts'
import { alignClusterIPs, fillFamilies } from './ip-families.ts'
import { candidates, type ServiceRanges, sparedOf } from './ranges.ts'

/** What allocation takes. */
export interface AllocationDeps {
  readonly ranges: ServiceRanges
  readonly random: Random
  /** Nothing will be written: then an address is not looked for, nor a port held to its range, as in Kubernetes. */
  readonly dryRun?: boolean
  /** True when somebody has it already. */
  readonly isTaken: (claim: Claim) => Promise<boolean>
}

/** What changes hands with a write of a service. */
export interface Allocation {
  readonly claims: readonly Claim[]
  readonly releases: readonly Claim[]
}

/** Allocates for a new service, or for one that replaces `old`. Throws Invalid, or Internal when nothing is free. */
export async function allocateService(deps: AllocationDeps, service: Service, old?: Service): Promise<Allocation> {
  service.spec ??= {}
  const { spec } = service
  const before = old?.spec
  if (before) keepAllocated(spec, before)
  alignClusterIPs(spec, before)
  refuse(service, fillFamilies(spec, deps.ranges, before))
  const held = new Set(old ? claimsOf(old).map(({ name }) => name) : [])
  const claims: Claim[] = []
  const claim = async (one: Claim, place: string, shown: unknown, why: (refused: string) => string) => {
    if (held.has(one.name) || claims.some(({ name }) => name === one.name)) return
    const isAsked = !deps.dryRun || one.claim === 'port'
    const isTaken = isAsked && (await deps.isTaken(one))
    const refused = refusalOf(one, deps) ?? (isTaken ? ALREADY[one.claim] : undefined)
    if (refused !== undefined) refuse(service, [invalidField(place, shown, why(refused))])
    claims.push(one)
  }
  await allocateAddresses(deps, spec, before, claim)
  await allocatePorts(deps, spec, claims, claim)
  const kept = new Set(claimsOf(service).map(({ name }) => name))
  return { claims, releases: old ? claimsOf(old).filter(({ name }) => !kept.has(name)) : [] }
}

/** Everything that a service has to itself. */
export function claimsOf({ spec = {} }: Service): Claim[] {
  const addresses = needsClusterIP(spec) && !isHeadless(spec) ? (spec.clusterIPs ?? []) : []
  const usesPorts = spec.type === 'NodePort' || spec.type === 'LoadBalancer'
  const ports = usesPorts ? nodePortsOf(spec) : []
  const health = needsHealthCheckPort(spec) && spec.healthCheckNodePort ? [spec.healthCheckNodePort] : []
  return [
    ...addresses.flatMap((name) => (name ? [{ claim: 'address' as const, name }] : [])),
    ...[...new Set([...ports, ...health])].map((port) => ({ claim: 'port' as const, name: `${port}` })),
  ]
}

type ClaimOne = (one: Claim, place: string, shown: unknown, why: (refused: string) => string) => Promise<void>

const ALREADY = { address: 'provided IP is already allocated', port: 'provided port is already allocated' } as const

/** Why it cannot be given at all. */
function refusalOf(
  { claim, name }: Claim,
  { ranges: { addresses, ports }, dryRun }: AllocationDeps,
): string | undefined {
  if (claim === 'port') {
    const isIn = dryRun || (Number(name) >= ports.first && Number(name) <= ports.last)
    return isIn
      ? undefined
      : `provided port is not in the valid range. The range of valid ports is ${ports.first}-${ports.last}`
  }
  const address = readIP(name)
  const range = address && addresses[address.family]
  if (address && range && isInRange(address, range)) return undefined
  return `the provided IP (${name}) is not in the valid range. The range of valid IPs is ${range ? formatRange(range) : ''}`
}

function refuse({ metadata }: Service, errors: readonly FieldError[]): void {
  if (errors.length > 0) throw invalid({ group: '', kind: 'Service' }, metadata.name ?? '', errors)
}

/** What the client left out was not meant to be lost. */
function keepAllocated(spec: ServiceSpec, old: ServiceSpec): void {
  if (needsClusterIP(spec) && needsClusterIP(old)) {
    if (!spec.clusterIP && old.clusterIP) spec.clusterIP = old.clusterIP
    if (!spec.clusterIPs?.length && old.clusterIPs) spec.clusterIPs = [...old.clusterIPs]
  }
  if (needsNodePorts(spec) && needsNodePorts(old)) {
    const used = new Set(nodePortsOf(spec))
    const byName = new Map((old.ports ?? []).map(({ name = '', nodePort }) => [name, nodePort]))
    for (const port of spec.ports ?? []) {
      const before = byName.get(port.name ?? '')
      if (!port.nodePort && before && !used.has(before)) port.nodePort = before
    }
  }
  if (needsHealthCheckPort(spec) && needsHealthCheckPort(old) && old.healthCheckNodePort) {
    spec.healthCheckNodePort ||= old.healthCheckNodePort
  }
}

async function allocateAddresses(
  deps: AllocationDeps,
  spec: ServiceSpec,
  old: ServiceSpec | undefined,
  claim: ClaimOne,
) {
  if (!needsClusterIP(spec) || isHeadless(spec)) return
  // A service without an address gets none later, and one that has the first keeps it.
  if (old && isHeadless(old)) return
  const clusterIPs = spec.clusterIPs ?? []
  // Another first address is refused by validation, in words of its own.
  const first = old && needsClusterIP(old) ? 1 : 0
  for (const [at, family] of (spec.ipFamilies ?? []).entries()) {
    const asked = clusterIPs[at]
    if (at < first) continue
    if (asked) {
      const one: Claim = { claim: 'address', name: asked }
      await claim(one, 'spec.clusterIPs', clusterIPs, (refused) => `failed to allocate IP ${asked}: ${refused}`)
    } else {
      clusterIPs[at] = await freeAddress(deps, family === 'IPv6' ? 'IPv6' : 'IPv4')
      const one: Claim = { claim: 'address', name: clusterIPs[at] ?? '' }
      await claim(one, 'spec.clusterIPs', clusterIPs, (refused) => `failed to allocate IP: ${refused}`)
    }
  }
  if (clusterIPs.length === 0) return
  spec.clusterIPs = clusterIPs
  spec.clusterIP = clusterIPs[0] ?? ''
}

/** So many of a range of IPv6 are enough to choose from. */
const ADDRESS_BITS_MAX = 20

async function freeAddress({ ranges, random, isTaken, dryRun }: AllocationDeps, family: IPFamily): Promise<string> {
  const range = ranges.addresses[family]
  if (dryRun && range) return formatIP(range)
  const bits = range ? Math.min(widthOf(family) - range.prefixLength, ADDRESS_BITS_MAX) : 0
  // The lowest address means the network; the highest of IPv4 means everybody in it.
  const size = 2 ** bits - (family === 'IPv4' ? 2 : 1)
  for (const at of candidates(size, sparedOf(size, 16, 16, 256), random)) {
    const name = formatIP({ family, bits: (range?.bits ?? 0n) + 1n + BigInt(at) })
    if (!(await isTaken({ claim: 'address', name }))) return name
  }
  throw internal('failed to allocate a serviceIP: range is full')
}

async function allocatePorts(deps: AllocationDeps, spec: ServiceSpec, claims: Claim[], claim: ClaimOne): Promise<void> {
  const ports = spec.ports ?? []
  const draw = async (): Promise<number> => {
    const port = await freePort(deps, claims)
    claims.push({ claim: 'port', name: `${port}` })
    return port
  }
  if (spec.type === 'NodePort' || spec.type === 'LoadBalancer') {
    for (const [at, port] of ports.entries()) {
      // Two protocols on one port have one port of the nodes.
      if (!port.nodePort && needsNodePorts(spec)) port.nodePort = twinOf(port, ports) ?? (await draw())
      const place = child(index('spec.ports', at), 'nodePort')
      const one: Claim = { claim: 'port', name: `${port.nodePort}` }
      if (port.nodePort) await claim(one, place, port.nodePort, (refused) => refused)
    }
  }
  if (!needsHealthCheckPort(spec)) return
  const asked = spec.healthCheckNodePort
  if (!asked) {
    spec.healthCheckNodePort = await draw()
    return
  }
  const one: Claim = { claim: 'port', name: `${asked}` }
  const say = (refused: string) => `failed to allocate requested HealthCheck NodePort ${asked}: ${refused}`
  await claim(one, 'spec.healthCheckNodePort', asked, say)
}

const twinOf = ({ port, protocol }: ServicePort, all: readonly ServicePort[]): number | undefined =>
  all.find((other) => other.port === port && other.protocol !== protocol && other.nodePort)?.nodePort

async function freePort({ ranges: { ports }, random, isTaken }: AllocationDeps, claims: readonly Claim[]) {
  const size = ports.last - ports.first + 1
  for (const at of candidates(size, sparedOf(size, 32, 16, 128), random)) {
    const name = `${ports.first + at}`
    if (!claims.some((one) => one.name === name) && !(await isTaken({ claim: 'port', name }))) return Number(name)
  }
  throw internal('failed to allocate a nodePort: range is full')
}
